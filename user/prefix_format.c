// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "prefix.h"

#define GROUPS 8 /* of 16 bits in an IPv6 address */

/* A run of zero groups. */
struct run {
	int first, len;
};

/* The longest run of two or more zero groups, the first of equals (RFC 5952, 4.2). */
static struct run longest_zeros(const unsigned groups[GROUPS])
{
	struct run best = {-1, 1}, run = {0, 0};

	for (int i = 0; i < GROUPS; i++) {
		if (groups[i] != 0) {
			run = (struct run){i + 1, 0};
			continue;
		}
		if (++run.len > best.len)
			best = run;
	}
	return best;
}

/* inet_ntop() would write the last 32 bits of ::10:20 with dots. */
static int format_ipv6(const unsigned char bytes[16], char text[PREFIX_TEXT_SIZE])
{
	unsigned groups[GROUPS];
	struct run zeros;
	int len = 0;

	for (int i = 0; i < GROUPS; i++)
		groups[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
	zeros = longest_zeros(groups);
	for (int i = 0; i < GROUPS; i++) {
		if (i == zeros.first) {
			len += sprintf(text + len, "::");
			i += zeros.len - 1;
			continue;
		}
		len += sprintf(text + len, "%s%x", len > 0 && text[len - 1] != ':' ? ":" : "",
			       groups[i]);
	}
	return len;
}

static int format(const struct address *address, char text[PREFIX_TEXT_SIZE])
{
	const unsigned char *bytes = address->bytes;

	if (address->family == FAMILY_IPV6)
		return format_ipv6(bytes, text);
	return sprintf(text, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

void prefix_format_address(const struct address *address, char text[PREFIX_TEXT_SIZE])
{
	format(address, text);
}

void prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	int len = format(&prefix->address, text);

	if (prefix->len < prefix_family_bits(prefix->address.family))
		sprintf(text + len, "/%u", prefix->len);
}
