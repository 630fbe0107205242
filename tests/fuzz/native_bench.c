// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <linux/bpf.h>

#include "memory.h"

#include "export.h"
#include "native_bench.h"

#define NANOSECONDS 1000000000ull

/* What BPF_PROG_TEST_RUN puts into the first buffer: a page without headroom and skb_shared_info.
 */
#define FIRST_BUFFER_MAX 3520

/* The tables of a bench are small, and the kernel of kernel.c looks for the oldest entry. */
#define NATIVE_FLOWS_MAX 256

struct dataplane_bench {
	const struct policy *policy;
	const struct tables *tables;
	struct kernel *kernel;
	struct settings settings; /* of each interface, but for the slot and `vlans` */
	__u64 clock_ns;           /* 0: not set */
	struct export *export;    /* NULL: nothing is written */
};

/* Whose tables the program has, and which interface's places. */
static struct {
	const struct dataplane_bench *bench;
	size_t interface;
} entered;

/* As set_settings() of user/dataplane_generation.c, which needs libbpf; the packet tests see the
 * difference. */
static void set_settings(struct settings *settings, const struct policy *policy,
			 const struct tables *tables, __u64 grace_until_ns)
{
	*settings = (struct settings){
		.generation = 1,
		.ipv6_root = tables->ipv6_root,
		.ipv6_steps = tables->ipv6_steps,
		.source_class_bits = tables->source_class_bits,
		.destination_class_bits = tables->destination_class_bits,
		.monitor = policy->mode == MODE_MONITOR,
		.stateful = policy->stateful,
		.pickup = policy->pickup,
		.grace_until_ns = policy->pickup ? grace_until_ns : 0,
		.homes = tables->home_count > 1,
		.source_ports = tables->source_ports,
		.tick_ns = 1,
		.multi_buffer = true,
		.explain = true,
	};
	for (__u64 i = 0; i < OPENING_SEEDS; i++)
		settings->opening_seeds[i] = (2 * i + 1) * 0x9e3779b97f4a7c15ull;
	for (int i = 0; i < FLOW_PHASE_COUNT; i++)
		settings->timeouts_ns[i] = policy->timeouts[i] * NANOSECONDS;
	memcpy(settings->pass, policy->pass, sizeof(settings->pass));
}

static void fill_policy_maps(struct kernel *kernel, const struct tables *tables)
{
	kernel_size_map(kernel, MAP_rules, tables->rule_entry_count);
	for (size_t i = 0; i < tables->rule_entry_count; i++) {
		const struct rule_entry *entry = &tables->rule_entries[i];

		kernel_put(kernel, MAP_rules, &entry->key,
			   &(struct rule_value){.slot = entry->rule});
	}
	kernel_size_map(kernel, MAP_address_nodes, tables->node_count);
	for (__u32 i = 0; i < tables->node_count; i++)
		kernel_put(kernel, MAP_address_nodes, &i, &tables->nodes[i]);
}

static __u32 least(unsigned limit)
{
	return limit < NATIVE_FLOWS_MAX ? limit : NATIVE_FLOWS_MAX;
}

static void size_lasting_maps(struct kernel *kernel, const struct policy *policy)
{
	kernel_size_map(kernel, MAP_rule_counters, policy->rule_count);
	kernel_size_map(kernel, MAP_drop_counters, policy->interface_count * DROP_REASON_STRIDE);
	kernel_size_map(kernel, MAP_switch_counters, policy->interface_count * PASS_SWITCH_STRIDE);
	kernel_size_map(kernel, MAP_flow_counters, FLOW_EVENTS_MAX);
	kernel_size_map(kernel, MAP_flows4, least(policy->flow_limit));
	kernel_size_map(kernel, MAP_flows6, least(policy->flow_limit));
}

int dataplane_bench_open(const struct policy *policy, const struct tables *tables, unsigned grace,
			 struct dataplane_bench **bench, struct error *error)
{
	struct dataplane_bench *opened = memory_zeroed(1, sizeof(*opened));

	(void)error;
	opened->policy = policy;
	opened->tables = tables;
	opened->kernel = kernel_boot();
	native_bench_begin(opened, grace);
	fill_policy_maps(opened->kernel, tables);
	size_lasting_maps(opened->kernel, policy);
	native_bench_size_openings(opened, least(policy->opening_limit));
	opened->export = export_open(policy, grace);
	dataplane_bench_set_clock(opened, DATAPLANE_BENCH_START_NS);
	*bench = opened;
	return 0;
}

void dataplane_bench_close(struct dataplane_bench *bench)
{
	if (!bench)
		return;
	export_close(bench->export);
	kernel_halt(bench->kernel);
	if (entered.bench == bench)
		entered.bench = NULL;
	free(bench);
}

