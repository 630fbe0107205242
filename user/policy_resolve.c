// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "policy_steps.h"
#include "profile.h"

/* The roles by name, so that 10,000 rules find 10,000 roles at once. */
struct directory {
	const struct policy *policy;
	const struct role **sorted;
	const char **names; /* of the same order, for "did you mean" */
	const struct profile *profile;
	struct diagnostics *diagnostics;
};

static int compare_roles(const void *left, const void *right)
{
	const struct role *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

static void fill(struct directory *directory)
{
	const struct policy *policy = directory->policy;

	directory->sorted = memory_zeroed(policy->role_count, sizeof(*directory->sorted));
	directory->names = memory_zeroed(policy->role_count, sizeof(*directory->names));
	for (size_t i = 0; i < policy->role_count; i++)
		directory->sorted[i] = &policy->roles[i];
	qsort(directory->sorted, policy->role_count, sizeof(*directory->sorted), compare_roles);
	for (size_t i = 0; i < policy->role_count; i++)
		directory->names[i] = directory->sorted[i]->name;
}

static bool is_of_page(const struct directory *directory, const char *name)
{
	if (!directory->profile)
		return false;
	for (size_t i = 0; i < directory->profile->role_count; i++)
		if (strcmp(directory->profile->roles[i], name) == 0)
			return true;
	return false;
}

/* Index of the role, or ROLE_NONE; then an error was reported, here or for the page's role. */
static size_t look_up(const struct directory *directory, const struct name *name)
{
	const struct role wanted = {.name = name->text}, *key = &wanted;
	const struct role *const *found;

	found = bsearch(&key, directory->sorted, directory->policy->role_count,
			sizeof(*directory->sorted), compare_roles);
	if (found)
		return *found - directory->policy->roles;
	if (!is_of_page(directory, name->text))
		policy_report_unknown(directory->diagnostics, name, "role", directory->names,
				      directory->policy->role_count,
				      "\"any\" or a name defined in roles");
	return ROLE_NONE;
}

/* Index of the name, or ROLE_NONE where the reader already refused the word. */
static size_t resolve(const struct directory *directory, const struct name *name)
{
	return name->text ? look_up(directory, name) : ROLE_NONE;
}

static size_t resolve_source(const struct directory *directory, const struct name *name)
{
	if (strcmp(name->text, "any") == 0) {
		diagnostics_error(directory->diagnostics, name->position,
				  "\"any\" is at home on no interface: expected the roles that may "
				  "send from here, since to name all is to check none");
		return ROLE_NONE;
	}
	if (strcmp(name->text, ROLE_GATEWAY) == 0) {
		diagnostics_error(directory->diagnostics, name->position,
				  "\"gateway\" is at home on no interface: this machine's own "
				  "addresses never arrive from outside but forged");
		return ROLE_NONE;
	}
	return look_up(directory, name);
}

static void resolve_place(const struct directory *directory, struct place *place)
{
	place->sources = memory_zeroed(place->source_count, sizeof(*place->sources));
	for (size_t i = 0; i < place->source_count; i++)
		place->sources[i] = resolve_source(directory, &place->source_names[i]);
	policy_report_repeated(directory->diagnostics, place->source_names, place->source_count,
			       "source");
}

void policy_resolve(struct policy *policy, struct diagnostics *diagnostics)
{
	const char *profile_name = policy->profile.name.text;
	struct directory directory = {
		.policy = policy,
		.profile = profile_name ? profile_find(profile_name) : NULL,
		.diagnostics = diagnostics,
	};

	fill(&directory);
	for (size_t i = 0; i < policy->rule_count; i++) {
		policy->rules[i].from = resolve(&directory, &policy->rules[i].from_name);
		policy->rules[i].to = resolve(&directory, &policy->rules[i].to_name);
	}
	for (size_t i = 0; i < policy->interface_count; i++)
		for (size_t j = 0; j < policy->interfaces[i].place_count; j++)
			resolve_place(&directory, &policy->interfaces[i].places[j]);
	free(directory.names);
	free(directory.sorted);
}
