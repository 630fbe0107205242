// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "policy.h"

void policy_init(struct policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->mode = MODE_ENFORCE;
	policy->stateful = true;
	policy->pickup = true;
	policy->pickup_grace = 300;
	policy->flow_limit = 262144;
	policy->opening_limit = 65536;
#define AS_DEFAULT(id, label, seconds, meaning) policy->timeouts[FLOW_##id] = seconds;
	FLOW_PHASES(AS_DEFAULT)
#undef AS_DEFAULT
#define AS_DEFAULT(id, label, initially, meaning) policy->pass[PASS_##id] = initially;
	PASS_SWITCHES(AS_DEFAULT)
#undef AS_DEFAULT
}

static void free_names(struct name *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i].text);
	free(names);
}

static void free_profile(struct profile_choice *profile)
{
	free(profile->name.text);
	free_names(profile->options, profile->option_count);
	free_names(profile->without, profile->without_count);
	for (size_t i = 0; i < profile->override_count; i++) {
		free(profile->overrides[i].rule.text);
		free(profile->overrides[i].from.text);
		free(profile->overrides[i].ports);
	}
	free(profile->overrides);
}

static void free_interface(struct interface *interface)
{
	for (size_t i = 0; i < interface->place_count; i++) {
		struct place *place = &interface->places[i];

		free_names(place->source_names, place->source_count);
		free(place->sources);
	}
	free(interface->places);
	free(interface->name);
}

static void free_rule(struct rule *rule)
{
	free(rule->id);
	free(rule->from_name.text);
	free(rule->to_name.text);
	free(rule->protocols);
	free(rule->ports);
	free(rule->source_ports);
}

void policy_free(struct policy *policy)
{
	free_profile(&policy->profile);
	free_names(policy->flow_keys, policy->flow_key_count);
	for (size_t i = 0; i < policy->interface_count; i++)
		free_interface(&policy->interfaces[i]);
	free(policy->interfaces);
	free_names(policy->unfiltered, policy->unfiltered_count);
	for (size_t i = 0; i < policy->role_count; i++) {
		free(policy->roles[i].name);
		free(policy->roles[i].prefixes);
	}
	free(policy->roles);
	for (size_t i = 0; i < policy->rule_count; i++)
		free_rule(&policy->rules[i]);
	free(policy->rules);
	memset(policy, 0, sizeof(*policy));
}

size_t policy_find_role(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->role_count; i++)
		if (strcmp(policy->roles[i].name, name) == 0)
			return i;
	return ROLE_NONE;
}

/* Not 224.0.0.0/4, not the limited broadcast, not ff00::/8. */
static bool is_unicast(const struct address *address)
{
	static const unsigned char broadcast[4] = {255, 255, 255, 255};

	if (address->family == FAMILY_IPV6)
		return address->bytes[0] != 0xff;
	return (address->bytes[0] & 0xf0) != 0xe0 && memcmp(address->bytes, broadcast, 4) != 0;
}

static bool plays(const struct role *role, const struct address *address)
{
	for (size_t i = 0; i < role->prefix_count; i++)
		if (prefix_covers(&role->prefixes[i], address))
			return true;
	return false;
}

size_t *policy_roles_of(const struct policy *policy, const struct address *address, size_t *count)
{
	size_t *roles = memory_zeroed(policy->role_count, sizeof(*roles));

	*count = 0;
	for (size_t i = 0; i < policy->role_count; i++)
		if (i == ROLE_ANY ? is_unicast(address) : plays(&policy->roles[i], address))
			roles[(*count)++] = i;
	return roles;
}
