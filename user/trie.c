// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "compile.h"
#include "memory.h"
#include "trie.h"

#define FIRST_CAPACITY 1024

void trie_free(struct trie *trie)
{
	free(trie->nodes);
	free(trie->lone_nodes);
	intern_free(&trie->ipv4_nodes);
}

__u32 trie_append(struct trie *trie, unsigned count)
{
	__u32 first = trie->count;

	if (trie->count + count > COMPILE_NODES_MAX)
		trie->full = true;
	if (trie->full)
		return 0;
	if (trie->count + count > trie->capacity) {
		trie->capacity = trie->capacity ? trie->capacity * 2 : FIRST_CAPACITY;
		trie->nodes = memory_resize(trie->nodes, trie->capacity, sizeof(*trie->nodes));
	}
	trie->count += count;
	return first;
}

unsigned trie_child(struct wide_address address, struct level level)
{
	unsigned shift = 128 - level.depth - level.stride;
	__u64 bits = shift >= 64 ? address.high >> (shift - 64) : address.low >> shift;

	return bits & ((1u << level.stride) - 1);
}

static bool starts_in(const struct covered_range *range, unsigned child, struct level level)
{
	return range->count && trie_child(range->items->address, level) == child;
}

static void advance(struct covered_range *range, size_t count)
{
	range->items += count;
	range->count -= count;
}

/* Takes the prefixes from `child` on that end within the level: all children they cover get their
 * labels. */
static void paint(struct trie *trie, struct covered_range *rest, unsigned child, struct level level,
		  __u32 *labels)
{
	unsigned i, covered, end = level.depth + level.stride;

	while (starts_in(rest, child, level) && rest->items->len <= end) {
		covered = 1u << (end - rest->items->len);
		for (i = child; i < child + covered; i++)
			labels[i] =
				sets_union(&trie->classes->roles, labels[i], rest->items->labels);
		advance(rest, 1);
	}
}

/* Takes the prefixes of `child` that go deeper than the level. */
static struct covered_range split(struct covered_range *rest, unsigned child, struct level level)
{
	struct covered_range inside = {.items = rest->items};

	while (starts_in(rest, child, level)) {
		inside.count++;
		advance(rest, 1);
	}
	return inside;
}

/* Children that no prefix starts in: their labels become their leaves. */
static void fill_leaves(struct trie *trie, __u32 *entries, unsigned first, unsigned end)
{
	__u32 labels = 0, leaf = 0;
	unsigned i;

	for (i = first; i < end; i++) {
		if (!leaf || entries[i] != labels) {
			labels = entries[i];
			leaf = classes_leaf(trie->classes, labels);
		}
		entries[i] = leaf;
	}
}

void trie_fill(struct trie *trie, struct covered_range range, __u32 labels, struct level level,
	       trie_build *build, __u32 *entries)
{
	unsigned i, child, next = 0, children = 1u << level.stride;
	struct covered_range inside;

	/* An entry holds its child's labels until the child's turn; wider prefixes stand first. */
	for (i = 0; i < children; i++)
		entries[i] = labels;
	while (range.count) {
		child = trie_child(range.items->address, level);
		fill_leaves(trie, entries, next, child);
		paint(trie, &range, child, level, entries);
		inside = split(&range, child, level);
		entries[child] = build(trie, inside, entries[child], level.depth + level.stride);
		next = child + 1;
	}
	fill_leaves(trie, entries, next, children);
}

bool trie_is_uniform(const __u32 *entries, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (entries[i] != entries[0])
			return false;
	return entries[0] & NODE_LEAF;
}

static void finish_entries(const struct classes *classes, __u32 *entries, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (entries[i] & NODE_LEAF)
			entries[i] = classes_entry(classes, entries[i]);
}

static void finish_blocks(const struct trie *trie, size_t first, size_t count)
{
	size_t i;

	for (i = first; i < first + count; i++)
		finish_entries(trie->classes, trie->nodes[i].entries, NODE_ENTRIES);
}

void trie_finish(struct trie *trie, __u32 *first, __u32 *root)
{
	struct address_skip *skip;
	size_t i, blocks;

	finish_entries(trie->classes, first, 65536);
	finish_entries(trie->classes, root, 1);
	finish_blocks(trie, 0, trie->ipv4_count);
	for (i = trie->ipv4_count; i < trie->count; i += 1 + blocks) {
		skip = &trie->nodes[i].skip;
		blocks = skip->stride ? (1u << skip->stride) / NODE_ENTRIES : 0;
		finish_entries(trie->classes, &skip->mismatch, 1);
		finish_entries(trie->classes, &skip->match, 1);
		finish_blocks(trie, i + 1, blocks);
	}
}
