// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "memory.h"
#include "trie.h"

/* From so many children on, a node of 256 entries is smaller than nodes of 16 below one of 16. */
#define WIDE_CHILDREN_MIN 64
/* Among so many prefixes its size does not matter, where 4 bits would not tell all children apart.
 */
#define WIDE_PREFIXES_MIN 256
#define NARROW_CHILDREN   16
#define CHILDREN_MAX      256

/* How many first bits two addresses share. */
static unsigned count_common(struct wide_address left, struct wide_address right)
{
	if (left.high != right.high)
		return __builtin_clzll(left.high ^ right.high);
	if (left.low != right.low)
		return 64 + __builtin_clzll(left.low ^ right.low);
	return 128;
}

/*
 * How many first bits all addresses of all prefixes share. A prefix as short as
 * that covers all others: it stands first.
 */
static unsigned count_shared(struct covered_range range)
{
	unsigned common =
		count_common(range.items[0].address, range.items[range.count - 1].address);

	return range.items[0].len < common ? range.items[0].len : common;
}

/* A node that compares the first `len` bits of an address. */
static struct address_skip make_skip(struct wide_address address, unsigned len)
{
	struct address_skip skip = {
		.mask_high = len >= 64 ? ~0ull : ~(~0ull >> len),
		.mask_low = len >= 128 ? ~0ull
			    : len > 64 ? ~(~0ull >> (len - 64))
				       : 0,
	};

	skip.high = address.high & skip.mask_high;
	skip.low = address.low & skip.mask_low;
	return skip;
}

static trie_build build;

/* The first prefix covers all others: its labels are theirs too, and none beside it get them. */
static __u32 absorb(struct trie *trie, struct covered_range range, __u32 labels, unsigned depth)
{
	const struct covered *widest = range.items;
	struct covered_range rest = {.items = range.items + 1, .count = range.count - 1};
	struct address_skip skip = make_skip(widest->address, widest->len);
	__u32 node;

	skip.match = build(trie, rest, sets_union(&trie->classes->roles, labels, widest->labels),
			   widest->len);
	if (widest->len == depth)
		return skip.match;
	skip.mismatch = classes_leaf(trie->classes, labels);
	if (skip.match == skip.mismatch)
		return skip.match;
	node = trie_append(trie, 1);
	if (trie->full)
		return NODE_LEAF;
	trie->nodes[node].skip = skip;
	return node;
}

static bool pays_off(unsigned children, size_t prefixes)
{
	return children >= WIDE_CHILDREN_MIN ||
	       (children > NARROW_CHILDREN && prefixes >= WIDE_PREFIXES_MIN);
}

/* 8 bits where that is worth its size and does not cross a half of the address, else 4. */
static struct level choose_level(struct covered_range range, unsigned depth)
{
	struct level wide = {.depth = depth, .stride = 8};
	struct level narrow = {.depth = depth, .stride = 4};
	unsigned child, children = 0, last = CHILDREN_MAX;
	size_t i;

	if (depth % wide.stride)
		return narrow;
	for (i = 0; i < range.count; i++) {
		child = trie_child(range.items[i].address, wide);
		children += child != last;
		last = child;
	}
	return pays_off(children, range.count) ? wide : narrow;
}

static __u32 store(struct trie *trie, const struct address_skip *skip, const __u32 *entries)
{
	unsigned i, children = 1u << skip->stride;
	__u32 node = trie_append(trie, 1 + children / NODE_ENTRIES);

	if (trie->full)
		return NODE_LEAF;
	trie->nodes[node].skip = *skip;
	for (i = 0; i < children; i++)
		trie->nodes[node + 1 + i / NODE_ENTRIES].entries[i % NODE_ENTRIES] = entries[i];
	return node;
}

/* The prefixes differ from the level's first bit on. */
static __u32 branch(struct trie *trie, struct covered_range range, __u32 labels, unsigned depth,
		    struct level level)
{
	struct address_skip skip = make_skip(range.items->address, level.depth);
	__u32 entries[CHILDREN_MAX];

	trie_fill(trie, range, labels, level, build, entries);
	skip.shift = 128 - level.depth - level.stride;
	skip.stride = level.stride;
	/* Where nothing is skipped nothing can differ; a leaf made for that would be a class of no
	 * address. */
	skip.mismatch = level.depth == depth ? NODE_LEAF : classes_leaf(trie->classes, labels);
	if (trie_is_uniform(entries, 1u << level.stride) &&
	    (level.depth == depth || entries[0] == skip.mismatch))
		return entries[0];
	return store(trie, &skip, entries);
}

static __u32 build_node(struct trie *trie, struct covered_range range, __u32 labels, unsigned depth)
{
	unsigned shared = count_shared(range);

	if (range.items->len == shared && (shared % 4 == 0 || range.count == 1))
		return absorb(trie, range, labels, depth);
	return branch(trie, range, labels, depth, choose_level(range, shared & ~3u));
}

/*
 * `depth` is a multiple of 4 (or the end), and each node goes at least 4 bits
 * deeper, so that ADDRESS6_STEPS always reach a leaf.
 */
static __u32 build(struct trie *trie, struct covered_range range, __u32 labels, unsigned depth)
{
	__u32 entry;

	if (!range.count || trie->full)
		return classes_leaf(trie->classes, labels);
	if (++trie->ipv6_nesting > trie->ipv6_steps)
		trie->ipv6_steps = trie->ipv6_nesting;
	entry = build_node(trie, range, labels, depth);
	trie->ipv6_nesting--;
	return entry;
}

__u32 trie_build6(struct trie *trie)
{
	struct covered_range range;
	AUTO_FREE struct covered *covered =
		coverage_gather(trie->classes, FAMILY_IPV6, &range.count);

	range.items = covered;
	return build(trie, range, SETS_EMPTY, 0);
}

static bool differs(const struct address_skip *skip, struct wide_address address)
{
	return ((address.high ^ skip->high) & skip->mask_high) |
	       ((address.low ^ skip->low) & skip->mask_low);
}

static __u32 step(const union address_node *nodes, __u32 node, struct wide_address address)
{
	const struct address_skip *skip = &nodes[node].skip;
	struct level level = {.depth = 128 - skip->shift - skip->stride, .stride = skip->stride};
	unsigned child;

	if (differs(skip, address))
		return skip->mismatch;
	if (!skip->stride)
		return skip->match;
	child = trie_child(address, level);
	return nodes[node + 1 + child / NODE_ENTRIES].entries[child % NODE_ENTRIES];
}

__u32 trie_find6(const union address_node *nodes, __u32 root, struct wide_address address)
{
	__u32 entry = root;
	unsigned i;

	for (i = 0; i < ADDRESS6_STEPS && !(entry & NODE_LEAF); i++)
		entry = step(nodes, entry, address);
	return entry;
}
