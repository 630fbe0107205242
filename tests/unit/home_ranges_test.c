// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Homes as ranges, against a model that looks at every prefix for every address. */
#include "policy_builder.h"

#include <stdio.h>

#include "home_ranges.h"

#define ROUNDS      400
#define PLACES      5
#define ROLES       12
#define PREFIXES    6 /* of a role, at most */
#define NO_HOME     0xffffffffu
#define RANDOM_SEED 20261125u

static unsigned long long random_state;

static unsigned random_below(unsigned limit)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(random_state >> 33) % limit;
}

/* All in 10.0.0.0/24 and 2001:db8::/120, or as wide as can be, so that they nest and touch. */
static struct prefix random_prefix(enum family family)
{
	unsigned bits = prefix_family_bits(family), host = random_below(9);
	struct prefix prefix = {.address = {.family = family}, .len = bits - host};
	unsigned char *bytes = prefix.address.bytes;

	if (random_below(20) == 0)
		return (struct prefix){.address = {.family = family}};
	if (random_below(20) == 0)
		memset(bytes, 0xff, bits / 8);
	else
		memcpy(bytes, family == FAMILY_IPV4 ? "\x0a\x00\x00" : "\x20\x01\x0d", 3);
	bytes[bits / 8 - 1] = random_below(256) & 0xff << host;
	return prefix;
}

static void fill_role(struct role *role)
{
	unsigned count = random_below(PREFIXES + 1);

	for (unsigned i = 0; i < count; i++)
		*(struct prefix *)memory_append(&role->prefixes, &role->prefix_count,
						sizeof(struct prefix)) =
			random_prefix(random_below(2) ? FAMILY_IPV4 : FAMILY_IPV6);
	role->prefix_count = prefix_sort(role->prefixes, role->prefix_count);
}

static void add_source(struct place *place, size_t role)
{
	place->sources =
		memory_resize(place->sources, place->source_count + 1, sizeof(*place->sources));
	place->sources[place->source_count++] = role;
}

/* The builder gave them no names, which policy_free() would look for. */
static void forget_sources(struct policy *policy)
{
	for (size_t i = 0; i < policy->interface_count; i++)
		policy->interfaces[i].places[0].source_count = 0;
}

static void build_random(struct policy *policy)
{
	char name[16];

	policy_init(policy);
	policy->profile.name = name_of("none", 1);
	add_role(policy, "any", NULL);
	add_role(policy, "gateway", NULL);
	for (unsigned i = 2; i < ROLES; i++) {
		snprintf(name, sizeof(name), "role-%u", i);
		add_role(policy, name, NULL);
	}
	for (unsigned i = 1; i < ROLES; i++)
		fill_role(&policy->roles[i]);
	for (unsigned i = 0; i < PLACES; i++) {
		snprintf(name, sizeof(name), "eth%u", i);
		add_interface(policy, name, NULL);
		for (size_t role = 2; role < ROLES; role++)
			if (random_below(4) == 0)
				add_source(&policy->interfaces[i].places[0], role);
	}
}

/* ---- the model: a bit for each place, NO_HOME where none is listed ---- */

static unsigned places_of(const struct policy *policy, size_t role)
{
	unsigned places = 0;

	for (unsigned i = 0; i < PLACES; i++)
		for (size_t j = 0; j < policy->interfaces[i].places[0].source_count; j++)
			if (policy->interfaces[i].places[0].sources[j] == role)
				places |= 1u << i;
	return places;
}

static unsigned model_home(const struct policy *policy, const struct address *address)
{
	unsigned home = NO_HOME;
	int longest = -1, gateway_len = -1;

	for (size_t role = 1; role < policy->role_count; role++) {
		unsigned places = places_of(policy, role);
		bool gateway = strcmp(policy->roles[role].name, "gateway") == 0;

		for (size_t i = 0; i < policy->roles[role].prefix_count; i++) {
			const struct prefix *prefix = &policy->roles[role].prefixes[i];

			if (!prefix_covers(prefix, address) || (!gateway && !places))
				continue;
			if (gateway && prefix->len > gateway_len)
				gateway_len = prefix->len;
			if (prefix->len > longest)
				home = 0;
			if (prefix->len >= longest) {
				longest = prefix->len;
				home |= places;
			}
		}
	}
	return longest >= 0 && gateway_len == longest ? 0 : home;
}

static int compare(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static unsigned range_home(const struct home_ranges *homes, const struct address *address)
{
	for (size_t i = 0; i < homes->counts[address->family]; i++) {
		const struct home_range *range = &homes->ranges[address->family][i];
		unsigned home = 0;
		size_t count;
		const __u32 *members = sets_members(&homes->places, range->home, &count);

		if (compare(address, &range->first) < 0 || compare(address, &range->last) > 0)
			continue;
		for (size_t j = 0; j < count; j++)
			home |= 1u << members[j];
		return home;
	}
	return NO_HOME;
}

/* Every address around the prefixes, and the ends of the family. */
static void assert_agrees(const struct policy *policy, const struct home_ranges *homes,
			  enum family family)
{
	static const unsigned char *const starts[] = {
		(const unsigned char *)"\x0a\x00\x00", (const unsigned char *)"\xff\xff\xff",
		(const unsigned char *)"\x00\x00\x00", (const unsigned char *)"\x20\x01\x0d"};
	unsigned bytes = prefix_family_bits(family) / 8;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		for (unsigned low = 0; low < 256; low++) {
			struct address address = {.family = family};

			memset(address.bytes, starts[i][0] == 0xff ? 0xff : 0, bytes);
			memcpy(address.bytes, starts[i], 3);
			address.bytes[bytes - 1] = low;
			assert_int_equal(range_home(homes, &address), model_home(policy, &address));
		}
}

static void assert_ascends(const struct home_ranges *homes, enum family family)
{
	const struct home_range *ranges = homes->ranges[family];

	for (size_t i = 0; i < homes->counts[family]; i++) {
		assert_true(compare(&ranges[i].first, &ranges[i].last) <= 0);
		assert_true(i == 0 || compare(&ranges[i - 1].last, &ranges[i].first) < 0);
	}
}

static void agree_with_the_model(void **ignored)
{
	(void)ignored;
	random_state = RANDOM_SEED;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct home_ranges homes;
		struct policy policy;

		build_random(&policy);
		home_ranges_find(&policy, &homes);
		for (enum family family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
			assert_ascends(&homes, family);
			assert_agrees(&policy, &homes, family);
		}
		home_ranges_free(&homes);
		forget_sources(&policy);
		policy_free(&policy);
	}
}

static void neighbours_with_one_home_are_one_range(void **ignored)
{
	struct home_ranges homes;
	struct policy policy;

	(void)ignored;
	policy_init(&policy);
	policy.profile.name = name_of("none", 1);
	add_role(&policy, "any", NULL);
	add_role(&policy, "a", "10.0.0.5-10.0.1.9");
	add_role(&policy, "b", "10.0.0.0-10.0.0.4");
	add_interface(&policy, "eth0", NULL);
	add_source(&policy.interfaces[0].places[0], 1);
	add_source(&policy.interfaces[0].places[0], 2);
	home_ranges_find(&policy, &homes);
	assert_int_equal(homes.counts[FAMILY_IPV4], 1);
	assert_int_equal(homes.counts[FAMILY_IPV6], 0);
	home_ranges_free(&homes);
	forget_sources(&policy);
	policy_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree_with_the_model),
		cmocka_unit_test(neighbours_with_one_home_are_one_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
