// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "diagnostics.h"
#include "memory.h"
#include "utf8.h"

static void assert_prints(struct diagnostics *diagnostics, const char *wanted)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	diagnostics_print(diagnostics, out);
	fclose(out);
	assert_string_equal(text, wanted);
}

/* One error at a column of a text of one line. */
static void assert_quotes(const char *line, unsigned column, const char *wanted)
{
	struct diagnostics diagnostics = {0};
	struct position position = {NULL, 1, column};
	AUTO_FREE char *whole = memory_format("f:1:%u: error: wrong\n%s", column, wanted);

	position.file = diagnostics_add_text(&diagnostics, "f", line, strlen(line));
	diagnostics_error(&diagnostics, position, "wrong");
	assert_prints(&diagnostics, whole);
	diagnostics_free(&diagnostics);
}

static void the_caret_stands_under_the_character(void **state)
{
	(void)state;
	assert_quotes("mode: x", 7, "  mode: x\n        ^\n");
	assert_quotes("x", 1, "  x\n  ^\n");
	assert_quotes("", 1, "  \n  ^\n");
	assert_quotes("ab\ncd", 3, "  ab\n    ^\n");
	assert_quotes("ab\r\ncd", 9, "  ab\n    ^\n");
}

static void the_caret_minds_tabs_wide_and_combining_characters(void **state)
{
	(void)state;
	assert_quotes("\t\tx", 3, "    x\n    ^\n");
	assert_quotes("\u65e5\u672c x", 4, "  \u65e5\u672c x\n       ^\n");
	assert_quotes("\u00e9x", 2, "  \u00e9x\n   ^\n");
	assert_quotes("e\u0301x", 3, "  e\u0301x\n   ^\n");
}

static void what_could_upset_a_terminal_is_escaped(void **state)
{
	(void)state;
	assert_quotes("\033[2J x", 6, "  \\x1b[2J x\n          ^\n");
	assert_quotes("\xff\xc0\x80x", 4, "  \\xff\\xc0\\x80x\n              ^\n");
	assert_quotes("\u202ex", 2, "  \\u202ex\n        ^\n");
	assert_quotes("\xc2\x9bx", 2, "  \\u009bx\n        ^\n");
}

static void messages_and_names_of_files_are_escaped(void **state)
{
	struct diagnostics diagnostics = {0};
	struct position position = {NULL, 0, 0};

	(void)state;
	position.file = diagnostics_add_text(&diagnostics, "a\033b", "", 0);
	diagnostics_warning(&diagnostics, position, "found \"%s\"", "\033]0;\a");
	assert_prints(&diagnostics, "a\\x1bb: warning: found \"\\x1b]0;\\x07\"\n");
	assert_int_equal(diagnostics.error_count, 0);
	diagnostics_free(&diagnostics);
}

/* A long line of tens: 1234567890 again and again. */
static void a_long_line_is_cut_around_the_caret(void **state)
{
	AUTO_FREE char *line = memory_zeroed(1001, 1);
	struct diagnostics diagnostics = {0};
	struct position position = {NULL, 1, 500};
	AUTO_FREE char *text = NULL;
	const char *quoted, *caret;
	size_t len;
	FILE *out;

	(void)state;
	for (int i = 0; i < 1000; i++)
		line[i] = i == 499 ? 'X' : '0' + (i + 1) % 10;
	position.file = diagnostics_add_text(&diagnostics, "f", line, 1000);
	diagnostics_error(&diagnostics, position, "wrong");
	out = open_memstream(&text, &len);
	diagnostics_print(&diagnostics, out);
	fclose(out);
	quoted = strchr(text, '\n') + 1;
	caret = strchr(quoted, '\n') + 1;
	assert_int_equal(strcspn(quoted, "X"), strcspn(caret, "^"));
	assert_int_equal(strcspn(quoted, "\n"), 2 + 3 + 100 + 3);
	diagnostics_free(&diagnostics);
}

