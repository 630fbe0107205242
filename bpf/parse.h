/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* First step: from bytes to struct packet, or the reason why not. Nothing is judged by policy here.
 */
#ifndef PARSE_H
#define PARSE_H

#define ETHERTYPE_IPV4         0x0800
#define ETHERTYPE_ARP          0x0806
#define ETHERTYPE_VLAN         0x8100 /* 802.1Q */
#define ETHERTYPE_IPV6         0x86dd
#define ETHERTYPE_SLOW         0x8809 /* LACP */
#define ETHERTYPE_SERVICE_VLAN 0x88a8 /* 802.1ad */
#define ETHERTYPE_LLDP         0x88cc
#define ETHERTYPE_LENGTH_MAX   1500 /* at most this: an 802.3 length, no type */
#define LLC_SPANNING_TREE      0x42

#define VLAN_TAGS_MAX 2
#define VLAN_ID_MASK  0xfff

/* What is left of the packet: everything from position to end is unread. */
struct cursor {
	void *position;
	void *end;
	__u32 offset; /* of position, from the frame's start; the verifier lets no one subtract
			 pointers */
};

/* More than the parser ever walks: 22 bytes of link header, IP, 512 of extensions, ICMP, again. */
#define OFFSET_MASK 0x7ff

struct ethernet_header {
	__u8 destination[6];
	__u8 source[6];
	__be16 type;
};

struct vlan_tag {
	__be16 control;
	__be16 ethertype;
};

/* The bytes of a TCP header that are judged: ports, data offset, flags (RFC 9293, section 3.1). */
struct tcp_header {
	__be16 source;
	__be16 destination;
	__be32 sequence;
	__be32 acknowledgement;
	__u8 data_offset; /* in the high four bits, in words of four bytes */
	__u8 flags;
	__u8 rest[6];
};

/* ICMP and ICMPv6 alike. */
struct icmp_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__u8 body[4];
};

/* The next len bytes, or NULL when the packet ends first. */
static __always_inline void *take(struct cursor *c, __u32 len)
{
	void *header = c->position;

	if (header + len > c->end)
		return NULL;
	c->position = header + len;
	c->offset += len;
	return header;
}

/* For subprograms that the verifier checks once, by themselves: a cursor anew from the context. */
static __always_inline struct cursor cursor_at(struct xdp_md *ctx, __u32 offset)
{
	void *start = (void *)(long)ctx->data;

	asm volatile("" : "+r"(offset)); /* or the verifier loses the bound */
	offset &= OFFSET_MASK;
	return (struct cursor){
		.position = start + offset,
		.end = (void *)(long)ctx->data_end,
		.offset = offset,
	};
}

/* Host order, in a form that the verifiers of 6.1 and 6.12 know to be under 65536. */
static __always_inline __u32 host16(__be16 network)
{
	__u32 host = bpf_ntohs(network);

	asm volatile("" : "+r"(host));
	return host & 0xffff;
}

#include "parse_ip.h"

/* A slow-protocols, LLDP or spanning-tree frame to the bridge group 01:80:c2:00:00:0x (802.1D). */
static __always_inline bool is_link_control(struct cursor *c,
					    const struct ethernet_header *ethernet, __u32 ethertype)
{
	const __u8 *mac = ethernet->destination;
	const __u8 *service_points;

	if (mac[0] != 0x01 || mac[1] != 0x80 || mac[2] != 0xc2 || mac[3] || mac[4] ||
	    (mac[5] & 0xf0))
		return false;
	if (ethertype == ETHERTYPE_SLOW || ethertype == ETHERTYPE_LLDP)
		return true;
	if (ethertype > ETHERTYPE_LENGTH_MAX)
		return false;
	service_points = take(c, 2);
	return service_points && service_points[0] == LLC_SPANNING_TREE &&
	       service_points[1] == LLC_SPANNING_TREE;
}

static __always_inline bool is_vlan(__be16 ethertype)
{
	return ethertype == bpf_htons(ETHERTYPE_VLAN) ||
	       ethertype == bpf_htons(ETHERTYPE_SERVICE_VLAN);
}

/* The VLAN ids of a frame's tags; 0 counts as none. */
struct vlan_ids {
	__u32 first, second;
};

static __always_inline void note_vlan(struct vlan_ids *vlans, __be16 control)
{
	__u32 id = bpf_ntohs(control) & VLAN_ID_MASK;

	if (vlans->first && id)
		vlans->second = id;
	else if (id)
		vlans->first = id;
}

/* What an untagged link-control frame says is about the link itself, and of no VLAN. */
static __always_inline enum drop_reason find_place(struct packet *packet,
						   const struct vlan_ids *vlans)
{
	__u32 id = vlans->first;

	if (!settings.vlans || (packet->kind == LINK_CONTROL && !id))
		return DROP_NONE;
	asm volatile("" : "+r"(id)); /* or 6.1 and 6.12 lose the bound */
	packet->place = places.of_vlan[id & VLAN_ID_MASK];
	return packet->place && !vlans->second ? DROP_NONE : DROP_VLAN;
}

static __always_inline enum drop_reason parse_tcp(struct cursor *c, struct packet *packet,
						  __u32 payload_len)
{
	const struct tcp_header *tcp = take(c, sizeof(*tcp));
	__u32 header_len;

	if (!tcp || payload_len < sizeof(*tcp))
		return DROP_TRUNCATED;
	header_len = (tcp->data_offset >> 4) * 4;
	if (header_len < sizeof(*tcp) || header_len > payload_len)
		return DROP_MALFORMED;
	packet->data_len = payload_len - header_len;
	packet->source_port = bpf_ntohs(tcp->source);
	packet->destination_port = bpf_ntohs(tcp->destination);
	packet->tcp_flags = tcp->flags;
	return DROP_NONE;
}