void native_bench_begin(struct dataplane_bench *bench, unsigned grace)
{
	set_settings(&bench->settings, bench->policy, bench->tables,
		     grace ? DATAPLANE_BENCH_START_NS + grace * NANOSECONDS : 0);
}

void native_bench_size_openings(struct dataplane_bench *bench, __u32 limit)
{
	bench->settings.opening_sets = OPENING_SETS(limit);
	kernel_size_map(bench->kernel, MAP_openings, bench->settings.opening_sets);
}

__u32 native_bench_count_openings(const struct dataplane_bench *bench)
{
	__u32 count = 0;

	for (__u32 i = 0; i < bench->settings.opening_sets; i++) {
		const struct opening_set *set = kernel_find(bench->kernel, MAP_openings, &i);

		for (int way = 0; way < OPENING_WAYS; way++)
			count += set->seen_ns[way] != 0;
	}
	return count;
}

struct settings *native_bench_settings(struct dataplane_bench *bench)
{
	return &bench->settings;
}

struct kernel *native_bench_kernel(struct dataplane_bench *bench)
{
	return bench->kernel;
}

void dataplane_bench_set_clock(struct dataplane_bench *bench, __u64 now_ns)
{
	bench->clock_ns = now_ns;
}

static void enter(struct dataplane_bench *bench, size_t interface)
{
	bool same = entered.bench == bench;

	kernel_enter(bench->kernel);
	program_set_clock(bench->clock_ns);
	if (!same)
		*program_tables() = *bench->tables->constants;
	if (!same || entered.interface != interface)
		*program_places() = bench->tables->places[interface];
	entered.bench = bench;
	entered.interface = interface;
	*program_settings() = bench->settings;
	program_settings()->interface_slot = interface;
	program_settings()->vlans = bench->policy->interfaces[interface].lists_vlans;
}

int native_bench_judge(struct dataplane_bench *bench, size_t interface, const void *frame,
		       size_t len)
{
	/* Of nothing malloc() makes one byte, whose end is a block of nothing. */
	char *memory = memory_there(malloc(len ? len : 1)), *start = len ? memory : memory + 1;
	int action;

	memcpy(start, frame, len);
	enter(bench, interface);
	action = program_run(start, start + len);
	free(memory);
	return action;
}

int dataplane_bench_run(struct dataplane_bench *bench, size_t interface, const void *frame,
			size_t len, struct judgement *judgement, bool *passed, struct error *error)
{
	size_t first = len < FIRST_BUFFER_MAX ? len : FIRST_BUFFER_MAX;

	(void)error;
	export_frame(bench->export, interface, bench->clock_ns, frame, len);
	bench->kernel->more_len = len - first;
	*passed = native_bench_judge(bench, interface, frame, first) == XDP_PASS;
	*judgement = program_judgement();
	return 0;
}

static void read_interface(struct kernel *kernel, __u32 slot, struct interface_count *interface)
{
	for (__u32 i = 0; i < DROP_REASON_COUNT; i++)
		interface->drops[i] = *(struct drop_counter *)kernel_find(
			kernel, MAP_drop_counters, &(__u32){slot * DROP_REASON_STRIDE + i});
	for (__u32 i = 0; i < PASS_SWITCH_COUNT; i++)
		interface->switches[i] = *(struct counter *)kernel_find(
			kernel, MAP_switch_counters, &(__u32){slot * PASS_SWITCH_STRIDE + i});
}

int dataplane_bench_counters(struct dataplane_bench *bench, struct counters *counters,
			     struct error *error)
{
	const struct policy *policy = bench->policy;

	(void)error;
	export_end(bench->export);
	*counters = (struct counters){
		.rules = memory_zeroed(policy->rule_count, sizeof(*counters->rules)),
		.rule_count = policy->rule_count,
		.interfaces = memory_zeroed(policy->interface_count, sizeof(*counters->interfaces)),
		.interface_count = policy->interface_count,
	};
	for (__u32 i = 0; i < policy->rule_count; i++) {
		strncpy(counters->rules[i].rule.id, policy->rules[i].id, RULE_ID_SIZE - 1);
		counters->rules[i].sum =
			*(struct rule_counter *)kernel_find(bench->kernel, MAP_rule_counters, &i);
	}
	for (__u32 i = 0; i < policy->interface_count; i++)
		read_interface(bench->kernel, i, &counters->interfaces[i]);
	for (__u32 i = 0; i < FLOW_EVENT_COUNT; i++)
		counters->flow_events[i] =
			*(__u64 *)kernel_find(bench->kernel, MAP_flow_counters, &i);
	return 0;
}
