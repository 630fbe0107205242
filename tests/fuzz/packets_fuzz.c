// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any frames, in any order and at any time, through the natively compiled program. The
 * sanitizers watch what it reads and writes; here is checked what it says.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "counters.h"

#include "fuzz_site.h"
#include "native_bench.h"
#include "oracle.h"
#include "packet/outcome.h"
#include "steps.h"

#define FEW_FLOWS  2
#define MANY_FLOWS 256

/* The site without homes and with them. */
static struct site {
	struct policy policy;
	struct tables tables;
	struct dataplane_bench *bench;
} sites[2];

/* What the input is judged by. */
static struct site *site;

/* What the counters say became of one frame. */
struct count {
	int moved; /* counters */
	struct counter by;
	struct judgement judgement;
	bool softened; /* counted as `would_drop` */
};

/* How many frames got which verdict, printed at the end: what the fuzzer is worth. */
static struct {
	unsigned long rules[DIRECTION_COUNT], switches[PASS_SWITCH_COUNT], drops[DROP_REASON_COUNT];
} tally;

static _Noreturn void __attribute__((format(printf, 1, 2))) blame(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

/* Adds the counter to what moved, and sets it back. */
static bool collect(struct counter *counter, struct count *count)
{
	if (!counter->packets && !counter->bytes)
		return false;
	count->moved++;
	count->by = *counter;
	*counter = (struct counter){0};
	return true;
}

static void collect_rules(struct kernel *kernel, struct count *count)
{
	for (__u32 i = 0; i < site->policy.rule_count; i++) {
		struct rule_counter *rule = kernel_find(kernel, MAP_rule_counters, &i);

		for (__u32 way = 0; way < DIRECTION_COUNT; way++)
			if (collect(&rule->directions[way], count))
				count->judgement = (struct judgement){
					.verdict = VERDICT_RULE, .rule_slot = i, .direction = way};
	}
}

static void collect_drops(struct kernel *kernel, __u32 slot, struct count *count)
{
	for (__u32 i = 0; i < DROP_REASON_STRIDE; i++) {
		__u32 index = slot * DROP_REASON_STRIDE + i;
		struct drop_counter *drop = kernel_find(kernel, MAP_drop_counters, &index);
		bool softened = collect(&drop->would_drop, count);

		if (!collect(&drop->dropped, count) && !softened)
			continue;
		count->softened = softened;
		count->judgement = (struct judgement){.verdict = VERDICT_DROP, .reason = i};
	}
}

static void collect_switches(struct kernel *kernel, __u32 slot, struct count *count)
{
	for (__u32 i = 0; i < PASS_SWITCH_STRIDE; i++) {
		__u32 index = slot * PASS_SWITCH_STRIDE + i;

		if (collect(kernel_find(kernel, MAP_switch_counters, &index), count))
			count->judgement =
				(struct judgement){.verdict = VERDICT_SWITCH, .pass_switch = i};
	}
}

/* Every frame moves one counter of its interface, by one packet and its own length. */
static struct count collect_all(size_t interface, const struct step *step)
{
	struct kernel *kernel = native_bench_kernel(site->bench);
	struct count count = {0};

	collect_rules(kernel, &count);
	collect_drops(kernel, interface, &count);
	collect_switches(kernel, interface, &count);
	if (count.moved != 1)
		blame("%d counters moved", count.moved);
	if (count.by.packets != 1)
		blame("counted as %llu packets", count.by.packets);
	if (count.by.bytes != step->len && count.by.bytes != step->len + kernel->more_len)
		blame("%u bytes counted as %llu", step->len, count.by.bytes);
	return count;
}

static void check_verdict(const struct count *count, int action)
{
	const struct settings *settings = native_bench_settings(site->bench);
	const struct judgement *judgement = &count->judgement;
	bool passes = judgement->verdict != VERDICT_DROP || settings->monitor;

	if (action != (passes ? XDP_PASS : XDP_DROP))
		blame("the action is %d", action);
	if (judgement->verdict == VERDICT_SWITCH && (judgement->pass_switch >= PASS_SWITCH_COUNT ||
						     !settings->pass[judgement->pass_switch]))
		blame("passed by switch %u", judgement->pass_switch);
	if (judgement->verdict == VERDICT_RULE && !site->policy.rules[judgement->rule_slot].enabled)
		blame("passed by a rule that is switched off");
	if (judgement->verdict != VERDICT_DROP)
		return;
	if (judgement->reason == DROP_NONE || judgement->reason >= DROP_REASON_COUNT)
		blame("dropped for reason %u", judgement->reason);
	if (judgement->reason == DROP_INTERNAL)
		blame("a look-up inside the program failed");
	if (count->softened != settings->monitor)
		blame("a drop in monitor mode, or the other way round");
}

/* `explain` and the counters say the same. */
static void check_judgement(const struct judgement *counted)
{
	struct judgement told = program_judgement();

	if (told.verdict != counted->verdict || told.reason != counted->reason ||
	    told.rule_slot != counted->rule_slot || told.direction != counted->direction ||
	    told.pass_switch != counted->pass_switch)
		blame("told %u %u %u %u %u", told.verdict, told.reason, told.rule_slot,
		      told.direction, told.pass_switch);
}

/* With FUZZ_TRACE set: a line a frame, for whoever looks into an input. */
static void trace(const struct step *step, size_t interface, int action)
{
	const struct kernel *kernel = native_bench_kernel(site->bench);
	double seconds = (kernel->clock_ns - DATAPLANE_BENCH_START_NS) / 1e9;
	struct judgement told = program_judgement();
	struct outcome outcome = outcome_of(&told, &site->policy);
	char text[OUTCOME_TEXT_SIZE] = "not told";

	if (!getenv("FUZZ_TRACE"))
		return;
	if (native_bench_settings(site->bench)->explain)
		outcome_print(&outcome, text);
	fprintf(stderr, "at %g s on %zu, where 0x%02x: action %d, %s:", seconds, interface,
		step->where, action, text);
	for (int i = 0; i < step->len; i++)
		fprintf(stderr, " %02x", step->frame[i]);
	fputc('\n', stderr);
}

static void note(const struct judgement *judgement)
{
	if (judgement->verdict == VERDICT_RULE)
		tally.rules[judgement->direction]++;
	else if (judgement->verdict == VERDICT_SWITCH)
		tally.switches[judgement->pass_switch]++;
	else
		tally.drops[judgement->reason]++;
}

static void print_tally(void)
{
	fputs("tally:", stderr);
	for (int i = 0; i < DIRECTION_COUNT; i++)
		fprintf(stderr, " %s %lu", counters_direction_label(i), tally.rules[i]);
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		fprintf(stderr, ", by %s %lu", counters_switch_label(i), tally.switches[i]);
	fputs("\ntally: dropped", stderr);
	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++)
		fprintf(stderr, " %s %lu", counters_reason_label(i), tally.drops[i]);
	fputc('\n', stderr);
}

