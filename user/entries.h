/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules as entries of a hash: one for each key that a rule covers. */
#ifndef ENTRIES_H
#define ENTRIES_H

#include "classes.h"
#include "compile.h"

/*
 * Makes the entries, after classes_finish() and ports_fill(); the first rule in the
 * file has a key. -E2BIG when there would be more than COMPILE_RULE_ENTRIES_MAX.
 */
int entries_make(const struct policy *policy, const struct classes *classes,
		 const struct constant_tables *constants, struct rule_entry **entries,
		 size_t *count, struct error *error);

#endif
