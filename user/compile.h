/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy to tables: what the program looks up. Pure: no system calls, no libbpf. */
#ifndef COMPILE_H
#define COMPILE_H

#include <stddef.h>

#include "error.h"
#include "layout.h"
#include "policy.h"

/* Stated maxima. Each has an error of its own. */
#define COMPILE_CLASSES_MAX      65536     /* source classes, and destination classes */
#define COMPILE_RULE_ENTRIES_MAX (1 << 24) /* entries of the rule hash */
#define COMPILE_NODES_MAX        (1 << 24) /* 64-byte blocks of the address trie: 1 GiB */

struct rule_entry {
	struct rule_key key;
	__u32 rule; /* index into policy.rules: the first in the file that covers the key */
};

struct tables {
	struct rule_entry *rule_entries; /* keys differ */
	size_t rule_entry_count;
	union address_node *nodes;
	size_t node_count; /* at least 1 */
	__u32 ipv6_root;   /* entry */
	__u32 ipv6_steps;  /* at most so many nodes from there to a leaf */
	__u32 source_class_bits, destination_class_bits;
	size_t home_count;     /* HOME_ANYWHERE among them */
	struct places *places; /* by index into policy.interfaces */
	bool source_ports;     /* some enabled rule minds source ports */
	struct constant_tables *constants;
	size_t source_class_count, destination_class_count;
};

/*
 * Compiles a completed policy; disabled rules take no part. 0, or -E2BIG with an
 * error that names the maximum and the roles or rules to blame; then `tables` is
 * untouched.
 */
int compile(const struct policy *policy, struct tables *tables, struct error *error);
void compile_free(struct tables *tables);

/* The leaf for an address: what the program's trie walk finds. For tests and explain. */
__u32 compile_find_leaf(const struct tables *tables, const struct address *address);

/* The home in an address's leaf. */
__u32 compile_home_of(const struct tables *tables, const struct address *address);

/*
 * Whether addresses with this home may send from the interface's VLAN (VLAN_ALL for
 * untagged, like VLAN_NONE): false for a VLAN that the interface does not accept.
 */
bool compile_is_home(const struct tables *tables, size_t interface, int vlan, __u32 home);

/*
 * The first place of the file where the address is at home: an index into
 * policy.interfaces, and VLAN_ALL where that interface lists no VLANs. False, and
 * nothing written, when it is at home nowhere.
 */
bool compile_find_place(const struct policy *policy, const struct tables *tables,
			const struct address *address, size_t *interface, int *vlan);

#endif
