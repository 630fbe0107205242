/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random policies, and the slow, obvious model of what they mean: loops over all
 * roles, prefixes and rules, with none of the words that the compiler thinks in.
 */
#ifndef COMPILE_MODEL_H
#define COMPILE_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compile.h"
#include "memory.h"
#include "policy.h"
#include "random.h"

static inline struct role *model_add_role(struct policy *policy, const char *name)
{
	struct role *role = memory_append(&policy->roles, &policy->role_count, sizeof(*role));

	role->name = memory_copy_string(name);
	return role;
}

/* Any addresses of the family, which may be equal. */
static inline void model_add_hosts(struct random *random, struct role *role, size_t count,
				   enum family family)
{
	struct prefix *prefix;
	unsigned i;

	for (; count; count--) {
		prefix = memory_append(&role->prefixes, &role->prefix_count, sizeof(*prefix));
		prefix->address.family = family;
		prefix->len = prefix_family_bits(family);
		for (i = 0; i < prefix->len / 8u; i++)
			prefix->address.bytes[i] = pick(random, 256);
	}
}

/* `any` alone. */
static inline void model_init(struct policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	model_add_role(policy, "any");
}

static inline void model_add_text(struct role *role, const char *text)
{
	struct error error = {""};

	assert_int_equal(prefix_read(text, &role->prefixes, &role->prefix_count, &error), 0);
	role->prefix_count = prefix_sort(role->prefixes, role->prefix_count);
}

static inline void model_add_ports(struct port_range **ranges, size_t *count, __u16 first,
				   __u16 last)
{
	struct port_range *range = memory_append(ranges, count, sizeof(*range));

	*range = (struct port_range){first, last};
}

/* An enabled rule of one protocol, without ports. */
static inline struct rule *model_add_rule(struct policy *policy, size_t from, size_t to,
					  __u8 protocol)
{
	struct rule *rule = memory_append(&policy->rules, &policy->rule_count, sizeof(*rule));

	rule->id = memory_format("rule-%zu", policy->rule_count - 1);
	rule->from = from;
	rule->to = to;
	rule->enabled = true;
	*(__u8 *)memory_append(&rule->protocols, &rule->protocol_count, 1) = protocol;
	return rule;
}

static inline struct rule *model_add_service(struct policy *policy, size_t from, size_t to,
					     __u8 protocol, __u16 port)
{
	struct rule *rule = model_add_rule(policy, from, to, protocol);

	model_add_ports(&rule->ports, &rule->port_count, port, port);
	return rule;
}

/* Without a place. */
static inline struct interface *model_add_interface(struct policy *policy, bool lists_vlans)
{
	struct interface *interface =
		memory_append(&policy->interfaces, &policy->interface_count, sizeof(*interface));

	interface->name = memory_format("eth%zu", policy->interface_count - 1);
	interface->lists_vlans = lists_vlans;
	return interface;
}

/* Where nobody is at home yet. */
static inline struct place *model_add_place(struct interface *interface, int vlan)
{
	struct place *place =
		memory_append(&interface->places, &interface->place_count, sizeof(*place));

	place->vlan = vlan;
	interface->lists_sources = true;
	return place;
}

static inline void model_add_source(struct place *place, size_t role)
{
	*(size_t *)memory_append(&place->sources, &place->source_count, sizeof(role)) = role;
}

static inline void model_free_interface(struct interface *interface)
{
	size_t i;

	for (i = 0; i < interface->place_count; i++)
		free(interface->places[i].sources);
	free(interface->places);
	free(interface->name);
}

static inline void model_free(struct policy *policy)
{
	size_t i;

	for (i = 0; i < policy->role_count; i++) {
		free(policy->roles[i].name);
		free(policy->roles[i].prefixes);
	}
	for (i = 0; i < policy->rule_count; i++) {
		free(policy->rules[i].id);
		free(policy->rules[i].protocols);
		free(policy->rules[i].ports);
		free(policy->rules[i].source_ports);
	}
	for (i = 0; i < policy->interface_count; i++)
		model_free_interface(&policy->interfaces[i]);
	free(policy->roles);
	free(policy->rules);
	free(policy->interfaces);
}

static inline void set_bit(struct address *address, unsigned bit, unsigned value)
{
	address->bytes[bit / 8] &= ~(0x80 >> bit % 8);
	address->bytes[bit / 8] |= value ? 0x80 >> bit % 8 : 0;
}

/* One of few addresses, some of its bits flipped, so that prefixes overlap. */
static inline struct address pick_address(struct random *random, enum family family)
{
	static const unsigned char starts[] = {0, 10, 192, 224, 255};
	struct address address = {.family = family};
	unsigned i, bits = prefix_family_bits(family);
	__u64 flips = pick(random, 4);

	memset(address.bytes, starts[pick(random, sizeof(starts))], bits / 8);
	if (pick(random, 8) == 0)
		flips = bits;
	for (i = 0; i < flips; i++)
		set_bit(&address, pick(random, bits), pick(random, 2));
	return address;
}

static inline void add_random_prefix(struct random *random, struct role *role)
{
	enum family family = pick(random, 2) ? FAMILY_IPV6 : FAMILY_IPV4;
	unsigned bit, bits = prefix_family_bits(family);
	struct prefix *prefix =
		memory_append(&role->prefixes, &role->prefix_count, sizeof(*prefix));

	prefix->address = pick_address(random, family);
	prefix->len = pick(random, 3) ? pick(random, bits + 1) : bits;
	for (bit = prefix->len; bit < bits; bit++)
		set_bit(&prefix->address, bit, 0);
}

