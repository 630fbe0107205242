// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random policies and random frames, through the real program and through the slow, obvious model
 * (model.c): they must agree on verdict, reason, rule and direction of every one.
 *
 *   DIRECTORGATE_SEED=N     repeats a run; a failure says which number repeats it soonest
 *   DIRECTORGATE_PACKETS=N  how many frames; a million unless it says otherwise
 *   DIRECTORGATE_BRIEF=1    says no more than that they differ
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include <sys/random.h>

#include "memory.h"
#include "random_policy.h"
#include "random_traffic.h"
#include "shrink.h"
#include "trial.h"

#define PACKETS           1000000
#define PACKETS_OF_POLICY 8000
#define LEAST_OF_EACH     1000
#define LEAST_PASSED      30 /* percent */

static __u64 number_from_environment(const char *name, __u64 otherwise)
{
	const char *text = getenv(name);
	char *end;
	__u64 number;

	if (!text)
		return otherwise;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || end == text)
		fail_msg("%s: expected a number, found \"%s\"", name, text);
	return number;
}

static __u64 fresh_seed(void)
{
	unsigned seed;

	assert_int_equal(getrandom(&seed, sizeof(seed), 0), sizeof(seed));
	return seed;
}

/* Seeds that differ by one begin far apart. */
static struct random random_of(__u64 seed)
{
	__u64 state = (seed + 1) * 0x9e3779b97f4a7c15ull;

	return (struct random){(state ^ state >> 29) | 1};
}

/* Shrinks what the two differ about, and prints it. */
static void report(__u64 seed, const struct policies *policies, const struct sequence *sequence)
{
	struct failure failure = {.sequence = sequence_copy(sequence, NULL)};

	for (int i = 0; i < 2 && policies->texts[i]; i++)
		failure.policies.texts[i] = memory_copy_string(policies->texts[i]);
	print_message("# the two differ; DIRECTORGATE_SEED=%llu repeats it at once\n", seed);
	if (!getenv("DIRECTORGATE_BRIEF")) {
		shrink(&failure);
		failure_print(&failure);
	}
	failure_free(&failure);
}

static struct policies draw_policies(struct random *random)
{
	struct policies policies = {{random_policy(random), NULL}};

	if (pick(random, 3) == 0)
		policies.texts[1] = random_change(random, policies.texts[0]);
	return policies;
}

/* A policy or two, and frames for them. True when the two agree. */
static bool try(__u64 seed, struct tally *tally)
{
	struct random random = random_of(seed);
	struct policies policies = draw_policies(&random);
	struct trial *trial = trial_open(&policies, true);
	const struct policy *drawn[2];
	struct difference difference;
	struct sequence sequence;
	bool agree;

	if (!trial)
		fail_msg("seed %llu makes a policy that cannot be loaded:\n%s", seed,
			 policies.texts[0]);
	drawn[0] = trial_policy(trial, 0);
	drawn[1] = trial_policy(trial, 1);
	sequence = random_traffic(&random, drawn, PACKETS_OF_POLICY);
	agree = trial_run(trial, &sequence, tally, &difference);
	trial_close(trial);
	if (!agree)
		report(seed, &policies, &sequence);
	sequence_free(&sequence);
	free(policies.texts[0]);
	free(policies.texts[1]);
	return agree;
}

static void print_tally(const struct tally *tally)
{
	print_message("# %zu packets, %zu passed\n", tally->packets, tally->passed);
	for (int i = 0; i < DIRECTION_COUNT; i++)
		print_message("# %8zu pass by rule, %s\n", tally->directions[i],
			      counters_direction_label(i));
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		print_message("# %8zu pass by %s\n", tally->switches[i], counters_switch_label(i));
	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++)
		print_message("# %8zu drop as %s\n", tally->reasons[i], counters_reason_label(i));
}

static struct tally tally;

static void the_program_does_what_the_model_says(void **state)
{
	__u64 seed = number_from_environment("DIRECTORGATE_SEED", fresh_seed());
	__u64 packets = number_from_environment("DIRECTORGATE_PACKETS", PACKETS);
	bool agree = true;

	(void)state;
	print_message("# DIRECTORGATE_SEED=%llu\n", seed);
	for (; agree && tally.packets < packets; seed++)
		agree = try(seed, &tally);
	print_tally(&tally);
	assert_true(agree);
}

/* What no frame can bring about, there is no need to see. */
static bool is_needed(enum drop_reason reason)
{
	return reason != DROP_NONE && reason != DROP_INTERNAL;
}

static void expect_enough(size_t count, const char *label)
{
	if (count < LEAST_OF_EACH)
		fail_msg("%zu packets with %s: too few to prove anything", count, label);
}

static void every_outcome_was_tried_often(void **state)
{
	(void)state;
	if (tally.packets < PACKETS)
		return;
	for (int i = 0; i < DIRECTION_COUNT; i++)
		expect_enough(tally.directions[i], counters_direction_label(i));
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		expect_enough(tally.switches[i], counters_switch_label(i));
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		if (is_needed(i))
			expect_enough(tally.reasons[i], counters_reason_label(i));
	assert_in_range(tally.passed * 100 / tally.packets, LEAST_PASSED, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_program_does_what_the_model_says),
		cmocka_unit_test(every_outcome_was_tried_often),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
