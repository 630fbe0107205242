/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sets of small numbers, each distinct set stored once and known by its own number. */
#ifndef SETS_H
#define SETS_H

#include <stddef.h>

#include "intern.h"

#define SETS_EMPTY 0 /* the empty set's number */

struct set_span {
	size_t first; /* index into sets.members */
	size_t count;
};

struct set_union;

struct sets {
	__u32 *members; /* all sets' members in a row, each set's ascending */
	size_t member_count;
	struct set_span *spans; /* by the set's number */
	size_t count;
	struct intern_table interned;
	struct set_union *unions; /* latest results of sets_union */
	__u32 *scratch;
	size_t scratch_size;
	__u32 first_single; /* of the numbers from this one on a set has at most one */
};

/* Only the empty set; all numbers are less than `first_single`. */
void sets_init(struct sets *sets);
void sets_free(struct sets *sets);

/* The number of the set with these members, ascending and distinct. */
__u32 sets_intern(struct sets *sets, const __u32 *members, size_t count);

/* The number of the union of two sets; where both have a single member, the right one's stays. */
__u32 sets_union(struct sets *sets, __u32 left, __u32 right);

/* The set's members, ascending; valid until the next set is made. */
const __u32 *sets_members(const struct sets *sets, __u32 set, size_t *count);

/* Room for `count` numbers, valid until it is asked for again. */
__u32 *sets_scratch(struct sets *sets, size_t count);

#endif
