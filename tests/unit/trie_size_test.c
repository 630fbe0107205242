// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How large and how deep the address trie grows. */
#include "compile_model.h"

#include "trie.h"

/* Steps from the root to the leaf of an address that no step turns away. */
static unsigned count_steps(const struct tables *tables, const struct address *address)
{
	struct wide_address wide = coverage_widen(address);
	const struct address_skip *skip;
	__u32 entry = tables->ipv6_root;
	unsigned steps, bits;

	for (steps = 0; !(entry & NODE_LEAF); steps++) {
		skip = &tables->nodes[entry].skip;
		if ((wide.high ^ skip->high) & skip->mask_high ||
		    (wide.low ^ skip->low) & skip->mask_low)
			return steps + 1;
		bits = (skip->shift >= 64 ? wide.high >> (skip->shift - 64)
					  : wide.low >> skip->shift) &
		       ((1u << skip->stride) - 1);
		entry = skip->stride ? tables->nodes[entry + 1 + bits / 16].entries[bits % 16]
				     : skip->match;
	}
	return steps;
}

/* A role for each length, with a prefix around one address; with `siblings` the one beside it too.
 */
static void check_nesting(bool siblings)
{
	static const struct address deep = {.family = FAMILY_IPV6};
	struct policy policy;
	struct tables tables;
	struct prefix *prefix;
	struct role *role;
	unsigned len, side;

	model_init(&policy);
	for (len = 1; len <= 128; len++) {
		role = model_add_role(&policy, "nested");
		for (side = 0; side < (siblings ? 2 : 1); side++) {
			prefix = memory_append(&role->prefixes, &role->prefix_count,
					       sizeof(*prefix));
			prefix->address = deep;
			prefix->len = len;
			set_bit(&prefix->address, len - 1, side);
		}
		model_add_service(&policy, len, ROLE_ANY, 6, 80);
	}
	tables = compile_good(&policy);
	assert_int_equal(tables.source_class_count, 129);
	assert_true(count_steps(&tables, &deep) <= ADDRESS6_STEPS);
	assert_true(compile_find_leaf(&tables, &deep) & NODE_LEAF);
	compile_free(&tables);
	model_free(&policy);
}

static void the_deepest_nesting_stays_within_the_steps(void **state)
{
	(void)state;
	check_nesting(false);
	check_nesting(true);
}

static void hosts_take_few_nodes(enum family family, size_t count, size_t blocks_max)
{
	struct random random = {7};
	struct policy policy;
	struct tables tables;
	size_t i;

	model_init(&policy);
	model_add_hosts(&random, model_add_role(&policy, "hosts"), count, family);
	model_add_service(&policy, 1, ROLE_ANY, 6, 443);
	tables = compile_good(&policy);
	print_message("%zu hosts: %zu KiB of nodes\n", count, tables.node_count / 16);
	assert_true(tables.node_count <= blocks_max);
	for (i = 0; i < count; i++)
		assert_true(compile_find_leaf(&tables, &policy.roles[1].prefixes[i].address) &
			    NODE_NAMED);
	compile_free(&tables);
	model_free(&policy);
}

static void a_million_random_ipv4_hosts_take_less_than_96_mib(void **state)
{
	(void)state;
	hosts_take_few_nodes(FAMILY_IPV4, 1000000, 96 << 14);
}

static void a_hundred_thousand_random_ipv6_hosts_take_less_than_16_mib(void **state)
{
	(void)state;
	hosts_take_few_nodes(FAMILY_IPV6, 100000, 16 << 14);
}

/* Sized as without: a home tells them apart from their surroundings no more than a role does. */
static void homes_of_hosts_take_no_node_more(enum family family, size_t count)
{
	struct random random = {7};
	struct policy policy;
	struct tables tables;
	size_t node_count;

	model_init(&policy);
	model_add_hosts(&random, model_add_role(&policy, "hosts"), count, family);
	model_add_service(&policy, 1, ROLE_ANY, 6, 443);
	tables = compile_good(&policy);
	node_count = tables.node_count;
	compile_free(&tables);
	model_add_source(model_add_place(model_add_interface(&policy, false), VLAN_ALL), 1);
	tables = compile_good(&policy);
	assert_int_equal(tables.node_count, node_count);
	assert_int_equal(tables.home_count, 2);
	compile_free(&tables);
	model_free(&policy);
}

static void homes_of_a_million_hosts_take_no_node_more(void **state)
{
	(void)state;
	homes_of_hosts_take_no_node_more(FAMILY_IPV4, 1000000);
	homes_of_hosts_take_no_node_more(FAMILY_IPV6, 100000);
}

static void a_full_trie_stops_growing_and_says_so(void **state)
{
	AUTO_FREE __u32 *first = memory_zeroed(65536, sizeof(*first));
	struct classes classes;
	struct policy policy;
	struct trie trie = {.classes = &classes, .count = COMPILE_NODES_MAX - 1};

	(void)state;
	model_init(&policy);
	model_add_text(model_add_role(&policy, "hosts"), "10.0.0.1");
	classes_init(&classes, &policy);
	trie_build4(&trie, first);
	assert_true(trie.full);
	assert_int_equal(trie.count, COMPILE_NODES_MAX - 1);
	assert_null(trie.nodes);
	trie_free(&trie);
	classes_free(&classes);
	model_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deepest_nesting_stays_within_the_steps),
		cmocka_unit_test(a_million_random_ipv4_hosts_take_less_than_96_mib),
		cmocka_unit_test(a_hundred_thousand_random_ipv6_hosts_take_less_than_16_mib),
		cmocka_unit_test(homes_of_a_million_hosts_take_no_node_more),
		cmocka_unit_test(a_full_trie_stops_growing_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
