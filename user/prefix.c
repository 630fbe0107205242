// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "prefix.h"

#define ADDRESS_TEXT_MAX 45 /* longest text of an address that inet_pton() takes */
#define MAPPED_BITS      96 /* of ::ffff:0:0/96 */

unsigned prefix_family_bits(enum family family)
{
	return family == FAMILY_IPV4 ? 32 : 128;
}

static bool bit_set(const struct address *address, unsigned bit)
{
	return address->bytes[bit / 8] & (0x80 >> bit % 8);
}

/* All bits from `len` on become zero, or one. */
static void fill_host_bits(struct address *address, unsigned len, bool ones)
{
	unsigned bytes = prefix_family_bits(address->family) / 8;

	for (unsigned i = len / 8; i < bytes; i++) {
		unsigned char mask = i == len / 8 ? 0xff >> len % 8 : 0xff;

		address->bytes[i] = ones ? address->bytes[i] | mask : address->bytes[i] & ~mask;
	}
}

static bool is_mapped(const struct address *address)
{
	static const unsigned char mapped[MAPPED_BITS / 8] = {[10] = 0xff, [11] = 0xff};

	return address->family == FAMILY_IPV6 &&
	       memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

static struct address unmapped(const struct address *address)
{
	struct address ipv4 = {.family = FAMILY_IPV4};

	memcpy(ipv4.bytes, address->bytes + MAPPED_BITS / 8, 4);
	return ipv4;
}

/* Why inet_pton() did not take it. */
static int refuse_address(const char *text, struct error *error)
{
	if (strchr(text, '%'))
		return error_set(error, -EINVAL,
				 "\"%.60s\" names a zone: expected an address alone", text);
	if (strchr(text, '/'))
		return error_set(error, -EINVAL, "\"%.60s\": expected one address, not a prefix",
				 text);
	if (strchr(text, ':'))
		return error_set(error, -EINVAL, "\"%.60s\" is not an IPv6 address", text);
	if (text[0] == '\0' || strspn(text, "0123456789.") != strlen(text))
		return error_set(error, -EINVAL,
				 "\"%.60s\" is not an address (host names are not looked up): "
				 "expected one like 10.1.2.3 or 2001:db8::1",
				 text);
	for (const char *part = text; part; part = strchr(part, '.')) {
		part += *part == '.';
		if (part[0] == '0' && part[1] >= '0' && part[1] <= '9')
			return error_set(
				error, -EINVAL,
				"\"%.60s\" has a leading zero, which some programs read as "
				"octal: write it without",
				text);
	}
	return error_set(error, -EINVAL,
			 "\"%.60s\" is not an IPv4 address: expected four numbers from 0 to 255",
			 text);
}

/* Any address that is well written, IPv4-mapped ones too. */
static int read_any(const char *text, struct address *address, struct error *error)
{
	struct address read = {.family = strchr(text, ':') ? FAMILY_IPV6 : FAMILY_IPV4};

	if (inet_pton(read.family == FAMILY_IPV6 ? AF_INET6 : AF_INET, text, read.bytes) != 1)
		return refuse_address(text, error);
	*address = read;
	return 0;
}

int prefix_read_address(const char *text, struct address *address, struct error *error)
{
	char ipv4_text[PREFIX_TEXT_SIZE];
	struct address read = {0}, ipv4;
	int err = read_any(text, &read, error);

	if (err)
		return err;
	if (is_mapped(&read)) {
		ipv4 = unmapped(&read);
		prefix_format_address(&ipv4, ipv4_text);
		return error_set(error, -EINVAL, "\"%.60s\" is an IPv4 address in IPv6: write %s",
				 text, ipv4_text);
	}
	*address = read;
	return 0;
}

static int read_len(const char *text, enum family family, unsigned char *len, struct error *error)
{
	unsigned bits = prefix_family_bits(family);
	size_t digits = strspn(text, "0123456789");
	unsigned value = digits > 0 && digits <= 3 ? strtoul(text, NULL, 10) : bits + 1;

	if (text[digits] != '\0' || value > bits || (digits > 1 && text[0] == '0'))
		return error_set(error, -EINVAL,
				 "\"/%.40s\" is not a prefix length: expected /0 to /%u", text,
				 bits);
	*len = value;
	return 0;
}

/* The prefix as it was meant, where it was written with host bits or IPv4-mapped. */
static int check_prefix(const char *text, const struct prefix *written, struct error *error)
{
	char meant_text[PREFIX_TEXT_SIZE], host_text[PREFIX_TEXT_SIZE];
	struct prefix meant = *written;

	if (is_mapped(&written->address) && written->len >= MAPPED_BITS) {
		meant.address = unmapped(&written->address);
		meant.len -= MAPPED_BITS;
		fill_host_bits(&meant.address, meant.len, false);
		prefix_format(&meant, meant_text);
		return error_set(error, -EINVAL, "\"%.60s\" is an IPv4 prefix in IPv6: write %s",
				 text, meant_text);
	}
	fill_host_bits(&meant.address, meant.len, false);
	if (memcmp(meant.address.bytes, written->address.bytes, sizeof(meant.address.bytes)) == 0)
		return 0;
	prefix_format(&meant, meant_text);
	prefix_format_address(&written->address, host_text);
	return error_set(error, -EINVAL,
			 "\"%.60s\" has host bits set: did you mean %s, or the host %s?", text,
			 meant_text, host_text);
}

static void append(struct prefix **prefixes, size_t *count, const struct prefix *prefix)
{
	*(struct prefix *)memory_append(prefixes, count, sizeof(*prefix)) = *prefix;
}

/* The address alone is `text` up to `end`. */
static int copy_address(const char *text, const char *end, char copy[ADDRESS_TEXT_MAX + 1],
			struct error *error)
{
	size_t len = end - text;

	if (len > ADDRESS_TEXT_MAX)
		return error_set(error, -EINVAL, "\"%.40s...\" is too long to be an address", text);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return 0;
}

static int read_prefix(const char *text, const char *slash, struct prefix **prefixes, size_t *count,
		       struct error *error)
{
	char address[ADDRESS_TEXT_MAX + 1];
	struct prefix prefix = {0};
	int err = copy_address(text, slash, address, error);

	if (!err)
		err = read_any(address, &prefix.address, error);
	if (!err)
		err = read_len(slash + 1, prefix.address.family, &prefix.len, error);
	if (!err)
		err = check_prefix(text, &prefix, error);
	if (!err)
		append(prefixes, count, &prefix);
	return err;
}

/* The widest prefix that begins at `first` and does not reach beyond `last`; *end is its last
 * address. */
static struct prefix widest(const struct address *first, const struct address *last,
			    struct address *end)
{
	struct prefix prefix = {*first, prefix_family_bits(first->family)};

	*end = *first;
	while (prefix.len > 0 && !bit_set(first, prefix.len - 1)) {
		struct address wider = *first;

		fill_host_bits(&wider, prefix.len - 1, true);
		if (memcmp(wider.bytes, last->bytes, sizeof(wider.bytes)) > 0)
			break;
		*end = wider;
		prefix.len--;
	}
	return prefix;
}

static void increment(struct address *address)
{
	for (unsigned i = prefix_family_bits(address->family) / 8; i > 0; i--)
		if (++address->bytes[i - 1])
			return;
}

static void append_range(const struct address *first, const struct address *last,
			 struct prefix **prefixes, size_t *count)
{
	struct address next = *first, end;

	for (;;) {
		struct prefix prefix = widest(&next, last, &end);

		append(prefixes, count, &prefix);
		if (memcmp(end.bytes, last->bytes, sizeof(end.bytes)) == 0)
			return;
		next = end;
		increment(&next);
	}
}

static int read_range(const char *text, const char *dash, struct prefix **prefixes, size_t *count,
		      struct error *error)
{
	char first_text[ADDRESS_TEXT_MAX + 1];
	struct address first, last;
	int err = copy_address(text, dash, first_text, error);

	if (!err)
		err = prefix_read_address(first_text, &first, error);
	if (!err)
		err = prefix_read_address(dash + 1, &last, error);
	if (err)
		return err;
	if (first.family != last.family)
		return error_set(error, -EINVAL, "\"%.95s\" is a range from one family to another",
				 text);
	if (memcmp(first.bytes, last.bytes, sizeof(first.bytes)) > 0)
		return error_set(error, -EINVAL, "\"%.95s\" is a range that ends before it starts",
				 text);
	append_range(&first, &last, prefixes, count);
	return 0;
}

/* The dash of a range, or NULL: a host name may hold one too. */
static const char *find_dash(const char *text)
{
	const char *dash = strchr(text, '-'), *mark = strpbrk(text, ".:");

	return dash && mark && mark < dash ? dash : NULL;
}

int prefix_read(const char *text, struct prefix **prefixes, size_t *count, struct error *error)
{
	const char *slash = strchr(text, '/'), *dash = find_dash(text);
	struct prefix host;
	int err;

	if (slash)
		return read_prefix(text, slash, prefixes, count, error);
	if (dash)
		return read_range(text, dash, prefixes, count, error);
	err = prefix_read_address(text, &host.address, error);
	if (err)
		return err;
	host.len = prefix_family_bits(host.address.family);
	append(prefixes, count, &host);
	return 0;
}

bool prefix_covers(const struct prefix *prefix, const struct address *address)
{
	unsigned whole = prefix->len / 8, rest = prefix->len % 8;
	unsigned char mask = 0xff00 >> rest;

	if (prefix->address.family != address->family ||
	    memcmp(prefix->address.bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || ((prefix->address.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}

int prefix_compare(const void *left, const void *right)
{
	const struct prefix *a = left, *b = right;
	int order;

	if (a->address.family != b->address.family)
		return a->address.family < b->address.family ? -1 : 1;
	order = memcmp(a->address.bytes, b->address.bytes, sizeof(a->address.bytes));
	return order ? order : (int)a->len - (int)b->len;
}

/* Files of prefixes are mostly sorted already. */
static bool sorted(const struct prefix *prefixes, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (prefix_compare(&prefixes[i - 1], &prefixes[i]) >= 0)
			return false;
	return true;
}

size_t prefix_sort(struct prefix *prefixes, size_t count)
{
	size_t kept = 0;

	if (sorted(prefixes, count))
		return count;
	qsort(prefixes, count, sizeof(*prefixes), prefix_compare);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || prefix_compare(&prefixes[kept - 1], &prefixes[i]) != 0)
			prefixes[kept++] = prefixes[i];
	return kept;
}
