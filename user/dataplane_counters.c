// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Counter maps → struct counters: sums over CPUs and over maps that were outgrown. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane.h"
#include "dataplane_counters.h"
#include "memory.h"

#define ENTRY_BATCH 256

/* Where the values of one kind of map go. */
struct reading {
	size_t value_size;
	__u32 entries; /* at most: what stands behind them nobody of the policy has */
	/* The per-CPU values of one entry. */
	void (*take)(struct counters *counters, const struct slot_index *index, __u32 entry,
		     const void *values, size_t cpus);
	struct counters *counters;
	const struct slot_index *index;
};

static void take_rule(struct counters *counters, const struct slot_index *index, __u32 entry,
		      const void *values, size_t cpus)
{
	if (entry < index->rule_slots && index->rules[entry])
		counters_add_rule(&counters->rules[index->rules[entry] - 1].sum, values, cpus);
}

static struct interface_count *find_interface(struct counters *counters,
					      const struct slot_index *index, __u32 slot)
{
	for (size_t i = 0; i < counters->interface_count; i++)
		if (index->interfaces[i] == slot)
			return &counters->interfaces[i];
	return NULL;
}

static void take_drop(struct counters *counters, const struct slot_index *index, __u32 entry,
		      const void *values, size_t cpus)
{
	struct interface_count *interface =
		find_interface(counters, index, entry / DROP_REASON_STRIDE);

	if (interface && entry % DROP_REASON_STRIDE < DROP_REASON_COUNT)
		counters_add_drop(&interface->drops[entry % DROP_REASON_STRIDE], values, cpus);
}

static void take_switch(struct counters *counters, const struct slot_index *index, __u32 entry,
			const void *values, size_t cpus)
{
	struct interface_count *interface =
		find_interface(counters, index, entry / PASS_SWITCH_STRIDE);

	if (interface && entry % PASS_SWITCH_STRIDE < PASS_SWITCH_COUNT)
		counters_add(&interface->switches[entry % PASS_SWITCH_STRIDE], values, cpus);
}

static void take_flow_event(struct counters *counters, const struct slot_index *index, __u32 entry,
			    const void *values, size_t cpus)
{
	const __u64 *events = values;

	(void)index;
	for (size_t i = 0; i < cpus && entry < FLOW_EVENT_COUNT; i++)
		counters->flow_events[entry] += events[i];
}

static int visit(int fd, __u32 entries, void *context)
{
	const struct reading *reading = context;
	int cpus = libbpf_num_possible_cpus();
	AUTO_FREE __u32 *keys = memory_zeroed(ENTRY_BATCH, sizeof(*keys));
	AUTO_FREE char *values = memory_zeroed((size_t)ENTRY_BATCH * cpus, reading->value_size);
	__u32 position = 0, done = 0;
	int err = 0;

	if (entries > reading->entries)
		entries = reading->entries;
	while (!err && done < entries) {
		__u32 count = entries - done < ENTRY_BATCH ? entries - done : ENTRY_BATCH;

		err = bpf_map_lookup_batch(fd, done ? &position : NULL, &position, keys, values,
					   &count, NULL);
		if (err && err != -ENOENT)
			return err;
		for (__u32 i = 0; i < count; i++)
			reading->take(reading->counters, reading->index, keys[i],
				      values + (size_t)i * cpus * reading->value_size, cpus);
		done += count;
	}
	return 0;
}

struct reading_kind {
	enum counter_kind kind;
	struct reading reading;
};

static const struct reading_kind readings[] = {
	{COUNTER_RULES, {.value_size = sizeof(struct rule_counter), .take = take_rule}},
	{COUNTER_DROPS, {.value_size = sizeof(struct drop_counter), .take = take_drop}},
	{COUNTER_SWITCHES, {.value_size = sizeof(struct counter), .take = take_switch}},
	{COUNTER_FLOW_EVENTS, {.value_size = sizeof(__u64), .take = take_flow_event}},
};

