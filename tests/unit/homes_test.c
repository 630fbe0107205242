// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where addresses are at home, against a loop over all places, roles and prefixes. */
#include "compile_model.h"

#include <errno.h>

#define POLICY_COUNT  200
#define ADDRESS_COUNT 2000
#define CLASS_COUNT   4096
#define VLAN_COUNT    (PLACES_MAX - 1)

static bool lists(const struct place *place, size_t role)
{
	size_t i;

	for (i = 0; i < place->source_count; i++)
		if (place->sources[i] == role)
			return true;
	return false;
}

static bool some_place_lists(const struct policy *policy, size_t role)
{
	size_t i, j;

	for (i = 0; i < policy->interface_count; i++)
		for (j = 0; j < policy->interfaces[i].place_count; j++)
			if (lists(&policy->interfaces[i].places[j], role))
				return true;
	return false;
}

static bool is_gateway(const struct policy *policy, size_t role)
{
	return strcmp(policy->roles[role].name, "gateway") == 0;
}

/* Length of the most specific prefix of the role around the address, or -1. */
static int longest(const struct policy *policy, size_t role, const struct address *address)
{
	const struct role *player = &policy->roles[role];
	int most = -1;
	size_t i;

	for (i = 0; i < player->prefix_count; i++)
		if (prefix_covers(&player->prefixes[i], address) && player->prefixes[i].len > most)
			most = player->prefixes[i].len;
	return most;
}

/* Likewise of all roles that somebody lists, and of the gateway's; -1: at home everywhere. */
static int longest_of_all(const struct policy *policy, const struct address *address)
{
	int len, most = -1;
	size_t role;

	for (role = 0; role < policy->role_count; role++) {
		if (!is_gateway(policy, role) && !some_place_lists(policy, role))
			continue;
		len = longest(policy, role, address);
		most = len > most ? len : most;
	}
	return most;
}

static bool is_home(const struct policy *policy, const struct place *place,
		    const struct address *address)
{
	int most = longest_of_all(policy, address);
	bool listed = most == -1;
	size_t role;

	for (role = 0; role < policy->role_count; role++) {
		if (longest(policy, role, address) != most)
			continue;
		if (is_gateway(policy, role) && most != -1)
			return false;
		listed |= lists(place, role);
	}
	return listed;
}

/* Places of an address, counted over random policies, to see that all kinds were met. */
struct seen {
	size_t anywhere, nowhere, somewhere, several;
};

static void count_seen(struct seen *seen, __u32 home, size_t places)
{
	if (home == HOME_ANYWHERE)
		seen->anywhere++;
	else if (!places)
		seen->nowhere++;
	else if (places == 1)
		seen->somewhere++;
	else
		seen->several++;
}

static void check_address(const struct policy *policy, const struct tables *tables,
			  const struct address *address, struct seen *seen)
{
	__u32 home = compile_home_of(tables, address);
	size_t i, j, places = 0, first = 0, interface = 0;
	int vlan = 0, first_vlan = 0;
	bool expected;

	assert_true(home < tables->home_count);
	assert_int_equal(home == HOME_ANYWHERE, longest_of_all(policy, address) == -1);
	for (i = 0; i < policy->interface_count; i++)
		for (j = 0; j < policy->interfaces[i].place_count; j++) {
			const struct place *place = &policy->interfaces[i].places[j];

			expected = is_home(policy, place, address);
			assert_int_equal(compile_is_home(tables, i, place->vlan, home), expected);
			if (expected && !places++) {
				first = i;
				first_vlan = place->vlan;
			}
		}
	assert_int_equal(compile_find_place(policy, tables, address, &interface, &vlan),
			 places > 0);
	assert_int_equal(interface, first);
	assert_int_equal(vlan, first_vlan);
	count_seen(seen, home, places);
}

