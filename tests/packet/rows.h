/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables of packets: one row a case, and each row a test of its own. */
#ifndef PACKET_ROWS_H
#define PACKET_ROWS_H

#include "judge.h"

struct row {
	const char *name; /* a sentence */
	enum site_name site;
	struct frame frame;
	struct outcome outcome;
};

static inline void row_holds(void **state)
{
	const struct row *row = *state;
	struct gate *gate = open_gate(row->site);

	expect(gate, row->name, &row->frame, row->outcome);
	expect_counters(gate);
}

/* Runs the rows, then the other tests of the program; returns how many failed. */
static inline int run_rows(const char *program, const struct row *rows, size_t row_count,
			   const struct CMUnitTest *others, size_t other_count)
{
	AUTO_FREE struct CMUnitTest *tests = memory_zeroed(row_count + other_count, sizeof(*tests));

	for (size_t i = 0; i < row_count; i++)
		tests[i] = (struct CMUnitTest){.name = rows[i].name,
					       .test_func = row_holds,
					       .initial_state = (void *)&rows[i]};
	for (size_t i = 0; i < other_count; i++)
		tests[row_count + i] = others[i];
	return _cmocka_run_group_tests(program, tests, row_count + other_count, NULL, close_gates);
}

#endif
