/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policies as the reader would fill them, without a text. */
#ifndef POLICY_BUILDER_H
#define POLICY_BUILDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "policy.h"

static inline struct position at_line(unsigned line)
{
	return (struct position){.file = "site.yaml", .line = line, .column = 1};
}

static inline struct name name_of(const char *text, unsigned line)
{
	return (struct name){memory_copy_string(text), at_line(line)};
}

static inline void add_name(struct name **names, size_t *count, const char *text)
{
	struct name *name = memory_append(names, count, sizeof(*name));

	*name = name_of(text, 1);
}

/* `prefix` NULL: nobody. */
static inline void add_role(struct policy *policy, const char *name, const char *prefix)
{
	struct role *role = memory_append(&policy->roles, &policy->role_count, sizeof(*role));
	struct error error = {0};

	role->name = memory_copy_string(name);
	role->position = at_line(100 + (unsigned)policy->role_count);
	if (prefix)
		assert_int_equal(prefix_read(prefix, &role->prefixes, &role->prefix_count, &error),
				 0);
}

static inline void add_port(struct port_range **ports, size_t *count, __u16 first, __u16 last)
{
	struct port_range *port = memory_append(ports, count, sizeof(*port));

	*port = (struct port_range){first, last};
}

/* A TCP rule of the site. */
static inline struct rule *add_rule(struct policy *policy, const char *id, const char *from,
				    const char *to, __u16 first, __u16 last)
{
	struct rule *rule = memory_append(&policy->rules, &policy->rule_count, sizeof(*rule));
	__u8 *protocol = memory_append(&rule->protocols, &rule->protocol_count, sizeof(*protocol));

	*protocol = 6;
	rule->id = memory_copy_string(id);
	rule->position = at_line(200 + (unsigned)policy->rule_count);
	rule->from_name = name_of(from, rule->position.line);
	rule->to_name = name_of(to, rule->position.line);
	rule->origin = ORIGIN_SITE;
	rule->enabled = true;
	add_port(&rule->ports, &rule->port_count, first, last);
	return rule;
}

static inline struct override *add_override(struct policy *policy, const char *rule)
{
	struct override *override = memory_append(
		&policy->profile.overrides, &policy->profile.override_count, sizeof(*override));

	override->rule = name_of(rule, 1);
	return override;
}

/* `source` NULL: lists no sources. */
static inline struct interface *add_interface(struct policy *policy, const char *name,
					      const char *source)
{
	struct interface *interface =
		memory_append(&policy->interfaces, &policy->interface_count, sizeof(*interface));
	struct place *place =
		memory_append(&interface->places, &interface->place_count, sizeof(*place));

	interface->name = memory_copy_string(name);
	interface->position = at_line(50 + (unsigned)policy->interface_count);
	place->vlan = VLAN_ALL;
	interface->lists_sources = source != NULL;
	if (source)
		add_name(&place->source_names, &place->source_count, source);
	return interface;
}

static inline void complete(struct policy *policy)
{
	struct diagnostics diagnostics = {0};

	assert_true(policy_complete(policy, &diagnostics));
	diagnostics_free(&diagnostics);
}

/* One interface and no role. */
static inline void build_none(struct policy *policy)
{
	policy_init(policy);
	policy->profile.name = name_of("none", 1);
	policy->stateful = false;
	add_interface(policy, "inside0", NULL);
}

/* The page with an address for each role, and nothing of the site's. */
static inline void build_page(struct policy *policy)
{
	policy_init(policy);
	policy->profile.name = name_of("single-director", 1);
	policy->stateful = false;
	add_interface(policy, "inside0", NULL);
	add_role(policy, "reverse-proxy-internal", "10.10.0.10");
	add_role(policy, "edge-internal", "10.10.0.20");
	add_role(policy, "director", "10.20.1.10");
	add_role(policy, "front-end-pool", "10.20.2.20");
	add_role(policy, "front-end-server", "10.20.3.30");
	add_role(policy, "internal-clients", "10.30.0.0/16");
}

#endif
