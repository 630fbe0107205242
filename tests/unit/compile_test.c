// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whole policies: what the tables say about a packet is what a loop over the rules says. */
#include "compile_model.h"

#include <errno.h>

#include "ports.h"

#define POLICY_COUNT 120
#define PACKET_COUNT 1500
#define NO_RULE      ((size_t)-1)

struct asked {
	struct address source, destination;
	__u8 protocol;
	__u16 source_port, port;
};

static bool in_ranges(const struct port_range *ranges, size_t count, __u16 port)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ranges[i].first <= port && port <= ranges[i].last)
			return true;
	return false;
}

static bool covers(const struct policy *policy, const struct rule *rule,
		   const struct asked *opening)
{
	bool ports = policy_protocol_has_ports(opening->protocol);

	return rule->enabled && memchr(rule->protocols, opening->protocol, rule->protocol_count) &&
	       model_plays(policy, rule->from, &opening->source) &&
	       model_plays(policy, rule->to, &opening->destination) &&
	       (!ports || in_ranges(rule->ports, rule->port_count, opening->port)) &&
	       (!rule->source_port_count ||
		in_ranges(rule->source_ports, rule->source_port_count, opening->source_port));
}

/* The first rule in the file that covers the packet. */
static size_t find_by_rules(const struct policy *policy, const struct asked *opening)
{
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (covers(policy, &policy->rules[i], opening))
			return i;
	return NO_RULE;
}

static size_t search(const struct tables *tables, const struct rule_key *key)
{
	size_t i;

	for (i = 0; i < tables->rule_entry_count; i++)
		if (!memcmp(&tables->rule_entries[i].key, key, sizeof(*key)))
			return tables->rule_entries[i].rule;
	return NO_RULE;
}

/* Only what the program reads, in its order. */
static size_t find_by_tables(const struct tables *tables, const struct asked *opening)
{
	const struct constant_tables *constants = tables->constants;
	enum port_protocol protocol = ports_protocol(opening->protocol);
	struct rule_key key = {.protocol = opening->protocol};

	if (!constants->protocol_named[opening->protocol])
		return NO_RULE;
	if (protocol != PORT_PROTOCOL_COUNT) {
		key.port = constants->port_class[protocol][opening->port];
		if (!key.port)
			return NO_RULE;
		if (constants->minds_source_port[protocol][key.port]) {
			assert_true(tables->source_ports);
			key.source_port =
				constants->source_port_class[protocol][opening->source_port];
		}
	}
	key.source_class = model_source_class(tables, compile_find_leaf(tables, &opening->source));
	key.destination_class =
		model_destination_class(tables, compile_find_leaf(tables, &opening->destination));
	return search(tables, &key);
}

/* A port at or beside the end of a range of the rule's, or any port. */
static __u16 pick_port(struct random *random, const struct port_range *ranges, size_t count)
{
	const struct port_range *range;

	if (!count || pick(random, 8) == 0)
		return 1 + pick(random, 65535);
	range = &ranges[pick(random, count)];
	return (pick(random, 2) ? range->first : range->last) + (int)pick(random, 3) - 1;
}

static struct address pick_player(struct random *random, const struct policy *policy, size_t role)
{
	const struct role *player = &policy->roles[role];

	if (!player->prefix_count || pick(random, 3) == 0)
		return pick_near(random, policy);
	return player->prefixes[pick(random, player->prefix_count)].address;
}

/* Near to what some rule covers, so that both answers are seen often. */
static struct asked pick_opening(struct random *random, const struct policy *policy)
{
	const struct rule *rule = &policy->rules[pick(random, policy->rule_count)];

	return (struct asked){
		.source = pick_player(random, policy, rule->from),
		.destination = pick_player(random, policy, rule->to),
		.protocol = pick(random, 16) ? rule->protocols[pick(random, rule->protocol_count)]
					     : pick(random, 256),
		.port = pick_port(random, rule->ports, rule->port_count),
		.source_port = pick_port(random, rule->source_ports, rule->source_port_count),
	};
}

static int compare_entries(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct rule_key));
}

static void check_keys_differ(const struct tables *tables)
{
	size_t i, count = tables->rule_entry_count;
	AUTO_FREE struct rule_entry *sorted = memory_zeroed(count, sizeof(*sorted));

	if (!count)
		return;
	memcpy(sorted, tables->rule_entries, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_entries);
	for (i = 1; i < count; i++)
		assert_true(compare_entries(&sorted[i - 1], &sorted[i]) != 0);
}

/* Returns how many of the packets some rule covers. */
static size_t check_policy(struct random *random, const struct policy *policy)
{
	struct tables tables;
	struct asked opening;
	struct error error;
	size_t i, rule, covered = 0;

	assert_int_equal(compile(policy, &tables, &error), 0);
	check_keys_differ(&tables);
	for (i = 0; i < PACKET_COUNT; i++) {
		opening = pick_opening(random, policy);
		rule = find_by_rules(policy, &opening);
		assert_int_equal(find_by_tables(&tables, &opening), rule);
		covered += rule != NO_RULE;
	}
	compile_free(&tables);
	return covered;
}

