// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "memory.h"
#include "sets.h"

/* One remembered union. The same two sets meet again and again in a trie. */
struct set_union {
	__u32 left, right; /* both empty: free */
	__u32 result;
};

#define UNION_COUNT 4096

struct members {
	const __u32 *items;
	size_t count;
};

void sets_init(struct sets *sets)
{
	memset(sets, 0, sizeof(*sets));
	sets->first_single = (__u32)-1;
	sets->unions = memory_zeroed(UNION_COUNT, sizeof(*sets->unions));
	sets->members = memory_zeroed(1, sizeof(*sets->members));
	sets_intern(sets, NULL, 0);
}

void sets_free(struct sets *sets)
{
	free(sets->members);
	free(sets->spans);
	intern_free(&sets->interned);
	free(sets->unions);
	free(sets->scratch);
	memset(sets, 0, sizeof(*sets));
}

const __u32 *sets_members(const struct sets *sets, __u32 set, size_t *count)
{
	*count = sets->spans[set].count;
	return sets->members + sets->spans[set].first;
}

__u32 *sets_scratch(struct sets *sets, size_t count)
{
	if (count > sets->scratch_size) {
		sets->scratch = memory_resize(sets->scratch, count * 2, sizeof(__u32));
		sets->scratch_size = count * 2;
	}
	return sets->scratch;
}

static bool equal(const void *things, __u32 number, const void *thing)
{
	const struct members *wanted = thing;
	const __u32 *members;
	size_t i, count;

	members = sets_members(things, number, &count);
	if (count != wanted->count)
		return false;
	for (i = 0; i < count; i++)
		if (members[i] != wanted->items[i])
			return false;
	return true;
}

static __u32 append(struct sets *sets, const struct members *members)
{
	struct set_span *span;
	__u32 *member;
	size_t i;

	span = memory_append(&sets->spans, &sets->count, sizeof(*span));
	span->first = sets->member_count;
	span->count = members->count;
	for (i = 0; i < members->count; i++) {
		member = memory_append(&sets->members, &sets->member_count, sizeof(*member));
		*member = members->items[i];
	}
	return sets->count - 1;
}

__u32 sets_intern(struct sets *sets, const __u32 *members, size_t count)
{
	struct members wanted = {members, count};
	__u32 hash = count ? intern_hash(members, count * sizeof(*members)) : 0;
	__u32 set = intern_find(&sets->interned, hash, equal, sets, &wanted);

	if (set != INTERN_NONE)
		return set;
	set = append(sets, &wanted);
	intern_add(&sets->interned, hash, set);
	return set;
}

/* It is the greatest member, so it stands last. */
static bool has_single(const struct sets *sets, const __u32 *members, size_t count)
{
	return count && members[count - 1] >= sets->first_single;
}

static __u32 merge(struct sets *sets, __u32 left, __u32 right)
{
	size_t i = 0, j = 0, count = 0, left_count, right_count;
	const __u32 *a = sets_members(sets, left, &left_count);
	const __u32 *b = sets_members(sets, right, &right_count);
	__u32 *merged = sets_scratch(sets, left_count + right_count);

	if (has_single(sets, a, left_count) && has_single(sets, b, right_count))
		left_count--;
	while (i < left_count || j < right_count) {
		if (j == right_count || (i < left_count && a[i] < b[j])) {
			merged[count++] = a[i++];
			continue;
		}
		if (i < left_count && a[i] == b[j])
			i++;
		merged[count++] = b[j++];
	}
	return sets_intern(sets, merged, count);
}

__u32 sets_union(struct sets *sets, __u32 left, __u32 right)
{
	struct set_union *memo;

	if (left == right || right == SETS_EMPTY)
		return left;
	if (left == SETS_EMPTY)
		return right;
	memo = &sets->unions[(left * 31u + right) % UNION_COUNT];
	if (memo->left != left || memo->right != right) {
		memo->result = merge(sets, left, right);
		memo->left = left;
		memo->right = right;
	}
	return memo->result;
}