static void random_addresses_are_at_home_where_their_most_specific_prefix_says(void **state)
{
	struct seen seen = {0};
	struct policy policy;
	struct tables tables;
	struct address address;
	unsigned i, seed;

	(void)state;
	for (seed = 1; seed <= POLICY_COUNT; seed++) {
		struct random random = {seed};

		print_message("seed %u\r", seed);
		model_pick_policy(&random, &policy);
		model_pick_places(&random, &policy);
		tables = compile_good(&policy);
		for (i = 0; i < ADDRESS_COUNT; i++) {
			address = i % 4 ? pick_near(&random, &policy)
					: pick_address(&random, i % 8 ? FAMILY_IPV6 : FAMILY_IPV4);
			check_address(&policy, &tables, &address, &seen);
		}
		compile_free(&tables);
		model_free(&policy);
	}
	print_message("seeds 1 to %u: at home anywhere %zu, nowhere %zu, in one place %zu, in "
		      "several %zu\n",
		      POLICY_COUNT, seen.anywhere, seen.nowhere, seen.somewhere, seen.several);
	assert_true(seen.anywhere > ADDRESS_COUNT && seen.nowhere > ADDRESS_COUNT);
	assert_true(seen.somewhere > ADDRESS_COUNT && seen.several > ADDRESS_COUNT);
}

/* By class of one compilation, the class of the other plus one. */
struct renumbering {
	__u32 to[CLASS_COUNT], from[CLASS_COUNT];
};

static void check_renumbered(struct renumbering *renumbering, __u32 class, __u32 other)
{
	assert_true(class < CLASS_COUNT && other < CLASS_COUNT);
	if (!renumbering->to[class] && !renumbering->from[other]) {
		renumbering->to[class] = other + 1;
		renumbering->from[other] = class + 1;
	}
	assert_int_equal(renumbering->to[class], other + 1);
	assert_int_equal(renumbering->from[other], class + 1);
}

/* Nobody lists a role, and none is the gateway. */
static struct tables compile_without_homes(const struct policy *policy)
{
	struct policy without = *policy;
	size_t gateway = policy_find_role(policy, "gateway");
	struct tables tables;

	without.interface_count = 0;
	if (gateway != ROLE_NONE)
		policy->roles[gateway].name[0] = 'G';
	tables = compile_good(&without);
	if (gateway != ROLE_NONE)
		policy->roles[gateway].name[0] = 'g';
	assert_int_equal(tables.home_count, 1);
	return tables;
}

static void check_classes(struct random *random, const struct policy *policy)
{
	AUTO_FREE struct renumbering *sources = memory_zeroed(1, sizeof(*sources));
	AUTO_FREE struct renumbering *destinations = memory_zeroed(1, sizeof(*destinations));
	struct tables with = compile_good(policy), without = compile_without_homes(policy);
	struct address address;
	__u32 leaf, other;
	unsigned i;

	assert_int_equal(with.source_class_count, without.source_class_count);
	assert_int_equal(with.destination_class_count, without.destination_class_count);
	assert_int_equal(with.rule_entry_count, without.rule_entry_count);
	for (i = 0; i < ADDRESS_COUNT; i++) {
		address = pick_near(random, policy);
		leaf = compile_find_leaf(&with, &address);
		other = compile_find_leaf(&without, &address);
		assert_int_equal(leaf & NODE_NAMED, other & NODE_NAMED);
		check_renumbered(sources, model_source_class(&with, leaf),
				 model_source_class(&without, other));
		check_renumbered(destinations, model_destination_class(&with, leaf),
				 model_destination_class(&without, other));
	}
	compile_free(&with);
	compile_free(&without);
}

static void homes_change_no_class_of_roles(void **state)
{
	struct policy policy;
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= 50; seed++) {
		struct random random = {seed};

		model_pick_policy(&random, &policy);
		model_pick_places(&random, &policy);
		check_classes(&random, &policy);
		model_free(&policy);
	}
}

/* The perimeter's proxy stands inside the clients' network, and the gateway among both. */
static void pick_site(struct policy *policy)
{
	static const char *const prefixes[] = {"10.0.0.0/8", "10.1.2.3", "10.1.2.0/24",
					       "2001:db8::/32", "2001:db8::7"};
	struct interface *trunk;

	model_init(policy);
	model_add_text(model_add_role(policy, "clients"), prefixes[0]);
	model_add_text(&policy->roles[1], prefixes[3]);
	model_add_text(model_add_role(policy, "proxy"), prefixes[1]);
	model_add_text(&policy->roles[2], prefixes[4]);
	model_add_text(model_add_role(policy, "unlisted"), prefixes[2]);
	model_add_text(model_add_role(policy, "gateway"), "10.0.0.1");
	model_add_text(model_add_role(policy, "unused"), "10.9.0.0/16");
	model_add_service(policy, 1, 2, 6, 443);
	model_add_source(model_add_place(model_add_interface(policy, false), VLAN_ALL), 2);
	trunk = model_add_interface(policy, true);
	model_add_source(model_add_place(trunk, VLAN_NONE), 1);
	model_add_source(model_add_place(trunk, 4094), 5);
}

