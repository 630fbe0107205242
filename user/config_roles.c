// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "config_sections.h"
#include "memory.h"

static const char addresses_expected[] =
	"a list of addresses, prefixes and ranges ([] is nobody), or {file: PATH}";

static void read_prefix(struct config_reader *reader, const struct yaml_node *node,
			struct role *role)
{
	struct error error;

	if (!config_is(reader, node, YAML_SCALAR, "an address, a prefix or a range"))
		return;
	if (prefix_read(node->text, &role->prefixes, &role->prefix_count, &error))
		diagnostics_error(reader->diagnostics, node->position, "%s", error.text);
}

static void read_file(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	config_read_role_file(reader, node, target);
}

static const struct config_field file_fields[] = {{"file", read_file, 0, true}};

/* {file: PATH}. In a list, 2001:db8:: without quotes is a mapping too. */
static void read_mapping(struct config_reader *reader, const struct yaml_node *node,
			 struct role *role)
{
	if (node->first && strchr(node->first->text, ':'))
		diagnostics_error(reader->diagnostics, node->position,
				  "expected an address or {file: PATH}, found a mapping: an IPv6 "
				  "address that ends in a colon wants quotes");
	else
		config_read_fields(reader, node, "a role's file", file_fields, 1, role);
}

static void read_addresses(struct config_reader *reader, const struct yaml_node *node,
			   struct role *role)
{
	if (node->kind == YAML_MAPPING) {
		read_mapping(reader, node, role);
		return;
	}
	if (!config_is(reader, node, YAML_LIST, addresses_expected))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (item->kind == YAML_MAPPING)
			read_mapping(reader, item, role);
		else
			read_prefix(reader, item, role);
	}
}

static void read_role(struct config_reader *reader, const struct yaml_node *key,
		      struct policy *policy)
{
	struct role *role;
	struct name name;

	if (!config_read_name(reader, key, "the name of a role", &name))
		return;
	if (strcmp(name.text, "any") == 0) {
		diagnostics_error(reader->diagnostics, key->position,
				  "\"any\" is reserved: it means every unicast address; expected "
				  "another name");
		free(name.text);
		return;
	}
	role = memory_append(&policy->roles, &policy->role_count, sizeof(*role));
	role->name = name.text;
	role->position = name.position;
	read_addresses(reader, key->value, role);
	role->prefix_count = prefix_sort(role->prefixes, role->prefix_count);
}

void config_read_roles(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	if (!config_is(reader, node, YAML_MAPPING,
		       "a mapping from names of roles to lists of addresses"))
		return;
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_role(reader, key, target);
}
