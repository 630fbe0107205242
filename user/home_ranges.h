/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where addresses may send from, as ranges that do not overlap. Pure. */
#ifndef HOME_RANGES_H
#define HOME_RANGES_H

#include "policy.h"
#include "sets.h"

#define HOME_NOWHERE SETS_EMPTY /* of the gateway's own addresses */

/* Neighbouring addresses with one home. */
struct home_range {
	struct address first, last;
	__u32 home; /* a set of home_ranges.places */
};

/*
 * Places are numbered over all interfaces, in the policy's order. What stands in no
 * range is at home everywhere.
 */
struct home_ranges {
	struct sets places;
	struct home_range *ranges[2]; /* by enum family, ascending */
	size_t counts[2];
};

/* The homes of a completed policy's addresses; to be freed. */
void home_ranges_find(const struct policy *policy, struct home_ranges *homes);
void home_ranges_free(struct home_ranges *homes);

#endif
