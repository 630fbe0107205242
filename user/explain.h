/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One judgement of one packet, in words and as JSON. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdio.h>

#include <jansson.h>

#include "frame.h"
#include "layout.h"
#include "policy.h"

struct explanation {
	const struct policy *policy;
	struct frame_plan packet;
	struct judgement judgement; /* rule_slot: index into policy.rules */
};

void explain_print(const struct explanation *explanation, FILE *out);

/* To be released. */
json_t *explain_json(const struct explanation *explanation);

#endif
