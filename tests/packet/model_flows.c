// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>

#include "memory.h"
#include "model_flows.h"

#define SECOND_NS 1000000000ull

static bool is_there(const struct model_flows *flows, const struct conversation *conversation)
{
	__u64 age_ns = flows->now_ns - conversation->seen_ns;

	return age_ns < flows->policy->timeouts[conversation->phase] * SECOND_NS;
}

static bool is_opened_by(const struct conversation *conversation, const struct packet *packet)
{
	return conversation->protocol == packet->protocol &&
	       conversation->opener_port == packet->from_port &&
	       conversation->responder_port == packet->to_port &&
	       model_is_same(&conversation->opener, &packet->from) &&
	       model_is_same(&conversation->responder, &packet->to);
}

struct conversation *model_find(const struct model_flows *flows, const struct conversations *list,
				const struct packet *packet)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_opened_by(&list->items[i], packet) && is_there(flows, &list->items[i]))
			return &list->items[i];
	return NULL;
}

static enum flow_phase opening_phase(int protocol)
{
	if (protocol == MODEL_TCP)
		return FLOW_TCP_OPENING;
	return protocol == MODEL_UDP ? FLOW_UDP_OPENING : FLOW_OTHER;
}

static enum flow_phase flow_phase(int protocol)
{
	if (protocol == MODEL_TCP)
		return FLOW_TCP_OPEN;
	return protocol == MODEL_UDP ? FLOW_UDP_OPEN : FLOW_OTHER;
}

/* Times are refreshed at most once a second. */
static void refresh(const struct model_flows *flows, struct conversation *conversation)
{
	if (flows->now_ns - conversation->seen_ns >= SECOND_NS)
		conversation->seen_ns = flows->now_ns;
}

/* What is no longer there is forgotten, lest the lists grow. */
static void forget_old(const struct model_flows *flows, struct conversations *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (is_there(flows, &list->items[i]))
			list->items[kept++] = list->items[i];
	list->count = kept;
}

static void add(const struct model_flows *flows, struct conversations *list,
		struct conversation conversation)
{
	forget_old(flows, list);
	conversation.seen_ns = flows->now_ns;
	*(struct conversation *)memory_append(&list->items, &list->count, sizeof(*list->items)) =
		conversation;
}

static void drop(struct conversations *list, const struct conversation *conversation)
{
	list->items[conversation - list->items] = list->items[--list->count];
}

void model_note_opening(struct model_flows *flows, const struct packet *packet)
{
	struct conversation *opening = model_find(flows, &flows->openings, packet);

	if (opening) {
		refresh(flows, opening);
		return;
	}
	add(flows, &flows->openings,
	    (struct conversation){.opener = packet->from,
				  .responder = packet->to,
				  .opener_port = packet->from_port,
				  .responder_port = packet->to_port,
				  .protocol = packet->protocol,
				  .phase = opening_phase(packet->protocol)});
}

static bool has(const struct packet *packet, unsigned flags)
{
	return packet->flags & flags;
}

/* What the other side has to acknowledge next. */
static unsigned end_of(const struct packet *packet)
{
	return packet->sequence + packet->data_len + has(packet, MODEL_SYN) +
	       has(packet, MODEL_FIN);
}

static bool have_both_finished(const struct conversation *flow)
{
	return flow->fins[DIRECTION_OPENING] && flow->fins[DIRECTION_REPLY];
}

static void note_tcp_in_flow(struct conversation *flow, const struct packet *packet,
			     enum direction direction)
{
	if (has(packet, MODEL_RST)) {
		flow->phase = FLOW_TCP_CLOSING;
		return;
	}
	if (has(packet, MODEL_FIN)) {
		flow->fins[direction] = true;
		if (have_both_finished(flow))
			flow->phase = FLOW_TCP_CLOSING;
		return;
	}
	if (flow->phase != FLOW_TCP_CLOSING || has(packet, MODEL_SYN))
		return;
	if (have_both_finished(flow) && packet->data_len == 0)
		return;
	flow->phase = FLOW_TCP_OPEN;
	/* whoever sends data has not finished */
	if (have_both_finished(flow))
		flow->fins[DIRECTION_OPENING] = flow->fins[DIRECTION_REPLY] = false;
}

void model_note_in_flow(struct model_flows *flows, struct conversation *flow,
			const struct packet *packet, enum direction direction)
{
	refresh(flows, flow);
	if (packet->protocol == MODEL_TCP)
		note_tcp_in_flow(flow, packet, direction);
}

static void promote(struct model_flows *flows, struct conversation *opening,
		    const struct packet *packet, enum direction direction)
{
	struct conversation flow = *opening;

	drop(&flows->openings, opening);
	flow.phase = flow_phase(flow.protocol);
	if (packet->protocol == MODEL_TCP)
		note_tcp_in_flow(&flow, packet, direction);
	add(flows, &flows->flows, flow);
}

static bool acknowledges(const struct packet *packet, const struct conversation *opening)
{
	if (!has(packet, MODEL_ACK) || has(packet, MODEL_SYN | MODEL_RST) || !opening->answered)
		return false;
	return packet->acknowledgement == opening->expected ||
	       (opening->probed && packet->acknowledgement == opening->expected + 1);
}

/* The latest number counts; a SYN begins anew. */
static void note_answer(struct conversation *opening, const struct packet *packet)
{
	unsigned ahead = end_of(packet) - opening->expected;

	if (opening->answered && !has(packet, MODEL_SYN) && (ahead == 0 || ahead > 0x7fffffff))
		return;
	opening->answered = true;
	opening->expected = end_of(packet);
	opening->probed = packet->data_len == 0 && !has(packet, MODEL_SYN | MODEL_FIN);
}

void model_note_early_answer(struct model_flows *flows, const struct packet *packet)
{
	struct conversation opening = {.opener = packet->to,
				       .responder = packet->from,
				       .opener_port = packet->to_port,
				       .responder_port = packet->from_port,
				       .protocol = packet->protocol,
				       .phase = opening_phase(packet->protocol)};

	if (packet->protocol != MODEL_TCP || has(packet, MODEL_RST))
		return;
	note_answer(&opening, packet);
	add(flows, &flows->openings, opening);
}

void model_note_in_opening(struct model_flows *flows, struct conversation *opening,
			   const struct packet *packet, enum direction direction)
{
	bool tcp = packet->protocol == MODEL_TCP;

	if (direction == DIRECTION_OPENING) {
		if (tcp && acknowledges(packet, opening))
			promote(flows, opening, packet, direction);
		else if (!tcp || !has(packet, MODEL_RST))
			refresh(flows, opening);
		return;
	}
	if (!tcp) {
		promote(flows, opening, packet, direction);
	} else if (!has(packet, MODEL_RST)) {
		note_answer(opening, packet);
	}
}

void model_forget(struct model_flows *flows)
{
	free(flows->openings.items);
	free(flows->flows.items);
}
