// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a policy may say and is warned of. */
#include "policy_fixture.h"

static void an_empty_role_of_the_page_is_nobody_and_warns(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;
	struct role *clients = &policy->roles[5];

	clients->prefix_count = 0;
	expect(fixture, SEVERITY_WARNING, 106,
	       "role \"internal-clients\" is empty, so these rules match nobody: cli-dir-80, "
	       "cli-dir-443");
}

static void nobody_is_no_surprise_where_the_rules_are_switched_off(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	policy->roles[5].prefix_count = 0;
	add_name(&policy->profile.without, &policy->profile.without_count, "cli-dir-80");
	add_name(&policy->profile.without, &policy->profile.without_count, "cli-dir-443");
	expect_good(fixture);
}

static void stateful_without_sources_warns_for_each_interface(void **state)
{
	struct fixture *fixture = *state;

	fixture->policy.stateful = true;
	expect(fixture, SEVERITY_WARNING, 51,
	       "interface \"inside0\" lists no sources: a host there can forge the opener of a "
	       "connection, and so make the state that its replies need");
}

/* The page's interface, whose sources say who is at home there. */
static void keep_flows(struct policy *policy)
{
	struct place *place = policy->interfaces[0].places;

	policy->stateful = true;
	policy->interfaces[0].lists_sources = true;
	add_name(&place->source_names, &place->source_count, "director");
}

static void stateful_with_sources_is_quiet(void **state)
{
	struct fixture *fixture = *state;

	keep_flows(&fixture->policy);
	expect_good(fixture);
}

static void add_flow_key(struct policy *policy, const char *key, unsigned line)
{
	struct name *name = memory_append(&policy->flow_keys, &policy->flow_key_count,
					  sizeof(*policy->flow_keys));

	*name = name_of(key, line);
}

static void stateless_warns_of_a_key_about_flows(void **state)
{
	struct fixture *fixture = *state;

	add_flow_key(&fixture->policy, "timeouts", 12);
	expect(fixture, SEVERITY_WARNING, 12,
	       "\"timeouts\" changes nothing: \"stateful: false\" keeps no flows");
}

static void without_pickup_a_grace_warns(void **state)
{
	struct fixture *fixture = *state;

	keep_flows(&fixture->policy);
	fixture->policy.pickup = false;
	add_flow_key(&fixture->policy, "pickup", 11);
	add_flow_key(&fixture->policy, "pickup-grace", 12);
	expect(fixture, SEVERITY_WARNING, 12,
	       "\"pickup-grace\" changes nothing: \"pickup: false\" gives no grace");
}

static void with_flows_their_keys_are_quiet(void **state)
{
	struct fixture *fixture = *state;

	keep_flows(&fixture->policy);
	add_flow_key(&fixture->policy, "pickup-grace", 12);
	add_flow_key(&fixture->policy, "timeouts", 13);
	expect_good(fixture);
}

static void connections_kept_under_1800_seconds_warn(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	keep_flows(policy);
	policy->timeouts[FLOW_TCP_OPEN] = 1799;
	policy->timeout_positions[FLOW_TCP_OPEN] = at_line(14);
	expect(fixture, SEVERITY_WARNING, 14,
	       "tcp-open is 1799s: Lync's guidance for firewalls wants TCP connections kept for "
	       "30m at least");
}

static void connections_kept_for_1800_seconds_are_quiet(void **state)
{
	struct fixture *fixture = *state;

	keep_flows(&fixture->policy);
	fixture->policy.timeouts[FLOW_TCP_OPEN] = 1800;
	expect_good(fixture);
}

static void how_long_stateless_keeps_connections_is_no_matter(void **state)
{
	struct fixture *fixture = *state;

	fixture->policy.timeouts[FLOW_TCP_OPEN] = 1;
	expect_good(fixture);
}

