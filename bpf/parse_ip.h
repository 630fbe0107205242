/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IPv4 with its options, IPv6 with its extension headers; of whole packets and of quoted ones. */
#ifndef PARSE_IP_H
#define PARSE_IP_H

#define IPV4_OPTIONS_MAX         40 /* bytes: 60 of header less 20 */
#define IPV4_OPTION_END          0
#define IPV4_OPTION_NOP          1
#define IPV4_OPTION_ROUTER_ALERT 148
#define IPV4_ROUTER_ALERT_LEN    4
#define IPV4_MORE_FRAGMENTS      0x2000
#define IPV4_FRAGMENT_OFFSET     0x1fff
#define IPV4_BROADCAST           0xffffffffu

#define IPV6_FRAGMENT_OFFSET  0xfff8
#define IPV6_MORE_FRAGMENTS   1
#define EXTENSION_HEADERS_MAX 8
#define EXTENSION_BYTES_MAX   512
#define EXTENSION_BYTES_MASK  (2 * EXTENSION_BYTES_MAX - 1)

/* What every IPv6 extension header begins with (RFC 8200, section 4). */
struct extension_header {
	__u8 next;
	__u8 len; /* in words of eight bytes, the first not counted; 0 in a fragment header */
	union {
		__be16 fragment_offset; /* and flags */
		struct {
			__u8 type;
			__u8 segments_left;
		} routing;
		__u8 options[6];
	};
};

/* A quoted packet's length says nothing about the frame that quotes it. */
enum extent { WHOLE, QUOTED };

/*
 * Does the frame hold `len` bytes from `offset` on? The first buffer's length is known
 * for nothing; a frame of several is asked only when that is too short.
 */
static __always_inline bool frame_holds(struct xdp_md *ctx, struct packet *packet, __u32 offset,
					__u32 len)
{
	if (offset + len <= packet->frame_len)
		return true;
	if (!settings.multi_buffer)
		return false;
	packet->frame_len = bpf_xdp_get_buff_len(ctx);
	return offset + len <= packet->frame_len;
}

static __always_inline bool is_icmp(const struct packet *packet)
{
	return packet->protocol == (packet->kind == LINK_IPV4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6);
}

/* 224.0.0.0/4, 255.255.255.255 and ff00::/8 are not. */
static __always_inline bool is_unicast(const struct packet *packet)
{
	__u64 destination = packet->destination.low;

	if (packet->kind == LINK_IPV4)
		return (destination >> 28) != 0xe && destination != IPV4_BROADCAST;
	return (packet->destination.high >> 56) != 0xff;
}

/* Refuses every option but no-operation and router alert (RFC 7126). */
static __always_inline enum drop_reason walk_options(struct xdp_md *ctx, __u32 offset, __u32 len)
{
	struct cursor c = cursor_at(ctx, offset);

	for (__u32 i = 0; i < IPV4_OPTIONS_MAX; i++) {
		const __u8 *option = c.position + i;

		if (i >= len)
			return DROP_NONE;
		if ((void *)(option + 1) > c.end)
			return DROP_TRUNCATED;
		if (*option == IPV4_OPTION_END)
			return DROP_NONE;
		if (*option == IPV4_OPTION_NOP)
			continue;
		if (*option != IPV4_OPTION_ROUTER_ALERT || i + IPV4_ROUTER_ALERT_LEN > len)
			return DROP_IP_OPTIONS;
		if ((void *)(option + IPV4_ROUTER_ALERT_LEN) > c.end)
			return DROP_TRUNCATED;
		if (option[1] != IPV4_ROUTER_ALERT_LEN)
			return DROP_IP_OPTIONS;
		i += IPV4_ROUTER_ALERT_LEN - 1;
	}
	return DROP_NONE;
}

/*
 * Of the options at packet->read_end, since a number that a subprogram is handed is one that the
 * verifier wants precisely from there on.
 */
__noinline enum drop_reason judge_options(struct xdp_md *ctx, const struct packet *packet,
					  __u32 len)
{
	return !packet ? /* for the verifier */ DROP_INTERNAL
		       : walk_options(ctx, packet->read_end, len);
}