static void check_flows(void)
{
	const struct kernel *kernel = native_bench_kernel(site->bench);
	__u32 flows =
		kernel_entry_count(kernel, MAP_flows4) + kernel_entry_count(kernel, MAP_flows6);

	if (kernel->sockets_held)
		blame("%d sockets are still held", kernel->sockets_held);
	if (native_bench_settings(site->bench)->stateful)
		return;
	flows += native_bench_count_openings(site->bench);
	if (flows)
		blame("%u flows are kept", flows);
}

static void arrive(const struct step *step)
{
	struct kernel *kernel = native_bench_kernel(site->bench);
	size_t interface = (step->where & WHERE_INTERFACE) % site->policy.interface_count;
	struct count count;
	int action;

	kernel->clock_ns += step_pauses_ns[step->pause % PAUSE_COUNT];
	dataplane_bench_set_clock(site->bench, kernel->clock_ns);
	kernel->more_len = step->where & WHERE_MORE_BUFFERS ? STEP_MORE_LEN : 0;
	kernel->no_room = step->where & WHERE_NO_ROOM;
	native_bench_settings(site->bench)->generation += !!(step->where & WHERE_APPLY);
	kernel->socket_state = step_socket_states[step->where >> WHERE_SOCKET_SHIFT & WHERE_SOCKET];
	action = native_bench_judge(site->bench, interface, step->frame, step->len);
	trace(step, interface, action);
	count = collect_all(interface, step);
	check_verdict(&count, action);
	if (native_bench_settings(site->bench)->explain)
		check_judgement(&count.judgement);
	check_flows();
	oracle_judge(step, interface, kernel->clock_ns, &count.judgement);
	if (*(__u64 *)kernel_find(kernel, MAP_flow_counters, &(__u32){FLOW_EVENT_EVICTION}))
		oracle_forgets();
	note(&count.judgement);
}

/* All of it that is no table: so that no input needs a policy of its own. */
static void set_policy(const struct steps *steps)
{
	struct policy *policy = &site->policy;
	struct settings *settings = native_bench_settings(site->bench);

	policy->mode = steps->options & OPTION_MONITOR ? MODE_MONITOR : MODE_ENFORCE;
	policy->stateful = steps->options & OPTION_STATEFUL;
	policy->pickup = steps->options & OPTION_PICKUP;
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		policy->pass[i] = steps->switches >> i & 1;
	native_bench_begin(site->bench, steps->options & OPTION_GRACE ? GRACE_SECONDS : 0);
	settings->multi_buffer = steps->options & OPTION_MULTI_BUFFER;
	settings->explain = steps->options & OPTION_EXPLAIN;
}

/* A machine where nothing was counted or remembered yet. */
static void begin(const struct steps *steps)
{
	static const enum program_map lru_maps[] = {MAP_flows4, MAP_flows6};
	__u32 limit = steps->options & OPTION_FEW_FLOWS ? FEW_FLOWS : MANY_FLOWS;
	struct kernel *kernel;

	site = &sites[!!(steps->options & OPTION_HOMES)];
	kernel = native_bench_kernel(site->bench);
	set_policy(steps);
	for (size_t i = 0; i < sizeof(lru_maps) / sizeof(lru_maps[0]); i++)
		kernel_size_map(kernel, lru_maps[i], limit);
	native_bench_size_openings(site->bench, limit);
	kernel_clear_map(kernel, MAP_rule_counters);
	kernel_clear_map(kernel, MAP_flow_counters);
	kernel->clock_ns = DATAPLANE_BENCH_START_NS;
	oracle_begin(steps, &site->policy);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct error error = {0};

	(void)argc;
	(void)argv;
	for (int homes = 0; homes < 2; homes++) {
		site = &sites[homes];
		fuzz_site_read(homes, &site->policy, &site->tables);
		if (dataplane_bench_open(&site->policy, &site->tables, 0, &site->bench, &error))
			blame("%s", error.text);
	}
	atexit(print_tally);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct steps steps;

	if (!steps_read(&steps, bytes, len))
		return 0;
	begin(&steps);
	for (size_t i = 0; i < steps.count; i++)
		arrive(&steps.items[i]);
	oracle_end();
	return 0;
}
