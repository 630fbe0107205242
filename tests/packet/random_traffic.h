/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random frames, made from a policy so that many of them pass, and the others nearly. */
#ifndef PACKET_RANDOM_TRAFFIC_H
#define PACKET_RANDOM_TRAFFIC_H

#include <stdbool.h>

#include "builder.h"
#include "policy.h"
#include "random.h"
#include "sequence.h"

#define TALKS_MOST 16 /* at once; older ones are forgotten, and their flows stay */

/* What a generator remembers of one conversation. Side 0 opens it. */
struct talk {
	struct address sides[2];
	int ports[2];
	int protocol;
	unsigned next[2]; /* TCP: the next sequence number of each side */
	unsigned stage;   /* packets so far */
};

struct traffic {
	struct random *random;
	const struct policy *policy;
	struct sequence *sequence;
	__u64 after_ns;
	bool applied;
	struct talk talks[TALKS_MOST];
	size_t talk_count;
};

/* A frame that is being drawn, and the texts of its addresses. */
struct drawn {
	struct frame frame, quoted;
	char texts[4][INET6_ADDRSTRLEN];
	unsigned interface;
};

/* `count` frames for the first policy; the last of them for the second, where there is one. */
struct sequence random_traffic(struct random *random, const struct policy *policies[2],
			       size_t count);

/* One frame of, or about, a conversation: new, continued, answered, ended. */
void traffic_talk(struct traffic *traffic);

/* One frame that belongs to nothing: a stray, an odd one, a hostile one. */
void traffic_stray(struct traffic *traffic);

/* One frame for the link itself: ARP, discovery, DHCP, the control of links. */
void traffic_link(struct traffic *traffic);

/* True once in so many times. */
bool traffic_one_in(struct traffic *traffic, unsigned count);

struct address traffic_any_address(struct traffic *traffic, enum family family);

/* An address of the role, or right beside it. False: nobody plays it in this family. */
bool traffic_role_address(struct traffic *traffic, size_t role, enum family family,
			  struct address *address);

/* An address of some role, or of none. */
struct address traffic_address(struct traffic *traffic, enum family family);

void traffic_set_addresses(struct drawn *drawn, const struct address *from,
			   const struct address *to);
void traffic_set_quoted_addresses(struct drawn *drawn, const struct address *from,
				  const struct address *to);

/* Mostly an interface and a VLAN where the address is at home. */
void traffic_place(struct traffic *traffic, struct drawn *drawn, const struct address *from);

/* Something that most packets do not have. */
void traffic_make_odd(struct traffic *traffic, struct drawn *drawn);

void traffic_send(struct traffic *traffic, const struct drawn *drawn);

#endif
