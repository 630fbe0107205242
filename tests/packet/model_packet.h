/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The model's own picture of a packet, and who may do what with it. */
#ifndef PACKET_MODEL_PACKET_H
#define PACKET_MODEL_PACKET_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"
#include "prefix.h"

enum { MODEL_ICMP = 1, MODEL_TCP = 6, MODEL_UDP = 17, MODEL_ICMPV6 = 58 };
enum { MODEL_FIN = 1, MODEL_SYN = 2, MODEL_RST = 4, MODEL_ACK = 16 };

/* Bytes that are not read yet. */
struct span {
	const unsigned char *bytes;
	size_t len;
};

enum link_kind { LINK_OTHER, LINK_IPV4, LINK_IPV6, LINK_ARP, LINK_CONTROL };

struct link {
	enum link_kind kind;
	bool to_group; /* the destination MAC is a group's */
	unsigned tag_count;
	unsigned id_count; /* tags whose VLAN id is not 0 */
	int vlan;          /* the last of those ids; VLAN_NONE */
};

struct packet {
	struct address from, to;
	int protocol;
	int hop_limit;
	bool router_alert; /* among hop-by-hop options */

	int from_port, to_port;             /* 0 where the protocol has none */
	unsigned flags;                     /* TCP */
	unsigned sequence, acknowledgement; /* TCP */
	unsigned data_len;                  /* TCP */
	int type, code;                     /* ICMP */
	struct span quote;                  /* ICMP: what follows its header */
};

/* A number of the wire. */
unsigned model_number(const unsigned char *bytes, size_t len);

/* Reads the Ethernet header and tags; what follows stays in `rest`. */
enum drop_reason model_read_link(struct span *rest, struct link *link);

/* Reads an IP packet down to its ports. */
enum drop_reason model_read_packet(struct span rest, const struct link *link,
				   struct packet *packet);

/* Reads the start of a packet, as an ICMP error quotes it; flags stay unknown. */
enum drop_reason model_read_quote(struct span rest, enum family family, struct packet *packet);

bool model_is_group(const struct address *address);
bool model_is_link_local(const struct address *address);
bool model_is_same(const struct address *left, const struct address *right);

/* An address pair that no packet may carry; what the switches let through apart. */
bool model_is_martian(const struct packet *packet);

/* The packet as its receiver would answer it: sides and ports swapped. */
struct packet model_swap(const struct packet *packet);

bool model_plays(const struct policy *policy, size_t role, const struct address *address);

/* Whether the address plays a role other than `any`. */
bool model_plays_some(const struct policy *policy, const struct address *address);

/* The first rule by which the packet's sender may open a conversation with its receiver. */
const struct rule *model_find_rule(const struct policy *policy, const struct packet *packet);

bool model_names_protocol(const struct policy *policy, int protocol);
bool model_names_port(const struct policy *policy, int protocol, int port);

bool model_is_at_home(const struct policy *policy, const struct address *address, size_t interface,
		      int vlan);

#endif
