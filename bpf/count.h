/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Last step: count the judgement, and tell the NIC. What becomes of flows is counted at once. */
#ifndef COUNT_H
#define COUNT_H

/* The clock for all that is remembered of a packet, and how often it is written at most. */
#define TIME_RESOLUTION_NS 1000000000ull

/* CLOCK_MONOTONIC_COARSE by the jiffies that go with it, which the verifier makes a load of: a call
 * for the clock itself takes as long as a look-up. */
static __always_inline __u64 clock_now(void)
{
	if (settings.explain)
		return bench_clock_ns;
	return bpf_jiffies64() * settings.tick_ns + settings.clock_start_ns;
}

static __always_inline void count_flow(enum flow_event event)
{
	__u32 index = event;
	__u64 *counter = bpf_map_lookup_elem(&flow_counters, &index);

	if (counter)
		(*counter)++;
}

static __always_inline void add(struct counter *counter, __u32 bytes)
{
	counter->packets++;
	counter->bytes += bytes;
}

static __always_inline void count_rule(const struct packet *packet,
				       const struct judgement *judgement)
{
	__u32 slot = judgement->rule_slot;
	struct rule_counter *counter = bpf_map_lookup_elem(&rule_counters, &slot);
	__u64 now;

	if (!counter)
		return;
	add(&counter->directions[judgement->direction == DIRECTION_REPLY], packet->frame_len);
	now = packet->now_ns ?: clock_now();
	if (now - counter->last_hit_ns >= TIME_RESOLUTION_NS)
		counter->last_hit_ns = now;
}

static __always_inline void count_switch(const struct packet *packet,
					 const struct judgement *judgement)
{
	__u32 index = settings.interface_slot * PASS_SWITCH_STRIDE + judgement->pass_switch;
	struct counter *counter = bpf_map_lookup_elem(&switch_counters, &index);

	if (counter)
		add(counter, packet->frame_len);
}

static __always_inline void count_drop(const struct packet *packet,
				       const struct judgement *judgement)
{
	__u32 index = settings.interface_slot * DROP_REASON_STRIDE + judgement->reason;
	struct drop_counter *counter = bpf_map_lookup_elem(&drop_counters, &index);

	if (!counter)
		return;
	if (settings.monitor)
		add(&counter->would_drop, packet->frame_len);
	else
		add(&counter->dropped, packet->frame_len);
}

static __always_inline int count(const struct packet *packet, const struct judgement *judgement)
{
	if (settings.explain)
		judged = *judgement;
	if (judgement->verdict == VERDICT_RULE) {
		count_rule(packet, judgement);
		return XDP_PASS;
	}
	if (judgement->verdict == VERDICT_SWITCH) {
		count_switch(packet, judgement);
		return XDP_PASS;
	}
	count_drop(packet, judgement);
	return settings.monitor ? XDP_PASS : XDP_DROP;
}

#endif
