/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A state and its counters, filled by hand: two NICs, three rules, some drops and flows. */
#ifndef STATE_FIXTURE_H
#define STATE_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "dataplane.h"

#define FIXTURE_HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct fixture {
	struct dataplane_state state;
	struct interface_state interfaces[2];
	struct generation_rule rules[3];
	struct generation_role roles[3];
	struct rule_count rule_counts[3];
	struct interface_count interface_counts[2];
	struct counters counters;
	char unlisted[2][INTERFACE_NAME_SIZE];
};

static inline void fixture_fill_rules(struct fixture *fixture)
{
	const struct generation_rule rules[] = {
		{"edge-dir-5061", "edge-internal", "director", 0, ORIGIN_PAGE},
		{"any-dir-50001", "any", "director", 1, ORIGIN_OPTION},
		{"ssh-gateway", "admins", "gateway", 2, ORIGIN_SITE},
	};

	memcpy(fixture->rules, rules, sizeof(rules));
	for (size_t i = 0; i < 3; i++)
		fixture->rule_counts[i].rule = rules[i];
	fixture->rule_counts[0].sum.directions[DIRECTION_OPENING] = (struct counter){12, 3400};
	fixture->rule_counts[0].sum.directions[DIRECTION_REPLY] = (struct counter){9, 8100};
}

static inline void fixture_fill_interfaces(struct fixture *fixture)
{
	const struct interface_state interfaces[] = {
		{.name = "perimeter0",
		 .ifindex = 4,
		 .attachment = ATTACHMENT_LIVE,
		 .generation = 7},
		{.name = "inside0",
		 .ifindex = 5,
		 .attachment = ATTACHMENT_LIVE,
		 .generic = true,
		 .generation = 7},
	};

	memcpy(fixture->interfaces, interfaces, sizeof(interfaces));
	strcpy(fixture->interface_counts[0].name, "perimeter0");
	strcpy(fixture->interface_counts[1].name, "inside0");
	fixture->interface_counts[0].drops[DROP_NO_RULE].dropped = (struct counter){5, 300};
	fixture->interface_counts[1].drops[DROP_UNKNOWN_PORT].would_drop = (struct counter){6, 360};
	fixture->interface_counts[1].switches[PASS_ARP] = (struct counter){3, 126};
}

static inline void fixture_fill_info(struct generation_info *info)
{
	info->generation = 7;
	info->rule_count = 3;
	info->role_count = 3;
	info->interface_count = 2;
	info->stateful = 1;
	info->applied_at = 1767323045; /* 2026-01-02T03:04:05Z */
	strcpy(info->policy_hash, FIXTURE_HASH);
	strcpy(info->profile, "single-director");
	strcpy(info->version, "0.1.0");
}

/* Enforcing on both NICs; the last apply succeeded. Nothing in it is to be freed. */
static inline void fixture_fill(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture_fill_rules(fixture);
	fixture_fill_interfaces(fixture);
	fixture->roles[0] = (struct generation_role){"director", {1, 1}};
	fixture->roles[1] = (struct generation_role){"edge-internal", {2, 0}};
	fixture->state.applied = true;
	fixture_fill_info(&fixture->state.info);
	fixture->state.rules = fixture->rules;
	fixture->state.roles = fixture->roles;
	fixture->state.interfaces = fixture->interfaces;
	fixture->state.interface_count = 2;
	fixture->state.unlisted = fixture->unlisted;
	fixture->state.flows = (struct flows_state){
		.kept = true,
		.flow_limit = 262144,
		.opening_limit = 65536,
		.memory_bytes = 89338675, /* 85.2 MiB */
		.since = 1767323045,
	};
	fixture->state.last_apply = (struct last_apply){.at = 1767323045, .success = 1};
	fixture->counters =
		(struct counters){fixture->rule_counts, 3, fixture->interface_counts, 2, {0}};
	fixture->counters.flow_events[FLOW_EVENT_OPENING] = 70;
	fixture->counters.flow_events[FLOW_EVENT_GRACE_REPLY] = 8;
}

/* inside0 shared with xdp-filter, which runs first. */
static inline void fixture_share(struct fixture *fixture)
{
	struct interface_state *inside = &fixture->interfaces[1];

	inside->attach = ATTACH_SHARED;
	inside->has_dispatcher = true;
	inside->program_count = 2;
	inside->programs[0] = (struct nic_program){.id = 41,
						   .name = "xdpfilt_alw_all",
						   .order_known = true,
						   .priority = 10,
						   .hands_on = true};
	inside->programs[1] = (struct nic_program){.id = 42,
						   .name = "directorgate",
						   .ours = true,
						   .order_known = true,
						   .priority = 20,
						   .hands_on = true,
						   .generation = 7};
}

#endif