static struct address address_of(const char *text)
{
	struct address address;
	struct error error;

	assert_int_equal(prefix_read_address(text, &address, &error), 0);
	return address;
}

#define NOWHERE ((size_t)-1)

/* Interface NOWHERE: at home nowhere. */
static void check_place(const struct policy *policy, const struct tables *tables, const char *text,
			size_t wanted, int wanted_vlan)
{
	struct address address = address_of(text);
	size_t interface = NOWHERE;
	int vlan = VLAN_ALL;

	assert_int_equal(compile_find_place(policy, tables, &address, &interface, &vlan),
			 wanted != NOWHERE);
	assert_int_equal(interface, wanted);
	assert_int_equal(vlan, wanted_vlan);
}

static void a_more_specific_listed_prefix_overrides_a_wider_one(void **state)
{
	struct policy policy;
	struct tables tables;

	(void)state;
	pick_site(&policy);
	tables = compile_good(&policy);
	check_place(&policy, &tables, "10.200.0.1", 1, VLAN_NONE);
	check_place(&policy, &tables, "10.1.2.3", 0, VLAN_ALL);
	check_place(&policy, &tables, "2001:db8::6", 1, VLAN_NONE);
	check_place(&policy, &tables, "2001:db8::7", 0, VLAN_ALL);
	/* A role that nobody lists says nothing, a role without a rule does. */
	check_place(&policy, &tables, "10.1.2.4", 1, VLAN_NONE);
	check_place(&policy, &tables, "10.9.8.7", 1, 4094);
	check_place(&policy, &tables, "10.0.0.1", NOWHERE, VLAN_ALL);
	check_place(&policy, &tables, "192.0.2.1", 0, VLAN_ALL);
	assert_int_equal(tables.home_count, 5);
	compile_free(&tables);
	model_free(&policy);
}

static void places_are_numbered_by_vlan_and_untagged_is_id_0(void **state)
{
	const struct address outside = address_of("192.0.2.1");
	struct policy policy;
	struct tables tables;
	unsigned vlan;

	(void)state;
	pick_site(&policy);
	tables = compile_good(&policy);
	for (vlan = 0; vlan < VLAN_ID_COUNT; vlan++) {
		assert_int_equal(tables.places[0].of_vlan[vlan], 0);
		if (vlan != VLAN_NONE && vlan != 4094)
			assert_int_equal(tables.places[1].of_vlan[vlan], 0);
	}
	assert_int_equal(tables.places[1].of_vlan[VLAN_NONE], 1);
	assert_int_equal(tables.places[1].of_vlan[4094], 2);
	assert_int_equal(compile_home_of(&tables, &outside), HOME_ANYWHERE);
	assert_true(compile_is_home(&tables, 0, 77, HOME_ANYWHERE));
	assert_true(compile_is_home(&tables, 1, VLAN_NONE, HOME_ANYWHERE));
	assert_true(compile_is_home(&tables, 1, VLAN_ALL, HOME_ANYWHERE));
	assert_true(compile_is_home(&tables, 1, 4094, HOME_ANYWHERE));
	assert_false(compile_is_home(&tables, 1, 77, HOME_ANYWHERE));
	compile_free(&tables);
	model_free(&policy);
}

static void the_gateway_wins_over_an_equal_prefix_and_over_a_list(void **state)
{
	struct policy policy;
	struct tables tables;

	(void)state;
	pick_site(&policy);
	model_add_text(&policy.roles[4], "10.1.2.3");
	model_add_source(&policy.interfaces[0].places[0], 4);
	tables = compile_good(&policy);
	check_place(&policy, &tables, "10.1.2.3", NOWHERE, VLAN_ALL);
	check_place(&policy, &tables, "10.0.0.1", NOWHERE, VLAN_ALL);
	compile_free(&tables);
	model_free(&policy);
}

/* Random policies whose interfaces list nobody, or that have none: nothing is stored for homes. */
static void without_sources_and_gateway_nothing_changes(void **state)
{
	struct policy policy;
	struct tables with, without;
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		struct random random = {seed};

		model_pick_policy(&random, &policy);
		without = compile_good(&policy);
		model_add_place(model_add_interface(&policy, false), VLAN_ALL);
		with = compile_good(&policy);
		assert_int_equal(without.home_count, 1);
		assert_int_equal(with.home_count, 1);
		assert_true(compile_is_home(&with, 0, VLAN_ALL, HOME_ANYWHERE));
		assert_int_equal(with.node_count, without.node_count);
		assert_memory_equal(with.nodes, without.nodes,
				    with.node_count * sizeof(*with.nodes));
		compile_free(&with);
		compile_free(&without);
		model_free(&policy);
	}
}

