/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Second step: the checks that need no policy, the pass switches, then the rules. */
#ifndef JUDGE_H
#define JUDGE_H

#define DHCP_SERVER_PORT   67
#define DHCP_CLIENT_PORT   68
#define DHCPV6_CLIENT_PORT 546
#define DHCPV6_SERVER_PORT 547
#define DHCPV6_GROUP_HIGH  0xff02000000000000ull /* ff02::1:2 */
#define DHCPV6_GROUP_LOW   0x10002ull

/* `::` may only ask whether an address is taken, or report groups, and to a group (RFC 4861, 3810).
 */
static __always_inline bool may_be_unspecified(const struct packet *packet)
{
	return packet->protocol == PROTOCOL_ICMPV6 && !is_unicast(packet) &&
	       (packet->icmp_type == ICMPV6_NEIGHBOUR_SOLICITATION ||
		is_listener_discovery(packet->icmp_type));
}

static __always_inline bool is_martian(const struct packet *packet)
{
	if (is_martian_pair(packet))
		return true;
	return packet->kind == LINK_IPV6 && is_unspecified(&packet->source) &&
	       !may_be_unspecified(packet);
}

/* No stack sends these (RFC 9293): none of the four, SYN with FIN or RST, FIN without ACK. */
static __always_inline bool has_odd_flags(__u8 flags)
{
	if (!(flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)))
		return true;
	if (flags & TCP_SYN && flags & (TCP_FIN | TCP_RST))
		return true;
	return flags & TCP_FIN && !(flags & TCP_ACK);
}

/* DHCP that stays on the link: broadcasts, and DHCPv6 between link-local addresses. */
static __always_inline bool is_link_dhcp(const struct packet *packet)
{
	__u16 from = packet->source_port, to = packet->destination_port;

	if (packet->protocol != PROTOCOL_UDP)
		return false;
	if (packet->kind == LINK_IPV4)
		return packet->destination.low == IPV4_BROADCAST &&
		       ((from == DHCP_CLIENT_PORT && to == DHCP_SERVER_PORT) ||
			(from == DHCP_SERVER_PORT && to == DHCP_CLIENT_PORT));
	if (!is_link_local6(&packet->source))
		return false;
	if (from == DHCPV6_CLIENT_PORT && to == DHCPV6_SERVER_PORT)
		return is_link_local6(&packet->destination) ||
		       (packet->destination.high == DHCPV6_GROUP_HIGH &&
			packet->destination.low == DHCPV6_GROUP_LOW);
	return from == DHCPV6_SERVER_PORT && to == DHCPV6_CLIENT_PORT &&
	       is_link_local6(&packet->destination);
}

/* A client that has no address yet sends from 0.0.0.0; any other martian stays one. */
static __always_inline bool passes_as_dhcp(const struct packet *packet)
{
	if (!settings.pass[PASS_DHCP] || !is_link_dhcp(packet))
		return false;
	return !is_martian(packet) ||
	       (is_unspecified(&packet->source) && packet->source_port == DHCP_CLIENT_PORT);
}

/* Of the packet's sides the one whose rule matched; who opens goes first. */
static __always_inline enum drop_reason judge_by_rule(const struct sides *sides,
						      struct judgement *judgement)
{
	if (sides->opening != NO_RULE)
		return pass_by_rule(judgement, sides->opening, DIRECTION_OPENING);
	return pass_by_rule(judgement, sides->reply, DIRECTION_REPLY);
}

/* A subprogram that the verifier checks once, whatever the parser's way here was. */
__noinline enum drop_reason judge_by_policy(struct xdp_md *ctx, struct packet *packet,
					    struct judgement *judgement, __u32 opening, __u32 reply)
{
	const struct names names = {opening, reply};
	__u32 source, destination;
	struct sides sides;

	if (!packet || !judgement)
		return DROP_INTERNAL;
	if (settings.stateful && passes_by_flow(packet, names, judgement))
		return DROP_NONE;
	source = find_leaf(packet, &packet->source);
	destination = find_leaf(packet, &packet->destination);
	if (!(source & destination & NODE_LEAF))
		return DROP_INTERNAL;
	if (!is_at_home(packet, source))
		return DROP_SPOOFED_SOURCE;
	sides = match_rules(packet, source, destination, names);
	if (has_none(&sides))
		return blame_roles(source, destination);
	if (sides.opening == NO_RULE && is_syn(packet))
		return DROP_NOT_A_REPLY;
	if (settings.stateful)
		return judge_by_state(ctx, packet, sides.opening, sides.reply, judgement);
	return judge_by_rule(&sides, judgement);
}

static __always_inline enum drop_reason judge_ip(struct xdp_md *ctx, struct packet *packet,
						 struct judgement *judgement)
{
	struct names names;

	if (passes_as_dhcp(packet))
		return pass_by_switch(judgement, PASS_DHCP, DROP_MARTIAN);
	if (is_martian(packet))
		return DROP_MARTIAN;
	if (packet->protocol == PROTOCOL_TCP && has_odd_flags(packet->tcp_flags))
		return DROP_TCP_FLAGS;
	if (is_icmp(packet))
		return judge_icmp(ctx, packet, judgement);
	names = name_sides(packet);
	if (!names.opening && !names.reply)
		return blame_ports(packet);
	return judge_by_policy(ctx, packet, judgement, names.opening, names.reply);
}

static __always_inline enum drop_reason judge(struct xdp_md *ctx, struct packet *packet,
					      struct judgement *judgement)
{
	if (packet->kind == LINK_ARP)
		return pass_by_switch(judgement, PASS_ARP, DROP_ARP);
	if (packet->kind == LINK_CONTROL)
		return pass_by_switch(judgement, PASS_LINK_CONTROL, DROP_LINK_CONTROL);
	return judge_ip(ctx, packet, judgement);
}

#endif
