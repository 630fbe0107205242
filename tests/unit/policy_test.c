// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "policy_fixture.h"

static const struct rule *rule_of(const struct policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		if (strcmp(policy->rules[i].id, id) == 0)
			return &policy->rules[i];
	fail_msg("no rule %s", id);
	return NULL;
}

static void the_page_brings_19_rules_before_the_sites(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_role(policy, "admins", "10.20.9.0/24");
	add_rule(policy, "ssh", "admins", "director", 22, 22);
	expect_good(fixture);
	assert_int_equal(policy->rule_count, 20);
	for (size_t i = 0; i < 19; i++)
		assert_int_equal(policy->rules[i].origin, ORIGIN_PAGE);
	assert_string_equal(policy->rules[19].id, "ssh");
	assert_string_equal(policy->roles[policy->rules[19].from].name, "admins");
	assert_string_equal(policy_rule_origin(&policy->rules[0]), "T1,P2");
	assert_string_equal(policy_rule_origin(&policy->rules[19]), "site");
}

static void any_is_the_first_role_and_the_pages_six_are_marked(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_role(policy, "gateway", "10.10.0.1");
	expect_good(fixture);
	assert_string_equal(policy->roles[ROLE_ANY].name, "any");
	assert_int_equal(policy->role_count, 8);
	for (size_t i = 0; i < policy->role_count; i++)
		assert_int_equal(policy->roles[i].page, i >= 1 && i <= 6);
	assert_int_equal(rule_of(policy, "any-edge-50001")->from, ROLE_ANY);
	assert_int_equal(rule_of(policy, "any-edge-50001")->to,
			 policy_find_role(policy, "edge-internal"));
}

static void absent_roles_of_the_page_are_named_at_the_profile(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	for (size_t i = 0; i < 2; i++) {
		policy->role_count--;
		free(policy->roles[policy->role_count].name);
		free(policy->roles[policy->role_count].prefixes);
	}
	expect(fixture, SEVERITY_ERROR, 1,
	       "profile \"single-director\" needs the roles front-end-server and internal-clients "
	       "in "
	       "roles; write [] for nobody");
}

static void the_option_adds_the_director_to_the_logging_ports(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.options, &policy->profile.option_count, "cls-to-director");
	add_rule(policy, "site", "any", "director", 1, 1);
	expect_good(fixture);
	assert_int_equal(policy->rule_count, 23);
	assert_string_equal(policy->rules[19].id, "any-dir-50001");
	assert_string_equal(policy->rules[21].id, "any-dir-50003");
	assert_int_equal(policy->rules[21].origin, ORIGIN_OPTION);
	assert_string_equal(policy_rule_origin(&policy->rules[21]), "option cls-to-director");
	assert_string_equal(policy->rules[22].id, "site");
}

static void without_switches_off_and_keeps_the_rule_listed(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.without, &policy->profile.without_count, "rp-dir-8080");
	expect_good(fixture);
	assert_int_equal(policy->rule_count, 19);
	assert_false(rule_of(policy, "rp-dir-8080")->enabled);
	assert_true(rule_of(policy, "rp-dir-4443")->enabled);
}

static void override_moves_a_port_and_narrows_a_source(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;
	struct override *override = add_override(policy, "any-edge-50001");
	const struct rule *rule;

	add_role(policy, "admins", "10.20.9.0/24");
	override->from = name_of("admins", 1);
	override = add_override(policy, "edge-dir-5061");
	add_port(&override->ports, &override->port_count, 5070, 5071);
	expect_good(fixture);
	rule = rule_of(policy, "any-edge-50001");
	assert_true(rule->overridden);
	assert_string_equal(policy->roles[rule->from].name, "admins");
	assert_int_equal(rule->ports[0].first, 50001);
	rule = rule_of(policy, "edge-dir-5061");
	assert_int_equal(rule->port_count, 1);
	assert_int_equal(rule->ports[0].first, 5070);
	assert_int_equal(rule->ports[0].last, 5071);
	assert_string_equal(policy->roles[rule->from].name, "edge-internal");
	assert_false(rule_of(policy, "edge-fep-5061")->overridden);
}

