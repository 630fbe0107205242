// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Writes down what a generation was made from, for those who read the kernel later. */
#include <stdio.h>
#include <time.h>

#include "dataplane_describe.h"
#include "memory.h"

#define COPY_TEXT(field, text) snprintf(field, sizeof(field), "%s", text)

static void describe_rules(struct description *description, const struct policy *policy,
			   const __u32 *slots)
{
	description->rules = memory_zeroed(policy->rule_count, sizeof(*description->rules));
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		struct generation_rule *row;

		if (!rule->enabled)
			continue;
		row = &description->rules[description->info.rule_count++];
		COPY_TEXT(row->id, rule->id);
		COPY_TEXT(row->from, policy->roles[rule->from].name);
		COPY_TEXT(row->to, policy->roles[rule->to].name);
		row->slot = slots[i];
		row->page = rule->origin;
	}
}

static void describe_roles(struct description *description, const struct policy *policy)
{
	description->info.role_count = policy->role_count;
	description->roles = memory_zeroed(policy->role_count, sizeof(*description->roles));
	for (size_t i = 0; i < policy->role_count; i++) {
		const struct role *role = &policy->roles[i];
		struct generation_role *row = &description->roles[i];

		COPY_TEXT(row->name, role->name);
		for (size_t j = 0; j < role->prefix_count; j++)
			row->prefix_counts[role->prefixes[j].address.family]++;
	}
}

static void describe_interfaces(struct description *description, const struct policy *policy,
				const __u32 *slots)
{
	size_t count = policy->interface_count + policy->unfiltered_count;
	struct generation_interface *row = memory_zeroed(count, sizeof(*row));

	description->interfaces = row;
	description->info.interface_count = count;
	description->info.unfiltered_count = policy->unfiltered_count;
	for (size_t i = 0; i < policy->interface_count; i++, row++) {
		COPY_TEXT(row->name, policy->interfaces[i].name);
		row->slot = slots[i];
		row->xdp = policy->interfaces[i].xdp;
		row->attach = policy->interfaces[i].attach;
	}
	for (size_t i = 0; i < policy->unfiltered_count; i++, row++) {
		COPY_TEXT(row->name, policy->unfiltered[i].text);
		row->unfiltered = 1;
	}
}

void describe(struct description *description, const struct apply_request *request, __u32 number,
	      const __u32 *rule_slots, const __u32 *interface_slots)
{
	const struct policy *policy = request->policy;
	struct generation_info *info = &description->info;

	*description = (struct description){};
	info->generation = number;
	info->stateful = policy->stateful;
	info->monitor = policy->mode == MODE_MONITOR;
	info->pickup_grace = policy->pickup ? policy->pickup_grace : 0;
	for (int i = 0; i < FLOW_PHASE_COUNT; i++)
		info->timeouts[i] = policy->timeouts[i];
	info->applied_at = time(NULL);
	COPY_TEXT(info->policy_hash, request->policy_hash);
	COPY_TEXT(info->config_hash, request->config_hash);
	COPY_TEXT(info->version, VERSION);
	COPY_TEXT(info->profile, policy->profile.name.text);
	generation_build_hash(info->build_hash);
	describe_rules(description, policy, rule_slots);
	describe_roles(description, policy);
	describe_interfaces(description, policy, interface_slots);
}
