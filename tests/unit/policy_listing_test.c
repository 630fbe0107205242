// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "policy_builder.h"

#include <stdio.h>

#include "policy_listing.h"

/* The listing of a policy with a change of every kind. */
static char *list(void)
{
	struct policy policy;
	struct rule *rule;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	build_page(&policy);
	add_name(&policy.profile.options, &policy.profile.option_count, "cls-to-director");
	add_name(&policy.profile.without, &policy.profile.without_count, "rp-dir-8080");
	add_override(&policy, "any-edge-50001")->from = name_of("director", 1);
	add_role(&policy, "printers", NULL);
	rule = add_rule(&policy, "print", "director", "printers", 9100, 9107);
	add_port(&rule->ports, &rule->port_count, 9200, 9200);
	add_port(&rule->source_ports, &rule->source_port_count, 1024, 65535);
	rule = add_rule(&policy, "gre", "director", "printers", 1, 1);
	rule->port_count = 0;
	rule->protocols[0] = 47;
	complete(&policy);
	policy_listing_print(&policy, out);
	fclose(out);
	policy_free(&policy);
	return text;
}

/* The line that begins with the word, without its runs of spaces; to be freed. */
static char *line_of(const char *text, const char *word)
{
	AUTO_FREE char *start = memory_format("\n%s ", word);
	const char *found = strstr(text, start);
	char *line, *to;

	if (!found)
		return memory_copy_string("");
	line = to = memory_copy_string(found + 1);
	for (const char *from = line; *from && *from != '\n'; from++)
		if (*from != ' ' || from[1] != ' ')
			*to++ = *from;
	*to = '\0';
	return line;
}

static void expect_line(const char *text, const char *word, const char *expected)
{
	AUTO_FREE char *line = line_of(text, word);

	assert_string_equal(line, expected);
}

static void each_rule_says_where_it_is_from_and_whether_it_counts(void **state)
{
	AUTO_FREE char *text = list();

	(void)state;
	expect_line(text, "rp-dir-8080",
		    "rp-dir-8080 reverse-proxy-internal director tcp 8080 page T1,P2 switched off");
	expect_line(text, "rp-dir-4443",
		    "rp-dir-4443 reverse-proxy-internal director tcp 4443 page T2,P2 enabled");
	expect_line(text, "any-edge-50001",
		    "any-edge-50001 director edge-internal tcp 50001 page T7 enabled, overridden");
	expect_line(text, "any-dir-50003",
		    "any-dir-50003 any director tcp 50003 option cls-to-director enabled");
	expect_line(text, "print",
		    "print director printers tcp 9100-9107,9200 from 1024-65535 site enabled");
	expect_line(text, "gre", "gre director printers gre - site enabled");
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	AUTO_FREE char *text = list();

	(void)state;
	assert_non_null(
		strstr(text, "\nRULE            FROM                    TO                "));
	assert_non_null(
		strstr(text, "\nany-edge-50001  director                edge-internal     "));
}

static void oddities_of_the_page_stand_once_with_all_their_rules(void **state)
{
	AUTO_FREE char *text = list();
	const char *note;

	(void)state;
	note = strstr(text, "any-edge-50001, any-edge-50002, any-edge-50003:\n    ");
	assert_non_null(note);
	assert_null(strstr(note + 1, "any-edge-50001,"));
	assert_null(strstr(note, "\n  any-edge-50002"));
	assert_non_null(strstr(text, "\n  cli-dir-80, cli-dir-443:\n    "));
	assert_non_null(strstr(text, "\n  any-dir-50001, any-dir-50002, any-dir-50003:\n    "));
}

static void roles_say_whether_they_are_the_pages_and_who_plays_them(void **state)
{
	AUTO_FREE char *text = list();

	(void)state;
	assert_non_null(strstr(text, "\n  any (reserved): every unicast address\n"));
	assert_non_null(strstr(text, "\n  internal-clients (page): 10.30.0.0/16\n"));
	assert_non_null(strstr(text, "\n  printers (site): nobody\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_says_where_it_is_from_and_whether_it_counts),
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(oddities_of_the_page_stand_once_with_all_their_rules),
		cmocka_unit_test(roles_say_whether_they_are_the_pages_and_who_plays_them),
	};

	return cmocka_run_group_tests_name("policy_listing", tests, NULL, NULL);
}
