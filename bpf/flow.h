/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conversations: who opens, who answers, and what is remembered of it. The README's
 * section "Replies and flows" says in words what stands here.
 */
#ifndef FLOW_H
#define FLOW_H

#define FINS_OF_BOTH 3

static __always_inline bool is_syn(const struct packet *packet)
{
	return packet->protocol == PROTOCOL_TCP &&
	       (packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static __always_inline bool is_rst(const struct packet *packet)
{
	return packet->protocol == PROTOCOL_TCP && packet->tcp_flags & TCP_RST;
}

/* What struct flow remembers of a packet that was judged: by whom, and where it came in. */
static __always_inline __u64 judged_here(const struct packet *packet)
{
	return (__u64)settings.generation << 32 | settings.interface_slot << 8 | packet->place;
}

static __always_inline void close_flow(struct flow *flow)
{
	if (flow->phase != FLOW_TCP_OPEN)
		return;
	flow->phase = FLOW_TCP_CLOSING;
	count_flow(FLOW_EVENT_END);
}

/* What a packet of a TCP flow makes of its phase. A subprogram, since few packets change it. */
__noinline int change_phase(struct flow *flow, const struct packet *packet, __u32 direction)
{
	if (!flow || !packet)
		return 0;
	if (packet->tcp_flags & TCP_RST) {
		close_flow(flow);
	} else if (packet->tcp_flags & TCP_SYN) {
		return 0;
	} else if (packet->tcp_flags & TCP_FIN) {
		flow->fins |= direction == DIRECTION_REPLY ? 2 : 1;
		if (flow->fins == FINS_OF_BOTH)
			close_flow(flow);
	} else if (flow->phase == FLOW_TCP_CLOSING &&
		   (flow->fins != FINS_OF_BOTH || packet->data_len)) {
		flow->phase = FLOW_TCP_OPEN;
		if (flow->fins == FINS_OF_BOTH)
			flow->fins = 0; /* whoever sends data has not finished */
	}
	return 0;
}

static __always_inline void follow(struct flow *flow, const struct packet *packet,
				   enum direction direction)
{
	refresh(&flow->seen_ns, packet->now_ns);
	if (packet->protocol != PROTOCOL_TCP)
		return;
	if (flow->phase != FLOW_TCP_OPEN || packet->tcp_flags & (TCP_FIN | TCP_RST))
		change_phase(flow, packet, direction);
}

/* Did this generation let such a packet of the flow pass before, from here? */
static __always_inline bool goes_on(struct flow *flow, const struct packet *packet,
				    enum direction direction, struct judgement *judgement)
{
	if (flow->judged[direction] != judged_here(packet))
		return false;
	follow(flow, packet, direction);
	pass_by_rule(judgement, flow->rule_slot, direction);
	return true;
}

/* The short way: one look-up for most packets, since most have one port that rules name. */
static __always_inline bool passes_by_flow(struct packet *packet, struct names names,
					   struct judgement *judgement)
{
	struct flow *flow;

	packet->now_ns = clock_now();
	if (is_syn(packet)) {
		touch_opening(packet);
		return false;
	}
	flow = names.opening ? live_flow(packet, DIRECTION_OPENING) : NULL;
	if (flow)
		return goes_on(flow, packet, DIRECTION_OPENING, judgement);
	flow = names.reply ? live_flow(packet, DIRECTION_REPLY) : NULL;
	return flow && goes_on(flow, packet, DIRECTION_REPLY, judgement);
}

/*
 * A packet of a flow that this generation has not judged yet, or that comes in elsewhere. A
 * subprogram, for the verifier would go through a copy for each family and direction.
 */
__noinline enum drop_reason judge_anew(struct flow *flow, const struct packet *packet,
				       __u32 direction, __u32 rule_slot,
				       struct judgement *judgement)
{
	if (!flow || !packet || !judgement)
		return DROP_INTERNAL;
	direction = direction == DIRECTION_REPLY;
	flow->rule_slot = rule_slot;
	flow->judged[direction] = judged_here(packet);
	follow(flow, packet, direction);
	return pass_by_rule(judgement, rule_slot, direction);
}

/* An opening becomes a flow; it stays where the kernel has no room for one. A subprogram, since it
 * is one packet of a conversation. */
__noinline int promote(const struct packet *packet, __u32 direction, __u32 rule_slot)
{
	struct flow flow = {};

	if (!packet)
		return 0;
	flow.seen_ns = packet->now_ns;
	flow.rule_slot = rule_slot;
	flow.phase = open_phase(packet);
	flow.judged[direction == DIRECTION_REPLY] = judged_here(packet);
	follow(&flow, packet, direction);
	if (put_flow(packet, direction, &flow))
		forget_opening(packet, direction);
	return 0;
}

/* Both numbers of a TCP header, which the packet's parser has left behind. */
struct tcp_numbers {
	__u32 sequence, acknowledgement;
};

static __always_inline struct tcp_numbers read_tcp_numbers(struct xdp_md *ctx,
							   const struct packet *packet)
{
	struct cursor c = cursor_at(ctx, packet->read_end - sizeof(struct tcp_header));
	const struct tcp_header *tcp = take(&c, sizeof(*tcp));

	if (!tcp)
		return (struct tcp_numbers){};
	return (struct tcp_numbers){bpf_ntohl(tcp->sequence), bpf_ntohl(tcp->acknowledgement)};
}

static __always_inline bool is_acknowledged(const struct opening_state *opening,
					    __u32 acknowledgement)
{
	__u32 beyond = acknowledgement - opening->acknowledgement;

	return !beyond || (beyond == 1 && opening->answer == ANSWER_EMPTY);
}

/* The opener once more. */
static __always_inline enum drop_reason judge_opener(struct xdp_md *ctx,
						     const struct opening_state *opening,
						     const struct packet *packet, __u32 rule_slot,
						     struct judgement *judgement)
{
	bool proves = packet->protocol == PROTOCOL_TCP && packet->tcp_flags & TCP_ACK &&
		      !(packet->tcp_flags & (TCP_SYN | TCP_RST)) && opening->answer;

	if (proves && is_acknowledged(opening, read_tcp_numbers(ctx, packet).acknowledgement))
		promote(packet, DIRECTION_OPENING, rule_slot);
	else if (!is_rst(packet))
		keep_opening(packet, DIRECTION_OPENING, 0);
	return pass_by_rule(judgement, rule_slot, DIRECTION_OPENING);
}

/* The first answers. */
static __always_inline enum drop_reason judge_answer(struct xdp_md *ctx,
						     const struct packet *packet, __u32 rule_slot,
						     struct judgement *judgement)
{
	if (packet->protocol != PROTOCOL_TCP)
		promote(packet, DIRECTION_REPLY, rule_slot);
	else if (!is_rst(packet))
		keep_opening(packet, DIRECTION_REPLY, read_tcp_numbers(ctx, packet).sequence);
	return pass_by_rule(judgement, rule_slot, DIRECTION_REPLY);
}

/* A rule lets it open, and nothing is known of it. */
static __always_inline enum drop_reason judge_opening(struct xdp_md *ctx,
						      const struct packet *packet, __u32 rule_slot,
						      struct judgement *judgement)
{
	if (packet->protocol == PROTOCOL_TCP && !is_syn(packet) && !settings.pickup) {
		if (!has_own_socket(ctx, packet, DIRECTION_REPLY))
			return DROP_NO_FLOW;
		count_flow(FLOW_EVENT_SOCKET_REPLY);
	}
	if (!is_rst(packet))
		keep_opening(packet, DIRECTION_OPENING, 0);
	return pass_by_rule(judgement, rule_slot, DIRECTION_OPENING);
}

/* Who answers speaks first, soon after attaching: its opener's acknowledgement will prove the rest.
 */
static __always_inline void remember_answer(struct xdp_md *ctx, const struct packet *packet)
{
	count_flow(FLOW_EVENT_GRACE_REPLY);
	if (packet->protocol == PROTOCOL_TCP && !is_rst(packet))
		keep_opening(packet, DIRECTION_REPLY, read_tcp_numbers(ctx, packet).sequence);
}

/* A rule lets it reply, and nothing is known of it. */
static __always_inline enum drop_reason judge_stray(struct xdp_md *ctx, const struct packet *packet,
						    __u32 rule_slot, struct judgement *judgement)
{
	if (has_own_socket(ctx, packet, DIRECTION_REPLY))
		count_flow(FLOW_EVENT_SOCKET_REPLY);
	else if (packet->now_ns < settings.grace_until_ns && has_ports(packet->protocol))
		remember_answer(ctx, packet);
	else
		return DROP_NO_FLOW;
	return pass_by_rule(judgement, rule_slot, DIRECTION_REPLY);
}

/* The long way, once the rules are known. A subprogram, which the verifier checks once for all that
 * the rules may say. */
__noinline enum drop_reason judge_by_state(struct xdp_md *ctx, const struct packet *packet,
					   __u32 opens, __u32 replies, struct judgement *judgement)
{
	struct opening_state opening = {};
	struct flow *flow;

	if (!packet || !judgement)
		return DROP_INTERNAL;
	if (is_syn(packet))
		return judge_opening(ctx, packet, opens, judgement);
	flow = opens != NO_RULE ? live_flow(packet, DIRECTION_OPENING) : NULL;
	if (flow)
		return judge_anew(flow, packet, DIRECTION_OPENING, opens, judgement);
	flow = replies != NO_RULE ? live_flow(packet, DIRECTION_REPLY) : NULL;
	if (flow)
		return judge_anew(flow, packet, DIRECTION_REPLY, replies, judgement);
	if (opens != NO_RULE && read_opening(packet, DIRECTION_OPENING, &opening))
		return judge_opener(ctx, &opening, packet, opens, judgement);
	if (replies != NO_RULE && read_opening(packet, DIRECTION_REPLY, &opening))
		return judge_answer(ctx, packet, replies, judgement);
	if (opens != NO_RULE)
		return judge_opening(ctx, packet, opens, judgement);
	return judge_stray(ctx, packet, replies, judgement);
}

/* Is what an ICMP error quotes part of a conversation? Changes nothing. */
static __always_inline bool is_remembered(struct xdp_md *ctx, const struct packet *quoted,
					  const struct sides *sides)
{
	struct opening_state ignored = {};

	if (sides->opening != NO_RULE && (live_flow(quoted, DIRECTION_OPENING) ||
					  read_opening(quoted, DIRECTION_OPENING, &ignored)))
		return true;
	if (sides->reply != NO_RULE &&
	    (live_flow(quoted, DIRECTION_REPLY) || read_opening(quoted, DIRECTION_REPLY, &ignored)))
		return true;
	return has_own_socket(ctx, quoted, DIRECTION_OPENING) ||
	       quoted->now_ns < settings.grace_until_ns;
}

#endif
