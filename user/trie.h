/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The address trie: every address to the union of the roles whose prefixes cover
 * it. Its shape is that of layout.h; trie4.c and trie6.c build one family each.
 */
#ifndef TRIE_H
#define TRIE_H

#include "classes.h"
#include "coverage.h"
#include "layout.h"

struct lone_node;

/* All zero but `classes` is an empty trie. */
struct trie {
	struct classes *classes;
	union address_node *nodes;
	size_t count, capacity;         /* blocks */
	size_t ipv4_count;              /* the first ones, which make IPv4 nodes */
	struct intern_table ipv4_nodes; /* equal IPv4 nodes are stored once; by first block */
	struct lone_node *lone_nodes;   /* latest IPv4 nodes with one prefix inside */
	unsigned ipv6_nesting;          /* of the node that is being built */
	unsigned ipv6_steps; /* the most of it: no address has more IPv6 nodes on its way */
	bool full;           /* COMPILE_NODES_MAX is reached: the trie is useless */
};

void trie_free(struct trie *trie);

/* Fills the 65,536 entries of the first stride, and the nodes below. Before trie_build6(). */
void trie_build4(struct trie *trie, __u32 *first);

/* Returns the root entry. */
__u32 trie_build6(struct trie *trie);

/* After classes_finish(): writes classes into all leaves, those of `first` and `*root` too. */
void trie_finish(struct trie *trie, __u32 *first, __u32 *root);

/* The program's walks, in C: the leaf for an address. */
__u32 trie_find4(const union address_node *nodes, const __u32 *first, struct wide_address address);
__u32 trie_find6(const union address_node *nodes, __u32 root, struct wide_address address);

/* The rest is shared by trie4.c and trie6.c. */

/* Prefixes in a row. */
struct covered_range {
	const struct covered *items;
	size_t count;
};

/* The bits of an address that choose a child: [depth, depth + stride). */
struct level {
	unsigned depth, stride;
};

/* `count` blocks more at the end, to be written; the index of the first. 0 when the trie is full.
 */
__u32 trie_append(struct trie *trie, unsigned count);

/* Which child of the level an address belongs to. */
unsigned trie_child(struct wide_address address, struct level level);

/*
 * For each child in turn: what the prefixes that end within the level add to its
 * labels, which start as `labels`; then `build` makes its entry of these and the
 * prefixes that go deeper.
 */
typedef __u32 trie_build(struct trie *trie, struct covered_range inside, __u32 labels,
			 unsigned depth);
void trie_fill(struct trie *trie, struct covered_range range, __u32 labels, struct level level,
	       trie_build *build, __u32 *entries);

/* All entries are one and the same leaf. */
bool trie_is_uniform(const __u32 *entries, size_t count);

#endif
