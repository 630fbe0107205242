// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "classes.h"
#include "compile.h"
#include "memory.h"

__u32 classes_label(const struct classes *classes, size_t role)
{
	if (classes->source.used[role] || classes->destination.used[role])
		return role;
	return classes->policy->role_count;
}

__u32 classes_label_not_unicast(const struct classes *classes)
{
	return classes->policy->role_count + 1;
}

__u32 classes_label_home(const struct classes *classes, __u32 home)
{
	return classes->policy->role_count + 2 + home;
}

static void init_side(struct class_side *side, const struct policy *policy)
{
	sets_init(&side->sets);
	side->used = memory_zeroed(policy->role_count + 2, sizeof(*side->used));
}

void classes_init(struct classes *classes, const struct policy *policy)
{
	memset(classes, 0, sizeof(*classes));
	classes->policy = policy;
	sets_init(&classes->roles);
	classes->roles.first_single = classes_label_home(classes, 0);
	homes_init(&classes->homes, policy);
	init_side(&classes->source, policy);
	init_side(&classes->destination, policy);
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (!rule->enabled)
			continue;
		classes->source.used[rule->from] = true;
		classes->destination.used[rule->to] = true;
	}
}

static void free_side(struct class_side *side)
{
	sets_free(&side->sets);
	free(side->used);
	free(side->classes);
	free(side->first);
}

void classes_free(struct classes *classes)
{
	sets_free(&classes->roles);
	free_side(&classes->source);
	free_side(&classes->destination);
	homes_free(&classes->homes);
	free(classes->leaves);
	intern_free(&classes->leaf_numbers);
	free(classes->leaf_of_set);
}

/* The class of addresses with these labels: `any` where it applies, and the labels used here. */
static __u32 find_class(struct class_side *side, const __u32 *labels, size_t count, bool unicast)
{
	__u32 *roles = sets_scratch(&side->sets, count + 1);
	size_t i, role_count = 0;

	if (unicast && side->used[ROLE_ANY])
		roles[role_count++] = ROLE_ANY;
	for (i = 0; i < count; i++)
		if (side->used[labels[i]])
			roles[role_count++] = labels[i];
	return sets_intern(&side->sets, roles, role_count);
}

static bool equal_leaves(const void *things, __u32 number, const void *thing)
{
	const struct classes *classes = things;

	return memcmp(&classes->leaves[number], thing, sizeof(struct class_leaf)) == 0;
}

static __u32 intern_leaf(struct classes *classes, const struct class_leaf *leaf)
{
	__u32 hash = intern_hash(leaf, sizeof(*leaf));
	__u32 number = intern_find(&classes->leaf_numbers, hash, equal_leaves, classes, leaf);
	struct class_leaf *added;

	if (number != INTERN_NONE)
		return number;
	added = memory_append(&classes->leaves, &classes->leaf_count, sizeof(*added));
	*added = *leaf;
	intern_add(&classes->leaf_numbers, hash, classes->leaf_count - 1);
	return classes->leaf_count - 1;
}

static __u32 make_leaf(struct classes *classes, __u32 set)
{
	__u32 not_unicast = classes_label_not_unicast(classes);
	struct class_leaf leaf = {.home = HOME_ANYWHERE};
	size_t count;
	const __u32 *labels = sets_members(&classes->roles, set, &count);
	bool unicast;

	/* Homes have the greatest labels, so theirs stands last; before it that of not unicast. */
	if (count && labels[count - 1] > not_unicast)
		leaf.home = labels[--count] - classes_label_home(classes, 0);
	unicast = !count || labels[count - 1] != not_unicast;
	leaf.source = find_class(&classes->source, labels, count, unicast);
	leaf.destination = find_class(&classes->destination, labels, count, unicast);
	leaf.named = count && labels[0] != not_unicast;
	return intern_leaf(classes, &leaf);
}

__u32 classes_leaf(struct classes *classes, __u32 set)
{
	while (classes->leaf_of_set_count <= set)
		memory_append(&classes->leaf_of_set, &classes->leaf_of_set_count, sizeof(__u32));
	if (!classes->leaf_of_set[set])
		classes->leaf_of_set[set] = make_leaf(classes, set) + 1;
	return NODE_LEAF | (classes->leaf_of_set[set] - 1);
}

/* Counts each role's classes into first[role + 1], then sums up to where they start. */
static void count_roles(struct class_side *side, size_t role_count)
{
	size_t i;

	side->first = memory_zeroed(role_count + 1, sizeof(*side->first));
	for (i = 0; i < side->sets.member_count; i++)
		side->first[side->sets.members[i] + 1]++;
	for (i = 0; i < role_count; i++)
		side->first[i + 1] += side->first[i];
}

