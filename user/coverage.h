/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The policy's prefixes of one family, each once, with the roles that it brings. */
#ifndef COVERAGE_H
#define COVERAGE_H

#include "classes.h"

/* An address as a 128-bit number, its first bit the highest; IPv4 stands in the first 32. */
struct wide_address {
	__u64 high, low;
};

/* A prefix and the labels of the roles that list it, and of the home that they give it. */
struct covered {
	struct wide_address address; /* host bits are zero */
	__u32 labels;                /* a set of classes.roles */
	__u8 len;
};

struct wide_address coverage_widen(const struct address *address);

/*
 * All prefixes of the family, sorted by address and then length, without equal
 * ones; multicast and limited broadcast among them, labelled as not unicast.
 * To be freed.
 */
struct covered *coverage_gather(struct classes *classes, enum family family, size_t *count);

#endif
