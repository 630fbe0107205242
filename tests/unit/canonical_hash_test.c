// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What changes the hashes of a policy, and what does not. */
#include "policy_builder.h"
#include "slowness.h"

#include <time.h>

#include "canonical.h"

struct hashes {
	char policy[HASH_TEXT_SIZE], config[HASH_TEXT_SIZE];
};

/* The hashes of the page's policy after one change. */
static struct hashes hash_with(void (*change)(struct policy *policy))
{
	struct policy policy;
	struct hashes hashes;

	build_page(&policy);
	if (change)
		change(&policy);
	complete(&policy);
	canonical_policy_hash(&policy, hashes.policy);
	canonical_config_hash(&policy, hashes.config);
	policy_free(&policy);
	return hashes;
}

static void rename_interface(struct policy *policy)
{
	policy->interfaces[0].name[0] = 'x';
}

static void monitor(struct policy *policy)
{
	policy->mode = MODE_MONITOR;
}

static void open_one(struct policy *policy)
{
	add_name(&policy->unfiltered, &policy->unfiltered_count, "mgmt0");
}

static void settings_change_only_the_hash_of_the_configuration(void **state)
{
	void (*const changes[])(struct policy * policy) = {rename_interface, monitor, open_one};
	struct hashes plain = hash_with(NULL);

	(void)state;
	assert_int_equal(strlen(plain.policy), 64);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct hashes changed = hash_with(changes[i]);

		assert_string_equal(changed.policy, plain.policy);
		assert_string_not_equal(changed.config, plain.config);
	}
}

static void keep_flows(struct policy *policy)
{
	policy->stateful = true;
}

static void want_a_syn(struct policy *policy)
{
	policy->stateful = true;
	policy->pickup = false;
}

static void give_no_grace(struct policy *policy)
{
	policy->stateful = true;
	policy->pickup_grace = 0;
}

static void keep_udp_longer(struct policy *policy)
{
	policy->stateful = true;
	policy->timeouts[FLOW_UDP_OPEN]++;
}

static void keep_more_flows(struct policy *policy)
{
	policy->stateful = true;
	policy->flow_limit++;
}

static void keep_more_openings(struct policy *policy)
{
	policy->stateful = true;
	policy->opening_limit++;
}

static void what_flows_are_like_changes_only_the_hash_of_the_configuration(void **state)
{
	void (*const changes[])(struct policy * policy) = {
		NULL,
		keep_flows,
		want_a_syn,
		give_no_grace,
		keep_udp_longer,
		keep_more_flows,
		keep_more_openings,
	};
	const size_t count = sizeof(changes) / sizeof(changes[0]);
	struct hashes hashes[sizeof(changes) / sizeof(changes[0])];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		hashes[i] = hash_with(changes[i]);
		assert_string_equal(hashes[i].policy, hashes[0].policy);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(hashes[i].config, hashes[j].config);
	}
}

static void set_what_needs_flows(struct policy *policy)
{
	policy->pickup = false;
	policy->pickup_grace = 1;
	policy->timeouts[FLOW_TCP_OPEN] = 1;
	policy->flow_limit = policy->opening_limit = 1024;
}

static void without_flows_their_settings_change_no_hash(void **state)
{
	struct hashes plain = hash_with(NULL), changed = hash_with(set_what_needs_flows);

	(void)state;
	assert_string_equal(changed.policy, plain.policy);
	assert_string_equal(changed.config, plain.config);
}

static void allow_ping(struct policy *policy)
{
	policy->pass[PASS_PING] = true;
}

static void swap_rules(struct policy *policy)
{
	add_rule(policy, "one", "director", "director", 1, 1);
	add_rule(policy, "two", "director", "director", 2, 2);
}

static void swap_rules_back(struct policy *policy)
{
	add_rule(policy, "two", "director", "director", 2, 2);
	add_rule(policy, "one", "director", "director", 1, 1);
}

static void switch_one_off(struct policy *policy)
{
	add_name(&policy->profile.without, &policy->profile.without_count, "rp-dir-8080");
}

