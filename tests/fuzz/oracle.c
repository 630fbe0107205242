// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "packet/model.h"

#include "dataplane.h"
#include "oracle.h"

static const struct policy *policy;
static struct model *model;

/*
 * The model knows of no sockets, forgets no flow, and reads what stands in a frame's second
 * buffer. Once one of that may have made a difference, both remember different things, and
 * nothing more can be said of the input.
 */
static bool blind;

void oracle_begin(const struct steps *steps, const struct policy *judged_by)
{
	policy = judged_by;
	model = model_open(policy, DATAPLANE_BENCH_START_NS,
			   policy->pickup && steps->options & OPTION_GRACE ? GRACE_SECONDS : 0);
	blind = policy->stateful && steps->options & OPTION_FEW_FLOWS;
}

static struct outcome ask(const struct step *step, size_t interface, __u64 now_ns)
{
	size_t len = step->len + (step->where & WHERE_MORE_BUFFERS ? STEP_MORE_LEN : 0);
	AUTO_FREE char *frame = memory_zeroed(len, 1);

	memcpy(frame, step->frame, step->len);
	return model_judge(model, interface, frame, len, now_ns);
}

static bool is_same(const struct outcome *left, const struct outcome *right)
{
	if (left->verdict != right->verdict)
		return false;
	if (left->verdict == VERDICT_DROP)
		return left->reason == right->reason;
	if (left->verdict == VERDICT_SWITCH)
		return left->pass_switch == right->pass_switch;
	return left->direction == right->direction && strcmp(left->rule, right->rule) == 0;
}

static _Noreturn void object(const struct outcome *expected, const struct outcome *seen)
{
	char expected_text[OUTCOME_TEXT_SIZE], seen_text[OUTCOME_TEXT_SIZE];

	outcome_print(expected, expected_text);
	outcome_print(seen, seen_text);
	fprintf(stderr, "oracle: expected %s, saw %s\n", expected_text, seen_text);
	abort();
}

void oracle_judge(const struct step *step, size_t interface, __u64 now_ns,
		  const struct judgement *judgement)
{
	struct outcome expected = ask(step, interface, now_ns);
	struct outcome seen = outcome_of(judgement, policy);
	bool same = is_same(&expected, &seen);

	blind |= step->where >> WHERE_SOCKET_SHIFT & WHERE_SOCKET;
	if (blind)
		return;
	if (!same && (!(step->where & WHERE_MORE_BUFFERS) || seen.verdict != VERDICT_DROP))
		object(&expected, &seen);
	blind = policy->stateful && (!same || step->where & WHERE_NO_ROOM);
}

void oracle_forgets(void)
{
	blind = true;
}

void oracle_end(void)
{
	model_close(model);
}
