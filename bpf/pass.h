/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two ways to pass: a rule, or a switch. */
#ifndef PASS_H
#define PASS_H

static __always_inline enum drop_reason pass_by_switch(struct judgement *judgement,
						       enum pass_switch pass_switch,
						       enum drop_reason otherwise)
{
	if (!settings.pass[pass_switch])
		return otherwise;
	judgement->verdict = VERDICT_SWITCH;
	judgement->pass_switch = pass_switch;
	return DROP_NONE;
}

static __always_inline enum drop_reason pass_by_rule(struct judgement *judgement, __u32 rule_slot,
						     enum direction direction)
{
	judgement->verdict = VERDICT_RULE;
	judgement->rule_slot = rule_slot;
	judgement->direction = direction;
	return DROP_NONE;
}

#endif
