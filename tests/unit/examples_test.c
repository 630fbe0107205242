// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The configurations that are shipped, judged as a user's would be, and a little harder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <glob.h>

#include <cmocka.h>

#include "config.h"
#include "memory.h"

/* The id of a rule of the page that matches nobody although nobody switched it off, or NULL. */
static const char *find_nobody(const struct policy *policy)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		const struct role *from = &policy->roles[rule->from];

		if (rule->origin == ORIGIN_SITE || !rule->enabled)
			continue;
		if ((rule->from != ROLE_ANY && from->prefix_count == 0) ||
		    policy->roles[rule->to].prefix_count == 0)
			return rule->id;
	}
	return NULL;
}

/* NULL when the example may be shipped; else why not, to be freed. */
static char *find_fault(const char *path)
{
	struct diagnostics diagnostics = {0};
	struct policy policy;
	const char *nobody = NULL;
	char *fault = NULL;

	if (config_read(path, NULL, &policy, &diagnostics))
		nobody = find_nobody(&policy);
	if (nobody)
		fault = memory_format("%s matches nobody", nobody);
	else if (diagnostics.count > 0)
		fault = memory_copy_string(diagnostics.items[0].message);
	policy_free(&policy);
	diagnostics_free(&diagnostics);
	return fault;
}

static void expect_shippable(const char *path)
{
	AUTO_FREE char *fault = find_fault(path);

	if (fault)
		fail_msg("%s: %s", path, fault);
}

/* Run from the top of the tree, as make does. */
static void every_example_checks_without_a_warning_and_serves_the_whole_page(void **state)
{
	glob_t found = {0};

	(void)state;
	assert_int_equal(glob("deploy/*.yaml", 0, NULL, &found), 0);
	assert_int_equal(glob("deploy/examples/*.yaml", GLOB_APPEND, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		expect_shippable(found.gl_pathv[i]);
	globfree(&found);
}

/* The page, with what is given for the profile and for the clients' addresses. */
static char *fault_of(const char *profile, const char *clients)
{
	char path[] = "/tmp/directorgate-example-XXXXXX";
	int fd = mkstemp(path);
	char *fault;

	assert_true(fd >= 0);
	dprintf(fd,
		"profile: %s\n"
		"interfaces: [{name: eth0, sources: [director]}]\n"
		"roles: {director: [192.0.2.1], edge-internal: [192.0.2.1],\n"
		"  reverse-proxy-internal: [192.0.2.1], front-end-pool: [192.0.2.1],\n"
		"  front-end-server: [192.0.2.1], internal-clients: %s}\n",
		profile, clients);
	close(fd);
	fault = find_fault(path);
	unlink(path);
	return fault;
}

static void an_example_whose_clients_are_nobody_is_refused(void **state)
{
	AUTO_FREE char *fault = fault_of("single-director", "[]");

	(void)state;
	assert_non_null(fault);
	assert_string_equal(fault, "cli-dir-80 matches nobody");
}

static void an_example_that_switches_those_rules_off_is_not_refused(void **state)
{
	AUTO_FREE char *fault =
		fault_of("{name: single-director, without: [cli-dir-80, cli-dir-443]}", "[]");

	(void)state;
	assert_null(fault);
}

static void an_example_whose_clients_have_addresses_is_not_refused(void **state)
{
	AUTO_FREE char *fault = fault_of("single-director", "[192.0.2.1]");

	(void)state;
	assert_null(fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_checks_without_a_warning_and_serves_the_whole_page),
		cmocka_unit_test(an_example_whose_clients_are_nobody_is_refused),
		cmocka_unit_test(an_example_that_switches_those_rules_off_is_not_refused),
		cmocka_unit_test(an_example_whose_clients_have_addresses_is_not_refused),
	};

	return cmocka_run_group_tests_name("examples", tests, NULL, NULL);
}
