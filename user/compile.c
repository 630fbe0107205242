// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "compile.h"
#include "entries.h"
#include "memory.h"
#include "ports.h"
#include "trie.h"

static int refuse_nodes(const struct classes *classes, struct error *error)
{
	const struct role *role = classes->policy->roles, *largest = role;

	for (; role < classes->policy->roles + classes->policy->role_count; role++)
		if (role->prefix_count > largest->prefix_count)
			largest = role;
	return error_set(error, -E2BIG,
			 "too many prefixes: the address trie needs more than %d nodes of 64 "
			 "bytes; the role \"%s\" has most, %zu",
			 COMPILE_NODES_MAX, largest->name, largest->prefix_count);
}

/* Takes the trie's nodes over. */
static void keep_nodes(struct trie *trie, struct tables *tables)
{
	if (!trie->count) {
		trie_append(trie, 1);
		memset(trie->nodes, 0, sizeof(*trie->nodes));
	}
	tables->nodes = memory_resize(trie->nodes, trie->count, sizeof(*trie->nodes));
	tables->node_count = trie->count;
	trie->nodes = NULL;
}

static int finish_trie(struct trie *trie, struct tables *tables, struct error *error)
{
	struct classes *classes = trie->classes;
	int err;

	if (trie->full)
		return refuse_nodes(classes, error);
	err = classes_finish(classes, error);
	if (err)
		return err;
	trie_finish(trie, tables->constants->ipv4_first, &tables->ipv6_root);
	keep_nodes(trie, tables);
	tables->source_class_bits = classes->source_bits;
	tables->destination_class_bits = classes->destination_bits;
	tables->home_count = classes->homes.count;
	homes_fill(&classes->homes, classes->policy, tables->places);
	tables->source_class_count = classes->source.sets.count;
	tables->destination_class_count = classes->destination.sets.count;
	return 0;
}

static int compile_addresses(struct classes *classes, struct tables *tables, struct error *error)
{
	struct trie trie = {.classes = classes};
	int err;

	trie_build4(&trie, tables->constants->ipv4_first);
	tables->ipv6_root = trie_build6(&trie);
	tables->ipv6_steps = trie.ipv6_steps;
	err = finish_trie(&trie, tables, error);
	trie_free(&trie);
	return err;
}

static int fill(const struct policy *policy, struct classes *classes, struct tables *tables,
		struct error *error)
{
	int err = compile_addresses(classes, tables, error);

	if (err)
		return err;
	tables->source_ports = ports_fill(policy, tables->constants);
	return entries_make(policy, classes, tables->constants, &tables->rule_entries,
			    &tables->rule_entry_count, error);
}

int compile(const struct policy *policy, struct tables *tables, struct error *error)
{
	struct tables made = {
		.constants = memory_zeroed(1, sizeof(*made.constants)),
		.places = memory_zeroed(policy->interface_count, sizeof(*made.places)),
	};
	struct classes classes;
	int err;

	classes_init(&classes, policy);
	err = fill(policy, &classes, &made, error);
	classes_free(&classes);
	if (err)
		compile_free(&made);
	else
		*tables = made;
	return err;
}

void compile_free(struct tables *tables)
{
	free(tables->rule_entries);
	free(tables->nodes);
	free(tables->constants);
	free(tables->places);
	memset(tables, 0, sizeof(*tables));
}

__u32 compile_find_leaf(const struct tables *tables, const struct address *address)
{
	struct wide_address wide = coverage_widen(address);

	if (address->family == FAMILY_IPV4)
		return trie_find4(tables->nodes, tables->constants->ipv4_first, wide);
	return trie_find6(tables->nodes, tables->ipv6_root, wide);
}

__u32 compile_home_of(const struct tables *tables, const struct address *address)
{
	__u32 leaf = compile_find_leaf(tables, address) & ((1u << NODE_CLASS_BITS) - 1);

	return leaf >> (tables->source_class_bits + tables->destination_class_bits);
}

bool compile_is_home(const struct tables *tables, size_t interface, int vlan, __u32 home)
{
	const struct places *places = &tables->places[interface];
	unsigned place = places->of_vlan[vlan == VLAN_ALL ? VLAN_NONE : vlan];

	return places->homes[place][home / 64] >> home % 64 & 1;
}

bool compile_find_place(const struct policy *policy, const struct tables *tables,
			const struct address *address, size_t *interface, int *vlan)
{
	__u32 home = compile_home_of(tables, address);
	const struct interface *found;
	size_t i, j;

	for (i = 0; i < policy->interface_count; i++) {
		found = &policy->interfaces[i];
		for (j = 0; j < found->place_count; j++) {
			if (!compile_is_home(tables, i, found->places[j].vlan, home))
				continue;
			*interface = i;
			*vlan = found->places[j].vlan;
			return true;
		}
	}
	return false;
}
