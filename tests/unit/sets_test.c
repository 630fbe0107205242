// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sets of numbers: equal ones have one number, and unions are unions. */
#include "compile_model.h"

#include "sets.h"

#define SINGLE_COUNT 20000

static void equal_sets_have_one_number(void **state)
{
	static const __u32 members[] = {1, 2, 3, 4};
	struct sets sets;
	__u32 set;

	(void)state;
	sets_init(&sets);
	assert_int_equal(sets_intern(&sets, members, 0), SETS_EMPTY);
	set = sets_intern(&sets, members, 3);
	assert_int_equal(sets_intern(&sets, members, 3), set);
	assert_int_not_equal(sets_intern(&sets, members, 4), set);
	assert_int_not_equal(sets_intern(&sets, members + 1, 2), set);
	assert_int_equal(sets_union(&sets, sets_intern(&sets, members, 2),
				    sets_intern(&sets, members + 1, 2)),
			 set);
	assert_int_equal(sets_union(&sets, SETS_EMPTY, set), set);
	assert_int_equal(sets_union(&sets, set, SETS_EMPTY), set);
	assert_int_equal(sets_union(&sets, set, set), set);
	sets_free(&sets);
}

static void check_pair(struct sets *sets, const __u32 *singles, __u32 left, __u32 right)
{
	size_t count;
	const __u32 *members =
		sets_members(sets, sets_union(sets, singles[left], singles[right]), &count);

	assert_int_equal(count, left == right ? 1 : 2);
	assert_int_equal(members[0], left < right ? left : right);
	assert_int_equal(members[count - 1], left < right ? right : left);
}

/* More sets than any memory of unions holds; pairs that share a side follow each other. */
static void unions_of_many_sets_are_not_mixed_up(void **state)
{
	AUTO_FREE __u32 *singles = memory_zeroed(SINGLE_COUNT, sizeof(*singles));
	struct sets sets;
	__u32 i, fixed;

	(void)state;
	sets_init(&sets);
	for (i = 0; i < SINGLE_COUNT; i++)
		singles[i] = sets_intern(&sets, &i, 1);
	for (fixed = 0; fixed < 3; fixed++) {
		for (i = 0; i < SINGLE_COUNT; i++)
			check_pair(&sets, singles, fixed, i);
		for (i = 0; i < SINGLE_COUNT; i++)
			check_pair(&sets, singles, i, fixed);
	}
	sets_free(&sets);
}

static void the_right_set_keeps_its_single_number(void **state)
{
	static const __u32 wide[] = {1, 3, 101}, narrow[] = {2, 3, 100}, plain[] = {2, 4};
	static const __u32 expected[] = {1, 2, 3, 100}, turned[] = {1, 2, 3, 101};
	static const __u32 kept[] = {1, 2, 3, 4, 101};
	struct sets sets;
	__u32 left, right;
	unsigned i;

	(void)state;
	sets_init(&sets);
	sets.first_single = 100;
	left = sets_intern(&sets, wide, 3);
	right = sets_intern(&sets, narrow, 3);
	/* Twice, since results are remembered. */
	for (i = 0; i < 2; i++) {
		assert_int_equal(sets_union(&sets, left, right), sets_intern(&sets, expected, 4));
		assert_int_equal(sets_union(&sets, right, left), sets_intern(&sets, turned, 4));
	}
	right = sets_intern(&sets, plain, 2);
	assert_int_equal(sets_union(&sets, left, right), sets_intern(&sets, kept, 5));
	assert_int_equal(sets_union(&sets, right, left), sets_intern(&sets, kept, 5));
	sets_free(&sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sets_have_one_number),
		cmocka_unit_test(unions_of_many_sets_are_not_mixed_up),
		cmocka_unit_test(the_right_set_keeps_its_single_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
