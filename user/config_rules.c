// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "config_sections.h"
#include "memory.h"
#include "policy_steps.h"

/* One rule while it is read: what is checked against each other at its end. */
struct reading {
	struct rule *rule;
	const struct yaml_node *protocol, *ports, *source_ports;
};

static void read_id(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct reading *reading = target;
	struct name name;

	if (!config_read_name(reader, node, "a rule id", &name))
		return;
	reading->rule->id = name.text;
	reading->rule->position = name.position;
}

static void read_from(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct reading *reading = target;

	config_read_name(reader, node, "the name of a role", &reading->rule->from_name);
}

static void read_to(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct reading *reading = target;

	config_read_name(reader, node, "the name of a role", &reading->rule->to_name);
}

static void read_protocol(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct reading *reading = target;

	reading->protocol = node;
	config_read_protocols(reader, node, reading->rule);
}

static void read_ports(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct reading *reading = target;

	reading->ports = node;
	config_read_ports(reader, node, &reading->rule->ports, &reading->rule->port_count);
}

static void read_source_ports(struct config_reader *reader, const struct yaml_node *node,
			      void *target)
{
	struct reading *reading = target;

	reading->source_ports = node;
	config_read_ports(reader, node, &reading->rule->source_ports,
			  &reading->rule->source_port_count);
}

static const struct config_field fields[] = {
	{"id", read_id, 0, true},        {"from", read_from, 0, true},
	{"to", read_to, 0, true},        {"protocol", read_protocol, 0, true},
	{"ports", read_ports, 0, false}, {"source-ports", read_source_ports, 0, false},
};

static void refuse_ports(struct config_reader *reader, const struct yaml_node *node, __u8 protocol,
			 const char *key)
{
	char number[4];

	if (node)
		diagnostics_error(reader->diagnostics, node->position,
				  "protocol %s has no ports here: expected no \"%s\" (what has "
				  "ports belongs in a rule of its own)",
				  policy_protocol_name(protocol, number), key);
}

/* tcp and udp need ports; of the others none has any. */
static void check_ports(struct config_reader *reader, const struct reading *reading)
{
	const struct rule *rule = reading->rule;
	char number[4];

	for (size_t i = 0; i < rule->protocol_count; i++) {
		__u8 protocol = rule->protocols[i];

		if (!policy_protocol_has_ports(protocol)) {
			refuse_ports(reader, reading->ports, protocol, "ports");
			refuse_ports(reader, reading->source_ports, protocol, "source-ports");
			return;
		}
	}
	if (rule->protocol_count > 0 && !reading->ports)
		diagnostics_error(reader->diagnostics, reading->protocol->position,
				  "protocol %s needs ports: expected the key \"ports\" beside it",
				  policy_protocol_name(rule->protocols[0], number));
}

static void read_rule(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct policy *policy = target;
	struct reading reading = {0};

	if (!config_is(reader, node, YAML_MAPPING,
		       "a rule, like {id: ssh, from: admins, to: gateway, protocol: tcp, "
		       "ports: [22]}"))
		return;
	reading.rule = memory_append(&policy->rules, &policy->rule_count, sizeof(*policy->rules));
	reading.rule->position = node->position;
	reading.rule->from = reading.rule->to = ROLE_NONE;
	reading.rule->origin = ORIGIN_SITE;
	reading.rule->enabled = true;
	config_read_fields(reader, node, "a rule", fields, sizeof(fields) / sizeof(*fields),
			   &reading);
	check_ports(reader, &reading);
}

static void refuse_repeated_ids(struct config_reader *reader, const struct policy *policy)
{
	AUTO_FREE struct name *ids = memory_zeroed(policy->rule_count, sizeof(*ids));
	size_t count = 0;

	for (size_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].id)
			ids[count++] =
				(struct name){policy->rules[i].id, policy->rules[i].position};
	policy_report_repeated(reader->diagnostics, ids, count, "rule id");
}

void config_read_rules(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	if (!config_is(reader, node, YAML_LIST, "a list of rules"))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next)
		read_rule(reader, item, target);
	refuse_repeated_ids(reader, target);
}
