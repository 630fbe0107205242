/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One judgement of one packet, in words and as JSON. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdio.h>

#include <jansson.h>

#include "frame.h"
#include "layout.h"
#include "policy.h"

/* Where a packet comes in. */
struct place_choice {
	size_t interface; /* index into policy.interfaces */
	int vlan;         /* id; VLAN_NONE or VLAN_ALL: untagged */
};

struct explanation {
	const struct policy *policy;
	struct frame_plan packet;
	bool reply; /* the packet answers an opening that came before */
	struct place_choice place;
	struct judgement judgement; /* rule_slot: index into policy.rules */
};

void explain_print(const struct explanation *explanation, FILE *out);

/* To be released. */
json_t *explain_json(const struct explanation *explanation);

#endif