static void a_near_miss_of_a_rule_id_is_guessed(void **state)
{
	struct fixture *fixture = *state;

	add_override(&fixture->policy, "edge-dir-5062")->from = name_of("any", 1);
	expect(fixture, SEVERITY_ERROR, 1,
	       "unknown rule \"edge-dir-5062\"; did you mean \"edge-dir-5061\"?");
}

static void a_rule_is_not_both_overridden_and_switched_off(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.without, &policy->profile.without_count, "rp-dir-8080");
	add_override(policy, "rp-dir-8080")->from = name_of("any", 1);
	expect(fixture, SEVERITY_ERROR, 1,
	       "\"rp-dir-8080\" is switched off by without: expected it in one of the two");
}

static void a_rule_of_the_site_is_edited_where_it_stands(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_rule(policy, "ssh", "any", "director", 22, 22);
	add_name(&policy->profile.without, &policy->profile.without_count, "ssh");
	expect(fixture, SEVERITY_ERROR, 1,
	       "\"ssh\" is a rule of this file: edit it there; expected the id of a rule of the "
	       "profile");
}

static void a_rule_of_an_option_needs_the_option(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.without, &policy->profile.without_count, "any-dir-50001");
	expect(fixture, SEVERITY_ERROR, 1,
	       "\"any-dir-50001\" is there only with the option \"cls-to-director\"");
}

static void unknown_options_are_guessed(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.options, &policy->profile.option_count, "cls-to-directors");
	expect(fixture, SEVERITY_ERROR, 1,
	       "unknown option \"cls-to-directors\"; did you mean \"cls-to-director\"?");
}

static void far_fetched_options_are_told_what_there_is(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.options, &policy->profile.option_count, "fast");
	expect(fixture, SEVERITY_ERROR, 1, "unknown option \"fast\"; expected cls-to-director");
}

static void an_unknown_profile_says_only_that(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	free(policy->profile.name.text);
	policy->profile.name = name_of("single-directr", 1);
	add_name(&policy->profile.without, &policy->profile.without_count, "rp-dir-8080");
	expect(fixture, SEVERITY_ERROR, 1,
	       "unknown profile \"single-directr\"; did you mean \"single-director\"?");
}

static void the_pages_ids_are_taken(void **state)
{
	struct fixture *fixture = *state;

	add_rule(&fixture->policy, "dir-fep-444", "any", "director", 22, 22);
	expect(fixture, SEVERITY_ERROR, 201,
	       "\"dir-fep-444\" is a rule of the profile: expected another id, or its change by "
	       "override or without");
}

static void unknown_roles_are_guessed(void **state)
{
	struct fixture *fixture = *state;

	add_rule(&fixture->policy, "ssh", "any", "directr", 22, 22);
	expect(fixture, SEVERITY_ERROR, 201,
	       "unknown role \"directr\"; did you mean \"director\"?");
}

static void far_fetched_roles_are_not_guessed(void **state)
{
	struct fixture *fixture = *state;

	add_rule(&fixture->policy, "ssh", "printers", "director", 22, 22);
	expect(fixture, SEVERITY_ERROR, 201,
	       "unknown role \"printers\"; expected \"any\" or a name defined in roles");
}

static void all_errors_come_in_one_run(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_rule(policy, "one", "x1", "x2", 22, 22);
	add_interface(policy, "outside0", "x3");
	add_name(&policy->unfiltered, &policy->unfiltered_count, "inside0");
	add_name(&policy->profile.options, &policy->profile.option_count, "x4");
	assert_false(policy_complete(policy, &fixture->diagnostics));
	assert_int_equal(fixture->diagnostics.error_count, 5);
	assert_int_equal(fixture->diagnostics.count, 5);
}

