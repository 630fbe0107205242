// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "coverage.h"
#include "memory.h"

static const struct prefix not_unicast[] = {
	{{FAMILY_IPV4, {224}}, 4},
	{{FAMILY_IPV4, {255, 255, 255, 255}}, 32},
	{{FAMILY_IPV6, {0xff}}, 8},
};

#define NOT_UNICAST_COUNT (sizeof(not_unicast) / sizeof(not_unicast[0]))

struct wide_address coverage_widen(const struct address *address)
{
	struct wide_address wide = {0};
	unsigned i;

	for (i = 0; i < 8; i++) {
		wide.high = wide.high << 8 | address->bytes[i];
		wide.low = wide.low << 8 | address->bytes[i + 8];
	}
	return wide;
}

static size_t count_prefixes(const struct policy *policy, enum family family)
{
	size_t role, i, count = 0;

	for (role = 0; role < policy->role_count; role++)
		for (i = 0; i < policy->roles[role].prefix_count; i++)
			count += policy->roles[role].prefixes[i].address.family == family;
	return count;
}

/* Until the prefixes are grouped, `labels` is the role, or the label of not unicast. */
static size_t take(struct covered *covered, const struct prefix *prefixes, size_t count,
		   enum family family, __u32 role)
{
	size_t i, taken = 0;

	for (i = 0; i < count; i++) {
		if (prefixes[i].address.family != family)
			continue;
		covered[taken].address = coverage_widen(&prefixes[i].address);
		covered[taken].len = prefixes[i].len;
		covered[taken].labels = role;
		taken++;
	}
	return taken;
}

static int compare_numbers(__u64 left, __u64 right)
{
	return (left > right) - (left < right);
}

static int compare_prefixes(const struct covered *left, const struct covered *right)
{
	int order = compare_numbers(left->address.high, right->address.high);

	if (!order)
		order = compare_numbers(left->address.low, right->address.low);
	return order ? order : compare_numbers(left->len, right->len);
}

static int compare(const void *left, const void *right)
{
	const struct covered *a = left, *b = right;
	int order = compare_prefixes(a, b);

	return order ? order : compare_numbers(a->labels, b->labels);
}

/* Adds to ascending labels, unless it is there; most come in order. Returns how many there are. */
static size_t add_label(__u32 *labels, size_t count, __u32 label)
{
	size_t at = count;

	while (at && labels[at - 1] > label)
		at--;
	if (at && labels[at - 1] == label)
		return count;
	memmove(labels + at + 1, labels + at, (count - at) * sizeof(*labels));
	labels[at] = label;
	return count + 1;
}

/* The set of the labels of `count` equal prefixes, which are sorted by role. */
static __u32 gather_labels(struct classes *classes, const struct covered *covered, size_t count)
{
	__u32 *labels = sets_scratch(&classes->roles, count + 1);
	__u32 role, sites = HOMES_UNDECIDED;
	size_t i, label_count = 0;

	for (i = 0; i < count; i++) {
		role = covered[i].labels;
		if (role == classes_label_not_unicast(classes)) {
			label_count = add_label(labels, label_count, role);
			continue;
		}
		sites = homes_choose(&classes->homes, sites, role);
		label_count = add_label(labels, label_count, classes_label(classes, role));
	}
	if (sites != HOMES_UNDECIDED)
		labels[label_count++] =
			classes_label_home(classes, homes_number(&classes->homes, sites));
	return sets_intern(&classes->roles, labels, label_count);
}

/* Makes one of equal prefixes; returns how many are left. */
static size_t group(struct classes *classes, struct covered *covered, size_t count)
{
	size_t first, end, kept = 0;
	__u32 labels;

	for (first = 0; first < count; first = end) {
		end = first + 1;
		while (end < count && !compare_prefixes(&covered[first], &covered[end]))
			end++;
		labels = gather_labels(classes, &covered[first], end - first);
		covered[kept] = covered[first];
		covered[kept++].labels = labels;
	}
	return kept;
}

struct covered *coverage_gather(struct classes *classes, enum family family, size_t *count)
{
	const struct policy *policy = classes->policy;
	size_t role, taken, most = count_prefixes(policy, family) + NOT_UNICAST_COUNT;
	struct covered *covered = memory_zeroed(most, sizeof(*covered));

	taken = take(covered, not_unicast, NOT_UNICAST_COUNT, family,
		     classes_label_not_unicast(classes));
	for (role = 0; role < policy->role_count; role++)
		taken += take(covered + taken, policy->roles[role].prefixes,
			      policy->roles[role].prefix_count, family, role);
	qsort(covered, taken, sizeof(*covered), compare);
	*count = group(classes, covered, taken);
	return covered;
}
