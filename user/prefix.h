/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IP addresses and prefixes as text and as bits. */
#ifndef PREFIX_H
#define PREFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum family { FAMILY_IPV4, FAMILY_IPV6 };

/* An IPv4 address stands in the first four bytes, the others are zero. */
struct address {
	enum family family;
	unsigned char bytes[16]; /* network order */
};

/* Host bits are zero. */
struct prefix {
	struct address address;
	unsigned char len; /* 0 to 32 or 128 */
};

#define PREFIX_TEXT_SIZE 64 /* longest prefix as text, with the zero */

/* Bits in an address of the family: 32 or 128. */
unsigned prefix_family_bits(enum family family);

/* Reads one address, strictly (no leading zeros, no zone, nothing after it). -EINVAL with the reason. */
int prefix_read_address(const char *text, struct address *address, struct error *error);

/*
 * Reads an address, a prefix or a range of addresses and appends the prefixes
 * that cover exactly it (a range may need up to 254). Refuses host bits (says
 * which prefix was meant), IPv4-mapped IPv6 (says the IPv4 spelling), a range
 * whose end is before its start or of two families. -EINVAL with the reason,
 * the array untouched.
 */
int prefix_read(const char *text, struct prefix **prefixes, size_t *count, struct error *error);

/* Canonical text: "10.0.0.0/8", "10.1.2.3" for a host, RFC 5952 for IPv6. */
void prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE]);
void prefix_format_address(const struct address *address, char text[PREFIX_TEXT_SIZE]);

bool prefix_covers(const struct prefix *prefix, const struct address *address);

/* For qsort: by family, address, then length, so that a wider prefix stands before what it covers. */
int prefix_compare(const void *left, const void *right);

/* Sorts and removes equal prefixes; returns the new count. */
size_t prefix_sort(struct prefix *prefixes, size_t count);

#endif