static void sources_become_roles_and_one_role_may_be_at_home_twice(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_interface(policy, "one", "director");
	add_interface(policy, "two", "director");
	expect_good(fixture);
	for (size_t i = 1; i < 3; i++)
		assert_string_equal(policy->roles[policy->interfaces[i].places[0].sources[0]].name,
				    "director");
}

static void any_is_no_source(void **state)
{
	struct fixture *fixture = *state;

	add_interface(&fixture->policy, "one", "any");
	expect(fixture, SEVERITY_ERROR, 1,
	       "\"any\" is at home on no interface: expected the roles that may send from here, "
	       "since "
	       "to name all is to check none");
}

static void the_gateway_is_no_source(void **state)
{
	struct fixture *fixture = *state;

	add_role(&fixture->policy, "gateway", "10.10.0.1");
	add_interface(&fixture->policy, "one", "gateway");
	expect(fixture, SEVERITY_ERROR, 1,
	       "\"gateway\" is at home on no interface: this machine's own addresses never arrive "
	       "from "
	       "outside but forged");
}

static void a_source_stands_once_in_its_list(void **state)
{
	struct fixture *fixture = *state;
	struct place *place = add_interface(&fixture->policy, "one", "director")->places;

	add_name(&place->source_names, &place->source_count, "edge-internal");
	add_name(&place->source_names, &place->source_count, "edge-internal");
	expect(fixture, SEVERITY_ERROR, 1,
	       "duplicate source \"edge-internal\": it is already on line 1");
}

static void an_interface_is_not_both_filtered_and_open(void **state)
{
	struct fixture *fixture = *state;

	add_name(&fixture->policy.unfiltered, &fixture->policy.unfiltered_count, "inside0");
	expect(fixture, SEVERITY_ERROR, 1,
	       "\"inside0\" is listed in interfaces too: an interface is either filtered or open "
	       "on "
	       "purpose");
}

static void without_a_page_only_the_sites_rules_are_there(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_role(policy, "director", "10.20.1.10");
	add_rule(policy, "dir-fep-444", "any", "director", 444, 444);
	expect_good(fixture);
	assert_int_equal(policy->rule_count, 1);
	assert_false(policy->roles[1].page);
}

static void without_a_page_there_is_nothing_to_switch_off(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.without, &policy->profile.without_count, "rp-dir-8080");
	expect(fixture, SEVERITY_ERROR, 1,
	       "unknown rule \"rp-dir-8080\"; expected none: the profile has no rules");
}

static struct address address_of(const char *text)
{
	struct address address;
	struct error error = {0};

	assert_int_equal(prefix_read_address(text, &address, &error), 0);
	return address;
}

static void expect_roles(const struct policy *policy, const char *text, size_t count,
			 const size_t *expected)
{
	struct address address = address_of(text);
	size_t found;
	AUTO_FREE size_t *roles = policy_roles_of(policy, &address, &found);

	assert_int_equal(found, count);
	assert_memory_equal(roles, expected, count * sizeof(*roles));
}

static void an_address_plays_all_roles_that_cover_it(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_role(policy, "wide", "10.20.0.0/16");
	add_role(policy, "ospf", "224.0.0.5");
	add_role(policy, "six", "2001:db8::/32");
	policy_complete(policy, &fixture->diagnostics);
	expect_roles(policy, "10.20.1.10", 3, (size_t[]){ROLE_ANY, 3, 7});
	expect_roles(policy, "10.20.1.11", 2, (size_t[]){ROLE_ANY, 7});
	expect_roles(policy, "2001:db8::1", 2, (size_t[]){ROLE_ANY, 9});
	expect_roles(policy, "192.0.2.1", 1, (size_t[]){ROLE_ANY});
}

