/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is to become of a frame, and what became of it. */
#ifndef PACKET_OUTCOME_H
#define PACKET_OUTCOME_H

#include <stdio.h>
#include <string.h>

#include "counters.h"
#include "layout.h"
#include "policy.h"

struct outcome {
	enum verdict verdict;
	enum drop_reason reason;      /* when dropped */
	const char *rule;             /* when passed by a rule */
	enum direction direction;     /* likewise */
	enum pass_switch pass_switch; /* when passed by a switch */
};

#define DROPS(name)                                                                                \
	{                                                                                          \
		.verdict = VERDICT_DROP, .reason = DROP_##name                                     \
	}
#define OPENS(id)                                                                                  \
	{                                                                                          \
		.verdict = VERDICT_RULE, .rule = (id), .direction = DIRECTION_OPENING              \
	}
#define REPLIES(id)                                                                                \
	{                                                                                          \
		.verdict = VERDICT_RULE, .rule = (id), .direction = DIRECTION_REPLY                \
	}
#define SWITCHED(name)                                                                             \
	{                                                                                          \
		.verdict = VERDICT_SWITCH, .pass_switch = PASS_##name                              \
	}

#define OUTCOME_TEXT_SIZE 128

static inline struct outcome outcome_of(const struct judgement *judgement,
					const struct policy *policy)
{
	struct outcome outcome = {.verdict = judgement->verdict};

	if (outcome.verdict == VERDICT_DROP) {
		outcome.reason = judgement->reason;
	} else if (outcome.verdict == VERDICT_SWITCH) {
		outcome.pass_switch = judgement->pass_switch;
	} else {
		outcome.rule = judgement->rule_slot < policy->rule_count
				       ? policy->rules[judgement->rule_slot].id
				       : "no such rule";
		outcome.direction = judgement->direction;
	}
	return outcome;
}

/* "drop no-rule", "pass rp-dir-8080 opening", "pass by arp" */
static inline void outcome_print(const struct outcome *outcome, char text[OUTCOME_TEXT_SIZE])
{
	if (outcome->verdict == VERDICT_DROP)
		snprintf(text, OUTCOME_TEXT_SIZE, "drop %s",
			 counters_reason_label(outcome->reason));
	else if (outcome->verdict == VERDICT_SWITCH)
		snprintf(text, OUTCOME_TEXT_SIZE, "pass by %s",
			 counters_switch_label(outcome->pass_switch));
	else
		snprintf(text, OUTCOME_TEXT_SIZE, "pass %s %s", outcome->rule,
			 counters_direction_label(outcome->direction));
}

#endif