static void list_roles(struct class_side *side, size_t role_count)
{
	AUTO_FREE size_t *next = memory_zeroed(role_count + 1, sizeof(*next));
	size_t number, i, count;
	const __u32 *roles;

	count_roles(side, role_count);
	memcpy(next, side->first, (role_count + 1) * sizeof(*next));
	side->classes = memory_zeroed(side->sets.member_count, sizeof(*side->classes));
	for (number = 0; number < side->sets.count; number++) {
		roles = sets_members(&side->sets, number, &count);
		for (i = 0; i < count; i++)
			side->classes[next[roles[i]]++] = number;
	}
}

/* Bits that numbers below `count` need. */
static unsigned count_bits(size_t count)
{
	unsigned bits = 0;

	while (((size_t)1 << bits) < count)
		bits++;
	return bits;
}

static int refuse(const struct classes *classes, struct error *error, const char *limit)
{
	AUTO_FREE char *blame = classes_blame(classes);

	return error_set(error, -E2BIG,
			 "too many classes of addresses: %zu source classes and %zu destination "
			 "classes, but %s; %s",
			 classes->source.sets.count, classes->destination.sets.count, limit, blame);
}

static int refuse_bits(const struct classes *classes, struct error *error)
{
	AUTO_FREE char *limit = memory_format(
		"their numbers and those of %zu homes, of %u + %u + %u bits, must fit %u bits",
		classes->homes.count, classes->source_bits, classes->destination_bits,
		classes->home_bits, NODE_CLASS_BITS);

	return refuse(classes, error, limit);
}

static int refuse_homes(const struct classes *classes, struct error *error)
{
	const struct interface *interface = homes_blame(classes->policy);

	return error_set(
		error, -E2BIG,
		"too many homes: addresses are at home in %zu different sets of interfaces "
		"and VLANs, anywhere among them, but at most %d; the interface \"%s\" has "
		"most places, %zu",
		classes->homes.count, HOMES_MAX, interface->name, interface->place_count);
}

int classes_finish(struct classes *classes, struct error *error)
{
	size_t sources = classes->source.sets.count;
	size_t destinations = classes->destination.sets.count;

	list_roles(&classes->source, classes->policy->role_count);
	list_roles(&classes->destination, classes->policy->role_count);
	classes->source_bits = count_bits(sources);
	classes->destination_bits = count_bits(destinations);
	classes->home_bits = count_bits(classes->homes.count);
	_Static_assert(COMPILE_CLASSES_MAX == 65536, "the message says so, rule_key holds them");
	if (sources > COMPILE_CLASSES_MAX || destinations > COMPILE_CLASSES_MAX)
		return refuse(classes, error, "each may be at most 65536");
	if (classes->homes.count > HOMES_MAX)
		return refuse_homes(classes, error);
	if (classes->source_bits + classes->destination_bits + classes->home_bits > NODE_CLASS_BITS)
		return refuse_bits(classes, error);
	return 0;
}

__u32 classes_entry(const struct classes *classes, __u32 leaf)
{
	const struct class_leaf *found = &classes->leaves[leaf & ~NODE_LEAF];

	return NODE_LEAF | (found->named ? NODE_NAMED : 0) |
	       found->home << (classes->source_bits + classes->destination_bits) |
	       found->destination << classes->source_bits | found->source;
}

const __u32 *classes_of(const struct class_side *side, size_t role, size_t *count)
{
	*count = side->first[role + 1] - side->first[role];
	return side->classes + side->first[role];
}

static size_t count_classes(const struct classes *classes, size_t role)
{
	size_t source, destination;

	classes_of(&classes->source, role, &source);
	classes_of(&classes->destination, role, &destination);
	return source + destination;
}

static size_t find_most(const struct classes *classes, size_t other_than)
{
	size_t role, most = ROLE_NONE;

	for (role = 0; role < classes->policy->role_count; role++)
		if (role != other_than &&
		    (most == ROLE_NONE ||
		     count_classes(classes, role) > count_classes(classes, most)))
			most = role;
	return most;
}

char *classes_blame(const struct classes *classes)
{
	const struct role *roles = classes->policy->roles;
	size_t first = find_most(classes, ROLE_NONE), second = find_most(classes, first);

	if (second == ROLE_NONE)
		return memory_format("the role in most classes: \"%s\"", roles[first].name);
	return memory_format("the roles in most classes: \"%s\" (%zu), \"%s\" (%zu)",
			     roles[first].name, count_classes(classes, first), roles[second].name,
			     count_classes(classes, second));
}
