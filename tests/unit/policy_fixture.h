/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy of a test's own, the page's or none, and what completing it says. */
#ifndef POLICY_FIXTURE_H
#define POLICY_FIXTURE_H

#include "policy_builder.h"

struct fixture {
	struct policy policy;
	struct diagnostics diagnostics;
};

static inline int begin_page(void **state)
{
	struct fixture *fixture = memory_zeroed(1, sizeof(*fixture));

	build_page(&fixture->policy);
	*state = fixture;
	return 0;
}

static inline int begin_none(void **state)
{
	struct fixture *fixture = memory_zeroed(1, sizeof(*fixture));

	build_none(&fixture->policy);
	*state = fixture;
	return 0;
}

static inline int end(void **state)
{
	struct fixture *fixture = *state;

	policy_free(&fixture->policy);
	diagnostics_free(&fixture->diagnostics);
	free(fixture);
	return 0;
}

/* Completes, and expects exactly one diagnostic: on that line, with these words. */
static inline void expect(struct fixture *fixture, enum severity severity, unsigned line,
			  const char *message)
{
	bool good = policy_complete(&fixture->policy, &fixture->diagnostics);

	assert_int_equal(good, severity == SEVERITY_WARNING);
	assert_int_equal(fixture->diagnostics.count, 1);
	assert_int_equal(fixture->diagnostics.items[0].severity, severity);
	assert_int_equal(fixture->diagnostics.items[0].position.line, line);
	assert_string_equal(fixture->diagnostics.items[0].message, message);
}

static inline void expect_good(struct fixture *fixture)
{
	bool good = policy_complete(&fixture->policy, &fixture->diagnostics);

	if (fixture->diagnostics.count > 0)
		print_message("%s\n", fixture->diagnostics.items[0].message);
	assert_true(good);
	assert_int_equal(fixture->diagnostics.count, 0);
}

#define PAGE_TEST(test) cmocka_unit_test_setup_teardown(test, begin_page, end)
#define NONE_TEST(test) cmocka_unit_test_setup_teardown(test, begin_none, end)

#endif
