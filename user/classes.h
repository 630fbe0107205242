/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Classes of addresses that no rule tells apart. An address's source class is the
 * set of its roles that enabled rules use as source, its destination class the set
 * of those they use as destination. Its home is that of its most specific prefix
 * that has one.
 */
#ifndef CLASSES_H
#define CLASSES_H

#include "error.h"
#include "homes.h"
#include "policy.h"
#include "sets.h"

/* The classes of one side. Class 0 is the empty set. */
struct class_side {
	struct sets sets; /* a set's number is its class */
	bool *used;       /* by label: an enabled rule uses this role on this side */
	__u32 *classes;   /* for each role in turn the classes that hold it */
	size_t *first;    /* by role: where its classes start; one more at the end */
};

/* What an address's leaf says. */
struct class_leaf {
	__u32 source, destination; /* classes */
	__u32 home;
	__u32 named; /* plays a role other than `any` */
};

struct classes {
	const struct policy *policy;
	struct sets roles; /* sets of labels: of roles, and at most one of a home */
	struct class_side source, destination;
	struct homes homes;
	struct class_leaf *leaves; /* distinct */
	size_t leaf_count;
	struct intern_table leaf_numbers;
	__u32 *leaf_of_set; /* by set of labels: number of its leaf plus one; 0: not known yet */
	size_t leaf_of_set_count;
	unsigned source_bits, destination_bits, home_bits; /* set by classes_finish() */
};

/* The policy must live as long as the classes. */
void classes_init(struct classes *classes, const struct policy *policy);
void classes_free(struct classes *classes);

/* The label that stands for a role in sets: its index, or one for all roles that no rule uses. */
__u32 classes_label(const struct classes *classes, size_t role);

/* The label of addresses that are not in `any`: multicast and limited broadcast. */
__u32 classes_label_not_unicast(const struct classes *classes);

/* The label of a home. In unions the one of the set on the right stays. */
__u32 classes_label_home(const struct classes *classes, __u32 home);

/* An entry of the trie for addresses with this set of labels, until classes_entry() is known. */
__u32 classes_leaf(struct classes *classes, __u32 set);

/*
 * After the last classes_leaf(): counts bits and lists each role's classes. -E2BIG
 * when there are too many classes or homes.
 */
int classes_finish(struct classes *classes, struct error *error);

/* What stands in the trie for an entry that classes_leaf() gave. */
__u32 classes_entry(const struct classes *classes, __u32 leaf);

/* The classes of one side that hold a role. */
const __u32 *classes_of(const struct class_side *side, size_t role, size_t *count);

/* 'in most of them are the roles "a" (7) and "b" (5)': whose overlaps make the classes. To be
 * freed. */
char *classes_blame(const struct classes *classes);

#endif