static void random_packets_get_the_first_rule_that_covers_them(void **state)
{
	struct policy policy;
	size_t covered = 0;
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= POLICY_COUNT; seed++) {
		struct random random = {seed};

		print_message("seed %u\r", seed);
		model_pick_policy(&random, &policy);
		if (seed % 2)
			model_pick_places(&random, &policy);
		covered += check_policy(&random, &policy);
		model_free(&policy);
	}
	print_message("seeds 1 to %u: rules cover %zu packets of %d\n", POLICY_COUNT, covered,
		      POLICY_COUNT * PACKET_COUNT);
	assert_in_range(covered, POLICY_COUNT * PACKET_COUNT / 8,
			POLICY_COUNT * PACKET_COUNT * 7 / 8);
}

static void check_equal(const struct tables *left, const struct tables *right,
			size_t interface_count)
{
	size_t i;

	assert_int_equal(left->rule_entry_count, right->rule_entry_count);
	assert_int_equal(left->node_count, right->node_count);
	assert_int_equal(left->ipv6_root, right->ipv6_root);
	assert_int_equal(left->source_class_bits, right->source_class_bits);
	assert_int_equal(left->destination_class_bits, right->destination_class_bits);
	assert_int_equal(left->home_count, right->home_count);
	if (left->rule_entry_count)
		assert_memory_equal(left->rule_entries, right->rule_entries,
				    left->rule_entry_count * sizeof(*left->rule_entries));
	assert_memory_equal(left->nodes, right->nodes, left->node_count * sizeof(*left->nodes));
	assert_memory_equal(left->constants, right->constants, sizeof(*left->constants));
	for (i = 0; i < interface_count; i++)
		assert_memory_equal(&left->places[i], &right->places[i], sizeof(*left->places));
}

static void equal_policies_compile_to_equal_bytes(void **state)
{
	struct policy policies[2];
	struct tables tables[2];
	struct error error;
	unsigned i, seed;

	(void)state;
	for (seed = 1; seed <= 10; seed++) {
		for (i = 0; i < 2; i++) {
			struct random random = {seed};

			model_pick_policy(&random, &policies[i]);
			model_pick_places(&random, &policies[i]);
			assert_int_equal(compile(&policies[i], &tables[i], &error), 0);
		}
		check_equal(&tables[0], &tables[1], policies[0].interface_count);
		for (i = 0; i < 2; i++) {
			compile_free(&tables[i]);
			model_free(&policies[i]);
		}
	}
}

static void nobody_makes_no_entries(void **state)
{
	struct policy policy;
	struct tables tables;
	struct error error;

	(void)state;
	model_init(&policy);
	model_add_role(&policy, "nobody");
	model_add_service(&policy, ROLE_ANY, 1, 6, 80);
	model_add_service(&policy, 1, ROLE_ANY, 6, 80);
	assert_int_equal(compile(&policy, &tables, &error), 0);
	assert_int_equal(tables.rule_entry_count, 0);
	assert_int_equal(tables.constants->port_class[PORT_TCP][80], 80);
	compile_free(&tables);
	model_free(&policy);
}

static void source_ports_cost_entries_only_where_rules_mind_them(void **state)
{
	struct policy policy;
	struct tables tables;
	struct error error;
	struct rule *rule;

	(void)state;
	model_init(&policy);
	model_add_service(&policy, ROLE_ANY, ROLE_ANY, 6, 80);
	rule = model_add_service(&policy, ROLE_ANY, ROLE_ANY, 6, 53);
	model_add_ports(&rule->source_ports, &rule->source_port_count, 1024, 65535);
	model_add_rule(&policy, ROLE_ANY, ROLE_ANY, 50);
	assert_int_equal(compile(&policy, &tables, &error), 0);
	assert_int_equal(tables.rule_entry_count, 3);
	compile_free(&tables);
	model_add_service(&policy, ROLE_ANY, ROLE_ANY, 6, 53);
	assert_int_equal(compile(&policy, &tables, &error), 0);
	/* Port 53 from the source ports that no rule names as well. */
	assert_int_equal(tables.rule_entry_count, 4);
	compile_free(&tables);
	model_free(&policy);
}

/* Roles h-0, h-1, ... of one host each, from 10.0.0.0 on; returns the first one's index. */
static size_t add_hosts(struct policy *policy, unsigned count)
{
	size_t first = policy->role_count;
	struct prefix *prefix;
	struct role *role;
	unsigned i;

	for (i = 0; i < count; i++) {
		AUTO_FREE char *name = memory_format("h-%u", i);

		role = model_add_role(policy, name);
		prefix = memory_append(&role->prefixes, &role->prefix_count, sizeof(*prefix));
		*prefix = (struct prefix){{FAMILY_IPV4, {10, i >> 16, i >> 8, i}}, 32};
	}
	return first;
}

