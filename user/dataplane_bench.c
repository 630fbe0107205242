// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A private generation on no interface: packets are judged by the real program, and no live counter
 * moves. */
#include <errno.h>
#include <string.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane.h"
#include "dataplane_counters.h"
#include "dataplane_flows.h"
#include "dataplane_generation.h"
#include "memory.h"

#define BENCH_FLOWS_MAX 16384

struct dataplane_bench {
	struct generation generation;
	__u32 number; /* of the generation */
	__u64 opening_seeds[OPENING_SEEDS];
	const struct policy *policy;
};

static __u32 *count_up(size_t count)
{
	__u32 *numbers = memory_zeroed(count, sizeof(*numbers));

	for (size_t i = 0; i < count; i++)
		numbers[i] = i;
	return numbers;
}

/* An entry is large, and a question needs few. */
static unsigned least(unsigned limit)
{
	return limit < BENCH_FLOWS_MAX ? limit : BENCH_FLOWS_MAX;
}

/* The bench's next generation, over those flow tables. */
static int load(const struct dataplane_bench *bench, const struct policy *policy,
		const struct tables *tables, unsigned grace, struct flow_maps flows,
		struct generation *generation, struct error *error)
{
	AUTO_FREE __u32 *rule_slots = count_up(policy->rule_count);
	AUTO_FREE __u32 *interface_slots = count_up(policy->interface_count);
	struct generation_plan plan = {
		.policy = policy,
		.tables = tables,
		.number = bench->number + 1,
		.rule_slots = rule_slots,
		.interface_slots = interface_slots,
		.instance_count = policy->interface_count,
		.counters = COUNTER_MAPS_OWN,
		.flows = flows,
		.opening_seeds = bench->opening_seeds,
		.rule_slot_count = policy->rule_count,
		.flow_limit = least(policy->flow_limit),
		.opening_limit = least(policy->opening_limit),
		.grace_until_ns = grace ? DATAPLANE_BENCH_START_NS + grace * NANOSECONDS : 0,
		.explain = true,
	};

	return generation_load(&plan, generation, error);
}

static void take_on(struct dataplane_bench *bench, const struct generation *generation,
		    const struct policy *policy)
{
	bench->generation = *generation;
	bench->number++;
	bench->policy = policy;
}

int dataplane_bench_open(const struct policy *policy, const struct tables *tables, unsigned grace,
			 struct dataplane_bench **bench, struct error *error)
{
	struct dataplane_bench opened = {};
	struct generation generation;
	int err;

	err = flows_draw_seeds(opened.opening_seeds, error);
	if (!err)
		err = load(&opened, policy, tables, grace, FLOW_MAPS_OWN, &generation, error);
	if (err)
		return err;
	take_on(&opened, &generation, policy);
	*bench = memory_zeroed(1, sizeof(**bench));
	**bench = opened;
	dataplane_bench_set_clock(*bench, DATAPLANE_BENCH_START_NS);
	return 0;
}

int dataplane_bench_apply(struct dataplane_bench *bench, const struct policy *policy,
			  const struct tables *tables, unsigned grace, struct error *error)
{
	struct generation next;
	int err = load(bench, policy, tables, grace, generation_flow_maps(&bench->generation),
		       &next, error);

	if (err)
		return err;
	generation_close(&bench->generation);
	take_on(bench, &next, policy);
	return 0;
}

void dataplane_bench_set_clock(struct dataplane_bench *bench, __u64 now_ns)
{
	generation_set_clock(&bench->generation, now_ns);
}

int dataplane_bench_run(struct dataplane_bench *bench, size_t interface, const void *frame,
			size_t len, struct judgement *judgement, bool *passed, struct error *error)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = len, .repeat = 1);
	int err = bpf_prog_test_run_opts(generation_program_fd(&bench->generation, interface),
					 &options);

	if (err)
		return error_set(error, err, "the kernel cannot run the program on %zu bytes: %s",
				 len, strerror(-err));
	*judgement = *generation_judged(&bench->generation, interface);
	*passed = options.retval == XDP_PASS;
	return 0;
}

static void name_counters(const struct policy *policy, struct counters *counters)
{
	*counters = (struct counters){
		.rules = memory_zeroed(policy->rule_count, sizeof(*counters->rules)),
		.rule_count = policy->rule_count,
		.interfaces = memory_zeroed(policy->interface_count, sizeof(*counters->interfaces)),
		.interface_count = policy->interface_count,
	};
	for (size_t i = 0; i < policy->rule_count; i++)
		strncpy(counters->rules[i].rule.id, policy->rules[i].id, RULE_ID_SIZE - 1);
	for (size_t i = 0; i < policy->interface_count; i++)
		strncpy(counters->interfaces[i].name, policy->interfaces[i].name,
			INTERFACE_NAME_SIZE - 1);
}

int dataplane_bench_counters(struct dataplane_bench *bench, struct counters *counters,
			     struct error *error)
{
	const struct policy *policy = bench->policy;
	AUTO_FREE __u32 *rules = count_up(policy->rule_count);
	AUTO_FREE __u32 *interfaces = count_up(policy->interface_count);
	struct slot_index index = {
		.rules = rules, .rule_slots = policy->rule_count, .interfaces = interfaces};
	struct counter_maps maps = generation_counter_maps(&bench->generation);
	int err;

	for (size_t i = 0; i < policy->rule_count; i++)
		rules[i]++;
	name_counters(policy, counters);
	err = counters_read_maps(&maps, &index, counters);
	if (!err)
		return 0;
	counters_free(counters);
	return error_set(error, err, "cannot read the counters: %s", strerror(-err));
}

void dataplane_bench_close(struct dataplane_bench *bench)
{
	if (!bench)
		return;
	generation_close(&bench->generation);
	free(bench);
}
