// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "duration.h"

#define UNTOUCHED 7777777

static void assert_seconds(const char *text, unsigned wanted)
{
	unsigned seconds = UNTOUCHED;

	assert_int_equal(duration_read(text, &seconds), 0);
	assert_int_equal(seconds, wanted);
}

static void assert_refused(const char *text, int wanted)
{
	unsigned seconds = UNTOUCHED;

	if (duration_read(text, &seconds) != wanted || seconds != UNTOUCHED)
		fail_msg("\"%s\" is not refused as it should be", text);
}

static void a_number_with_its_unit_is_read(void **state)
{
	(void)state;
	assert_seconds("0s", 0);
	assert_seconds("0d", 0);
	assert_seconds("1s", 1);
	assert_seconds("90s", 90);
	assert_seconds("30m", 1800);
	assert_seconds("24h", 86400);
	assert_seconds("1d", 86400);
}

static void whatever_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"s",
		"60",
		"0",
		"-1m",
		"+1m",
		"1.5m",
		"1,5m",
		"10 s",
		" 10s",
		"10s ",
		"060s",
		"00s",
		"1h30m",
		"10ms",
		"10S",
		"1w",
		"1e3s",
		"0x10s",
		"1_0s",
		"ten",
		"10sec",
		"inf",
		"99999999999999999999",
		"10\xd9\xa3s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i], -EINVAL);
}

/* Also where 32 bits, or 64, would start again from nothing. */
static void a_year_is_the_longest(void **state)
{
	(void)state;
	assert_seconds("365d", DURATION_MAX);
	assert_seconds("8760h", DURATION_MAX);
	assert_seconds("525600m", DURATION_MAX);
	assert_seconds("31536000s", DURATION_MAX);
	assert_refused("366d", -ERANGE);
	assert_refused("31536001s", -ERANGE);
	assert_refused("49711d", -ERANGE);
	assert_refused("71582789m", -ERANGE);
	assert_refused("4294967297s", -ERANGE);
	assert_refused("213503982334602d", -ERANGE);
	assert_refused("18446744073709551617s", -ERANGE);
}

static void assert_formats(unsigned seconds, const char *wanted)
{
	char text[DURATION_TEXT_SIZE];

	duration_format(seconds, text);
	assert_string_equal(text, wanted);
}

static void the_largest_unit_that_divides_is_printed(void **state)
{
	(void)state;
	assert_formats(0, "0s");
	assert_formats(1, "1s");
	assert_formats(60, "1m");
	assert_formats(90, "90s");
	assert_formats(3600, "1h");
	assert_formats(5400, "90m");
	assert_formats(86400, "1d");
	assert_formats(90000, "25h");
	assert_formats(DURATION_MAX, "365d");
	assert_formats(4294967295u, "4294967295s");
}

static void what_is_printed_reads_as_the_same(void **state)
{
	char text[DURATION_TEXT_SIZE];

	(void)state;
	for (unsigned seconds = 0; seconds <= DURATION_MAX; seconds += seconds / 97 + 1) {
		duration_format(seconds, text);
		assert_seconds(text, seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_with_its_unit_is_read),
		cmocka_unit_test(whatever_else_is_refused),
		cmocka_unit_test(a_year_is_the_longest),
		cmocka_unit_test(the_largest_unit_that_divides_is_printed),
		cmocka_unit_test(what_is_printed_reads_as_the_same),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