static void a_role_without_use_warns_but_not_the_gateway(void **state)
{
	struct fixture *fixture = *state;

	add_role(&fixture->policy, "gateway", "10.10.0.1");
	add_role(&fixture->policy, "printers", "10.10.0.2");
	expect(fixture, SEVERITY_WARNING, 108,
	       "role \"printers\" is used by no rule and no interface");
}

static void a_covered_rule_warns(void **state)
{
	struct fixture *fixture = *state;

	add_rule(&fixture->policy, "mine", "director", "front-end-pool", 444, 444);
	expect(fixture, SEVERITY_WARNING, 201,
	       "rule \"mine\" will count nothing: rule \"dir-fep-444\" stands before it and covers "
	       "it");
}

static void a_rule_inside_a_range_is_covered_and_a_wider_one_is_not(void **state)
{
	struct fixture *fixture = *state;

	add_rule(&fixture->policy, "wide", "director", "director", 100, 200);
	add_rule(&fixture->policy, "wider", "director", "director", 150, 201);
	add_rule(&fixture->policy, "lower", "director", "director", 99, 200);
	add_rule(&fixture->policy, "back", "internal-clients", "director", 150, 150);
	add_rule(&fixture->policy, "inside", "director", "director", 150, 160);
	expect(fixture, SEVERITY_WARNING, 205,
	       "rule \"inside\" will count nothing: rule \"wide\" stands before it and covers it");
}

static void a_rule_of_other_protocols_is_not_covered(void **state)
{
	struct fixture *fixture = *state;
	struct rule *rule;
	__u8 *protocol;

	add_rule(&fixture->policy, "tcp", "director", "director", 53, 53);
	rule = add_rule(&fixture->policy, "both", "director", "director", 53, 53);
	protocol = memory_append(&rule->protocols, &rule->protocol_count, sizeof(*protocol));
	*protocol = 17;
	expect_good(fixture);
}

static void source_ports_are_part_of_what_is_covered(void **state)
{
	struct fixture *fixture = *state;
	struct rule *rule = add_rule(&fixture->policy, "one", "director", "director", 53, 53);

	add_port(&rule->source_ports, &rule->source_port_count, 1024, 65535);
	rule = add_rule(&fixture->policy, "two", "director", "director", 53, 53);
	add_port(&rule->source_ports, &rule->source_port_count, 53, 53);
	add_rule(&fixture->policy, "three", "director", "director", 53, 53);
	expect_good(fixture);
}

static void a_rule_that_is_switched_off_covers_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	add_name(&policy->profile.without, &policy->profile.without_count, "dir-fep-444");
	add_rule(policy, "mine", "director", "front-end-pool", 444, 444);
	expect_good(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAGE_TEST(an_empty_role_of_the_page_is_nobody_and_warns),
		PAGE_TEST(nobody_is_no_surprise_where_the_rules_are_switched_off),
		PAGE_TEST(stateful_without_sources_warns_for_each_interface),
		PAGE_TEST(stateful_with_sources_is_quiet),
		PAGE_TEST(stateless_warns_of_a_key_about_flows),
		PAGE_TEST(without_pickup_a_grace_warns),
		PAGE_TEST(with_flows_their_keys_are_quiet),
		PAGE_TEST(connections_kept_under_1800_seconds_warn),
		PAGE_TEST(connections_kept_for_1800_seconds_are_quiet),
		PAGE_TEST(how_long_stateless_keeps_connections_is_no_matter),
		PAGE_TEST(a_role_without_use_warns_but_not_the_gateway),
		PAGE_TEST(a_covered_rule_warns),
		PAGE_TEST(a_rule_inside_a_range_is_covered_and_a_wider_one_is_not),
		PAGE_TEST(a_rule_of_other_protocols_is_not_covered),
		PAGE_TEST(source_ports_are_part_of_what_is_covered),
		PAGE_TEST(a_rule_that_is_switched_off_covers_nothing),
	};

	return cmocka_run_group_tests_name("policy_warn", tests, NULL, NULL);
}
