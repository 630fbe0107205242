// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <time.h>

#include "counters.h"

void counters_add(struct counter *sum, const struct counter *values, size_t cpus)
{
	for (size_t i = 0; i < cpus; i++) {
		sum->packets += values[i].packets;
		sum->bytes += values[i].bytes;
	}
}

void counters_add_rule(struct rule_counter *sum, const struct rule_counter *values, size_t cpus)
{
	for (size_t i = 0; i < cpus; i++) {
		counters_add(&sum->directions[DIRECTION_OPENING],
			     &values[i].directions[DIRECTION_OPENING], 1);
		counters_add(&sum->directions[DIRECTION_REPLY],
			     &values[i].directions[DIRECTION_REPLY], 1);
		if (values[i].last_hit_ns > sum->last_hit_ns)
			sum->last_hit_ns = values[i].last_hit_ns;
	}
}

void counters_add_drop(struct drop_counter *sum, const struct drop_counter *values, size_t cpus)
{
	for (size_t i = 0; i < cpus; i++) {
		counters_add(&sum->dropped, &values[i].dropped, 1);
		counters_add(&sum->would_drop, &values[i].would_drop, 1);
	}
}

void counters_free(struct counters *counters)
{
	free(counters->rules);
	free(counters->interfaces);
	*counters = (struct counters){0};
}

#define AS_REASON_LABEL(id, label, meaning)            [DROP_##id] = label,
#define AS_REASON_MEANING(id, label, meaning)          [DROP_##id] = meaning,
#define AS_SWITCH_LABEL(id, label, initially, meaning) [PASS_##id] = label,
#define AS_EVENT_LABEL(id, label, meaning)             [FLOW_EVENT_##id] = label,
#define AS_EVENT_MEANING(id, label, meaning)           [FLOW_EVENT_##id] = meaning,
#define AS_PHASE_LABEL(id, label, seconds, meaning)    [FLOW_##id] = label,

const char *counters_reason_label(enum drop_reason reason)
{
	static const char *const labels[] = {DROP_REASONS(AS_REASON_LABEL)};

	return reason < DROP_REASON_COUNT ? labels[reason] : "unknown";
}

const char *counters_reason_meaning(enum drop_reason reason)
{
	static const char *const meanings[] = {DROP_REASONS(AS_REASON_MEANING)};

	return reason < DROP_REASON_COUNT ? meanings[reason]
					  : "a reason that this build does not know";
}

const char *counters_switch_label(enum pass_switch pass_switch)
{
	static const char *const labels[] = {PASS_SWITCHES(AS_SWITCH_LABEL)};

	return pass_switch < PASS_SWITCH_COUNT ? labels[pass_switch] : "unknown";
}

const char *counters_flow_event_label(enum flow_event event)
{
	static const char *const labels[] = {FLOW_EVENTS(AS_EVENT_LABEL)};

	return event < FLOW_EVENT_COUNT ? labels[event] : "unknown";
}

const char *counters_flow_event_meaning(enum flow_event event)
{
	static const char *const meanings[] = {FLOW_EVENTS(AS_EVENT_MEANING)};

	return event < FLOW_EVENT_COUNT ? meanings[event] : "an event that this build does not know";
}

const char *counters_phase_label(enum flow_phase phase)
{
	static const char *const labels[] = {FLOW_PHASES(AS_PHASE_LABEL)};

	return phase < FLOW_PHASE_COUNT ? labels[phase] : "unknown";
}

const char *counters_direction_label(enum direction direction)
{
	return direction == DIRECTION_REPLY ? "reply" : "opening";
}

static double seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double counters_wall_seconds(__u64 monotonic_ns)
{
	if (!monotonic_ns)
		return 0;
	return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_MONOTONIC) +
	       (double)monotonic_ns / 1e9;
}
