// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "policy_steps.h"
#include "profile.h"

static bool is_among(const struct name *names, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i].text, text) == 0)
			return true;
	return false;
}

/* "a", "a and b", "a, b and c". */
static const char *separator(size_t i, size_t count)
{
	if (i == 0)
		return "";
	return i + 1 == count ? " and " : ", ";
}

static char *join(const char *const *words, size_t count)
{
	char *list = memory_copy_string("");

	for (size_t i = 0; i < count; i++) {
		char *longer = memory_format("%s%s%s", list, separator(i, count), words[i]);

		free(list);
		list = longer;
	}
	return list;
}

static void report_missing(struct policy *policy, const struct profile *profile,
			   const char *const *missing, size_t count,
			   struct diagnostics *diagnostics)
{
	AUTO_FREE char *list = join(missing, count);

	diagnostics_error(diagnostics, policy->profile.name.position,
			  "profile \"%s\" needs the %s %s in roles; write [] for nobody",
			  profile->name, count == 1 ? "role" : "roles", list);
}

static void mark_roles(struct policy *policy, const struct profile *profile,
		       struct diagnostics *diagnostics)
{
	AUTO_FREE const char **missing = memory_zeroed(profile->role_count, sizeof(*missing));
	size_t count = 0;

	for (size_t i = 0; i < profile->role_count; i++) {
		size_t role = policy_find_role(policy, profile->roles[i]);

		if (role == ROLE_NONE)
			missing[count++] = profile->roles[i];
		else
			policy->roles[role].page = true;
	}
	if (count > 0)
		report_missing(policy, profile, missing, count, diagnostics);
}

static bool has_option(const struct profile *profile, const char *option)
{
	for (size_t i = 0; i < profile->option_count; i++)
		if (strcmp(profile->options[i], option) == 0)
			return true;
	return false;
}

static void check_options(const struct policy *policy, const struct profile *profile,
			  struct diagnostics *diagnostics)
{
	const struct profile_choice *choice = &policy->profile;
	AUTO_FREE char *options = join(profile->options, profile->option_count);

	for (size_t i = 0; i < choice->option_count; i++)
		if (!has_option(profile, choice->options[i].text))
			policy_report_unknown(diagnostics, &choice->options[i], "option",
					      profile->options, profile->option_count,
					      *options ? options : "none: the profile has none");
	policy_report_repeated(diagnostics, choice->options, choice->option_count, "option");
}

static bool is_wanted(const struct policy *policy, const struct profile_rule *rule)
{
	const struct profile_choice *choice = &policy->profile;

	return !rule->option || is_among(choice->options, choice->option_count, rule->option);
}

static struct rule expand(const struct policy *policy, const struct profile_rule *page)
{
	const struct position position = policy->profile.name.position;
	struct rule rule = {
		.id = memory_copy_string(page->id),
		.position = position,
		.from_name = {memory_copy_string(page->from), position},
		.to_name = {memory_copy_string(page->to), position},
		.from = ROLE_NONE,
		.to = ROLE_NONE,
		.origin = page->option ? ORIGIN_OPTION : ORIGIN_PAGE,
		.page_rows = page->rows,
		.page_note = page->note,
		.application = page->application,
		.enabled = true,
	};
	__u8 *protocol = memory_append(&rule.protocols, &rule.protocol_count, sizeof(*protocol));
	struct port_range *port = memory_append(&rule.ports, &rule.port_count, sizeof(*port));

	*protocol = page->protocol;
	*port = (struct port_range){page->port, page->port};
	return rule;
}

/* The page's rules, then the options', before what the site wrote. */
static void add_rules(struct policy *policy, const struct profile *profile)
{
	size_t site_count = policy->rule_count, added = 0;

	for (size_t i = 0; i < profile->rule_count; i++) {
		if (!is_wanted(policy, &profile->rules[i]))
			continue;
		memory_append(&policy->rules, &policy->rule_count, sizeof(*policy->rules));
		added++;
	}
	if (added == 0)
		return;
	memmove(policy->rules + added, policy->rules, site_count * sizeof(*policy->rules));
	for (size_t i = 0, to = 0; i < profile->rule_count; i++)
		if (is_wanted(policy, &profile->rules[i]))
			policy->rules[to++] = expand(policy, &profile->rules[i]);
}

/* The profile's rules stand first. */
static struct rule *find_profile_rule(const struct policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		struct rule *rule = &policy->rules[i];

		if (rule->origin == ORIGIN_SITE)
			break;
		if (strcmp(rule->id, id) == 0)
			return rule;
	}
	return NULL;
}

