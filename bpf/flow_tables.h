/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of flows, one for each family, by who opened; and how long what is remembered lasts.
 */
#ifndef FLOW_TABLES_H
#define FLOW_TABLES_H

static __always_inline struct flow_key4 key4(const struct packet *packet, enum direction direction)
{
	bool opens = direction == DIRECTION_OPENING;

	return (struct flow_key4){
		.opener = opens ? packet->source.low : packet->destination.low,
		.responder = opens ? packet->destination.low : packet->source.low,
		.opener_port = opens ? packet->source_port : packet->destination_port,
		.responder_port = opens ? packet->destination_port : packet->source_port,
		.protocol = packet->protocol,
	};
}

static __always_inline struct flow_key6 key6(const struct packet *packet, enum direction direction)
{
	bool opens = direction == DIRECTION_OPENING;
	const struct ip_address *opener = opens ? &packet->source : &packet->destination;
	const struct ip_address *responder = opens ? &packet->destination : &packet->source;

	return (struct flow_key6){
		.opener_high = opener->high,
		.opener_low = opener->low,
		.responder_high = responder->high,
		.responder_low = responder->low,
		.opener_port = opens ? packet->source_port : packet->destination_port,
		.responder_port = opens ? packet->destination_port : packet->source_port,
		.protocol = packet->protocol,
	};
}

/* What is there for the packet when it goes in that direction, however old; or NULL. */
static __always_inline struct flow *find_flow(const struct packet *packet, enum direction direction)
{
	if (packet->kind == LINK_IPV4) {
		struct flow_key4 key = key4(packet, direction);

		return bpf_map_lookup_elem(&flows4, &key);
	} else {
		struct flow_key6 key = key6(packet, direction);

		return bpf_map_lookup_elem(&flows6, &key);
	}
}

/* Not where the kernel has no room for it. */
static __always_inline bool put_flow(const struct packet *packet, enum direction direction,
				     const struct flow *flow)
{
	long err;

	if (packet->kind == LINK_IPV4) {
		struct flow_key4 key = key4(packet, direction);

		err = bpf_map_update_elem(&flows4, &key, flow, BPF_ANY);
	} else {
		struct flow_key6 key = key6(packet, direction);

		err = bpf_map_update_elem(&flows6, &key, flow, BPF_ANY);
	}
	count_flow(err ? FLOW_EVENT_FAILURE : FLOW_EVENT_PROMOTION);
	return !err;
}

static __always_inline __u64 timeout_of(__u32 phase)
{
	return settings.timeouts_ns[phase < FLOW_PHASE_COUNT ? phase : FLOW_OTHER];
}

/* Signed, since another processor may have written a later time than this packet's. */
static __always_inline bool is_live(__u64 seen_ns, enum flow_phase phase, __u64 now_ns)
{
	return (__s64)(now_ns - seen_ns) < (__s64)timeout_of(phase);
}

/* Writes at most once a second, so that processors do not take the line from each other. */
static __always_inline void refresh(__u64 *seen_ns, __u64 now_ns)
{
	if ((__s64)(now_ns - *seen_ns) >= (__s64)TIME_RESOLUTION_NS)
		*seen_ns = now_ns;
}

static __always_inline enum flow_phase open_phase(const struct packet *packet)
{
	return packet->protocol == PROTOCOL_TCP   ? FLOW_TCP_OPEN
	       : packet->protocol == PROTOCOL_UDP ? FLOW_UDP_OPEN
						  : FLOW_OTHER;
}

static __always_inline struct flow *live_flow(const struct packet *packet, enum direction direction)
{
	struct flow *flow = find_flow(packet, direction);

	return flow && is_live(flow->seen_ns, flow->phase, packet->now_ns) ? flow : NULL;
}

#endif
