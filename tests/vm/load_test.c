// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Does the verifier of this kernel accept the program, whatever its settings? They
 * are constants to it, so each combination is another program. Nothing is attached.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "combination.h"

static char verifier_log[1 << 16];

static int load(unsigned combination)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .kernel_log_buf = verifier_log,
		    .kernel_log_size = sizeof(verifier_log), .kernel_log_level = 4);
	struct directorgate_bpf *program = directorgate_bpf__open_opts(&options);
	int err;

	assert_non_null(program);
	set(program, combination);
	verifier_log[0] = '\0';
	err = directorgate_bpf__load(program);
	directorgate_bpf__destroy(program);
	return err;
}

/* What the verifier says that it went through: the program is as slow to load as that is long. */
static unsigned long instructions_processed(void)
{
	const char *statistics = strstr(verifier_log, "processed ");

	assert_non_null(statistics);
	return strtoul(statistics + strlen("processed "), NULL, 10);
}

static void loads(unsigned combination)
{
	int err = load(combination);

	if (!err && instructions_processed() <= INSTRUCTIONS_MAX)
		return;
	fail_msg("%s: pass switches %#x, monitor %d, multi-buffer %d, source ports %d, explain "
		 "%d, stateful %d, pickup %d, homes %d, vlans %d\n%s",
		 err ? strerror(-err) : "too long a way for the verifier", combination & SWITCHES,
		 has(combination, MONITOR), has(combination, MULTI_BUFFER),
		 has(combination, SOURCE_PORTS), has(combination, EXPLAIN),
		 has(combination, STATEFUL), has(combination, PICKUP), has(combination, HOMES),
		 has(combination, VLANS), verifier_log);
}

static void the_program_loads_with_one_setting_on_and_with_one_off(void **state)
{
	(void)state;
	loads(0);
	loads(COMBINATION_COUNT - 1);
	for (unsigned setting = 0; setting < SETTING_COUNT; setting++) {
		loads(1u << setting);
		loads((COMBINATION_COUNT - 1) & ~(1u << setting));
	}
}

/* Of those that are no switch. */
static void the_program_loads_with_any_two_settings_on(void **state)
{
	(void)state;
	for (unsigned one = PASS_SWITCH_COUNT; one < SETTING_COUNT; one++)
		for (unsigned other = PASS_SWITCH_COUNT; other < one; other++)
			loads(SWITCHES | 1u << one | 1u << other);
}

/* The switches are all alike, so that here they go together. */
static void the_program_loads_with_every_combination_of_the_other_settings(void **state)
{
	(void)state;
	for (unsigned others = 0; others < COMBINATION_COUNT; others += SWITCHES + 1) {
		loads(others);
		loads(others | SWITCHES);
	}
}

static int ignore(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

/* An emulated machine is too slow for all: LOAD_TEST=edges leaves out the last test. */
int main(void)
{
	const struct CMUnitTest edges[] = {
		cmocka_unit_test(the_program_loads_with_one_setting_on_and_with_one_off),
		cmocka_unit_test(the_program_loads_with_any_two_settings_on),
	};
	const struct CMUnitTest others[] = {
		cmocka_unit_test(the_program_loads_with_every_combination_of_the_other_settings),
	};
	const char *which = getenv("LOAD_TEST");
	int failed;

	libbpf_set_print(ignore);
	failed = cmocka_run_group_tests(edges, NULL, NULL);
	if (!which || strcmp(which, "edges"))
		failed += cmocka_run_group_tests(others, NULL, NULL);
	return failed;
}
