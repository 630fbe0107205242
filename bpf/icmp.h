/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ICMP and ICMPv6: errors by the packet they quote, echo and neighbour discovery by switches. */
#ifndef ICMP_H
#define ICMP_H

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO_REQUEST = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,

	ICMPV6_ERROR_FIRST = 1, /* unreachable, too big, time exceeded, parameter problem */
	ICMPV6_ERROR_LAST = 4,
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
	ICMPV6_LISTENER_QUERY = 130,
	ICMPV6_LISTENER_DONE = 132,
	ICMPV6_ROUTER_SOLICITATION = 133,
	ICMPV6_ROUTER_ADVERTISEMENT = 134,
	ICMPV6_NEIGHBOUR_SOLICITATION = 135,
	ICMPV6_NEIGHBOUR_ADVERTISEMENT = 136,
	ICMPV6_LISTENER_REPORT_V2 = 143,
};

#define NEIGHBOUR_HOP_LIMIT 255 /* RFC 4861: it was sent on this link */
#define LISTENER_HOP_LIMIT  1   /* RFC 3810 */

/* The transport bytes that every ICMP error quotes (RFC 792): the ports, or type and code. */
struct quoted_transport {
	__be16 first, second;
	__u8 rest[4];
};

static __always_inline bool is_listener_discovery(__u8 type)
{
	return (type >= ICMPV6_LISTENER_QUERY && type <= ICMPV6_LISTENER_DONE) ||
	       type == ICMPV6_LISTENER_REPORT_V2;
}

static __always_inline bool is_error(const struct packet *packet)
{
	__u8 type = packet->icmp_type;

	if (packet->kind == LINK_IPV4)
		return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETER_PROBLEM;
	return type >= ICMPV6_ERROR_FIRST && type <= ICMPV6_ERROR_LAST;
}

static __always_inline bool is_echo(const struct packet *packet)
{
	__u8 type = packet->icmp_type;

	if (packet->kind == LINK_IPV4)
		return type == ICMP_ECHO_REQUEST || type == ICMP_ECHO_REPLY;
	return type == ICMPV6_ECHO_REQUEST || type == ICMPV6_ECHO_REPLY;
}

/* Echo passes between addresses that play roles. */
static __always_inline bool is_between_roles(const struct packet *packet)
{
	return find_leaf(packet, &packet->source) & find_leaf(packet, &packet->destination) &
	       NODE_NAMED;
}

static __always_inline bool is_source_at_home(const struct packet *packet)
{
	return !settings.homes || is_at_home(packet, find_leaf(packet, &packet->source));
}

/* Reads the start of the packet that an ICMP error quotes. Its flags are unknown: it may be a
 * reply. */
static __always_inline enum drop_reason parse_quote(struct xdp_md *ctx, struct cursor *c,
						    struct packet *quoted)
{
	const struct quoted_transport *transport;
	enum drop_reason reason;
	__u32 payload_len = 0;

	if (quoted->kind == LINK_IPV4)
		reason = parse_ipv4(ctx, c, quoted, QUOTED, &payload_len);
	else
		reason = parse_ipv6(ctx, c, quoted, QUOTED, &payload_len);
	if (reason)
		return reason;
	transport = take(c, sizeof(*transport));
	if (!transport || payload_len < sizeof(*transport))
		return DROP_TRUNCATED;
	quoted->icmp_type = bpf_ntohs(transport->first) >> 8;
	quoted->tcp_flags = TCP_ACK;
	if (has_ports(quoted->protocol)) {
		quoted->source_port = bpf_ntohs(transport->first);
		quoted->destination_port = bpf_ntohs(transport->second);
	}
	return DROP_NONE;
}

/* Does a rule let the receiver of the error send that, and where it needs a flow, is there one? A
 * subprogram, as judge_by_policy(). */
__noinline int may_be_sent(struct xdp_md *ctx, struct packet *quoted)
{
	__u32 source, destination;
	struct sides sides;

	if (!quoted)
		return false;
	source = find_leaf(quoted, &quoted->source);
	destination = find_leaf(quoted, &quoted->destination);
	sides = match_rules(quoted, source, destination, name_sides(quoted));
	if (has_none(&sides) || !(source & destination & NODE_LEAF))
		return false;
	if (!settings.stateful)
		return true;
	quoted->now_ns = clock_now();
	return is_remembered(ctx, quoted, &sides);
}

