/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the model knows while it judges one packet. */
#ifndef PACKET_MODEL_JUDGE_H
#define PACKET_MODEL_JUDGE_H

#include "model_flows.h"

struct model {
	const struct policy *policy;
	__u64 grace_until_ns;
	struct model_flows flows;

	/* where the frame at hand came from */
	size_t interface;
	int vlan;
};

static inline struct outcome model_drops(enum drop_reason reason)
{
	return (struct outcome){.verdict = VERDICT_DROP, .reason = reason};
}

static inline struct outcome model_switches(enum pass_switch pass_switch)
{
	return (struct outcome){.verdict = VERDICT_SWITCH, .pass_switch = pass_switch};
}

/* Whether the packet's source may send from where the frame came. */
static inline bool model_source_is_at_home(const struct model *model, const struct packet *packet)
{
	return model_is_at_home(model->policy, &packet->from, model->interface, model->vlan);
}

static inline bool model_is_in_grace(const struct model *model)
{
	return model->flows.now_ns < model->grace_until_ns;
}

/* Judges a packet that rules decide about. */
struct outcome model_judge_by_rules(struct model *model, const struct packet *packet);

/* Whether a rule lets the packet's sender send it, either way, with flow where there must be one.
 */
bool model_may_be_sent(const struct model *model, const struct packet *packet);

/* Judges ICMP and ICMPv6. */
struct outcome model_judge_icmp(const struct model *model, const struct packet *packet);

/* Neighbour solicitation for duplicate address detection, and MLD: their source may be ::. */
bool model_may_have_no_source(const struct packet *packet);

#endif