static __always_inline enum drop_reason parse_udp(struct cursor *c, struct packet *packet,
						  __u32 payload_len)
{
	const struct udphdr *udp = take(c, sizeof(*udp));
	__u32 len;

	if (!udp || payload_len < sizeof(*udp))
		return DROP_TRUNCATED;
	len = bpf_ntohs(udp->len);
	if (len < sizeof(*udp) || len > payload_len)
		return DROP_MALFORMED;
	packet->source_port = bpf_ntohs(udp->source);
	packet->destination_port = bpf_ntohs(udp->dest);
	return DROP_NONE;
}

/* Of protocols that are judged by number alone nothing is read. */
static __always_inline enum drop_reason parse_transport(struct cursor *c, struct packet *packet,
							__u32 payload_len)
{
	const struct icmp_header *icmp;

	if (packet->protocol == PROTOCOL_TCP)
		return parse_tcp(c, packet, payload_len);
	if (packet->protocol == PROTOCOL_UDP)
		return parse_udp(c, packet, payload_len);
	if (!is_icmp(packet))
		return DROP_NONE;
	icmp = take(c, sizeof(*icmp));
	if (!icmp || payload_len < sizeof(*icmp))
		return DROP_TRUNCATED;
	packet->icmp_type = icmp->type;
	packet->icmp_code = icmp->code;
	return DROP_NONE;
}

static __always_inline enum drop_reason parse_ip(struct xdp_md *ctx, struct cursor *c,
						 struct packet *packet)
{
	enum drop_reason reason;
	__u32 payload_len = 0;

	if (packet->kind == LINK_IPV4)
		reason = parse_ipv4(ctx, c, packet, WHOLE, &payload_len);
	else
		reason = parse_ipv6(ctx, c, packet, WHOLE, &payload_len);
	if (reason)
		return reason;
	packet->ip_end = c->offset + payload_len;
	reason = parse_transport(c, packet, payload_len);
	packet->read_end = c->offset;
	return reason;
}

/* The VLAN tags of a frame, and what it holds behind them. */
static __always_inline enum drop_reason parse_tags(struct cursor *c,
						   const struct ethernet_header *ethernet,
						   struct packet *packet)
{
	struct vlan_ids vlans = {};
	__be16 ethertype = ethernet->type;

	for (int tags = 0; is_vlan(ethertype); tags++) {
		const struct vlan_tag *tag;

		if (tags == VLAN_TAGS_MAX)
			return DROP_VLAN_DEPTH;
		tag = take(c, sizeof(*tag));
		if (!tag)
			return DROP_TRUNCATED;
		note_vlan(&vlans, tag->control);
		ethertype = tag->ethertype;
	}
	if (ethertype == bpf_htons(ETHERTYPE_IPV4))
		packet->kind = LINK_IPV4;
	else if (ethertype == bpf_htons(ETHERTYPE_IPV6))
		packet->kind = LINK_IPV6;
	else if (ethertype == bpf_htons(ETHERTYPE_ARP))
		packet->kind = LINK_ARP;
	else if (is_link_control(c, ethernet, bpf_ntohs(ethertype)))
		packet->kind = LINK_CONTROL;
	else
		return DROP_NOT_IP;
	return find_place(packet, &vlans);
}

static __always_inline enum drop_reason parse_tagged(struct xdp_md *ctx, struct cursor *c,
						     const struct ethernet_header *ethernet,
						     struct packet *packet)
{
	enum drop_reason reason = parse_tags(c, ethernet, packet);

	if (reason || packet->kind == LINK_ARP || packet->kind == LINK_CONTROL)
		return reason;
	*c = cursor_at(ctx, forget(c->offset, packet->frame_len));
	return parse_ip(ctx, c, packet);
}

/* Whatever is not plain IP; a subprogram, since it is few frames. */
__noinline enum drop_reason parse_other(struct xdp_md *ctx, struct packet *packet)
{
	struct cursor c = cursor_at(ctx, 0);
	const struct ethernet_header *ethernet = take(&c, sizeof(*ethernet));

	return !ethernet || !packet ? /* for the verifier */ DROP_INTERNAL
				    : parse_tagged(ctx, &c, ethernet, packet);
}

static __always_inline enum drop_reason parse(struct xdp_md *ctx, struct packet *packet)
{
	struct cursor c = cursor_at(ctx, 0);
	const struct ethernet_header *ethernet = take(&c, sizeof(*ethernet));
	enum drop_reason reason;

	packet->frame_len = ctx->data_end - ctx->data;
	if (!ethernet)
		return DROP_TRUNCATED;
	if (ethernet->source[0] & 1)
		return DROP_LINK_ADDRESS;
	packet->group_mac = ethernet->destination[0] & 1;
	if (ethernet->type == bpf_htons(ETHERTYPE_IPV4))
		packet->kind = LINK_IPV4;
	else if (ethernet->type == bpf_htons(ETHERTYPE_IPV6))
		packet->kind = LINK_IPV6;
	else
		return parse_other(ctx, packet);
	reason = find_place(packet, &(struct vlan_ids){});
	return reason ? reason : parse_ip(ctx, &c, packet);
}

#endif
