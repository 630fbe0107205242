/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was counted: sums over CPUs and over maps, ready to print. Pure. */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stddef.h>

#include "layout.h"

struct rule_count {
	struct generation_rule rule;
	struct rule_counter sum; /* last_hit_ns is the latest of all */
};

struct interface_count {
	char name[INTERFACE_NAME_SIZE];
	struct drop_counter drops[DROP_REASON_COUNT];
	struct counter switches[PASS_SWITCH_COUNT];
};

struct counters {
	struct rule_count *rules; /* in the policy's order, enabled rules only */
	size_t rule_count;
	struct interface_count *interfaces; /* in the policy's order */
	size_t interface_count;
	__u64 flow_events[FLOW_EVENT_COUNT];
};

/* Adds `cpus` per-CPU values (or per-map sums) to the sum. */
void counters_add_rule(struct rule_counter *sum, const struct rule_counter *values, size_t cpus);
void counters_add_drop(struct drop_counter *sum, const struct drop_counter *values, size_t cpus);
void counters_add(struct counter *sum, const struct counter *values, size_t cpus);

void counters_free(struct counters *counters);

const char *counters_reason_label(enum drop_reason reason);   /* "no-rule" */
const char *counters_reason_meaning(enum drop_reason reason); /* for help texts */
const char *counters_switch_label(enum pass_switch pass_switch);
const char *counters_flow_event_label(enum flow_event event); /* "openings" */
const char *counters_flow_event_meaning(enum flow_event event);
const char *counters_phase_label(enum flow_phase phase); /* "tcp-open" */
const char *counters_direction_label(enum direction direction); /* "opening", "reply" */

/* A CLOCK_MONOTONIC time of the program as seconds since 1970; 0 stays 0. */
double counters_wall_seconds(__u64 monotonic_ns);

#endif