/* What the packet holds after its IP header goes to *payload_len. */
static __always_inline enum drop_reason parse_ipv4(struct xdp_md *ctx, struct cursor *c,
						   struct packet *packet, enum extent extent,
						   __u32 *payload_len)
{
	__u32 offset = c->offset;
	const struct iphdr *ip = take(c, sizeof(*ip));
	__u32 header_len, total_len, options_len;
	enum drop_reason reason;

	if (!ip)
		return DROP_TRUNCATED;
	packet->source.low = bpf_ntohl(ip->saddr);
	packet->destination.low = bpf_ntohl(ip->daddr);
	packet->protocol = ip->protocol;
	if (packet->group_mac && is_unicast(packet))
		return DROP_LINK_ADDRESS;
	header_len = ip->ihl * 4;
	total_len = host16(ip->tot_len);
	if (ip->version != 4 || header_len < sizeof(*ip) || total_len < header_len ||
	    (extent == WHOLE && !frame_holds(ctx, packet, offset, total_len)))
		return DROP_MALFORMED;
	*payload_len = total_len - header_len;
	options_len = header_len - sizeof(*ip);
	if (options_len) {
		packet->read_end = c->offset;
		reason = judge_options(ctx, packet, options_len);
		if (reason)
			return reason;
		if (!take(c, options_len & 0x3c))
			return DROP_TRUNCATED;
	}
	if (ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return DROP_FRAGMENT;
	return DROP_NONE;
}

/* Protocols that stand in IANA's list of extension headers, and are not walked (RFC 7045). */
static __always_inline bool is_refused_extension(__u8 protocol)
{
	return protocol == PROTOCOL_NO_NEXT_HEADER || protocol == PROTOCOL_MOBILITY ||
	       protocol == PROTOCOL_HOST_IDENTITY || protocol == PROTOCOL_SHIM6 ||
	       protocol == PROTOCOL_EXPERIMENT_1 || protocol == PROTOCOL_EXPERIMENT_2;
}

static __always_inline bool is_walked_extension(__u8 protocol)
{
	return protocol == PROTOCOL_HOP_BY_HOP || protocol == PROTOCOL_ROUTING ||
	       protocol == PROTOCOL_FRAGMENT || protocol == PROTOCOL_DESTINATION_OPTIONS;
}

static __always_inline bool is_alert(const __u8 *option)
{
	return option[0] == 5 && option[1] == 2;
}

/* Two bytes of padding: Pad1 twice, or an empty PadN. */
static __always_inline bool is_padding(const __u8 *option)
{
	return option[0] <= 1 && option[1] == 0;
}

/* The hop-by-hop header of MLD: eight bytes, router alert and padding (RFC 3810, section 5). */
static __always_inline bool is_router_alert(const struct extension_header *header)
{
	const __u8 *option = header->options;

	if (header->len)
		return false;
	return (is_alert(option) && is_padding(option + 4)) ||
	       (is_padding(option) && is_alert(option + 2)) ||
	       (!option[0] && is_alert(option + 1) && !option[5]);
}

/* Of the first extension header; apart from the walk, whose every step the verifier takes twice
 * else. */
static __always_inline bool begins_with_router_alert(const struct cursor *c)
{
	const struct extension_header *header = c->position;

	return (void *)(header + 1) <= c->end && /* for the verifier: the walk has asked */
	       is_router_alert(header);
}

/* How the walk over the extension headers stands. */
struct extension_walk {
	__u32 offset; /* bytes from the first extension header to the one looked at */
	__u32 protocol;
	__u32 fragments; /* 0 or 1 */
};

/* May this fragment header stand here? Only an atomic fragment is a whole packet (RFC 6946). */
static __always_inline enum drop_reason judge_fragment(const struct extension_header *header,
						       struct extension_walk *walk)
{
	if (walk->fragments & 1)
		return DROP_EXTENSION_HEADERS;
	walk->fragments = 1;
	if (header->fragment_offset & bpf_htons(IPV6_FRAGMENT_OFFSET))
		return DROP_FRAGMENT;
	if (header->next == PROTOCOL_FRAGMENT)
		return DROP_EXTENSION_HEADERS;
	if (header->fragment_offset & bpf_htons(IPV6_MORE_FRAGMENTS))
		return DROP_FRAGMENT;
	return DROP_NONE;
}

/* May this other header? Hop-by-hop options only first; of routing headers only what is done with.
 */
static __always_inline bool is_misplaced(const struct extension_header *header,
					 const struct extension_walk *walk)
{
	if (walk->protocol == PROTOCOL_HOP_BY_HOP)
		return walk->offset;
	return walk->protocol == PROTOCOL_ROUTING &&
	       (header->routing.type == 0 || header->routing.segments_left);
}

/* The result of a walk in one number, since a subprogram of its own can return no more. */
#define WALK_PROTOCOL_SHIFT 16
#define WALK_REASON_SHIFT   32

static __always_inline __u64 walk_refused(enum drop_reason reason)
{
	return (__u64)reason << WALK_REASON_SHIFT;
}

/*
 * Walks from the header `protocol` at `offset` on to the transport header; bounded in headers and
 * bytes. Returns the reason to drop, or the transport's protocol
 * and how far it is.
 */
static __always_inline __u64 walk_extensions(struct xdp_md *ctx, __u32 offset, __u32 payload_len,
					     __u32 protocol)
{
	struct cursor c = cursor_at(ctx, offset);
	struct extension_walk walk = {.protocol = protocol};

	for (int i = 0; i < EXTENSION_HEADERS_MAX; i++) {
		const struct extension_header *header;
		__u32 next = walk.offset;
		enum drop_reason reason;

		asm volatile("" : "+r"(next)); /* or the verifier loses the bound */
		header = c.position + (next & EXTENSION_BYTES_MASK);
		next += 8;
		if ((void *)(header + 1) > c.end || next > payload_len)
			return walk_refused(DROP_TRUNCATED);
		if (walk.protocol == PROTOCOL_FRAGMENT) {
			reason = next > EXTENSION_BYTES_MAX ? DROP_EXTENSION_HEADERS
							    : judge_fragment(header, &walk);
		} else {
			next += header->len * 8;
			reason = next > payload_len ? DROP_MALFORMED
				 : next > EXTENSION_BYTES_MAX || is_misplaced(header, &walk)
					 ? DROP_EXTENSION_HEADERS
					 : DROP_NONE;
		}
		if (reason)
			return walk_refused(reason);
		walk.protocol = header->next;
		walk.offset = next;
		if (!is_walked_extension(walk.protocol))
			return walk.offset | (__u64)walk.protocol << WALK_PROTOCOL_SHIFT;
		walk.offset = forget(walk.offset, payload_len);
		walk.protocol = forget(walk.protocol, payload_len);
		walk.fragments = forget(walk.fragments, payload_len);
	}
	return walk_refused(DROP_EXTENSION_HEADERS);
}

/* As judge_options(). */
__noinline __u64 judge_extensions(struct xdp_md *ctx, const struct packet *packet,
				  __u32 payload_len)
{
	return !packet ? /* for the verifier */ walk_refused(DROP_INTERNAL)
		       : walk_extensions(ctx, packet->read_end, payload_len, packet->protocol);
}

/* Moves the cursor to the transport header. */
static __always_inline enum drop_reason skip_extensions(struct xdp_md *ctx, struct cursor *c,
							struct packet *packet, __u32 *payload_len)
{
	__u64 walk;
	__u32 len;

	packet->read_end = c->offset;
	walk = judge_extensions(ctx, packet, *payload_len);
	len = walk & EXTENSION_BYTES_MASK;

	if (walk >> WALK_REASON_SHIFT)
		return walk >> WALK_REASON_SHIFT;
	packet->protocol = walk >> WALK_PROTOCOL_SHIFT;
	*payload_len -= len;
	return take(c, len) ? DROP_NONE : DROP_TRUNCATED;
}

static __always_inline void read_address(struct ip_address *address, const struct in6_addr *bytes)
{
	const __be32 *words = bytes->in6_u.u6_addr32;

	address->high = (__u64)bpf_ntohl(words[0]) << 32 | bpf_ntohl(words[1]);
	address->low = (__u64)bpf_ntohl(words[2]) << 32 | bpf_ntohl(words[3]);
}

/* As parse_ipv4(). */
static __always_inline enum drop_reason parse_ipv6(struct xdp_md *ctx, struct cursor *c,
						   struct packet *packet, enum extent extent,
						   __u32 *payload_len)
{
	const struct ipv6hdr *ip = take(c, sizeof(*ip));
	enum drop_reason reason;

	if (!ip)
		return DROP_TRUNCATED;
	read_address(&packet->source, &ip->saddr);
	read_address(&packet->destination, &ip->daddr);
	packet->protocol = ip->nexthdr;
	packet->hop_limit = ip->hop_limit;
	if (packet->group_mac && is_unicast(packet))
		return DROP_LINK_ADDRESS;
	*payload_len = host16(ip->payload_len);
	if (ip->version != 6 ||
	    (extent == WHOLE && !frame_holds(ctx, packet, c->offset, *payload_len)))
		return DROP_MALFORMED;
	if (extent == WHOLE && ip->nexthdr == PROTOCOL_HOP_BY_HOP)
		packet->router_alert = begins_with_router_alert(c);
	if (is_walked_extension(ip->nexthdr)) {
		reason = skip_extensions(ctx, c, packet, payload_len);
		if (reason)
			return reason;
	}
	return is_refused_extension(packet->protocol) ? DROP_EXTENSION_HEADERS : DROP_NONE;
}

#endif
