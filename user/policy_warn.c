// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "memory.h"
#include "policy_steps.h"

/* Seconds that Lync's guidance for firewalls asks of an idle TCP connection. */
#define TCP_OPEN_LEAST 1800

static bool names_role(const struct rule *rule, size_t role)
{
	return rule->from == role || rule->to == role;
}

/* The ids of the enabled rules that name the role, or NULL. */
static char *list_rules(const struct policy *policy, size_t role)
{
	char *list = NULL;
	size_t len;
	FILE *out = NULL;

	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (!rule->enabled || !names_role(rule, role))
			continue;
		if (!out)
			out = open_memstream(&list, &len);
		else
			fputs(", ", out);
		fputs(rule->id, out);
	}
	if (out)
		fclose(out);
	return list;
}

static void warn_of_nobody(const struct policy *policy, struct diagnostics *diagnostics)
{
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++) {
		const struct role *role = &policy->roles[i];
		AUTO_FREE char *rules = role->prefix_count ? NULL : list_rules(policy, i);

		if (rules)
			diagnostics_warning(diagnostics, role->position,
					    "role \"%s\" is empty, so these rules match nobody: %s",
					    role->name, rules);
	}
}

static void mark_used(const struct policy *policy, bool *used)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		used[policy->rules[i].from] = used[policy->rules[i].to] = true;
	for (size_t i = 0; i < policy->interface_count; i++)
		for (size_t j = 0; j < policy->interfaces[i].place_count; j++) {
			const struct place *place = &policy->interfaces[i].places[j];

			for (size_t k = 0; k < place->source_count; k++)
				used[place->sources[k]] = true;
		}
}

/* `gateway` says what this machine's addresses are, with or without a rule. */
static void warn_of_unused(const struct policy *policy, struct diagnostics *diagnostics)
{
	AUTO_FREE bool *used = memory_zeroed(policy->role_count, sizeof(*used));

	mark_used(policy, used);
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++) {
		const struct role *role = &policy->roles[i];

		if (!used[i] && !role->page && strcmp(role->name, ROLE_GATEWAY) != 0)
			diagnostics_warning(diagnostics, role->position,
					    "role \"%s\" is used by no rule and no interface",
					    role->name);
	}
}

static void warn_of_forged(const struct policy *policy, struct diagnostics *diagnostics)
{
	for (size_t i = 0; policy->stateful && i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (!interface->lists_sources)
			diagnostics_warning(
				diagnostics, interface->position,
				"interface \"%s\" lists no sources: a host there can forge the "
				"opener of a connection, and so make the state that its replies "
				"need",
				interface->name);
	}
}

static void warn_of_idle_keys(const struct policy *policy, struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < policy->flow_key_count; i++) {
		const struct name *key = &policy->flow_keys[i];

		if (!policy->stateful)
			diagnostics_warning(diagnostics, key->position,
					    "\"%s\" changes nothing: \"stateful: false\" keeps no "
					    "flows",
					    key->text);
		else if (!policy->pickup && strcmp(key->text, "pickup-grace") == 0)
			diagnostics_warning(diagnostics, key->position,
					    "\"%s\" changes nothing: \"pickup: false\" gives no "
					    "grace",
					    key->text);
	}
}

static void warn_of_short_connections(const struct policy *policy, struct diagnostics *diagnostics)
{
	char given[DURATION_TEXT_SIZE], least[DURATION_TEXT_SIZE];

	if (!policy->stateful || policy->timeouts[FLOW_TCP_OPEN] >= TCP_OPEN_LEAST)
		return;
	duration_format(policy->timeouts[FLOW_TCP_OPEN], given);
	duration_format(TCP_OPEN_LEAST, least);
	diagnostics_warning(diagnostics, policy->timeout_positions[FLOW_TCP_OPEN],
			    "tcp-open is %s: Lync's guidance for firewalls wants TCP connections "
			    "kept for %s at least",
			    given, least);
}

/* Every port of `inner` is one of `outer`; both ascending and merged, none is all. */
static bool covers_ports(const struct port_range *outer, size_t outer_count,
			 const struct port_range *inner, size_t inner_count)
{
	if (outer_count == 0 || inner_count == 0)
		return outer_count == 0;
	for (size_t i = 0, j = 0; i < inner_count; i++) {
		while (j < outer_count && outer[j].last < inner[i].first)
			j++;
		if (j == outer_count || inner[i].first < outer[j].first ||
		    inner[i].last > outer[j].last)
			return false;
	}
	return true;
}

static bool covers_protocols(const struct rule *outer, const struct rule *inner)
{
	for (size_t i = 0; i < inner->protocol_count; i++)
		if (!memchr(outer->protocols, inner->protocols[i], outer->protocol_count))
			return false;
	return true;
}

static bool covers(const struct rule *outer, const struct rule *inner)
{
	return covers_protocols(outer, inner) &&
	       covers_ports(outer->ports, outer->port_count, inner->ports, inner->port_count) &&
	       covers_ports(outer->source_ports, outer->source_port_count, inner->source_ports,
			    inner->source_port_count);
}

static int compare_sides(const struct rule *a, const struct rule *b)
{
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return 0;
}

/* By both sides, then as in the file. */
static int compare_rules(const void *left, const void *right)
{
	const struct rule *a = *(const struct rule *const *)left;
	const struct rule *b = *(const struct rule *const *)right;
	int order = compare_sides(a, b);

	return order ? order : (a > b) - (a < b);
}

/* The first rule of those between the same sides that covers the last of them, or NULL. */
static const struct rule *find_covering(const struct rule *const *rules, size_t first, size_t last)
{
	for (size_t i = first; i < last; i++)
		if (covers(rules[i], rules[last]))
			return rules[i];
	return NULL;
}

static void warn_of_covered(const struct policy *policy, struct diagnostics *diagnostics)
{
	AUTO_FREE const struct rule **rules = memory_zeroed(policy->rule_count, sizeof(*rules));
	size_t count = 0, first = 0;

	for (size_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].enabled)
			rules[count++] = &policy->rules[i];
	qsort(rules, count, sizeof(*rules), compare_rules);
	for (size_t i = 1; i < count; i++) {
		const struct rule *covering;

		if (compare_sides(rules[first], rules[i]) != 0)
			first = i;
		covering = find_covering(rules, first, i);
		if (covering)
			diagnostics_warning(
				diagnostics, rules[i]->position,
				"rule \"%s\" will count nothing: rule \"%s\" stands before it "
				"and covers it",
				rules[i]->id, covering->id);
	}
}

void policy_warn(const struct policy *policy, struct diagnostics *diagnostics)
{
	warn_of_nobody(policy, diagnostics);
	warn_of_unused(policy, diagnostics);
	warn_of_forged(policy, diagnostics);
	warn_of_idle_keys(policy, diagnostics);
	warn_of_short_connections(policy, diagnostics);
	warn_of_covered(policy, diagnostics);
}
