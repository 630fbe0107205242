// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "entries.h"
#include "intern.h"
#include "memory.h"
#include "ports.h"

/* Classes of ports that one rule covers; 0 among them where it covers ports that no rule names. */
struct port_choice {
	__u16 *classes;
	size_t count;
};

struct maker {
	const struct policy *policy;
	const struct classes *classes;
	const struct constant_tables *constants;
	/* By enum port_protocol, to walk port_class and source_port_class. */
	struct port_steps *ports, *source_ports;
	struct port_choice port, source_port; /* of the rule at hand */
	struct intern_table keys;
	struct rule_entry *entries;
	size_t count;
};

static void init(struct maker *maker)
{
	enum port_protocol protocol;

	maker->ports = memory_zeroed(PORT_PROTOCOL_COUNT, sizeof(*maker->ports));
	maker->source_ports = memory_zeroed(PORT_PROTOCOL_COUNT, sizeof(*maker->source_ports));
	maker->port.classes = memory_zeroed(PORT_COUNT, sizeof(__u16));
	maker->source_port.classes = memory_zeroed(PORT_COUNT, sizeof(__u16));
	for (protocol = 0; protocol < PORT_PROTOCOL_COUNT; protocol++) {
		ports_step(maker->constants->port_class[protocol], &maker->ports[protocol]);
		ports_step(maker->constants->source_port_class[protocol],
			   &maker->source_ports[protocol]);
	}
}

static void release(struct maker *maker)
{
	free(maker->ports);
	free(maker->source_ports);
	free(maker->port.classes);
	free(maker->source_port.classes);
	intern_free(&maker->keys);
	free(maker->entries);
}

static bool equal(const void *things, __u32 number, const void *thing)
{
	const struct rule_entry *entries = things;

	return memcmp(&entries[number].key, thing, sizeof(struct rule_key)) == 0;
}

/* A key that an earlier rule has stays that rule's. */
static int add_key(struct maker *maker, const struct rule_key *key, size_t rule)
{
	__u32 hash = intern_hash(key, sizeof(*key));
	struct rule_entry *entry;

	if (intern_find(&maker->keys, hash, equal, maker->entries, key) != INTERN_NONE)
		return 0;
	if (maker->count == COMPILE_RULE_ENTRIES_MAX)
		return -E2BIG;
	entry = memory_append(&maker->entries, &maker->count, sizeof(*entry));
	entry->key = *key;
	entry->rule = rule;
	intern_add(&maker->keys, hash, maker->count - 1);
	return 0;
}

/* The key for each pair of classes of the rule's two roles. */
static int add_classes(struct maker *maker, struct rule_key key, size_t rule)
{
	const struct rule *added = &maker->policy->rules[rule];
	size_t i, j, source_count, destination_count;
	const __u32 *sources, *destinations;
	int err;

	sources = classes_of(&maker->classes->source, added->from, &source_count);
	destinations = classes_of(&maker->classes->destination, added->to, &destination_count);
	if (source_count * destination_count > COMPILE_RULE_ENTRIES_MAX)
		return -E2BIG;
	for (i = 0; i < source_count; i++) {
		key.source_class = sources[i];
		for (j = 0; j < destination_count; j++) {
			key.destination_class = destinations[j];
			err = add_key(maker, &key, rule);
			if (err)
				return err;
		}
	}
	return 0;
}

/* A rule without source ports covers all of them, those that no rule names too. */
static void choose_source_ports(struct maker *maker, const struct rule *rule,
				enum port_protocol protocol)
{
	static const struct port_range all = {1, PORT_COUNT - 1};
	struct port_choice *choice = &maker->source_port;
	struct port_list list = ports_source_of(rule);
	size_t unnamed = 0;

	if (!list.count) {
		list = (struct port_list){&all, 1};
		choice->classes[0] = 0;
		unnamed = 1;
	}
	choice->count = unnamed +
			ports_list(&maker->source_ports[protocol], list, choice->classes + unnamed);
}

static int add_source_ports(struct maker *maker, struct rule_key key, size_t rule)
{
	size_t i;
	int err = 0;

	for (i = 0; i < maker->source_port.count && !err; i++) {
		key.source_port = maker->source_port.classes[i];
		err = add_classes(maker, key, rule);
	}
	return err;
}

static int add_ports(struct maker *maker, struct rule_key key, size_t rule,
		     enum port_protocol protocol)
{
	const struct rule *added = &maker->policy->rules[rule];
	const __u8 *minds = maker->constants->minds_source_port[protocol];
	size_t i;
	int err = 0;

	maker->port.count =
		ports_list(&maker->ports[protocol], ports_of(added), maker->port.classes);
	choose_source_ports(maker, added, protocol);
	for (i = 0; i < maker->port.count && !err; i++) {
		key.port = maker->port.classes[i];
		err = minds[key.port] ? add_source_ports(maker, key, rule)
				      : add_classes(maker, key, rule);
	}
	return err;
}

static int add_rule(struct maker *maker, size_t rule)
{
	const struct rule *added = &maker->policy->rules[rule];
	struct rule_key key = {0};
	enum port_protocol protocol;
	size_t i;
	int err = 0;

	for (i = 0; i < added->protocol_count && !err; i++) {
		key.protocol = added->protocols[i];
		protocol = ports_protocol(key.protocol);
		err = protocol == PORT_PROTOCOL_COUNT ? add_classes(maker, key, rule)
						      : add_ports(maker, key, rule, protocol);
	}
	return err;
}

static int refuse(const struct maker *maker, const struct rule *rule, struct error *error)
{
	AUTO_FREE char *blame = classes_blame(maker->classes);

	return error_set(error, -E2BIG,
			 "the rules make more than %d entries of classes and ports, reached at "
			 "rule \"%s\"; %s",
			 COMPILE_RULE_ENTRIES_MAX, rule->id, blame);
}

static int make(struct maker *maker, struct error *error)
{
	const struct policy *policy = maker->policy;
	size_t rule;

	for (rule = 0; rule < policy->rule_count; rule++)
		if (policy->rules[rule].enabled && add_rule(maker, rule))
			return refuse(maker, &policy->rules[rule], error);
	return 0;
}

int entries_make(const struct policy *policy, const struct classes *classes,
		 const struct constant_tables *constants, struct rule_entry **entries,
		 size_t *count, struct error *error)
{
	struct maker maker = {.policy = policy, .classes = classes, .constants = constants};
	int err;

	init(&maker);
	err = make(&maker, error);
	if (!err) {
		*entries = maker.entries;
		*count = maker.count;
		maker.entries = NULL;
	}
	release(&maker);
	return err;
}
