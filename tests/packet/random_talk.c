// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Conversations that the rules allow, or nearly: opened, answered, continued, quoted, ended. */
#include <string.h>

#include "random_traffic.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static int pick_of_ranges(struct traffic *traffic, const struct port_range *ranges, size_t count)
{
	const struct port_range *range = &ranges[pick(traffic->random, count)];
	unsigned width = range->last - range->first + 1;

	if (traffic_one_in(traffic, 3))
		return range->last;
	return range->first + (int)pick(traffic->random, width < 4 ? width : 4);
}

static int opener_port(struct traffic *traffic, const struct rule *rule)
{
	const struct rule *other =
		&traffic->policy->rules[pick(traffic->random, traffic->policy->rule_count)];

	if (rule->source_port_count > 0)
		return pick_of_ranges(traffic, rule->source_ports, rule->source_port_count);
	/* both ports named: it might be a reply of the other */
	if (other->port_count > 0 && traffic_one_in(traffic, 4))
		return pick_of_ranges(traffic, other->ports, other->port_count);
	return 1024 + (int)pick(traffic->random, 60000);
}

static bool begin(struct traffic *traffic, const struct rule *rule, struct talk *talk)
{
	enum family family = pick(traffic->random, 5) < 3 ? FAMILY_IPV4 : FAMILY_IPV6;

	*talk = (struct talk){.protocol =
				      rule->protocols[pick(traffic->random, rule->protocol_count)],
			      .next = {1 + pick(traffic->random, 0xffffffff),
				       1 + pick(traffic->random, 0xffffffff)}};
	if (!traffic_role_address(traffic, rule->from, family, &talk->sides[0]) ||
	    !traffic_role_address(traffic, rule->to, family, &talk->sides[1]))
		return false;
	/* nobody speaks to itself, but for one in a while */
	if (!memcmp(&talk->sides[0], &talk->sides[1], sizeof(talk->sides[0])) &&
	    !traffic_one_in(traffic, 20))
		return false;
	if (rule->port_count == 0)
		return true;
	talk->ports[0] = opener_port(traffic, rule);
	talk->ports[1] = pick_of_ranges(traffic, rule->ports, rule->port_count);
	return true;
}

/* A conversation by some rule, remembered in place of an old one. NULL: nobody plays its roles. */
static struct talk *begin_some(struct traffic *traffic)
{
	const struct policy *policy = traffic->policy;
	size_t place = traffic->talk_count < TALKS_MOST ? traffic->talk_count
							: pick(traffic->random, TALKS_MOST);

	for (int tries = 0; tries < 20; tries++) {
		const struct rule *rule = &policy->rules[pick(traffic->random, policy->rule_count)];
		struct talk talk;

		if (!begin(traffic, rule, &talk))
			continue;
		traffic->talks[place] = talk;
		if (place == traffic->talk_count)
			traffic->talk_count++;
		return &traffic->talks[place];
	}
	return NULL;
}

static int usual_flags(const struct talk *talk, int side)
{
	if (talk->stage == 0)
		return SYN;
	if (talk->stage == 1)
		return side ? SYN | ACK : SYN;
	return ACK;
}

static int pick_flags(struct traffic *traffic, const struct talk *talk, int side)
{
	static const int flags[] = {ACK,       ACK,       ACK | PSH, FIN | ACK, FIN | ACK,
				    RST | ACK, RST,       SYN,       SYN | ACK, FIN | RST | ACK,
				    ACK | URG, SYN | FIN, 0};
	int picked = flags[pick(traffic->random, COUNT_OF(flags))];

	if (traffic_one_in(traffic, 3))
		return picked ? picked : ZERO;
	return usual_flags(talk, side);
}

/* Mostly right. */
static unsigned acknowledgement(struct traffic *traffic, const struct talk *talk, int side)
{
	unsigned right = talk->next[!side];

	if (!traffic_one_in(traffic, 6))
		return right;
	return right + (unsigned)pick(traffic->random, 5) - 2;
}

static void put_tcp_state(struct traffic *traffic, struct frame *frame, struct talk *talk, int side)
{
	frame->flags = pick_flags(traffic, talk, side);
	frame->sequence = talk->next[side];
	frame->acknowledgement = acknowledgement(traffic, talk, side);
	if (frame->flags == ZERO || frame->flags & RST || traffic_one_in(traffic, 10))
		return;
	talk->next[side] += frame->filler + !!(frame->flags & SYN) + !!(frame->flags & FIN);
}