static void ten_thousand_rules_from_any_make_an_entry_each(void **state)
{
	struct policy policy;
	struct tables tables;
	struct error error;
	size_t i, first;

	(void)state;
	model_init(&policy);
	first = add_hosts(&policy, 10000);
	for (i = 0; i < 10000; i++)
		model_add_service(&policy, ROLE_ANY, first + i, 6, 443);
	assert_int_equal(compile(&policy, &tables, &error), 0);
	assert_int_equal(tables.rule_entry_count, 10000);
	assert_int_equal(tables.source_class_count, 2);
	assert_int_equal(tables.source_class_bits, 1);
	assert_int_equal(tables.destination_class_count, 10001);
	compile_free(&tables);
	model_free(&policy);
}

/* Compiles what is too big: the tables stay as they were, the error holds all texts. */
static void check_refused(struct policy *policy, const char *const *texts, size_t count)
{
	struct tables tables, untouched;
	struct error error = {""};
	size_t i;

	memset(&tables, 0x5a, sizeof(tables));
	untouched = tables;
	assert_int_equal(compile(policy, &tables, &error), -E2BIG);
	assert_memory_equal(&tables, &untouched, sizeof(tables));
	print_message("%s\n", error.text);
	for (i = 0; i < count; i++)
		assert_non_null(strstr(error.text, texts[i]));
	model_free(policy);
}

#define CHECK_REFUSED(policy, ...)                                                                 \
	check_refused(policy, (const char *const[]){__VA_ARGS__},                                  \
		      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void too_many_source_classes_are_refused_with_the_roles_to_blame(void **state)
{
	struct policy policy;
	size_t i, first;

	(void)state;
	model_init(&policy);
	first = add_hosts(&policy, 65536);
	for (i = 0; i < 65536; i++)
		model_add_service(&policy, first + i, ROLE_ANY, 6, 443);
	model_add_text(model_add_role(&policy, "site"), "10.0.0.0/12");
	model_add_service(&policy, policy.role_count - 1, ROLE_ANY, 6, 443);
	CHECK_REFUSED(&policy, "65538 source classes", "2 destination classes", "at most 65536",
		      "\"site\" (65537), \"any\" (1)");
}

static void classes_that_do_not_fit_a_leaf_are_refused(void **state)
{
	struct policy policy;
	size_t i, first;

	(void)state;
	model_init(&policy);
	first = add_hosts(&policy, 40000);
	for (i = 0; i < 40000; i++)
		model_add_service(&policy, first + i, first + i, 6, 443);
	CHECK_REFUSED(&policy, "40001 source classes", "40001 destination classes",
		      "16 + 16 + 0 bits, must fit 30 bits", "\"h-0\"");
}

/* Every host is a class on both sides, and in `any`. */
static void add_square(struct policy *policy, unsigned hosts)
{
	size_t i, first = add_hosts(policy, hosts);

	for (i = 0; i < hosts; i++) {
		model_add_service(policy, first + i, ROLE_ANY, 6, 80);
		model_add_service(policy, ROLE_ANY, first + i, 6, 80);
	}
}

static void a_rule_with_too_many_entries_is_refused_by_name(void **state)
{
	struct policy policy;

	(void)state;
	model_init(&policy);
	add_square(&policy, 4096);
	policy.rules[0].from = ROLE_ANY;
	CHECK_REFUSED(&policy, "16777216 entries", "\"rule-0\"", "\"any\"");
}

static void rules_with_too_many_entries_together_are_refused(void **state)
{
	struct policy policy;
	unsigned i;

	(void)state;
	model_init(&policy);
	add_square(&policy, 1500);
	for (i = 0; i < 10; i++)
		model_add_service(&policy, ROLE_ANY, ROLE_ANY, 6, 1000 + i);
	CHECK_REFUSED(&policy, "16777216 entries", "\"rule-3006\"", "\"any\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_packets_get_the_first_rule_that_covers_them),
		cmocka_unit_test(equal_policies_compile_to_equal_bytes),
		cmocka_unit_test(nobody_makes_no_entries),
		cmocka_unit_test(source_ports_cost_entries_only_where_rules_mind_them),
		cmocka_unit_test(ten_thousand_rules_from_any_make_an_entry_each),
		cmocka_unit_test(too_many_source_classes_are_refused_with_the_roles_to_blame),
		cmocka_unit_test(classes_that_do_not_fit_a_leaf_are_refused),
		cmocka_unit_test(a_rule_with_too_many_entries_is_refused_by_name),
		cmocka_unit_test(rules_with_too_many_entries_together_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
