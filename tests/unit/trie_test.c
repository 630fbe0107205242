// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The address trie against a loop over all prefixes of all roles. */
#include "compile_model.h"

#define POLICY_COUNT  150
#define ADDRESS_COUNT 3000
#define CLASS_COUNT   4096

/* The roles that rules use on each side, and the classes seen so far for each set of them. */
struct expected {
	const struct policy *policy;
	const struct tables *tables;
	__u64 used_source, used_destination;                             /* bit by role */
	__u64 source_roles[CLASS_COUNT], destination_roles[CLASS_COUNT]; /* by class */
	bool source_seen[CLASS_COUNT], destination_seen[CLASS_COUNT];
};

static struct address address_of(const char *text)
{
	struct address address;
	struct error error;

	assert_int_equal(prefix_read_address(text, &address, &error), 0);
	return address;
}

/* No class stands for two sets of roles, and no set has two classes. */
static void check_class(const struct tables *tables, __u64 *roles_of_class, bool *seen, __u32 class,
			__u64 roles)
{
	__u32 other;

	assert_true(class < CLASS_COUNT);
	assert_true(class < tables->source_class_count || class < tables->destination_class_count);
	if (seen[class]) {
		assert_int_equal(roles_of_class[class], roles);
		return;
	}
	for (other = 0; other < CLASS_COUNT; other++)
		assert_false(seen[other] && roles_of_class[other] == roles);
	assert_true((class == 0) == (roles == 0));
	seen[class] = true;
	roles_of_class[class] = roles;
}

static void check_address(struct expected *expected, const struct address *address)
{
	__u32 leaf = compile_find_leaf(expected->tables, address);
	__u64 roles = 0;
	size_t role;

	for (role = 0; role < expected->policy->role_count; role++)
		if (model_plays(expected->policy, role, address))
			roles |= 1ull << role;
	assert_true(leaf & NODE_LEAF);
	assert_int_equal(!!(leaf & NODE_NAMED), !!(roles & ~(1ull << ROLE_ANY)));
	check_class(expected->tables, expected->source_roles, expected->source_seen,
		    model_source_class(expected->tables, leaf), roles & expected->used_source);
	check_class(expected->tables, expected->destination_roles, expected->destination_seen,
		    model_destination_class(expected->tables, leaf),
		    roles & expected->used_destination);
}

static struct expected *expect(const struct policy *policy, struct tables *tables)
{
	struct expected *expected = memory_zeroed(1, sizeof(*expected));
	struct error error;
	size_t i;

	assert_int_equal(compile(policy, tables, &error), 0);
	expected->policy = policy;
	expected->tables = tables;
	for (i = 0; i < policy->rule_count; i++) {
		if (!policy->rules[i].enabled)
			continue;
		expected->used_source |= 1ull << policy->rules[i].from;
		expected->used_destination |= 1ull << policy->rules[i].to;
	}
	return expected;
}

static void random_addresses_get_the_union_of_all_covering_roles(void **state)
{
	struct policy policy;
	struct tables tables;
	struct address address;
	unsigned i, seed;

	(void)state;
	for (seed = 1; seed <= POLICY_COUNT; seed++) {
		struct random random = {seed};
		AUTO_FREE struct expected *expected = NULL;

		print_message("seed %u\r", seed);
		model_pick_policy(&random, &policy);
		if (seed % 2)
			model_pick_places(&random, &policy);
		expected = expect(&policy, &tables);
		for (i = 0; i < ADDRESS_COUNT; i++) {
			address = i % 4 ? pick_near(&random, &policy)
					: pick_address(&random, i % 8 ? FAMILY_IPV6 : FAMILY_IPV4);
			check_address(expected, &address);
		}
		compile_free(&tables);
		model_free(&policy);
	}
	print_message("seeds 1 to %u\n", POLICY_COUNT);
}

static void check_all(struct policy *policy, const char *const *addresses, size_t count)
{
	struct tables tables;
	AUTO_FREE struct expected *expected = expect(policy, &tables);
	struct address address;
	size_t i;

	for (i = 0; i < count; i++) {
		address = address_of(addresses[i]);
		check_address(expected, &address);
	}
	compile_free(&tables);
	model_free(policy);
}