static __u32 entries_of(enum counter_kind kind, const struct slot_index *index,
			const struct counters *counters)
{
	__u32 interfaces = 0;

	for (size_t i = 0; i < counters->interface_count; i++)
		if (index->interfaces[i] >= interfaces)
			interfaces = index->interfaces[i] + 1;
	switch (kind) {
	case COUNTER_RULES:
		return index->rule_slots;
	case COUNTER_DROPS:
		return DROP_REASON_STRIDE * interfaces;
	case COUNTER_SWITCHES:
		return PASS_SWITCH_STRIDE * interfaces;
	default:
		return FLOW_EVENT_COUNT;
	}
}

static struct reading begin_reading(const struct reading_kind *kind, const struct slot_index *index,
				    struct counters *counters)
{
	struct reading reading = kind->reading;

	reading.counters = counters;
	reading.index = index;
	reading.entries = entries_of(kind->kind, index, counters);
	return reading;
}

int counters_read_pinned(const struct run *run, const struct slot_index *index,
			 struct counters *counters)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]) && !err; i++) {
		struct reading reading = begin_reading(&readings[i], index, counters);

		err = pins_visit_counters(run, readings[i].kind, visit, &reading);
	}
	return err;
}

int counters_read_maps(const struct counter_maps *maps, const struct slot_index *index,
		       struct counters *counters)
{
	const int fds[] = {maps->rules, maps->drops, maps->switches, maps->flow_events};
	int err = 0;

	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]) && !err; i++) {
		struct reading reading = begin_reading(&readings[i], index, counters);

		err = visit(fds[i], reading.entries, &reading);
	}
	return err;
}

void counters_index_rules(const struct dataplane_state *state, struct slot_index *index)
{
	for (__u32 i = 0; i < state->info.rule_count; i++)
		if (state->rules[i].slot >= index->rule_slots)
			index->rule_slots = state->rules[i].slot + 1;
	index->rules = memory_zeroed(index->rule_slots, sizeof(*index->rules));
	for (__u32 i = 0; i < state->info.rule_count; i++)
		index->rules[state->rules[i].slot] = i + 1;
}

static void index_interfaces(const struct dataplane_state *state, struct slot_index *index,
			     struct counters *counters)
{
	index->interfaces = memory_zeroed(state->interface_count, sizeof(*index->interfaces));
	counters->interfaces = memory_zeroed(state->interface_count, sizeof(*counters->interfaces));
	counters->interface_count = state->interface_count;
	for (size_t i = 0; i < state->interface_count; i++) {
		index->interfaces[i] = state->interfaces[i].slot;
		memcpy(counters->interfaces[i].name, state->interfaces[i].name,
		       INTERFACE_NAME_SIZE);
	}
}

static int read_counters(const struct run *run, const struct dataplane_state *state,
			 struct counters *counters, struct error *error)
{
	struct slot_index index = {};
	int err;

	counters->rules = memory_zeroed(state->info.rule_count, sizeof(*counters->rules));
	counters->rule_count = state->info.rule_count;
	for (size_t i = 0; i < counters->rule_count; i++)
		counters->rules[i].rule = state->rules[i];
	counters_index_rules(state, &index);
	index_interfaces(state, &index, counters);
	err = counters_read_pinned(run, &index, counters);
	free(index.rules);
	free(index.interfaces);
	return err ? error_set(error, err, "cannot read the counters: %s", strerror(-err)) : 0;
}

int dataplane_read_counters(const char *run_path, const struct dataplane_state *state,
			    struct counters *counters, struct error *error)
{
	struct run run;
	int err;

	*counters = (struct counters){};
	if (!state->applied)
		return 0;
	err = run_open_read(run_path, &run, error);
	if (err)
		return err;
	err = read_counters(&run, state, counters, error);
	run_close(&run);
	if (err)
		counters_free(counters);
	return err;
}
