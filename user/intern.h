/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Equal things get one number: a hash table of numbers. Who uses it keeps the
 * things themselves, numbers them and compares them.
 */
#ifndef INTERN_H
#define INTERN_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#define INTERN_NONE ((__u32)-1)

struct intern_slot {
	__u32 hash;
	__u32 number_plus_one; /* 0: free */
};

/* All zero is empty. At most half of the slots are taken; their number is a power of two. */
struct intern_table {
	struct intern_slot *slots;
	size_t slot_count;
	size_t used;
};

/* True when the thing numbered `number` among `things` equals `thing`. */
typedef bool intern_equal(const void *things, __u32 number, const void *thing);

/* Hash of `len` bytes, a multiple of 4. Equal on every machine of one byte order. */
__u32 intern_hash(const void *bytes, size_t len);

/* The number of the thing, or INTERN_NONE. */
__u32 intern_find(const struct intern_table *table, __u32 hash, intern_equal *equal,
		  const void *things, const void *thing);

/* Adds the number of a thing that is not there yet. */
void intern_add(struct intern_table *table, __u32 hash, __u32 number);

void intern_free(struct intern_table *table);

#endif
