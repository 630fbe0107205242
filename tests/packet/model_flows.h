/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Conversations that were seen to open: a list of openings and a list of flows. */
#ifndef PACKET_MODEL_FLOWS_H
#define PACKET_MODEL_FLOWS_H

#include "model_packet.h"

struct conversation {
	struct address opener, responder;
	int opener_port, responder_port;
	int protocol;
	enum flow_phase phase;
	__u64 seen_ns;

	/* TCP, of an opening */
	bool answered;
	bool probed;       /* by an answer that carried nothing: one more will do as well */
	unsigned expected; /* what the opener has to acknowledge */

	/* TCP, of a flow: who has said FIN */
	bool fins[DIRECTION_COUNT];
};

struct conversations {
	struct conversation *items;
	size_t count;
};

struct model_flows {
	const struct policy *policy;
	__u64 now_ns;
	struct conversations openings, flows;
};

/* The conversation that the packet's sender opened, if it is there; else NULL. */
struct conversation *model_find(const struct model_flows *flows, const struct conversations *list,
				const struct packet *packet);

/* What becomes of the lists when the sender's packet opens by a rule and belongs to nothing. */
void model_note_opening(struct model_flows *flows, const struct packet *packet);

/* Likewise of a reply that passes for the grace alone. */
void model_note_early_answer(struct model_flows *flows, const struct packet *packet);

/* What a packet of the direction does to the opening, or the flow, that it belongs to. */
void model_note_in_opening(struct model_flows *flows, struct conversation *opening,
			   const struct packet *packet, enum direction direction);
void model_note_in_flow(struct model_flows *flows, struct conversation *flow,
			const struct packet *packet, enum direction direction);

void model_forget(struct model_flows *flows);

#endif