#define CHECK_ALL(policy, ...)                                                                     \
	check_all(policy, (const char *const[]){__VA_ARGS__},                                      \
		  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void the_longest_match_does_not_hide_a_wider_role(void **state)
{
	struct policy policy;

	(void)state;
	model_init(&policy);
	model_add_text(model_add_role(&policy, "site"), "10.0.0.0/8");
	model_add_text(model_add_role(&policy, "host"), "10.1.2.3");
	model_add_text(&policy.roles[1], "2001:db8::/32");
	model_add_text(&policy.roles[2], "2001:db8::7");
	model_add_service(&policy, 1, 2, 6, 80);
	model_add_service(&policy, 2, 1, 6, 81);
	CHECK_ALL(&policy, "10.1.2.3", "10.1.2.2", "10.1.2.4", "9.255.255.255", "11.0.0.0",
		  "2001:db8::7", "2001:db8::6", "2001:db9::", "2001:db7:ffff::");
}

static void multicast_is_not_any_but_may_play_a_role(void **state)
{
	struct policy policy;

	(void)state;
	model_init(&policy);
	model_add_text(model_add_role(&policy, "vrrp"), "224.0.0.18");
	model_add_text(&policy.roles[1], "ff02::12");
	model_add_rule(&policy, ROLE_ANY, 1, 112);
	model_add_rule(&policy, 1, ROLE_ANY, 112);
	CHECK_ALL(&policy, "224.0.0.18", "224.0.0.17", "223.255.255.255", "239.255.255.255",
		  "240.0.0.0", "255.255.255.254", "255.255.255.255", "ff02::12", "ff02::13",
		  "feff:ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0", "::");
}

static void everything_may_be_one_role(void **state)
{
	struct policy policy;

	(void)state;
	model_init(&policy);
	model_add_text(model_add_role(&policy, "all"), "0.0.0.0/0");
	model_add_text(&policy.roles[1], "::/0");
	model_add_service(&policy, 1, 1, 17, 53);
	CHECK_ALL(&policy, "0.0.0.0", "255.255.255.255", "224.1.1.1", "::", "ff00::", "1.2.3.4");
}

static void a_role_that_no_rule_uses_still_names_its_addresses(void **state)
{
	struct policy policy;

	(void)state;
	model_init(&policy);
	model_add_text(model_add_role(&policy, "bystander"), "10.0.0.0/24");
	model_add_role(&policy, "nobody");
	model_add_service(&policy, ROLE_ANY, 2, 6, 80);
	CHECK_ALL(&policy, "10.0.0.7", "10.0.1.7", "2001:db8::1");
}

static void an_empty_policy_names_nothing(void **state)
{
	struct policy policy;
	struct tables tables;
	struct address address = address_of("10.0.0.1");
	struct error error;

	(void)state;
	model_init(&policy);
	assert_int_equal(compile(&policy, &tables, &error), 0);
	assert_int_equal(compile_find_leaf(&tables, &address), NODE_LEAF);
	assert_int_equal(tables.rule_entry_count, 0);
	assert_true(tables.node_count >= 1);
	assert_int_equal(tables.source_class_count, 1);
	compile_free(&tables);
	model_free(&policy);
}

/* A prefix that 16 others fill up is not its surroundings. */
static void a_prefix_filled_by_its_parts_ends_where_they_end(void **state)
{
	struct policy policy;
	unsigned i;

	(void)state;
	model_init(&policy);
	model_add_role(&policy, "parts");
	for (i = 0; i < 16; i++) {
		AUTO_FREE char *ipv6 = memory_format("2001:db8:0:f%x::/64", i);
		AUTO_FREE char *ipv4 = memory_format("10.7.3.%u/28", i * 16);

		model_add_text(&policy.roles[1], ipv6);
		model_add_text(&policy.roles[1], ipv4);
	}
	model_add_service(&policy, 1, ROLE_ANY, 6, 80);
	CHECK_ALL(&policy, "2001:db8:0:f0::", "2001:db8:0:ff:ffff::", "2001:db8:0:100::",
		  "2001:db8:0:ef::", "::", "10.7.3.0", "10.7.3.255", "10.7.4.0", "10.7.2.255");
}

/* Where all of `any` plays a role, no class stands for `any` alone. */
static void classes_of_no_address_are_not_made(void **state)
{
	static const char *const covers[][2] = {{"::/0", "::/0"}, {"::/1", "8000::/1"}};
	struct policy policy;
	struct tables tables;
	struct error error;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		model_init(&policy);
		model_add_text(model_add_role(&policy, "all"), "0.0.0.0/0");
		model_add_text(&policy.roles[1], covers[i][0]);
		model_add_text(&policy.roles[1], covers[i][1]);
		model_add_service(&policy, ROLE_ANY, ROLE_ANY, 6, 80);
		model_add_service(&policy, 1, 1, 6, 81);
		assert_int_equal(compile(&policy, &tables, &error), 0);
		/* Nobody, `all` alone (multicast), `any` and `all`. */
		assert_int_equal(tables.source_class_count, 3);
		assert_int_equal(tables.destination_class_count, 3);
		assert_int_equal(tables.source_class_bits, 2);
		compile_free(&tables);
		model_free(&policy);
	}
}

static void add_lone_host(struct policy *policy, unsigned number)
{
	AUTO_FREE char *name = memory_format("lone-%u", number);
	struct role *role = model_add_role(policy, name);
	struct prefix *prefix =
		memory_append(&role->prefixes, &role->prefix_count, sizeof(*prefix));

	*prefix = (struct prefix){{FAMILY_IPV4, {10, number >> 8, number, 7}}, 32};
	model_add_service(policy, policy->role_count - 1, ROLE_ANY, 6, 80);
}