static void put_ports_of(struct frame *frame, const struct talk *talk, int side)
{
	if (talk->protocol != IPPROTO_TCP && talk->protocol != IPPROTO_UDP)
		return;
	frame->from_port = talk->ports[side] ? talk->ports[side] : ZERO;
	frame->to_port = talk->ports[!side] ? talk->ports[!side] : ZERO;
}

/* The opener first, then its receiver, then either. */
static int pick_side(struct traffic *traffic, const struct talk *talk)
{
	if (traffic_one_in(traffic, 8) || talk->stage > 2)
		return pick(traffic->random, 2);
	return talk->stage == 1;
}

static void draw_packet(struct traffic *traffic, struct talk *talk, struct drawn *drawn)
{
	int side = pick_side(traffic, talk);
	struct frame *frame = &drawn->frame;

	traffic_set_addresses(drawn, &talk->sides[side], &talk->sides[!side]);
	traffic_place(traffic, drawn, &talk->sides[side]);
	frame->protocol = talk->protocol ? talk->protocol : ZERO;
	if (traffic_one_in(traffic, 3))
		frame->filler = pick(traffic->random, 20);
	put_ports_of(frame, talk, side);
	if (talk->protocol == IPPROTO_TCP)
		put_tcp_state(traffic, frame, talk, side);
	talk->stage++;
}

static void change_a_port(struct traffic *traffic, struct frame *frame)
{
	int *port = traffic_one_in(traffic, 2) ? &frame->from_port : &frame->to_port;

	if (*port > 1 && *port < 65535)
		*port += traffic_one_in(traffic, 2) ? 1 : -1;
}

static void speak(struct traffic *traffic, struct talk *talk)
{
	struct drawn drawn = {0};

	draw_packet(traffic, talk, &drawn);
	if (traffic_one_in(traffic, 40))
		change_a_port(traffic, &drawn.frame);
	if (traffic_one_in(traffic, 25))
		traffic_make_odd(traffic, &drawn);
	traffic_send(traffic, &drawn);
}

static int error_type(struct traffic *traffic, bool ipv6)
{
	static const int types[] = {3, 11, 12}, types6[] = {1, 2, 3, 4};

	return ipv6 ? types6[pick(traffic->random, COUNT_OF(types6))]
		    : types[pick(traffic->random, COUNT_OF(types))];
}

/* What an ICMP error may say of a packet of this side, and what it may not. */
static void quote(struct traffic *traffic, struct drawn *drawn, const struct talk *talk, int side)
{
	const struct address *from = &talk->sides[side], *to = &talk->sides[!side];
	struct frame *quoted = &drawn->quoted;

	if (traffic_one_in(traffic, 16))
		traffic_set_quoted_addresses(drawn, to, from);
	else
		traffic_set_quoted_addresses(drawn, from, to);
	quoted->protocol = talk->protocol ? talk->protocol : ZERO;
	quoted->filler = 8;
	put_ports_of(quoted, talk, side);
	if (traffic_one_in(traffic, 16))
		change_a_port(traffic, quoted);
	if (traffic_one_in(traffic, 16))
		quoted->fragment = MORE_FRAGMENTS;
	if (traffic_one_in(traffic, 8))
		drawn->frame.quoted_len =
			(from->family == FAMILY_IPV6 ? 40 : 20) + pick(traffic->random, 9);
}

/* An error about the conversation, from anyone, to one of its sides or to another. */
static void complain(struct traffic *traffic, const struct talk *talk)
{
	enum family family = talk->sides[0].family;
	struct address from = traffic_address(traffic, family), to;
	int side = pick(traffic->random, 2);
	struct drawn drawn = {0};

	to = traffic_one_in(traffic, 10) ? traffic_address(traffic, family) : talk->sides[side];
	if (traffic_one_in(traffic, 3))
		from = talk->sides[!side];
	traffic_set_addresses(&drawn, &from, &to);
	traffic_place(traffic, &drawn, &from);
	drawn.frame.protocol = family == FAMILY_IPV6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	drawn.frame.type = error_type(traffic, family == FAMILY_IPV6);
	quote(traffic, &drawn, talk, side);
	drawn.frame.quoted = &drawn.quoted;
	if (traffic_one_in(traffic, 40))
		traffic_make_odd(traffic, &drawn);
	traffic_send(traffic, &drawn);
}

void traffic_talk(struct traffic *traffic)
{
	struct talk *talk = NULL;

	if (traffic->talk_count > 0 && !traffic_one_in(traffic, 10))
		talk = &traffic->talks[pick(traffic->random, traffic->talk_count)];
	else
		talk = begin_some(traffic);
	if (!talk)
		traffic_stray(traffic);
	else if (talk->stage > 0 && traffic_one_in(traffic, 12))
		complain(traffic, talk);
	else
		speak(traffic, talk);
}
