// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include <netinet/in.h>

#include "intern.h"
#include "memory.h"
#include "ports.h"

/*
 * Ports parted into classes, all in one at first. Class 0 keeps port 0, which no
 * rule can name, so what is left in it at the end is named by none.
 */
struct partition {
	__u32 class_of[PORT_COUNT];
	__u32 size[PORT_COUNT + 1];  /* ports in the class */
	__u32 round[PORT_COUNT + 1]; /* the last list that parted the class */
	__u32 part[PORT_COUNT + 1];  /* where that list's ports of the class went */
	__u32 unused[PORT_COUNT + 1];
	size_t unused_count;
};

static struct partition *make_partition(void)
{
	struct partition *partition = memory_zeroed(1, sizeof(*partition));
	__u32 number;

	partition->size[0] = PORT_COUNT;
	for (number = PORT_COUNT; number > 0; number--)
		partition->unused[partition->unused_count++] = number;
	return partition;
}

/* Moves one port of a list to its class's part of that list. */
static void move(struct partition *partition, __u32 port, __u32 round)
{
	__u32 from = partition->class_of[port];

	if (partition->round[from] != round) {
		partition->round[from] = round;
		partition->part[from] = partition->unused[--partition->unused_count];
	}
	partition->class_of[port] = partition->part[from];
	partition->size[partition->part[from]]++;
	if (--partition->size[from] == 0)
		partition->unused[partition->unused_count++] = from;
}

static void divide(struct partition *partition, struct port_list list, __u32 round)
{
	size_t i;
	__u32 port;

	for (i = 0; i < list.count; i++)
		for (port = list.ranges[i].first; port <= list.ranges[i].last; port++)
			move(partition, port, round);
}

static void name_classes(const struct partition *partition, __u16 classes[PORT_COUNT])
{
	AUTO_FREE __u16 *lowest = memory_zeroed(PORT_COUNT + 1, sizeof(*lowest));
	__u32 port, class;

	for (port = 0; port < PORT_COUNT; port++) {
		class = partition->class_of[port];
		if (class && !lowest[class])
			lowest[class] = port;
		classes[port] = lowest[class];
	}
}

static bool equal(const void *things, __u32 number, const void *thing)
{
	const struct port_list *list = (const struct port_list *)things + number;
	const struct port_list *wanted = thing;

	return list->count == wanted->count &&
	       (!list->count ||
		memcmp(list->ranges, wanted->ranges, list->count * sizeof(*list->ranges)) == 0);
}

void ports_classify(const struct port_list *lists, size_t count, __u16 classes[PORT_COUNT])
{
	AUTO_FREE struct partition *partition = make_partition();
	struct intern_table seen = {0};
	__u32 hash;
	size_t i;

	for (i = 0; i < count; i++) {
		hash = intern_hash(lists[i].ranges, lists[i].count * sizeof(*lists[i].ranges));
		if (intern_find(&seen, hash, equal, lists, &lists[i]) != INTERN_NONE)
			continue;
		intern_add(&seen, hash, i);
		divide(partition, lists[i], i + 1);
	}
	intern_free(&seen);
	name_classes(partition, classes);
}

void ports_step(const __u16 classes[PORT_COUNT], struct port_steps *steps)
{
	__u32 port;

	steps->next[PORT_COUNT] = PORT_COUNT;
	for (port = PORT_COUNT; port-- > 0;)
		steps->next[port] = port && classes[port] == port ? port : steps->next[port + 1];
}

size_t ports_list(const struct port_steps *steps, struct port_list list, __u16 found[PORT_COUNT])
{
	size_t i, count = 0;
	__u32 port;

	for (i = 0; i < list.count; i++) {
		port = steps->next[list.ranges[i].first];
		for (; port <= list.ranges[i].last; port = steps->next[port + 1])
			found[count++] = port;
	}
	return count;
}

enum port_protocol ports_protocol(__u8 protocol)
{
	if (protocol == IPPROTO_TCP)
		return PORT_TCP;
	return protocol == IPPROTO_UDP ? PORT_UDP : PORT_PROTOCOL_COUNT;
}

struct port_list ports_of(const struct rule *rule)
{
	return (struct port_list){rule->ports, rule->port_count};
}

struct port_list ports_source_of(const struct rule *rule)
{
	return (struct port_list){rule->source_ports, rule->source_port_count};
}

static bool names_protocol(const struct rule *rule, enum port_protocol protocol)
{
	size_t i;

	for (i = 0; i < rule->protocol_count; i++)
		if (ports_protocol(rule->protocols[i]) == protocol)
			return true;
	return false;
}

/* Classifies the lists that `list_of` takes from the enabled rules of a protocol. */
static void classify(const struct policy *policy, enum port_protocol protocol,
		     struct port_list (*list_of)(const struct rule *), __u16 classes[PORT_COUNT])
{
	AUTO_FREE struct port_list *lists = memory_zeroed(policy->rule_count, sizeof(*lists));
	size_t i, count = 0;

	for (i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].enabled && names_protocol(&policy->rules[i], protocol))
			lists[count++] = list_of(&policy->rules[i]);
	ports_classify(lists, count, classes);
}

/* Marks the classes of ports that a rule with source ports names. */
static bool mark_minding(const struct policy *policy, enum port_protocol protocol,
			 const __u16 classes[PORT_COUNT], __u8 minds[PORT_COUNT])
{
	AUTO_FREE struct port_steps *steps = memory_zeroed(1, sizeof(*steps));
	AUTO_FREE __u16 *found = memory_zeroed(PORT_COUNT, sizeof(*found));
	const struct rule *rule;
	bool some = false;
	size_t i, count;

	ports_step(classes, steps);
	for (rule = policy->rules; rule < policy->rules + policy->rule_count; rule++) {
		if (!rule->enabled || !rule->source_port_count || !names_protocol(rule, protocol))
			continue;
		some = true;
		count = ports_list(steps, ports_of(rule), found);
		for (i = 0; i < count; i++)
			minds[found[i]] = 1;
	}
	return some;
}

static void mark_protocols(const struct policy *policy, __u8 named[256])
{
	const struct rule *rule;
	size_t i;

	for (rule = policy->rules; rule < policy->rules + policy->rule_count; rule++)
		for (i = 0; rule->enabled && i < rule->protocol_count; i++)
			named[rule->protocols[i]] = 1;
}

bool ports_fill(const struct policy *policy, struct constant_tables *constants)
{
	enum port_protocol protocol;
	bool some = false;

	for (protocol = 0; protocol < PORT_PROTOCOL_COUNT; protocol++) {
		classify(policy, protocol, ports_of, constants->port_class[protocol]);
		classify(policy, protocol, ports_source_of, constants->source_port_class[protocol]);
		some |= mark_minding(policy, protocol, constants->port_class[protocol],
				     constants->minds_source_port[protocol]);
	}
	mark_protocols(policy, constants->protocol_named);
	return some;
}
