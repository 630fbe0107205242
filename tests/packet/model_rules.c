// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Openings and replies, with flows and without. */
#include "model_judge.h"

/* What a packet may be, by the rules alone. */
struct sides {
	struct packet swapped;
	const struct rule *opening, *reply; /* NULL: no rule */
	bool opens_only;                    /* TCP that is no reply */
};

static bool has_ports(int protocol)
{
	return protocol == MODEL_TCP || protocol == MODEL_UDP;
}

static bool has_replies(const struct policy *policy, int protocol)
{
	return policy->stateful || has_ports(protocol);
}

static struct sides sides_of(const struct model *model, const struct packet *packet)
{
	struct sides sides = {
		.swapped = model_swap(packet),
		.opening = model_find_rule(model->policy, packet),
		.opens_only =
			packet->protocol == MODEL_TCP && !(packet->flags & (MODEL_ACK | MODEL_RST)),
	};

	if (has_replies(model->policy, packet->protocol))
		sides.reply = model_find_rule(model->policy, &sides.swapped);
	return sides;
}

static struct outcome passes(const struct rule *rule, enum direction direction)
{
	return (struct outcome){.verdict = VERDICT_RULE, .rule = rule->id, .direction = direction};
}

static struct outcome matches_nothing(const struct model *model, const struct packet *packet)
{
	if (!model_plays_some(model->policy, &packet->from))
		return model_drops(DROP_NO_ROLE_SOURCE);
	if (!model_plays_some(model->policy, &packet->to))
		return model_drops(DROP_NO_ROLE_DESTINATION);
	return model_drops(DROP_NO_RULE);
}

static struct outcome judge_by_rule_and_flag(const struct model *model, const struct packet *packet,
					     const struct sides *sides)
{
	if (sides->opening)
		return passes(sides->opening, DIRECTION_OPENING);
	if (!sides->reply)
		return matches_nothing(model, packet);
	return sides->opens_only ? model_drops(DROP_NOT_A_REPLY)
				 : passes(sides->reply, DIRECTION_REPLY);
}

/* True when the packet belongs to a conversation that is there; then it has left its trace. */
static bool belongs(struct model *model, const struct packet *packet, const struct sides *sides,
		    struct outcome *outcome)
{
	const struct packet *senders[DIRECTION_COUNT] = {packet, &sides->swapped};
	const struct rule *rules[DIRECTION_COUNT] = {sides->opening, sides->reply};
	struct model_flows *flows = &model->flows;

	for (int proven = 1; proven >= 0; proven--)
		for (int way = 0; way < DIRECTION_COUNT; way++) {
			struct conversation *found = model_find(
				flows, proven ? &flows->flows : &flows->openings, senders[way]);

			if (!found || !rules[way])
				continue;
			if (proven)
				model_note_in_flow(flows, found, packet, way);
			else
				model_note_in_opening(flows, found, packet, way);
			*outcome = passes(rules[way], way);
			return true;
		}
	return false;
}

/* An opener's packet that belongs to nothing that is there. */
static struct outcome open_conversation(struct model *model, const struct packet *packet,
					const struct sides *sides)
{
	bool midstream = packet->protocol == MODEL_TCP && !sides->opens_only;

	if (midstream && !model->policy->pickup)
		return model_drops(DROP_NO_FLOW);
	if (!midstream || !(packet->flags & MODEL_RST))
		model_note_opening(&model->flows, packet);
	return passes(sides->opening, DIRECTION_OPENING);
}

static struct outcome judge_by_flow(struct model *model, const struct packet *packet,
				    const struct sides *sides)
{
	struct outcome outcome;

	if (!sides->opens_only && belongs(model, packet, sides, &outcome))
		return outcome;
	if (sides->opening)
		return open_conversation(model, packet, sides);
	if (!sides->reply)
		return matches_nothing(model, packet);
	if (sides->opens_only)
		return model_drops(DROP_NOT_A_REPLY);
	/* by rule and flag alone, which is for what has ports */
	if (!model_is_in_grace(model) || !has_ports(packet->protocol))
		return model_drops(DROP_NO_FLOW);
	model_note_early_answer(&model->flows, packet);
	return passes(sides->reply, DIRECTION_REPLY);
}

struct outcome model_judge_by_rules(struct model *model, const struct packet *packet)
{
	const struct sides sides = sides_of(model, packet);

	return model->policy->stateful ? judge_by_flow(model, packet, &sides)
				       : judge_by_rule_and_flag(model, packet, &sides);
}

static bool is_proven(const struct model *model, const struct packet *opener)
{
	const struct model_flows *flows = &model->flows;

	return !model->policy->stateful || model_is_in_grace(model) ||
	       model_find(flows, &flows->flows, opener) ||
	       model_find(flows, &flows->openings, opener);
}

bool model_may_be_sent(const struct model *model, const struct packet *packet)
{
	const struct sides sides = sides_of(model, packet);

	return (sides.opening && is_proven(model, packet)) ||
	       (sides.reply && is_proven(model, &sides.swapped));
}
