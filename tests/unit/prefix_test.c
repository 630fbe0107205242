// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "prefix.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A few bits of a linear congruence: the same in every run. */
static unsigned random_bits(void)
{
	static unsigned long long state = 1;

	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return state >> 32;
}

/* What prefix_read() makes of the text, as "PREFIX PREFIX ...", or the error in brackets. */
static void read_as_text(const char *text, char *out, size_t size)
{
	AUTO_FREE struct prefix *prefixes = NULL;
	char prefix[PREFIX_TEXT_SIZE];
	struct error error;
	size_t count = 0, len = 0;

	out[0] = '\0';
	if (prefix_read(text, &prefixes, &count, &error)) {
		snprintf(out, size, "[%s]", error.text);
		assert_int_equal(count, 0);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		prefix_format(&prefixes[i], prefix);
		len += snprintf(out + len, size - len, "%s%s", i ? " " : "", prefix);
	}
}

static void assert_reads_as(const char *text, const char *wanted)
{
	char got[8192];

	read_as_text(text, got, sizeof(got));
	assert_string_equal(got, wanted);
}

static void a_host_a_prefix_and_a_range_are_read(void **state)
{
	(void)state;
	assert_reads_as("10.1.2.3", "10.1.2.3");
	assert_reads_as("10.1.2.3/32", "10.1.2.3");
	assert_reads_as("0.0.0.0/0", "0.0.0.0/0");
	assert_reads_as("10.0.0.0/8", "10.0.0.0/8");
	assert_reads_as("2001:DB8:0:0::1", "2001:db8::1");
	assert_reads_as("::/0", "::/0");
	assert_reads_as("::1:2", "::1:2");
	assert_reads_as("64:ff9b::10.0.0.1", "64:ff9b::a00:1");
	assert_reads_as("10.20.2.20-10.20.2.22", "10.20.2.20/31 10.20.2.22");
	assert_reads_as("10.0.0.1-10.0.0.1", "10.0.0.1");
	assert_reads_as("0.0.0.0-255.255.255.255", "0.0.0.0/0");
	assert_reads_as("255.255.255.254-255.255.255.255", "255.255.255.254/31");
	assert_reads_as("2001:db8::ffff-2001:db8::1:1", "2001:db8::ffff 2001:db8::1:0/127");
}

static void what_is_not_well_written_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		" 10.0.0.1",
		"10.0.0.1 ",
		"10.0.0.1\n",
		"10.0.0",
		"10.0.0.1.2",
		"10.0.0.256",
		"10.0.0.01",
		"+10.0.0.1",
		"0x10.0.0.1",
		"10.0.0.1/",
		"10.0.0.1/33",
		"10.0.0.0/08",
		"10.0.0.0/+8",
		"10.0.0.0/8 ",
		"/8",
		"10.0.0.0/8/8",
		"10.0.0.1/31",
		"::1/127",
		"::/129",
		":::",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"fe80::1%lo",
		"g::",
		"10.0.0.2-10.0.0.1",
		"10.0.0.1-",
		"-10.0.0.1",
		"10.0.0.1-::1",
		"10.0.0.1-10.0.0.2-3",
		"::ffff:10.0.0.1",
		"::ffff:10.0.0.0/104",
		"::ffff:0:0-::ffff:0:1",
		"any",
		"a-b",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char got[2048];

		read_as_text(texts[i], got, sizeof(got));
		if (got[0] != '[')
			fail_msg("\"%s\" was read as %s", texts[i], got);
	}
}

static void an_error_says_what_was_meant(void **state)
{
	(void)state;
	assert_reads_as("10.1.2.3/8", "[\"10.1.2.3/8\" has host bits set: did you mean 10.0.0.0/8, "
				      "or the host 10.1.2.3?]");
	assert_reads_as("::ffff:10.1.2.3/104",
			"[\"::ffff:10.1.2.3/104\" is an IPv4 prefix in IPv6: write 10.0.0.0/8]");
	assert_reads_as("010.0.0.1", "[\"010.0.0.1\" has a leading zero, which some programs read "
				     "as octal: write it without]");
}

static void the_widest_range_takes_62_and_254_prefixes(void **state)
{
	AUTO_FREE struct prefix *prefixes = NULL;
	struct error error;
	size_t count = 0;

	(void)state;
	assert_int_equal(prefix_read("0.0.0.1-255.255.255.254", &prefixes, &count, &error), 0);
	assert_int_equal(count, 62);
	assert_int_equal(prefix_read("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", &prefixes,
				     &count, &error),
			 0);
	assert_int_equal(count, 62 + 254);
}

