/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading counter maps, pinned ones and a private generation's own. */
#ifndef DATAPLANE_COUNTERS_H
#define DATAPLANE_COUNTERS_H

#include "counters.h"
#include "dataplane.h"
#include "dataplane_pins.h"

/* Which slot belongs to whom. */
struct slot_index {
	__u32 *rules; /* by slot: 1 + index into counters.rules, 0: nobody of this policy */
	__u32 rule_slots;
	__u32 *interfaces; /* slots, by index into counters.interfaces */
};

/* index.rules, to be freed. */
void counters_index_rules(const struct dataplane_state *state, struct slot_index *index);

int counters_read_pinned(const struct run *run, const struct slot_index *index,
			 struct counters *counters);
int counters_read_maps(const struct counter_maps *maps, const struct slot_index *index,
		       struct counters *counters);

#endif