static void any_is_every_unicast_address_and_no_other(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_role(policy, "ospf", "224.0.0.5");
	policy_complete(policy, &fixture->diagnostics);
	expect_roles(policy, "224.0.0.5", 1, (size_t[]){7});
	expect_roles(policy, "223.255.255.255", 1, (size_t[]){ROLE_ANY});
	expect_roles(policy, "239.255.255.255", 0, NULL);
	expect_roles(policy, "240.0.0.1", 1, (size_t[]){ROLE_ANY});
	expect_roles(policy, "255.255.255.255", 0, NULL);
	expect_roles(policy, "255.255.255.254", 1, (size_t[]){ROLE_ANY});
	expect_roles(policy, "ff02::1", 0, NULL);
	expect_roles(policy, "fe80::1", 1, (size_t[]){ROLE_ANY});
}

static void protocols_have_one_name_for_reading_and_printing(void **state)
{
	char number[4];

	(void)state;
	for (int i = 0; i < 256; i++) {
		const char *name = policy_protocol_name(i, number);

		assert_int_equal(policy_protocol_number(name), name == number ? -1 : i);
		assert_int_equal(policy_protocol_has_ports(i), i == 6 || i == 17);
	}
	assert_string_equal(policy_protocol_name(255, number), "255");
	assert_string_equal(policy_protocol_name(89, number), "ospf");
	assert_int_equal(policy_protocol_number("tcp"), 6);
}

static void an_empty_policy_has_the_defaults(void **state)
{
	struct fixture *fixture = *state;
	const bool *pass = fixture->policy.pass;

	assert_true(pass[PASS_ARP] && pass[PASS_NEIGHBOUR_DISCOVERY] && pass[PASS_LINK_CONTROL] &&
		    pass[PASS_ICMP_ERRORS]);
	assert_false(pass[PASS_PING] || pass[PASS_DHCP]);
	assert_int_equal(fixture->policy.mode, MODE_ENFORCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAGE_TEST(the_page_brings_19_rules_before_the_sites),
		PAGE_TEST(any_is_the_first_role_and_the_pages_six_are_marked),
		PAGE_TEST(absent_roles_of_the_page_are_named_at_the_profile),
		PAGE_TEST(the_option_adds_the_director_to_the_logging_ports),
		PAGE_TEST(without_switches_off_and_keeps_the_rule_listed),
		PAGE_TEST(override_moves_a_port_and_narrows_a_source),
		PAGE_TEST(a_near_miss_of_a_rule_id_is_guessed),
		PAGE_TEST(a_rule_is_not_both_overridden_and_switched_off),
		PAGE_TEST(a_rule_of_the_site_is_edited_where_it_stands),
		PAGE_TEST(a_rule_of_an_option_needs_the_option),
		PAGE_TEST(unknown_options_are_guessed),
		PAGE_TEST(far_fetched_options_are_told_what_there_is),
		PAGE_TEST(an_unknown_profile_says_only_that),
		PAGE_TEST(the_pages_ids_are_taken),
		PAGE_TEST(unknown_roles_are_guessed),
		PAGE_TEST(far_fetched_roles_are_not_guessed),
		PAGE_TEST(all_errors_come_in_one_run),
		PAGE_TEST(sources_become_roles_and_one_role_may_be_at_home_twice),
		PAGE_TEST(any_is_no_source),
		PAGE_TEST(the_gateway_is_no_source),
		PAGE_TEST(a_source_stands_once_in_its_list),
		PAGE_TEST(an_interface_is_not_both_filtered_and_open),
		NONE_TEST(without_a_page_only_the_sites_rules_are_there),
		NONE_TEST(without_a_page_there_is_nothing_to_switch_off),
		PAGE_TEST(an_address_plays_all_roles_that_cover_it),
		PAGE_TEST(any_is_every_unicast_address_and_no_other),
		NONE_TEST(protocols_have_one_name_for_reading_and_printing),
		NONE_TEST(an_empty_policy_has_the_defaults),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