static inline void add_random_range(struct random *random, struct role *role)
{
	unsigned first = pick(random, 65536);
	unsigned last = first + pick(random, 65536 - first);
	AUTO_FREE char *text = memory_format("10.0.%u.%u-10.0.%u.%u", first >> 8, first & 255,
					     last >> 8, last & 255);

	model_add_text(role, text);
}

static inline void add_random_role(struct random *random, struct policy *policy)
{
	AUTO_FREE char *name = memory_format("role-%zu", policy->role_count);
	struct role *role = model_add_role(policy, name);
	__u64 count = pick(random, 8) ? pick(random, 12) : 0;

	while (count--)
		add_random_prefix(random, role);
	if (pick(random, 5) == 0)
		add_random_range(random, role);
	role->prefix_count = prefix_sort(role->prefixes, role->prefix_count);
}

static inline void add_random_ports(struct random *random, struct port_range **ranges,
				    size_t *count)
{
	static const unsigned steps[] = {2, 3, 10, 1000, 60000};
	unsigned first = pick(random, 2) ? 1 : pick(random, 65535) + 1;
	unsigned last = first;

	for (; first < 65536 && *count < 4; first = last + 2 + pick(random, 20)) {
		last = first + pick(random, steps[pick(random, 5)]);
		if (last > 65535)
			last = 65535;
		model_add_ports(ranges, count, first, last);
	}
}

static inline void add_random_rule(struct random *random, struct policy *policy)
{
	static const __u8 protocols[] = {6, 6, 17, 50};
	__u8 protocol = protocols[pick(random, sizeof(protocols))];
	size_t from = pick(random, policy->role_count), to = pick(random, policy->role_count);
	struct rule *rule = model_add_rule(policy, from, to, protocol);

	rule->enabled = pick(random, 10) != 0;
	if (!policy_protocol_has_ports(protocol))
		return;
	if (protocol == 6 && pick(random, 3) == 0)
		*(__u8 *)memory_append(&rule->protocols, &rule->protocol_count, 1) = 17;
	add_random_ports(random, &rule->ports, &rule->port_count);
	if (pick(random, 4) == 0)
		add_random_ports(random, &rule->source_ports, &rule->source_port_count);
}

static inline void model_pick_policy(struct random *random, struct policy *policy)
{
	__u64 roles = 1 + pick(random, 12), rules = 1 + pick(random, 15);

	model_init(policy);
	while (roles--)
		add_random_role(random, policy);
	while (rules--)
		add_random_rule(random, policy);
}

static inline void add_random_sources(struct random *random, const struct policy *policy,
				      struct place *place)
{
	size_t role;

	for (role = ROLE_ANY + 1; role < policy->role_count; role++)
		if (pick(random, 4) == 0)
			model_add_source(place, role);
}

/* Interfaces with and without VLANs, which list some of the roles; one may be the gateway. */
static inline void model_pick_places(struct random *random, struct policy *policy)
{
	__u64 interfaces = 1 + pick(random, 4);
	struct interface *interface;
	int vlan;

	if (pick(random, 2)) {
		struct role *gateway = &policy->roles[1 + pick(random, policy->role_count - 1)];

		free(gateway->name);
		gateway->name = memory_copy_string(ROLE_GATEWAY);
	}
	while (interfaces--) {
		interface = model_add_interface(policy, pick(random, 2));
		if (!interface->lists_vlans) {
			add_random_sources(random, policy, model_add_place(interface, VLAN_ALL));
			continue;
		}
		for (vlan = pick(random, 2); vlan < 4095; vlan += 1 + pick(random, 2000))
			add_random_sources(random, policy, model_add_place(interface, vlan));
	}
}

/* Adds to the address as a number, round at the end. */
static inline void add_to_address(struct address *address, int added)
{
	unsigned i = prefix_family_bits(address->family) / 8;

	for (; i-- > 0 && added; added >>= 8) {
		added += address->bytes[i];
		address->bytes[i] = added;
	}
}

/* The first or last address of some prefix or the one before or after it; or any address. */
static inline struct address pick_near(struct random *random, const struct policy *policy)
{
	const struct role *role = &policy->roles[pick(random, policy->role_count)];
	const struct prefix *prefix;
	struct address address;
	unsigned bit;

	if (!role->prefix_count)
		return pick_address(random, pick(random, 2) ? FAMILY_IPV6 : FAMILY_IPV4);
	prefix = &role->prefixes[pick(random, role->prefix_count)];
	address = prefix->address;
	if (pick(random, 2))
		for (bit = prefix->len; bit < prefix_family_bits(address.family); bit++)
			set_bit(&address, bit, 1);
	add_to_address(&address, (int)pick(random, 3) - 1);
	return address;
}

static inline bool model_is_unicast(const struct address *address)
{
	static const unsigned char broadcast[] = {255, 255, 255, 255};

	if (address->family == FAMILY_IPV6)
		return address->bytes[0] != 0xff;
	return (address->bytes[0] & 0xf0) != 224 && memcmp(address->bytes, broadcast, 4) != 0;
}

static inline bool model_plays(const struct policy *policy, size_t role,
			       const struct address *address)
{
	size_t i;

	if (role == ROLE_ANY)
		return model_is_unicast(address);
	for (i = 0; i < policy->roles[role].prefix_count; i++)
		if (prefix_covers(&policy->roles[role].prefixes[i], address))
			return true;
	return false;
}

static inline __u32 model_source_class(const struct tables *tables, __u32 leaf)
{
	return leaf & ((1u << tables->source_class_bits) - 1);
}

static inline __u32 model_destination_class(const struct tables *tables, __u32 leaf)
{
	return leaf >> tables->source_class_bits & ((1u << tables->destination_class_bits) - 1);
}

static inline struct tables compile_good(const struct policy *policy)
{
	struct tables tables;
	struct error error;

	assert_int_equal(compile(policy, &tables, &error), 0);
	return tables;
}

#endif
