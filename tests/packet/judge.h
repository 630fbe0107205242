/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Frames through the real program, and what must follow: the verdict, its reason or
 * rule, and of all counters exactly one that moves, by one packet and the frame's bytes.
 */
#ifndef PACKET_JUDGE_H
#define PACKET_JUDGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane.h"
#include "memory.h"

#include "builder.h"
#include "outcome.h"
#include "site.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A loaded generation, and what its counters must say. */
struct gate {
	struct policy policy;
	struct tables tables;
	struct dataplane_bench *bench; /* NULL: not open yet */
	struct counters expected;
	bool reasons_seen[DROP_REASON_COUNT];
	struct error error; /* why it could not be opened; once is enough to find out */
};

static struct gate gates[SITE_COUNT];

static inline struct gate *open_gate(enum site_name site)
{
	struct gate *gate = &gates[site];
	struct error error = {0};

	if (gate->bench)
		return gate;
	if (gate->error.text[0])
		fail_msg("%s", gate->error.text);
	read_site(&sites[site], &gate->policy, &gate->tables);
	if (dataplane_bench_open(&gate->policy, &gate->tables, 0, &gate->bench, &gate->error))
		fail_msg("%s", gate->error.text);
	if (dataplane_bench_counters(gate->bench, &gate->expected, &error))
		fail_msg("%s", error.text);
	return gate;
}

/* A group's teardown. */
static inline int close_gates(void **state)
{
	(void)state;
	for (size_t i = 0; i < SITE_COUNT; i++) {
		if (!gates[i].bench)
			continue;
		dataplane_bench_close(gates[i].bench);
		counters_free(&gates[i].expected);
		compile_free(&gates[i].tables);
		policy_free(&gates[i].policy);
		gates[i] = (struct gate){0};
	}
	return 0;
}

/* What the program of an interface says about a frame; whether it passed must fit. */
static inline struct outcome run_on(struct gate *gate, size_t interface, const void *bytes,
				    size_t len)
{
	bool monitor = gate->policy.mode == MODE_MONITOR, passed;
	struct judgement judgement;
	struct error error = {0};

	if (dataplane_bench_run(gate->bench, interface, bytes, len, &judgement, &passed, &error))
		fail_msg("%s", error.text);
	assert_int_equal(passed, monitor || judgement.verdict != VERDICT_DROP);
	return outcome_of(&judgement, &gate->policy);
}

/* On the first interface. */
static inline struct outcome run(struct gate *gate, const void *bytes, size_t len)
{
	return run_on(gate, 0, bytes, len);
}

/* The counter that a packet with this outcome moves. */
static inline struct counter *counter_of(struct gate *gate, const struct outcome *outcome)
{
	struct interface_count *interface = &gate->expected.interfaces[0];
	struct drop_counter *drops = &interface->drops[outcome->reason];

	if (outcome->verdict == VERDICT_SWITCH)
		return &interface->switches[outcome->pass_switch];
	if (outcome->verdict == VERDICT_DROP)
		return gate->policy.mode == MODE_MONITOR ? &drops->would_drop : &drops->dropped;
	for (size_t i = 0; i < gate->expected.rule_count; i++)
		if (!strcmp(gate->expected.rules[i].rule.id, outcome->rule))
			return &gate->expected.rules[i].sum.directions[outcome->direction];
	fail_msg("no rule %s", outcome->rule);
	return NULL;
}

static inline bool is_same_outcome(const struct outcome *left, const struct outcome *right)
{
	return left->verdict == right->verdict && left->reason == right->reason &&
	       left->direction == right->direction && left->pass_switch == right->pass_switch &&
	       !strcmp(left->rule ? left->rule : "", right->rule ? right->rule : "");
}

static inline void note(struct gate *gate, const struct outcome *outcome, size_t len)
{
	struct counter *counter = counter_of(gate, outcome);

	counter->packets++;
	counter->bytes += len;
	gate->reasons_seen[outcome->reason] = true;
}

/* Judges bytes, and fails with the case's name when something else becomes of them. */
static inline void expect_bytes(struct gate *gate, const char *name, const void *bytes, size_t len,
				struct outcome expected)
{
	struct outcome seen = run(gate, bytes, len);
	char expected_text[OUTCOME_TEXT_SIZE], seen_text[OUTCOME_TEXT_SIZE];

	note(gate, &seen, len);
	if (is_same_outcome(&expected, &seen))
		return;
	outcome_print(&expected, expected_text);
	outcome_print(&seen, seen_text);
	fail_msg("%s: expected %s, saw %s", name, expected_text, seen_text);
}

static inline void expect(struct gate *gate, const char *name, const struct frame *frame,
			  struct outcome expected)
{
	const struct built *built = build(frame);

	expect_bytes(gate, name, built->bytes, built->len, expected);
}

static inline void expect_counter(const char *what, const char *name,
				  const struct counter *expected, const struct counter *seen)
{
	if (expected->packets != seen->packets || expected->bytes != seen->bytes)
		fail_msg("%s %s: expected %llu packets, %llu bytes; counted %llu, %llu", what, name,
			 expected->packets, expected->bytes, seen->packets, seen->bytes);
}

static inline void expect_rule_counters(const struct counters *expected,
					const struct counters *seen)
{
	for (size_t i = 0; i < expected->rule_count; i++)
		for (int way = 0; way < DIRECTION_COUNT; way++)
			expect_counter(expected->rules[i].rule.id, counters_direction_label(way),
				       &expected->rules[i].sum.directions[way],
				       &seen->rules[i].sum.directions[way]);
}

static inline void expect_interface_counters(const struct interface_count *expected,
					     const struct interface_count *seen)
{
	for (int i = 0; i < DROP_REASON_COUNT; i++) {
		expect_counter("dropped", counters_reason_label(i), &expected->drops[i].dropped,
			       &seen->drops[i].dropped);
		expect_counter("would drop", counters_reason_label(i),
			       &expected->drops[i].would_drop, &seen->drops[i].would_drop);
	}
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		expect_counter("passed by", counters_switch_label(i), &expected->switches[i],
			       &seen->switches[i]);
}

/* All counters of the generation are what was sent through it, no more and no less. */
static inline void expect_counters(struct gate *gate)
{
	struct error error = {0};
	struct counters seen;

	if (dataplane_bench_counters(gate->bench, &seen, &error))
		fail_msg("%s", error.text);
	expect_rule_counters(&gate->expected, &seen);
	expect_interface_counters(&gate->expected.interfaces[0], &seen.interfaces[0]);
	counters_free(&seen);
}

#endif