/* May the receiver of the error have sent what the error quotes? */
static __always_inline bool is_related(struct xdp_md *ctx, const struct packet *error)
{
	const struct ip_address *receiver = &error->destination;
	struct cursor c = cursor_at(ctx, error->read_end);
	struct packet quoted = {.kind = error->kind};

	if (parse_quote(ctx, &c, &quoted) || c.offset > error->ip_end)
		return false;
	if (quoted.source.high != receiver->high || quoted.source.low != receiver->low ||
	    is_martian_pair(&quoted))
		return false;
	if (!is_icmp(&quoted))
		return may_be_sent(ctx, &quoted);
	return settings.pass[PASS_PING] && is_echo(&quoted) && is_between_roles(&quoted);
}

/* Router and neighbour discovery from this link, MLD from this link (RFC 4890, section 4.4). */
static __always_inline bool is_genuine_discovery(const struct packet *packet)
{
	if (is_listener_discovery(packet->icmp_type))
		return packet->hop_limit == LISTENER_HOP_LIMIT && packet->router_alert &&
		       (is_link_local6(&packet->source) || is_unspecified(&packet->source));
	if (packet->icmp_type == ICMPV6_ROUTER_ADVERTISEMENT && !is_link_local6(&packet->source))
		return false;
	return packet->hop_limit == NEIGHBOUR_HOP_LIMIT && packet->icmp_code == 0;
}

static __always_inline bool is_discovery(const struct packet *packet)
{
	__u8 type = packet->icmp_type;

	if (packet->kind != LINK_IPV6)
		return false;
	return is_listener_discovery(type) ||
	       (type >= ICMPV6_ROUTER_SOLICITATION && type <= ICMPV6_NEIGHBOUR_ADVERTISEMENT);
}

static __always_inline enum drop_reason judge_error(struct xdp_md *ctx, const struct packet *packet,
						    struct judgement *judgement)
{
	if (!settings.pass[PASS_ICMP_ERRORS])
		return DROP_ICMP_TYPE;
	if (!is_source_at_home(packet))
		return DROP_SPOOFED_SOURCE;
	if (!is_related(ctx, packet))
		return DROP_ICMP_UNRELATED;
	return pass_by_switch(judgement, PASS_ICMP_ERRORS, DROP_ICMP_TYPE);
}

static __always_inline enum drop_reason judge_discovery(const struct packet *packet,
							struct judgement *judgement)
{
	if (!is_genuine_discovery(packet) || !settings.pass[PASS_NEIGHBOUR_DISCOVERY])
		return DROP_NEIGHBOUR_DISCOVERY;
	if (!is_source_at_home(packet))
		return DROP_SPOOFED_SOURCE;
	return pass_by_switch(judgement, PASS_NEIGHBOUR_DISCOVERY, DROP_NEIGHBOUR_DISCOVERY);
}

static __always_inline enum drop_reason judge_echo(const struct packet *packet,
						   struct judgement *judgement)
{
	if (!settings.pass[PASS_PING])
		return DROP_ICMP_TYPE;
	if (!is_source_at_home(packet))
		return DROP_SPOOFED_SOURCE;
	if (!is_between_roles(packet))
		return DROP_ICMP_TYPE;
	return pass_by_switch(judgement, PASS_PING, DROP_ICMP_TYPE);
}

/* A subprogram, as judge_by_policy(). */
__noinline enum drop_reason judge_icmp(struct xdp_md *ctx, const struct packet *packet,
				       struct judgement *judgement)
{
	if (!packet || !judgement)
		return DROP_INTERNAL;
	if (is_error(packet))
		return judge_error(ctx, packet, judgement);
	if (is_discovery(packet))
		return judge_discovery(packet, judgement);
	if (is_echo(packet))
		return judge_echo(packet, judgement);
	return DROP_ICMP_TYPE;
}

#endif
