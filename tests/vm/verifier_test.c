// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the verifier of this kernel makes of the program in some usual configurations: how long a
 * way it goes, and how large the program is after it. Printed as lines of JSON, for
 * tests/vm/verifier.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>

#include "combination.h"
#include "dataplane_kernel.h"

#define BIT(setting)                          (1u << (setting))
#define AS_BIT(id, label, initially, meaning) | (initially) << PASS_##id
#define SHIPPED_SWITCHES                      (0 PASS_SWITCHES(AS_BIT))
#define SHIPPED                               (SHIPPED_SWITCHES | BIT(STATEFUL) | BIT(PICKUP))

/* What apply loads for them; the first is the shipped example's. */
static const struct configuration {
	const char *name;
	unsigned combination; /* and multi-buffer, where the kernel has it */
} configurations[] = {
	{"stateful", SHIPPED},
	{"stateful without pickup", SHIPPED & ~BIT(PICKUP)},
	{"stateless", SHIPPED_SWITCHES},
	{"monitor", SHIPPED | BIT(MONITOR)},
	{"sources", SHIPPED | BIT(HOMES)},
	{"vlans", SHIPPED | BIT(HOMES) | BIT(VLANS)},
	{"source-ports", SHIPPED | BIT(SOURCE_PORTS)},
	{"all pass switches", SHIPPED | SWITCHES},
	{"all of these", SHIPPED | SWITCHES | BIT(HOMES) | BIT(VLANS) | BIT(SOURCE_PORTS)},
	{"explain", SHIPPED | BIT(EXPLAIN)},
};

static char statistics[1 << 14];

/* The number after the words, in what the verifier says at the end. */
static unsigned long number_after(const char *words)
{
	const char *found = strstr(statistics, words);

	if (!found)
		fail_msg("the verifier does not say \"%s\": %s", words, statistics);
	return found ? strtoul(found + strlen(words), NULL, 10) : 0;
}

/* Of each subprogram, as the verifier prints them: "392+24+0". */
static void copy_stack_depths(char text[64])
{
	static const char words[] = "stack depth ";
	const char *found = strstr(statistics, words);

	snprintf(text, 64, "%.*s", found ? (int)strcspn(found + sizeof(words) - 1, "\n") : 0,
		 found ? found + sizeof(words) - 1 : "");
}

static struct directorgate_bpf *load(unsigned combination)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .kernel_log_buf = statistics,
		    .kernel_log_size = sizeof(statistics), .kernel_log_level = 4);
	struct directorgate_bpf *program = directorgate_bpf__open_opts(&options);
	int err;

	assert_non_null(program);
	set(program, combination);
	statistics[0] = '\0';
	err = directorgate_bpf__load(program);
	if (err)
		fail_msg("%s\n%s", strerror(-err), statistics);
	return program;
}

static void print(const struct configuration *configuration, const struct bpf_prog_info *info)
{
	char depths[64];
	struct utsname kernel;

	uname(&kernel);
	copy_stack_depths(depths);
	printf("# verifier: {\"kernel\": \"%s\", \"configuration\": \"%s\", \"instructions\": %lu, "
	       "\"peak_states\": %lu, \"total_states\": %lu, \"microseconds\": %lu, "
	       "\"stack_depths\": \"%s\", \"translated_bytes\": %u, \"jited_bytes\": %u}\n",
	       kernel.release, configuration->name, number_after("processed "),
	       number_after("peak_states "), number_after("total_states "),
	       number_after("verification time "), depths, info->xlated_prog_len,
	       info->jited_prog_len);
	fflush(stdout);
}

static void no_configuration_is_a_long_way_for_the_verifier(void **state)
{
	struct kernel_facts kernel;
	unsigned multi_buffer;

	(void)state;
	assert_int_equal(probe_kernel(&kernel), 0);
	multi_buffer = kernel.multi_buffer ? BIT(MULTI_BUFFER) : 0;
	for (size_t i = 0; i < sizeof(configurations) / sizeof(*configurations); i++) {
		struct directorgate_bpf *program =
			load(configurations[i].combination | multi_buffer);
		struct bpf_prog_info info = {0};
		__u32 len = sizeof(info);

		assert_int_equal(bpf_obj_get_info_by_fd(
					 bpf_program__fd(program->progs.directorgate), &info, &len),
				 0);
		print(&configurations[i], &info);
		assert_true(number_after("processed ") <= INSTRUCTIONS_MAX);
		directorgate_bpf__destroy(program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_configuration_is_a_long_way_for_the_verifier),
	};

	kernel_listen();
	return cmocka_run_group_tests_name("verifier", tests, NULL, NULL);
}