static void move_port(struct policy *policy)
{
	struct override *override = add_override(policy, "edge-dir-5061");

	add_port(&override->ports, &override->port_count, 5071, 5071);
}

static void move_address(struct policy *policy)
{
	policy->roles[0].prefixes[0].address.bytes[3]++;
}

static void whatever_is_enforced_changes_both_hashes(void **state)
{
	void (*const changes[])(struct policy * policy) = {
		NULL,           allow_ping, swap_rules,   swap_rules_back,
		switch_one_off, move_port,  move_address,
	};
	const size_t count = sizeof(changes) / sizeof(changes[0]);
	struct hashes hashes[sizeof(changes) / sizeof(changes[0])];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		hashes[i] = hash_with(changes[i]);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(hashes[i].policy, hashes[j].policy);
			assert_string_not_equal(hashes[i].config, hashes[j].config);
		}
	}
}

static void reorder(struct policy *policy)
{
	struct role first = policy->roles[0];

	policy->roles[0] = policy->roles[5];
	policy->roles[5] = first;
}

static void the_order_of_roles_changes_no_hash(void **state)
{
	struct hashes plain = hash_with(NULL), changed = hash_with(reorder);

	(void)state;
	assert_string_equal(changed.policy, plain.policy);
	assert_string_equal(changed.config, plain.config);
}

/* Not what the users wrote alone: the built-in table's rules are part of it. */
static void the_hashed_text_has_the_pages_rules(void **state)
{
	struct policy policy;
	AUTO_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	build_page(&policy);
	switch_one_off(&policy);
	complete(&policy);
	canonical_print_policy(&policy, out);
	fclose(out);
	assert_non_null(strstr(text, "  - {id: any-edge-50003, from: any, to: edge-internal, "
				     "protocol: [tcp], ports: [50003]}\n"));
	assert_null(strstr(text, "{id: rp-dir-8080"));
	assert_null(strstr(text, "inside0"));
	policy_free(&policy);
}

static void a_known_text_has_its_known_hash(void **state)
{
	(void)state;
	assert_string_equal(hash_with(NULL).config,
			    "a1b6bea17ec40f41bf6574c2a2c997a0d7853b0ea78be5a7feaf52a38af4a1ef");
}

/* In processor time. Sanitizers take several times as much. */
#ifdef __SANITIZE_ADDRESS__
#define HASH_SECONDS 5.0
#else
#define HASH_SECONDS 0.5
#endif

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void a_million_prefixes_hash_in_half_a_second(void **state)
{
	struct policy policy;
	struct role *clients;
	char hash[HASH_TEXT_SIZE];
	double began;

	(void)state;
	build_page(&policy);
	clients = &policy.roles[5];
	clients->prefixes = memory_resize(clients->prefixes, 1000000, sizeof(*clients->prefixes));
	for (clients->prefix_count = 0; clients->prefix_count < 1000000; clients->prefix_count++)
		clients->prefixes[clients->prefix_count] = (struct prefix){
			.address = {FAMILY_IPV4,
				    {10, (unsigned char)(clients->prefix_count >> 16),
				     (unsigned char)(clients->prefix_count >> 8),
				     (unsigned char)clients->prefix_count}},
			.len = 32,
		};
	complete(&policy);
	began = seconds();
	canonical_policy_hash(&policy, hash);
	assert_true(seconds() - began < HASH_SECONDS * slowness());
	policy_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_change_only_the_hash_of_the_configuration),
		cmocka_unit_test(what_flows_are_like_changes_only_the_hash_of_the_configuration),
		cmocka_unit_test(without_flows_their_settings_change_no_hash),
		cmocka_unit_test(whatever_is_enforced_changes_both_hashes),
		cmocka_unit_test(the_order_of_roles_changes_no_hash),
		cmocka_unit_test(the_hashed_text_has_the_pages_rules),
		cmocka_unit_test(a_known_text_has_its_known_hash),
		cmocka_unit_test(a_million_prefixes_hash_in_half_a_second),
	};

	return cmocka_run_group_tests_name("canonical_hash", tests, NULL, NULL);
}