static void all_stand_in_order_and_once(void **state)
{
	struct diagnostics diagnostics = {0};
	const char *first = diagnostics_add_text(&diagnostics, "z", "one\ntwo\n", 8);
	const char *second = diagnostics_add_text(&diagnostics, "a", "three\n", 6);

	(void)state;
	diagnostics_error(&diagnostics, (struct position){second, 1, 1}, "d");
	diagnostics_error(&diagnostics, (struct position){first, 2, 2}, "c");
	diagnostics_warning(&diagnostics, (struct position){first, 1, 3}, "b");
	diagnostics_error(&diagnostics, (struct position){first, 1, 2}, "z first");
	diagnostics_error(&diagnostics, (struct position){first, 1, 2}, "a second");
	diagnostics_error(&diagnostics, (struct position){first, 1, 2}, "z first");
	assert_int_equal(diagnostics.error_count, 5);
	assert_prints(&diagnostics, "z:1:2: error: z first\n  one\n   ^\n"
				    "z:1:2: error: a second\n  one\n   ^\n"
				    "z:1:3: warning: b\n  one\n    ^\n"
				    "z:2:2: error: c\n  two\n   ^\n"
				    "a:1:1: error: d\n  three\n  ^\n"
				    "4 errors\n");
	assert_int_equal(diagnostics.error_count, 4);
	diagnostics_free(&diagnostics);
}

/* Sorting gives back memory that appending can go on with. */
static void more_can_be_said_after_sorting(void **state)
{
	struct diagnostics diagnostics = {0};
	const char *file = diagnostics_add_text(&diagnostics, "f", "x", 1);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		diagnostics_error(&diagnostics, (struct position){file, 1, i % 7}, "%u", i % 3);
		diagnostics_sort(&diagnostics);
	}
	assert_int_equal(diagnostics.count, 21);
	diagnostics_free(&diagnostics);
}

static void a_file_is_known_once(void **state)
{
	struct diagnostics diagnostics = {0};
	const char *file = diagnostics_add_text(&diagnostics, "f", "x", 1);

	(void)state;
	assert_ptr_equal(diagnostics_add_text(&diagnostics, "f", "x", 1), file);
	assert_int_equal(diagnostics.text_count, 1);
	diagnostics_free(&diagnostics);
}

static void assert_nearest(const char *word, const char *wanted)
{
	static const char *const words[] = {"profile", "mode", "interfaces", "roles",
					    "rules",   "tcp",  "udp",        "a"};
	const char *nearest = diagnostics_nearest(word, words, sizeof(words) / sizeof(*words));

	if (wanted)
		assert_string_equal(nearest ? nearest : "nothing", wanted);
	else
		assert_null(nearest);
}

static void the_nearest_word_is_what_was_meant(void **state)
{
	AUTO_FREE char *endless = memory_zeroed(100001, 1);

	(void)state;
	memset(endless, 'a', 100000);
	assert_nearest("interface", "interfaces");
	assert_nearest("intrefaces", "interfaces");
	assert_nearest("profil", "profile");
	assert_nearest("role", "roles");
	assert_nearest("ruels", "rules");
	assert_nearest("TCP", "tcp");
	assert_nearest("tpc", "tcp");
	assert_nearest("b", NULL);
	assert_nearest("", NULL);
	assert_nearest("logging", NULL);
	assert_nearest("sctp!", NULL);
	assert_nearest(endless, NULL);
}

/* Every sequence of up to four bytes that RFC 3629 allows has a value in its range. */
static void utf8_is_read_strictly(void **state)
{
	static const char *const bad[] = {"\x80",
					  "\xc0\x80",
					  "\xc1\xbf",
					  "\xe0\x9f\xbf",
					  "\xed\xa0\x80",
					  "\xf0\x8f\xbf\xbf",
					  "\xf4\x90\x80\x80",
					  "\xf5\x80\x80\x80",
					  "\xc3",
					  "\xe2\x82",
					  "\xff",
					  "\xc3\x28"};
	unsigned character;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(utf8_read(bad[i], strlen(bad[i]), &character), 0);
	assert_int_equal(utf8_read("\xf4\x8f\xbf\xbf", 4, &character), 4);
	assert_int_equal(character, 0x10ffff);
	assert_int_equal(utf8_read("\xed\x9f\xbf", 3, &character), 3);
	assert_int_equal(character, 0xd7ff);
	assert_int_equal(utf8_read("\xc2\x80", 2, &character), 2);
	assert_int_equal(character, 0x80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_caret_stands_under_the_character),
		cmocka_unit_test(the_caret_minds_tabs_wide_and_combining_characters),
		cmocka_unit_test(what_could_upset_a_terminal_is_escaped),
		cmocka_unit_test(messages_and_names_of_files_are_escaped),
		cmocka_unit_test(a_long_line_is_cut_around_the_caret),
		cmocka_unit_test(all_stand_in_order_and_once),
		cmocka_unit_test(more_can_be_said_after_sorting),
		cmocka_unit_test(a_file_is_known_once),
		cmocka_unit_test(the_nearest_word_is_what_was_meant),
		cmocka_unit_test(utf8_is_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
