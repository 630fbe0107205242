// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "memory.h"
#include "trie.h"

#define CHILDREN 256
#define BLOCKS   (CHILDREN / NODE_ENTRIES)

#define LONE_COUNT 4096

/*
 * What became of one prefix alone in a node. Among scattered hosts nearly all
 * nodes are like that, and many are alike.
 */
struct lone_node {
	__u32 labels;    /* of the addresses around */
	__u32 added;     /* the prefix's own */
	__u32 address;   /* below the node's depth */
	__u8 len, depth; /* len 0: free */
	__u32 entry;
};

static const struct level first_level = {.depth = 0, .stride = 16};

static bool equal(const void *things, __u32 number, const void *thing)
{
	const struct trie *trie = things;

	return memcmp(&trie->nodes[number], thing, CHILDREN * sizeof(__u32)) == 0;
}

/* The index of the node with these entries, made when there is none yet. */
static __u32 store(struct trie *trie, const __u32 entries[CHILDREN])
{
	__u32 hash = intern_hash(entries, CHILDREN * sizeof(*entries));
	__u32 node = intern_find(&trie->ipv4_nodes, hash, equal, trie, entries);

	if (node != INTERN_NONE)
		return node;
	node = trie_append(trie, BLOCKS);
	if (trie->full)
		return NODE_LEAF;
	memcpy(&trie->nodes[node], entries, CHILDREN * sizeof(*entries));
	intern_add(&trie->ipv4_nodes, hash, node);
	return node;
}

static trie_build build;

static __u32 make_node(struct trie *trie, struct covered_range range, __u32 labels, unsigned depth)
{
	struct level level = {.depth = depth, .stride = 8};
	__u32 entries[CHILDREN];

	trie_fill(trie, range, labels, level, build, entries);
	return trie_is_uniform(entries, CHILDREN) ? entries[0] : store(trie, entries);
}

static bool is_same(const struct lone_node *left, const struct lone_node *right)
{
	return left->labels == right->labels && left->added == right->added &&
	       left->address == right->address && left->len == right->len &&
	       left->depth == right->depth;
}

static __u32 make_lone_node(struct trie *trie, struct covered_range range, __u32 labels,
			    unsigned depth)
{
	struct lone_node wanted = {
		.labels = labels,
		.added = range.items->labels,
		.address = (range.items->address.high << depth) >> 32,
		.len = range.items->len,
		.depth = depth,
	};
	__u32 hash = wanted.address >> 24 ^ wanted.address ^ wanted.added * 769;
	struct lone_node *known = &trie->lone_nodes[hash % LONE_COUNT];

	if (!is_same(known, &wanted)) {
		wanted.entry = make_node(trie, range, labels, depth);
		*known = wanted;
	}
	return known->entry;
}

static __u32 build(struct trie *trie, struct covered_range range, __u32 labels, unsigned depth)
{
	if (!range.count || trie->full)
		return classes_leaf(trie->classes, labels);
	if (range.count == 1)
		return make_lone_node(trie, range, labels, depth);
	return make_node(trie, range, labels, depth);
}

void trie_build4(struct trie *trie, __u32 *first)
{
	struct covered_range range;
	AUTO_FREE struct covered *covered =
		coverage_gather(trie->classes, FAMILY_IPV4, &range.count);

	range.items = covered;
	trie->lone_nodes = memory_zeroed(LONE_COUNT, sizeof(*trie->lone_nodes));
	trie_fill(trie, range, SETS_EMPTY, first_level, build, first);
	trie->ipv4_count = trie->count;
}

__u32 trie_find4(const union address_node *nodes, const __u32 *first, struct wide_address address)
{
	struct level level = {.depth = 16, .stride = 8};
	__u32 entry = first[trie_child(address, first_level)];
	unsigned child;

	for (; !(entry & NODE_LEAF); level.depth += level.stride) {
		child = trie_child(address, level);
		entry = nodes[entry + child / NODE_ENTRIES].entries[child % NODE_ENTRIES];
	}
	return entry;
}
