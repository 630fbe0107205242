// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"

/* The page, written a second time and in another shape: source>destination:port rows. */
static const char *const page[] = {
	"reverse-proxy-internal>director:8080 T1,P2",
	"reverse-proxy-internal>front-end-pool:8080 P2,T1-note",
	"reverse-proxy-internal>front-end-server:8080 P2,T1-note",
	"reverse-proxy-internal>director:4443 T2,P2",
	"reverse-proxy-internal>front-end-pool:4443 P2,T2-note",
	"reverse-proxy-internal>front-end-server:4443 P2,T2-note",
	"director>front-end-pool:444 T3",
	"director>front-end-server:444 T3",
	"internal-clients>director:80 T4",
	"internal-clients>director:443 T5",
	"edge-internal>director:5061 T6,P3",
	"edge-internal>front-end-pool:5061 P3,P4,T6-note",
	"edge-internal>front-end-server:5061 P3,P4,T6-note",
	"director>edge-internal:5061 P5",
	"front-end-pool>edge-internal:5061 P5",
	"front-end-server>edge-internal:5061 P5",
	"any>edge-internal:50001 T7",
	"any>edge-internal:50002 T8",
	"any>edge-internal:50003 T9",
	"any>director:50001 option cls-to-director",
	"any>director:50002 option cls-to-director",
	"any>director:50003 option cls-to-director",
};

static void the_page_is_whole(void **state)
{
	const struct profile *profile = profile_find("single-director");

	(void)state;
	assert_int_equal(profile->rule_count, sizeof(page) / sizeof(page[0]));
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct profile_rule *rule = &profile->rules[i];
		char text[128];

		snprintf(text, sizeof(text), "%s>%s:%u %s", rule->from, rule->to, rule->port,
			 rule->rows);
		assert_string_equal(text, page[i]);
		assert_int_equal(rule->protocol, 6);
	}
}

/* The short names that ids are made of. */
static const char *abbreviate(const char *role)
{
	static const char *const names[][2] = {
		{"reverse-proxy-internal", "rp"},
		{"director", "dir"},
		{"front-end-pool", "fep"},
		{"front-end-server", "fes"},
		{"internal-clients", "cli"},
		{"edge-internal", "edge"},
		{"any", "any"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], role) == 0)
			return names[i][1];
	return "?";
}

static void ids_say_what_the_rule_says(void **state)
{
	const struct profile *profile = profile_find("single-director");

	(void)state;
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct profile_rule *rule = &profile->rules[i];
		char id[64];

		snprintf(id, sizeof(id), "%s-%s-%u", abbreviate(rule->from), abbreviate(rule->to),
			 rule->port);
		assert_string_equal(rule->id, id);
	}
}

static void only_the_rules_to_the_director_on_cls_ports_are_optional(void **state)
{
	const struct profile *profile = profile_find("single-director");

	(void)state;
	for (size_t i = 0; i < profile->rule_count; i++)
		if (strncmp(profile->rules[i].id, "any-dir-", 8) == 0)
			assert_string_equal(profile->rules[i].option, "cls-to-director");
		else
			assert_null(profile->rules[i].option);
}

static void rules_name_only_the_roles_of_their_profile(void **state)
{
	const struct profile *profile = profile_find("single-director");

	(void)state;
	assert_int_equal(profile->role_count, 6);
	for (size_t i = 0; i < profile->rule_count; i++) {
		bool from = strcmp(profile->rules[i].from, "any") == 0, to = false;

		for (size_t j = 0; j < profile->role_count; j++) {
			from |= strcmp(profile->rules[i].from, profile->roles[j]) == 0;
			to |= strcmp(profile->rules[i].to, profile->roles[j]) == 0;
		}
		assert_true(from && to);
	}
}

static void oddities_have_notes(void **state)
{
	const struct profile *profile = profile_find("single-director");

	(void)state;
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct profile_rule *rule = &profile->rules[i];
		bool odd = rule->port >= 50001 || rule->port == 80 || rule->port == 443 ||
			   rule->rows[0] == 'P';

		assert_int_equal(rule->note != NULL, odd);
	}
}

static void unknown_profiles_are_not_found_and_none_is_empty(void **state)
{
	(void)state;
	assert_null(profile_find("double-director"));
	assert_int_equal(profile_find("none")->rule_count, 0);
	assert_int_equal(profile_find("none")->role_count, 0);
	assert_int_equal(profile_find("none")->option_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_is_whole),
		cmocka_unit_test(ids_say_what_the_rule_says),
		cmocka_unit_test(only_the_rules_to_the_director_on_cls_ports_are_optional),
		cmocka_unit_test(rules_name_only_the_roles_of_their_profile),
		cmocka_unit_test(oddities_have_notes),
		cmocka_unit_test(unknown_profiles_are_not_found_and_none_is_empty),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
