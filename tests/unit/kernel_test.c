// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is shown of a refusal, from what libbpf 1.1 says on 6.1 to 6.18. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane_kernel.h"

#define PROGRAM "libbpf: prog 'directorgate': "

static void assert_excerpt(const char *said, const char *wanted)
{
	char text[1024];

	kernel_excerpt(said, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void of_a_short_log_all_but_its_statistics_is_shown(void **state)
{
	(void)state;
	assert_excerpt(PROGRAM "BPF program load failed: Permission denied\n" PROGRAM
			       "-- BEGIN PROG LOAD LOG --\n"
			       "0: R1=ctx() R10=fp0\n"
			       "0: (79) r0 = *(u64 *)(r2 +0)\n"
			       "R2 !read_ok\n"
			       "verification time 41 usec\n"
			       "stack depth 0\n"
			       "processed 1 insns (limit 1000000) max_states_per_insn 0\n"
			       "-- END PROG LOAD LOG --\n" PROGRAM "failed to load: -13\n"
			       "libbpf: failed to load object 'directorgate_bpf'\n",
		       "\n  0: R1=ctx() R10=fp0"
		       "\n  0: (79) r0 = *(u64 *)(r2 +0)"
		       "\n  R2 !read_ok");
}

static void of_a_long_log_the_last_lines_are_shown(void **state)
{
	(void)state;
	assert_excerpt(PROGRAM "-- BEGIN PROG LOAD LOG --\n"
			       "one\ntwo\nthree\nfour\n\nfive\nsix\nprocessed 6 insns\n"
			       "-- END PROG LOAD LOG --\n",
		       "\n  three\n  four\n  five\n  six");
}

static void a_line_of_registers_is_cut(void **state)
{
	char said[512] = PROGRAM "-- BEGIN PROG LOAD LOG --\n", wanted[256] = "\n  ";
	size_t len = strlen(said);

	(void)state;
	memset(said + len, 'R', 300);
	memset(wanted + 3, 'R', 160);
	strcpy(said + len + 300, "\nprocessed 1 insns\n-- END PROG LOAD LOG --\n");
	assert_excerpt(said, wanted);
}

static void without_a_log_the_cause_is_shown_and_not_what_follows(void **state)
{
	(void)state;
	assert_excerpt("libbpf: map 'flows4': failed to create: Cannot allocate memory(-12)\n"
		       "libbpf: failed to load object 'directorgate_bpf'\n"
		       "libbpf: failed to load BPF skeleton 'directorgate_bpf': -12\n",
		       "\n  map 'flows4': failed to create: Cannot allocate memory(-12)");
}

static void silence_is_no_excerpt(void **state)
{
	(void)state;
	assert_excerpt("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_short_log_all_but_its_statistics_is_shown),
		cmocka_unit_test(of_a_long_log_the_last_lines_are_shown),
		cmocka_unit_test(a_line_of_registers_is_cut),
		cmocka_unit_test(without_a_log_the_cause_is_shown_and_not_what_follows),
		cmocka_unit_test(silence_is_no_excerpt),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
