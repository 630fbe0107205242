// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "policy_steps.h"
#include "profile.h"

void policy_report_unknown(struct diagnostics *diagnostics, const struct name *name,
			   const char *kind, const char *const *candidates, size_t count,
			   const char *expected)
{
	const char *nearest = diagnostics_nearest(name->text, candidates, count);

	if (nearest)
		diagnostics_error(diagnostics, name->position,
				  "unknown %s \"%s\"; did you mean \"%s\"?", kind, name->text,
				  nearest);
	else
		diagnostics_error(diagnostics, name->position, "unknown %s \"%s\"; expected %s",
				  kind, name->text, expected);
}

/* By the text, then as in the file. */
static int compare_names(const void *left, const void *right)
{
	const struct name *a = *(const struct name *const *)left;
	const struct name *b = *(const struct name *const *)right;
	int order = strcmp(a->text, b->text);

	return order ? order : (a > b) - (a < b);
}

void policy_report_repeated(struct diagnostics *diagnostics, const struct name *names, size_t count,
			    const char *noun)
{
	AUTO_FREE const struct name **sorted = memory_zeroed(count, sizeof(*sorted));
	size_t first = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = &names[i];
	qsort(sorted, count, sizeof(*sorted), compare_names);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(sorted[i]->text, sorted[first]->text) == 0)
			diagnostics_error(diagnostics, sorted[i]->position,
					  "duplicate %s \"%s\": it is already on line %u", noun,
					  sorted[i]->text, sorted[first]->position.line);
		else
			first = i;
	}
}

static void add_any(struct policy *policy)
{
	memory_append(&policy->roles, &policy->role_count, sizeof(*policy->roles));
	memmove(policy->roles + 1, policy->roles,
		(policy->role_count - 1) * sizeof(*policy->roles));
	policy->roles[ROLE_ANY] = (struct role){
		.name = memory_copy_string("any"),
		.position = {.file = policy->profile.name.position.file},
	};
}

static void check_unfiltered(const struct policy *policy, const struct name *name,
			     struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].name &&
		    strcmp(policy->interfaces[i].name, name->text) == 0)
			diagnostics_error(
				diagnostics, name->position,
				"\"%s\" is listed in interfaces too: an interface is either "
				"filtered or open on purpose",
				name->text);
}

static void check_interfaces(const struct policy *policy, struct diagnostics *diagnostics)
{
	policy_report_repeated(diagnostics, policy->unfiltered, policy->unfiltered_count,
			       "unfiltered interface");
	for (size_t i = 0; i < policy->unfiltered_count; i++)
		check_unfiltered(policy, &policy->unfiltered[i], diagnostics);
}

bool policy_complete(struct policy *policy, struct diagnostics *diagnostics)
{
	add_any(policy);
	check_interfaces(policy, diagnostics);
	policy_add_page(policy, diagnostics);
	policy_resolve(policy, diagnostics);
	if (diagnostics->error_count > 0)
		return false;
	policy_warn(policy, diagnostics);
	return true;
}