/* One host in each node, which differ by nothing but the role. */
static void lone_hosts_of_many_roles_are_told_apart(void **state)
{
	enum { HOSTS = 10000 };
	AUTO_FREE bool *seen = memory_zeroed(HOSTS + 1, sizeof(*seen));
	struct policy policy;
	struct tables tables;
	struct error error;
	__u32 class;
	unsigned i;

	(void)state;
	model_init(&policy);
	for (i = 0; i < HOSTS; i++)
		add_lone_host(&policy, i);
	assert_int_equal(compile(&policy, &tables, &error), 0);
	assert_int_equal(tables.source_class_count, HOSTS + 1);
	for (i = 0; i < HOSTS; i++) {
		class = model_source_class(
			&tables,
			compile_find_leaf(&tables, &policy.roles[i + 1].prefixes[0].address));
		assert_in_range(class, 1, HOSTS);
		assert_false(seen[class]);
		seen[class] = true;
	}
	compile_free(&tables);
	model_free(&policy);
}

/* Hosts so close together that whole bytes differ: nodes of 256 entries on all levels. */
static void add_dense_hosts(struct random *random, struct role *role, enum family family)
{
	struct prefix *prefix;
	unsigned i, bytes = prefix_family_bits(family) / 8;

	for (i = 0; i < 1500; i++) {
		prefix = memory_append(&role->prefixes, &role->prefix_count, sizeof(*prefix));
		prefix->address.family = family;
		prefix->address.bytes[0] = 0x20;
		prefix->address.bytes[bytes - 2] = pick(random, 3);
		prefix->address.bytes[bytes - 1] = pick(random, 256);
		prefix->len = prefix_family_bits(family) - pick(random, 2) * 4;
		if (prefix->len % 8)
			prefix->address.bytes[bytes - 1] &= 0xf0;
	}
	role->prefix_count = prefix_sort(role->prefixes, role->prefix_count);
}

static void crowded_prefixes_are_told_apart(void **state)
{
	struct random random = {11};
	struct policy policy;
	struct tables tables;
	struct address address;
	AUTO_FREE struct expected *expected = NULL;
	unsigned i, role;

	(void)state;
	model_init(&policy);
	for (role = 1; role <= 3; role++) {
		add_dense_hosts(&random, model_add_role(&policy, "dense"), FAMILY_IPV4);
		add_dense_hosts(&random, &policy.roles[role], FAMILY_IPV6);
		model_add_service(&policy, role, 4 - role, 6, 80);
	}
	expected = expect(&policy, &tables);
	for (i = 0; i < ADDRESS_COUNT; i++) {
		address = pick_near(&random, &policy);
		check_address(expected, &address);
	}
	compile_free(&tables);
	model_free(&policy);
}

/* More children than 4 bits tell apart, from the last 4 bits of the first half on. */
static void a_crowd_astride_the_middle_of_the_address_is_told_apart(void **state)
{
	struct random random = {13};
	struct policy policy;
	struct tables tables;
	struct address address;
	struct prefix *prefix;
	struct role *role;
	AUTO_FREE struct expected *expected = NULL;
	unsigned i;

	(void)state;
	model_init(&policy);
	role = model_add_role(&policy, "crowd");
	for (i = 0; i < 200; i++) {
		prefix = memory_append(&role->prefixes, &role->prefix_count, sizeof(*prefix));
		prefix->address = (struct address){FAMILY_IPV6, {0x20, [7] = i % 16, i}};
		prefix->len = 72;
	}
	role->prefix_count = prefix_sort(role->prefixes, role->prefix_count);
	model_add_service(&policy, 1, ROLE_ANY, 6, 80);
	expected = expect(&policy, &tables);
	for (i = 0; i < ADDRESS_COUNT; i++) {
		address = pick_near(&random, &policy);
		check_address(expected, &address);
	}
	compile_free(&tables);
	model_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_match_does_not_hide_a_wider_role),
		cmocka_unit_test(multicast_is_not_any_but_may_play_a_role),
		cmocka_unit_test(everything_may_be_one_role),
		cmocka_unit_test(a_role_that_no_rule_uses_still_names_its_addresses),
		cmocka_unit_test(an_empty_policy_names_nothing),
		cmocka_unit_test(random_addresses_get_the_union_of_all_covering_roles),
		cmocka_unit_test(a_prefix_filled_by_its_parts_ends_where_they_end),
		cmocka_unit_test(classes_of_no_address_are_not_made),
		cmocka_unit_test(lone_hosts_of_many_roles_are_told_apart),
		cmocka_unit_test(a_crowd_astride_the_middle_of_the_address_is_told_apart),
		cmocka_unit_test(crowded_prefixes_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
