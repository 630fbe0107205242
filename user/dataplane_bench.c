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
#include "dataplane_generation.h"
#include "memory.h"

struct dataplane_bench {
	struct generation generation;
	const struct policy *policy;
};

int dataplane_bench_open(const struct policy *policy, const struct tables *tables,
			 struct dataplane_bench **bench, struct error *error)
{
	AUTO_FREE __u32 *slots = memory_zeroed(policy->rule_count, sizeof(*slots));
	const __u32 interface_slot = 0;
	struct generation_plan plan = {
		.policy = policy,
		.tables = tables,
		.number = 1,
		.rule_slots = slots,
		.interface_slots = &interface_slot,
		.instance_count = 1,
		.counters = {-1, -1, -1},
		.rule_slot_count = policy->rule_count,
		.explain = true,
	};
	struct generation generation;
	int err;

	for (size_t i = 0; i < policy->rule_count; i++)
		slots[i] = i;
	err = generation_load(&plan, &generation, error);
	if (err)
		return err;
	*bench = memory_zeroed(1, sizeof(**bench));
	(*bench)->generation = generation;
	(*bench)->policy = policy;
	return 0;
}

int dataplane_bench_run(struct dataplane_bench *bench, const void *frame, size_t len,
			struct judgement *judgement, bool *passed, struct error *error)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = len, .repeat = 1);
	int err = bpf_prog_test_run_opts(generation_program_fd(&bench->generation, 0), &options);

	if (err)
		return error_set(error, err, "the kernel cannot run the program on %zu bytes: %s",
				 len, strerror(-err));
	*judgement = *generation_judged(&bench->generation);
	*passed = options.retval == XDP_PASS;
	return 0;
}

int dataplane_bench_counters(struct dataplane_bench *bench, struct counters *counters,
			     struct error *error)
{
	size_t count = bench->policy->rule_count;
	AUTO_FREE __u32 *rules = memory_zeroed(count, sizeof(*rules));
	__u32 interface = 0;
	struct slot_index index = {.rules = rules, .rule_slots = count, .interfaces = &interface};
	struct counter_maps maps = generation_counter_maps(&bench->generation);
	int err;

	*counters = (struct counters){.rule_count = count, .interface_count = 1};
	counters->rules = memory_zeroed(count, sizeof(*counters->rules));
	counters->interfaces = memory_zeroed(1, sizeof(*counters->interfaces));
	strcpy(counters->interfaces[0].name, "bench");
	for (size_t i = 0; i < count; i++) {
		rules[i] = i + 1;
		strncpy(counters->rules[i].rule.id, bench->policy->rules[i].id, RULE_ID_SIZE - 1);
	}
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
