// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "config_sections.h"
#include "memory.h"

static void read_name(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct profile_choice *profile = target;

	config_read_name(reader, node, "the name of a profile", &profile->name);
}

static void read_options(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct profile_choice *profile = target;

	config_read_names(reader, node, "the name of an option", &profile->options,
			  &profile->option_count);
}

static void read_without(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct profile_choice *profile = target;

	config_read_names(reader, node, "a rule id", &profile->without, &profile->without_count);
}

static void read_from(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct override *override = target;

	config_read_name(reader, node, "the name of a role", &override->from);
}

static void read_ports(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct override *override = target;

	config_read_ports(reader, node, &override->ports, &override->port_count);
}

static const struct config_field override_fields[] = {
	{"from", read_from, 0, false},
	{"ports", read_ports, 0, false},
};

static void read_override(struct config_reader *reader, const struct yaml_node *key,
			  struct profile_choice *profile)
{
	static const char expected[] = "what changes, like {from: admins} or {ports: [5062]}";
	struct override override = {0}, *added;

	if (!config_is(reader, key->value, YAML_MAPPING, expected) ||
	    !config_read_name(reader, key, "a rule id", &override.rule))
		return;
	if (!key->value->first)
		config_expected(reader, key->value, expected);
	config_read_fields(reader, key->value, "an override", override_fields,
			   sizeof(override_fields) / sizeof(*override_fields), &override);
	added = memory_append(&profile->overrides, &profile->override_count, sizeof(*added));
	*added = override;
}

static void read_overrides(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	if (!config_is(reader, node, YAML_MAPPING,
		       "a mapping from rule ids, like {dir-fep-444: {ports: [4444]}}"))
		return;
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_override(reader, key, target);
}

static const struct config_field fields[] = {
	{"name", read_name, 0, true},
	{"options", read_options, 0, false},
	{"without", read_without, 0, false},
	{"override", read_overrides, 0, false},
};

void config_read_profile(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct policy *policy = target;

	if (node->kind == YAML_MAPPING)
		config_read_fields(reader, node, "profile", fields,
				   sizeof(fields) / sizeof(*fields), &policy->profile);
	else
		read_name(reader, node, &policy->profile);
}
