// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "home_ranges.h"
#include "memory.h"

#define NESTED_MAX 129 /* prefixes that cover one IPv6 address, one of each length */

/* A prefix, and where one of its roles is at home; after grouping, all of them. */
struct listed {
	struct prefix prefix;
	__u32 home;
};

/* One prefix that the sweep is inside of. */
struct covering {
	struct address last;
	__u32 home;
};

/* From the first address to the last; `covering` is what the current one lies in. */
struct sweep {
	struct home_range *ranges;
	size_t count;
	struct covering covering[NESTED_MAX];
	size_t depth;
	struct address next; /* the first address that no range holds yet */
	bool over;           /* there is no next one */
};

static struct address last_of(const struct prefix *prefix)
{
	struct address last = prefix->address;

	for (unsigned bit = prefix->len; bit < prefix_family_bits(last.family); bit++)
		last.bytes[bit / 8] |= 0x80 >> bit % 8;
	return last;
}

static int compare_addresses(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* False when it was the last address of its family. */
static bool increment(struct address *address)
{
	for (int i = prefix_family_bits(address->family) / 8 - 1; i >= 0; i--)
		if (++address->bytes[i] != 0)
			return true;
	return false;
}

/* Of an address that is not the first. */
static struct address before(const struct address *address)
{
	struct address previous = *address;

	for (int i = prefix_family_bits(address->family) / 8 - 1; i >= 0; i--)
		if (previous.bytes[i]-- != 0)
			break;
	return previous;
}

static bool follows(const struct address *last, const struct address *first)
{
	struct address next = *last;

	return increment(&next) && compare_addresses(&next, first) == 0;
}

/* [sweep->next, last] has that home. */
static void add_range(struct sweep *sweep, const struct address *last, __u32 home)
{
	struct home_range *range = sweep->count ? &sweep->ranges[sweep->count - 1] : NULL;

	if (!range || range->home != home || !follows(&range->last, &sweep->next)) {
		range = memory_append(&sweep->ranges, &sweep->count, sizeof(*range));
		range->first = sweep->next;
		range->home = home;
	}
	range->last = *last;
	sweep->next = *last;
	sweep->over = !increment(&sweep->next);
}

/* Leaves the innermost prefix. */
static void leave(struct sweep *sweep)
{
	const struct covering *inner = &sweep->covering[--sweep->depth];

	if (!sweep->over && compare_addresses(&sweep->next, &inner->last) <= 0)
		add_range(sweep, &inner->last, inner->home);
}

static void enter(struct sweep *sweep, const struct listed *listed)
{
	const struct address *first = &listed->prefix.address;
	struct covering inner = {last_of(&listed->prefix), listed->home};
	const struct covering *outer;
	struct address previous;

	while (sweep->depth > 0 &&
	       compare_addresses(&sweep->covering[sweep->depth - 1].last, first) < 0)
		leave(sweep);
	if (sweep->depth > 0) {
		outer = &sweep->covering[sweep->depth - 1];
		previous = before(first);
		if (compare_addresses(&sweep->next, first) < 0)
			add_range(sweep, &previous, outer->home);
	}
	sweep->next = *first;
	sweep->covering[sweep->depth++] = inner;
}

static bool lists(const struct place *place, size_t role)
{
	for (size_t i = 0; i < place->source_count; i++)
		if (place->sources[i] == role)
			return true;
	return false;
}

/* The places where the role is at home. */
static __u32 home_of_role(const struct policy *policy, struct sets *places, size_t role)
{
	__u32 *found, number = 0, most = 0;
	size_t count = 0;

	for (size_t i = 0; i < policy->interface_count; i++)
		most += policy->interfaces[i].place_count;
	found = sets_scratch(places, most);
	for (size_t i = 0; i < policy->interface_count; i++)
		for (size_t j = 0; j < policy->interfaces[i].place_count; j++, number++)
			if (lists(&policy->interfaces[i].places[j], role))
				found[count++] = number;
	return sets_intern(places, found, count);
}

static int compare_listed(const void *left, const void *right)
{
	const struct listed *a = left, *b = right;
	int order = prefix_compare(&a->prefix, &b->prefix);

	if (order)
		return order;
	return (a->home > b->home) - (a->home < b->home);
}

/* Makes one of equal prefixes, the gateway's own first; returns how many are left. */
static size_t group(struct sets *places, struct listed *listed, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct listed *last = kept ? &listed[kept - 1] : NULL;

		if (!last || prefix_compare(&last->prefix, &listed[i].prefix) != 0)
			listed[kept++] = listed[i];
		else if (last->home != HOME_NOWHERE)
			last->home = sets_union(places, last->home, listed[i].home);
	}
	return kept;
}

/* The family's prefixes of roles that are at home somewhere, and the gateway's. To be freed. */
static struct listed *gather(const struct policy *policy, enum family family, struct sets *places,
			     size_t *count)
{
	struct listed *listed = NULL;

	*count = 0;
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++) {
		const struct role *role = &policy->roles[i];
		bool gateway = strcmp(role->name, "gateway") == 0;
		__u32 home = home_of_role(policy, places, i);

		if (!gateway && home == SETS_EMPTY)
			continue;
		for (size_t j = 0; j < role->prefix_count; j++)
			if (role->prefixes[j].address.family == family)
				*(struct listed *)memory_append(&listed, count, sizeof(*listed)) =
					(struct listed){role->prefixes[j], home};
	}
	if (*count > 0)
		qsort(listed, *count, sizeof(*listed), compare_listed);
	*count = group(places, listed, *count);
	return listed;
}

static void find(const struct policy *policy, enum family family, struct home_ranges *homes)
{
	AUTO_FREE struct listed *listed = NULL;
	struct sweep sweep = {0};
	size_t count;

	listed = gather(policy, family, &homes->places, &count);
	for (size_t i = 0; i < count; i++)
		enter(&sweep, &listed[i]);
	while (sweep.depth > 0)
		leave(&sweep);
	homes->ranges[family] = sweep.ranges;
	homes->counts[family] = sweep.count;
}

void home_ranges_find(const struct policy *policy, struct home_ranges *homes)
{
	memset(homes, 0, sizeof(*homes));
	sets_init(&homes->places);
	find(policy, FAMILY_IPV4, homes);
	find(policy, FAMILY_IPV6, homes);
}

void home_ranges_free(struct home_ranges *homes)
{
	sets_free(&homes->places);
	free(homes->ranges[FAMILY_IPV4]);
	free(homes->ranges[FAMILY_IPV6]);
	memset(homes, 0, sizeof(*homes));
}