static bool is_site_rule(const struct policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (rule->origin == ORIGIN_SITE && rule->id && strcmp(rule->id, id) == 0)
			return true;
	}
	return false;
}

static void check_site_ids(const struct policy *policy, struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (rule->origin == ORIGIN_SITE && rule->id && find_profile_rule(policy, rule->id))
			diagnostics_error(
				diagnostics, rule->position,
				"\"%s\" is a rule of the profile: expected another id, or its "
				"change by override or without",
				rule->id);
	}
}

/* The option that would add the rule, or NULL. */
static const char *option_of(const struct profile *profile, const char *id)
{
	for (size_t i = 0; i < profile->rule_count; i++)
		if (strcmp(profile->rules[i].id, id) == 0)
			return profile->rules[i].option;
	return NULL;
}

static void report_unknown_rule(const struct policy *policy, const struct profile *profile,
				const struct name *name, struct diagnostics *diagnostics)
{
	AUTO_FREE const char **ids = memory_zeroed(policy->rule_count, sizeof(*ids));
	size_t count = 0;

	for (size_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].origin != ORIGIN_SITE)
			ids[count++] = policy->rules[i].id;
	policy_report_unknown(diagnostics, name, "rule", ids, count,
			      profile->rule_count ? "the id of a rule of the profile"
						  : "none: the profile has no rules");
}

/* The profile's rule of that id; NULL with an error that says why there is none. */
static struct rule *require_rule(const struct policy *policy, const struct profile *profile,
				 const struct name *name, struct diagnostics *diagnostics)
{
	struct rule *rule = find_profile_rule(policy, name->text);
	const char *option = option_of(profile, name->text);

	if (rule)
		return rule;
	if (is_site_rule(policy, name->text))
		diagnostics_error(
			diagnostics, name->position,
			"\"%s\" is a rule of this file: edit it there; expected the id of a "
			"rule of the profile",
			name->text);
	else if (option)
		diagnostics_error(diagnostics, name->position,
				  "\"%s\" is there only with the option \"%s\"", name->text,
				  option);
	else
		report_unknown_rule(policy, profile, name, diagnostics);
	return NULL;
}

static void switch_off(struct policy *policy, const struct profile *profile,
		       struct diagnostics *diagnostics)
{
	const struct profile_choice *choice = &policy->profile;

	for (size_t i = 0; i < choice->without_count; i++) {
		struct rule *rule = require_rule(policy, profile, &choice->without[i], diagnostics);

		if (rule)
			rule->enabled = false;
	}
	policy_report_repeated(diagnostics, choice->without, choice->without_count, "rule id");
}

static void change(struct rule *rule, const struct override *override)
{
	rule->overridden = true;
	if (override->from.text) {
		free(rule->from_name.text);
		rule->from_name.text = memory_copy_string(override->from.text);
		rule->from_name.position = override->from.position;
	}
	if (!override->ports)
		return;
	free(rule->ports);
	rule->ports = NULL;
	rule->port_count = 0;
	for (size_t i = 0; i < override->port_count; i++) {
		struct port_range *port =
			memory_append(&rule->ports, &rule->port_count, sizeof(*port));

		*port = override->ports[i];
	}
}

static void override_rules(struct policy *policy, const struct profile *profile,
			   struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < policy->profile.override_count; i++) {
		const struct override *override = &policy->profile.overrides[i];
		struct rule *rule = require_rule(policy, profile, &override->rule, diagnostics);

		if (!rule)
			continue;
		if (!rule->enabled)
			diagnostics_error(
				diagnostics, override->rule.position,
				"\"%s\" is switched off by without: expected it in one of the two",
				rule->id);
		else
			change(rule, override);
	}
}

static void report_unknown_profile(const struct name *name, struct diagnostics *diagnostics)
{
	AUTO_FREE const char **names = memory_zeroed(profile_count, sizeof(*names));

	for (size_t i = 0; i < profile_count; i++)
		names[i] = profiles[i].name;
	policy_report_unknown(diagnostics, name, "profile", names, profile_count,
			      "\"single-director\" or \"none\"");
}

void policy_add_page(struct policy *policy, struct diagnostics *diagnostics)
{
	const struct name *name = &policy->profile.name;
	const struct profile *profile;

	if (!name->text)
		return; /* the reader refused the word */
	profile = profile_find(name->text);
	if (!profile) {
		report_unknown_profile(name, diagnostics);
		return;
	}
	check_options(policy, profile, diagnostics);
	mark_roles(policy, profile, diagnostics);
	add_rules(policy, profile);
	check_site_ids(policy, diagnostics);
	switch_off(policy, profile, diagnostics);
	override_rules(policy, profile, diagnostics);
}