/* VLANs 1, 2, ... of one interface, each the home of a /24 of its own. */
static void add_trunk(struct policy *policy, unsigned vlans, unsigned byte)
{
	struct interface *trunk = model_add_interface(policy, true);
	unsigned i;

	for (i = 0; i < vlans; i++) {
		AUTO_FREE char *prefix = memory_format("%u.0.%u.0/24", byte, i);

		model_add_text(model_add_role(policy, "site"), prefix);
		model_add_source(
			model_add_place(&policy->interfaces[policy->interface_count - 1], i + 1),
			policy->role_count - 1);
	}
	assert_int_equal(trunk->place_count, vlans);
}

static void all_vlans_of_an_interface_may_be_homes(void **state)
{
	struct policy policy;
	struct tables tables;
	unsigned i;

	(void)state;
	model_init(&policy);
	add_trunk(&policy, VLAN_COUNT, 10);
	tables = compile_good(&policy);
	assert_int_equal(tables.home_count, HOMES_MAX);
	for (i = 0; i < VLAN_COUNT; i++) {
		AUTO_FREE char *host = memory_format("10.0.%u.7", i);

		check_place(&policy, &tables, host, 0, i + 1);
	}
	compile_free(&tables);
	model_free(&policy);
}

static void check_refused(const struct policy *policy, const char *const *texts, size_t count)
{
	struct tables tables;
	struct error error = {""};
	size_t i;

	assert_int_equal(compile(policy, &tables, &error), -E2BIG);
	print_message("%s\n", error.text);
	for (i = 0; i < count; i++)
		assert_non_null(strstr(error.text, texts[i]));
}

static void too_many_homes_are_refused(void **state)
{
	const char *const texts[] = {"257 different sets", "at most 256", "\"eth0\"", "255"};
	struct policy policy;

	(void)state;
	model_init(&policy);
	add_trunk(&policy, VLAN_COUNT, 10);
	add_trunk(&policy, 1, 11);
	check_refused(&policy, texts, 4);
	model_free(&policy);
}

/* 14 bits of classes on each side, and homes that need more than the 2 bits that are left. */
static void homes_that_do_not_fit_a_leaf_are_refused(void **state)
{
	enum { HOSTS = 16000 };
	const char *const texts[] = {"16001 source classes", "16001 destination classes", "5 homes",
				     "14 + 14 + 3 bits, must fit 30 bits"};
	struct policy policy;
	struct tables tables;
	struct prefix *prefix;
	struct role *role;
	unsigned i;

	(void)state;
	model_init(&policy);
	for (i = 0; i < HOSTS; i++) {
		role = model_add_role(&policy, "host");
		prefix = memory_append(&role->prefixes, &role->prefix_count, sizeof(*prefix));
		*prefix = (struct prefix){{FAMILY_IPV4, {172, 0, i >> 8, i}}, 32};
		model_add_service(&policy, i + 1, i + 1, 6, 443);
	}
	add_trunk(&policy, 3, 10);
	tables = compile_good(&policy);
	check_place(&policy, &tables, "10.0.2.1", 0, 3);
	compile_free(&tables);
	model_add_source(&policy.interfaces[0].places[0], 1);
	model_add_source(&policy.interfaces[0].places[1], 1);
	check_refused(&policy, texts, 4);
	model_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			random_addresses_are_at_home_where_their_most_specific_prefix_says),
		cmocka_unit_test(homes_change_no_class_of_roles),
		cmocka_unit_test(a_more_specific_listed_prefix_overrides_a_wider_one),
		cmocka_unit_test(places_are_numbered_by_vlan_and_untagged_is_id_0),
		cmocka_unit_test(the_gateway_wins_over_an_equal_prefix_and_over_a_list),
		cmocka_unit_test(without_sources_and_gateway_nothing_changes),
		cmocka_unit_test(all_vlans_of_an_interface_may_be_homes),
		cmocka_unit_test(too_many_homes_are_refused),
		cmocka_unit_test(homes_that_do_not_fit_a_leaf_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