/* The model: each address of a small range is in exactly one prefix, its neighbours in none. */
static void assert_covers_exactly(unsigned first, unsigned last)
{
	AUTO_FREE struct prefix *prefixes = NULL;
	char text[64];
	struct error error;
	size_t count = 0;

	snprintf(text, sizeof(text), "10.0.%u.%u-10.0.%u.%u", first >> 8, first & 255, last >> 8,
		 last & 255);
	assert_int_equal(prefix_read(text, &prefixes, &count, &error), 0);
	for (unsigned n = 0; n < 1024; n++) {
		struct address address = {FAMILY_IPV4, {10, 0, n >> 8, n & 255}};
		unsigned covering = 0;

		for (size_t i = 0; i < count; i++)
			covering += prefix_covers(&prefixes[i], &address);
		assert_int_equal(covering, n >= first && n <= last);
	}
	for (size_t i = 1; i < count; i++)
		assert_true(prefix_compare(&prefixes[i - 1], &prefixes[i]) < 0);
}

static void a_range_is_covered_exactly(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		unsigned a = random_bits() % 1024, b = random_bits() % 1024;

		assert_covers_exactly(a < b ? a : b, a < b ? b : a);
	}
}

static void random_address(struct address *address)
{
	memset(address, 0, sizeof(*address));
	address->family = random_bits() % 2 ? FAMILY_IPV6 : FAMILY_IPV4;
	for (unsigned i = 0; i < prefix_family_bits(address->family) / 8; i++)
		address->bytes[i] = random_bits() % 3 ? 0 : random_bits();
}

static void what_is_printed_reads_as_itself(void **state)
{
	char text[PREFIX_TEXT_SIZE], model[INET6_ADDRSTRLEN];
	struct address address, read;
	struct error error;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		random_address(&address);
		prefix_format_address(&address, text);
		assert_int_equal(prefix_read_address(text, &read, &error), 0);
		assert_memory_equal(&read, &address, sizeof(address));
		inet_ntop(address.family == FAMILY_IPV4 ? AF_INET : AF_INET6, address.bytes, model,
			  sizeof(model));
		/* glibc writes ::a.b.c.d where RFC 5952 does not ask for it. */
		if (address.family == FAMILY_IPV4 || !strchr(model, '.'))
			assert_string_equal(text, model);
	}
}

/* Bit by bit. */
static bool covers_slowly(const struct prefix *prefix, const struct address *address)
{
	for (unsigned bit = 0; bit < prefix->len; bit++)
		if ((prefix->address.bytes[bit / 8] ^ address->bytes[bit / 8]) & (0x80 >> bit % 8))
			return false;
	return prefix->address.family == address->family;
}

static void covering_agrees_with_a_model_of_bits(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct prefix prefix;
		struct address address;

		random_address(&prefix.address);
		prefix.len = random_bits() % (prefix_family_bits(prefix.address.family) + 1);
		address = prefix.address;
		address.bytes[random_bits() % 16] ^= 1 << random_bits() % 8;
		assert_int_equal(prefix_covers(&prefix, &address),
				 covers_slowly(&prefix, &address));
	}
}

static void sorting_puts_the_wider_first_and_drops_equals(void **state)
{
	static const char *const texts[] = {"2001:db8::/32", "10.0.0.1",    "10.0.0.0/8",
					    "10.0.0.1",      "10.0.0.0/16", "9.0.0.0/8",
					    "2001:db8::",    "10.0.0.0/8"};
	static const char *const wanted[] = {"9.0.0.0/8", "10.0.0.0/8",    "10.0.0.0/16",
					     "10.0.0.1",  "2001:db8::/32", "2001:db8::"};
	AUTO_FREE struct prefix *prefixes = NULL;
	char text[PREFIX_TEXT_SIZE];
	struct error error;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(prefix_read(texts[i], &prefixes, &count, &error), 0);
	count = prefix_sort(prefixes, count);
	assert_int_equal(count, COUNT(wanted));
	for (size_t i = 0; i < count; i++) {
		prefix_format(&prefixes[i], text);
		assert_string_equal(text, wanted[i]);
	}
	assert_int_equal(prefix_sort(prefixes, count), count);
}

static void an_address_for_explain_is_one_address(void **state)
{
	struct address address = {FAMILY_IPV6, {42}}, before = address;
	struct error error;

	(void)state;
	assert_int_not_equal(prefix_read_address("10.0.0.0/8", &address, &error), 0);
	assert_non_null(strstr(error.text, "not a prefix"));
	assert_int_not_equal(prefix_read_address("::ffff:10.0.0.1", &address, &error), 0);
	assert_non_null(strstr(error.text, "write 10.0.0.1"));
	assert_memory_equal(&address, &before, sizeof(address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_a_prefix_and_a_range_are_read),
		cmocka_unit_test(what_is_not_well_written_is_refused),
		cmocka_unit_test(an_error_says_what_was_meant),
		cmocka_unit_test(the_widest_range_takes_62_and_254_prefixes),
		cmocka_unit_test(a_range_is_covered_exactly),
		cmocka_unit_test(what_is_printed_reads_as_itself),
		cmocka_unit_test(covering_agrees_with_a_model_of_bits),
		cmocka_unit_test(sorting_puts_the_wider_first_and_drops_equals),
		cmocka_unit_test(an_address_for_explain_is_one_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
