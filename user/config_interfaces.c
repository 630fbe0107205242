// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <string.h>

#include "config_sections.h"
#include "layout.h"
#include "memory.h"
#include "policy_steps.h"

#define VLAN_LEAST 1
#define VLAN_MOST  4094
#define VLANS_MAX  (PLACES_MAX - 1) /* of an interface, beside what is none of them */

/* One interface while it is read. */
struct reading {
	struct interface *interface;
	const struct yaml_node *sources, *vlans;
};

/* As the kernel's dev_valid_name() has it, and printable. */
static bool is_interface_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= INTERFACE_NAME_SIZE || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)text[i]) || text[i] == '/' || text[i] == ':')
			return false;
	return true;
}

static bool read_interface_name(struct config_reader *reader, const struct yaml_node *node,
				struct name *name)
{
	if (!config_is_text(reader, node, "the name of an interface"))
		return false;
	if (!is_interface_name(node->text)) {
		config_expected(reader, node,
				"the name of an interface of at most 15 characters, without "
				"space, slash and colon");
		return false;
	}
	*name = (struct name){memory_copy_string(node->text), node->position};
	return true;
}

static void read_name(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct reading *reading = target;
	struct name name;

	if (!read_interface_name(reader, node, &name))
		return;
	reading->interface->name = name.text;
	reading->interface->position = name.position;
}

static void read_xdp(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	const char *words[] = {policy_xdp_name(XDP_NATIVE), policy_xdp_name(XDP_GENERIC),
			       policy_xdp_name(XDP_NATIVE_OR_GENERIC)};
	int choice = config_read_choice(reader, node, words, sizeof(words) / sizeof(*words));
	struct reading *reading = target;

	if (choice >= 0)
		reading->interface->xdp = choice;
}

static void read_attach(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	const char *words[] = {policy_attach_name(ATTACH_EXCLUSIVE),
			       policy_attach_name(ATTACH_SHARED)};
	int choice = config_read_choice(reader, node, words, sizeof(words) / sizeof(*words));
	struct reading *reading = target;

	if (choice >= 0)
		reading->interface->attach = choice;
}

static struct place *add_place(struct interface *interface, int vlan, struct position position)
{
	struct place *place = memory_append(&interface->places, &interface->place_count,
					    sizeof(*interface->places));

	place->vlan = vlan;
	place->position = position;
	return place;
}

static void read_place_sources(struct config_reader *reader, const struct yaml_node *node,
			       void *target)
{
	struct place *place = target;

	config_read_names(reader, node, "the name of a role", &place->source_names,
			  &place->source_count);
}

static void read_sources(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct reading *reading = target;

	reading->sources = node;
	reading->interface->lists_sources = true;
	read_place_sources(reader, node, add_place(reading->interface, VLAN_ALL, node->position));
}

static void read_vlan_id(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct place *place = target;
	unsigned vlan;

	if (node->kind == YAML_SCALAR && strcmp(node->text, "none") == 0) {
		place->vlan = VLAN_NONE;
		return;
	}
	if (config_is(reader, node, YAML_SCALAR, "a VLAN id or none") &&
	    config_read_number(reader, node, node->text, VLAN_LEAST, VLAN_MOST,
			       "\"none\" or a VLAN id", &vlan))
		place->vlan = vlan;
}

static const struct config_field vlan_fields[] = {
	{"id", read_vlan_id, 0, true},
	{"sources", read_place_sources, 0, true},
};

static void refuse_repeated_vlan(struct config_reader *reader, const struct interface *interface)
{
	const struct place *last = &interface->places[interface->place_count - 1];

	for (const struct place *place = interface->places; place < last; place++)
		if (place->vlan == last->vlan && place->vlan != VLAN_ALL) {
			char id[8] = "none";

			if (last->vlan != VLAN_NONE)
				snprintf(id, sizeof(id), "%d", last->vlan);
			diagnostics_error(reader->diagnostics, last->position,
					  "duplicate VLAN id %s: it is already on line %u", id,
					  place->position.line);
			return;
		}
}

static void read_vlans(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	static const char expected[] = "a list of VLANs, like [{id: 10, sources: [director]}]";
	struct reading *reading = target;

	reading->vlans = node;
	if (!config_is(reader, node, YAML_LIST, expected))
		return;
	if (!node->first)
		diagnostics_error(reader->diagnostics, node->position,
				  "expected at least one VLAN, found an empty list");
	reading->interface->lists_sources = reading->interface->lists_vlans = true;
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (!config_is(reader, item, YAML_MAPPING,
			       "a VLAN, like {id: 10, sources: [director]}"))
			continue;
		if (reading->interface->place_count == VLANS_MAX) {
			diagnostics_error(
				reader->diagnostics, item->position,
				"expected at most %d VLANs of an interface, found one more",
				VLANS_MAX);
			return;
		}
		/* VLAN_ALL stays only where the id was refused. */
		config_read_fields(reader, item, "a VLAN", vlan_fields,
				   sizeof(vlan_fields) / sizeof(*vlan_fields),
				   add_place(reading->interface, VLAN_ALL, item->position));
		refuse_repeated_vlan(reader, reading->interface);
	}
}

static const struct config_field fields[] = {
	{"name", read_name, 0, true},      {"xdp", read_xdp, 0, false},
	{"attach", read_attach, 0, false}, {"sources", read_sources, 0, false},
	{"vlans", read_vlans, 0, false},
};

static void read_interface(struct config_reader *reader, const struct yaml_node *node,
			   struct policy *policy)
{
	struct reading reading = {0};

	if (!config_is(reader, node, YAML_MAPPING,
		       "an interface, like {name: eth0, sources: [director]}"))
		return;
	reading.interface = memory_append(&policy->interfaces, &policy->interface_count,
					  sizeof(*policy->interfaces));
	reading.interface->position = node->position;
	config_read_fields(reader, node, "an interface", fields, sizeof(fields) / sizeof(*fields),
			   &reading);
	if (reading.sources && reading.vlans)
		diagnostics_error(reader->diagnostics, reading.vlans->position,
				  "\"vlans\" and \"sources\" exclude each other: expected the "
				  "sources of each VLAN in \"vlans\"");
	if (reading.interface->place_count == 0)
		add_place(reading.interface, VLAN_ALL, node->position);
}

static void refuse_repeated_names(struct config_reader *reader, const struct policy *policy)
{
	AUTO_FREE struct name *names = memory_zeroed(policy->interface_count, sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (interface->name)
			names[count++] = (struct name){interface->name, interface->position};
	}
	policy_report_repeated(reader->diagnostics, names, count, "interface");
}

void config_read_interfaces(struct config_reader *reader, const struct yaml_node *node,
			    void *target)
{
	if (!config_is(reader, node, YAML_LIST, "a list of interfaces"))
		return;
	if (!node->first)
		diagnostics_error(reader->diagnostics, node->position,
				  "expected at least one interface to filter, found an empty list");
	for (const struct yaml_node *item = node->first; item; item = item->next)
		read_interface(reader, item, target);
	refuse_repeated_names(reader, target);
}

void config_read_unfiltered(struct config_reader *reader, const struct yaml_node *node,
			    void *target)
{
	struct policy *policy = target;
	struct name name;

	if (!config_is(reader, node, YAML_LIST, "a list of names of interfaces"))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if (read_interface_name(reader, item, &name))
			*(struct name *)memory_append(&policy->unfiltered,
						      &policy->unfiltered_count, sizeof(name)) =
				name;
}
