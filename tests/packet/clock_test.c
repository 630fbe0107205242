// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Jiffies as a clock: what the program takes for CLOCK_MONOTONIC_COARSE is it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane_probe.h"

#define MILLISECOND_NS 1000000ull

/* The kernel counts the jiffy a moment before it moves the clock. */
static void assert_within_two_ticks(const struct kernel_facts *left,
				    const struct kernel_facts *right)
{
	int64_t apart = (int64_t)(left->clock_start_ns - right->clock_start_ns);
	int64_t most = 2 * (int64_t)left->tick_ns;

	assert_true(apart >= -most && apart <= most);
}

static void a_tick_is_one_to_ten_milliseconds(void **state)
{
	struct kernel_facts facts;

	(void)state;
	assert_int_equal(probe_kernel(&facts), 0);
	assert_in_range(facts.tick_ns, MILLISECOND_NS, 10 * MILLISECOND_NS);
}

/* Else the time of what is remembered would run away from the time that status goes by. */
static void jiffies_go_with_the_clock(void **state)
{
	struct kernel_facts first, later;

	(void)state;
	assert_int_equal(probe_kernel(&first), 0);
	usleep(300 * 1000);
	assert_int_equal(probe_kernel(&later), 0);
	assert_int_equal(first.tick_ns, later.tick_ns);
	assert_within_two_ticks(&first, &later);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tick_is_one_to_ten_milliseconds),
		cmocka_unit_test(jiffies_go_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
