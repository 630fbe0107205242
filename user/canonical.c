// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "canonical.h"
#include "counters.h"
#include "duration.h"
#include "memory.h"

/* Lists of more prefixes than this stand one a line, so that a change is one line of a diff. */
#define PREFIXES_A_LINE 4

/* A struct name or a pointer to a name: the text is what comes first in both. */
static int compare_texts(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

static bool is_one_of(char c, const char *characters)
{
	return c != '\0' && strchr(characters, c) != NULL;
}

/* A YAML reader of any kind takes the text for a string, without quotes. */
static bool is_plain(const char *text)
{
	static const char *const words[] = {"true", "false", "null", "yes", "no", "on",
					    "off",  "y",     "n",    "inf", "nan"};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	if (!is_one_of(text[0], letters))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], text) == 0)
			return false;
	for (const char *c = text; *c; c++)
		if (!is_one_of(*c, letters) && !is_one_of(*c, "0123456789-_."))
			return false;
	return true;
}

static void print_text(const char *text, FILE *out)
{
	if (is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (const char *c = text; *c; c++) {
		if (is_one_of(*c, "\"\\"))
			fputc('\\', out);
		fputc(*c, out);
	}
	fputc('"', out);
}

static void print_separator(size_t i, FILE *out)
{
	if (i > 0)
		fputs(", ", out);
}

/* [a, b], sorted. */
static void print_names(const struct name *names, size_t count, FILE *out)
{
	AUTO_FREE const char **texts = memory_zeroed(count, sizeof(*texts));

	for (size_t i = 0; i < count; i++)
		texts[i] = names[i].text;
	qsort(texts, count, sizeof(*texts), compare_texts);
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		print_separator(i, out);
		print_text(texts[i], out);
	}
	fputc(']', out);
}

static void print_ports(const struct port_range *ports, size_t count, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		print_separator(i, out);
		fprintf(out, "%u", ports[i].first);
		if (ports[i].last != ports[i].first)
			fprintf(out, "-%u", ports[i].last);
	}
	fputc(']', out);
}

static void print_protocols(const struct rule *rule, FILE *out)
{
	char number[4];

	fputc('[', out);
	for (size_t i = 0; i < rule->protocol_count; i++) {
		print_separator(i, out);
		fputs(policy_protocol_name(rule->protocols[i], number), out);
	}
	fputc(']', out);
}

static int compare_overrides(const void *left, const void *right)
{
	const struct override *a = left, *b = right;

	return strcmp(a->rule.text, b->rule.text);
}

static void print_override(const struct override *override, FILE *out)
{
	fputs("    ", out);
	print_text(override->rule.text, out);
	fputs(": {", out);
	if (override->from.text) {
		fputs("from: ", out);
		print_text(override->from.text, out);
	}
	if (override->ports) {
		fputs(override->from.text ? ", ports: " : "ports: ", out);
		print_ports(override->ports, override->port_count, out);
	}
	fputs("}\n", out);
}

static void print_overrides(const struct profile_choice *profile, FILE *out)
{
	AUTO_FREE struct override *sorted = memory_zeroed(profile->override_count, sizeof(*sorted));

	if (profile->override_count == 0)
		return;
	memcpy(sorted, profile->overrides, profile->override_count * sizeof(*sorted));
	qsort(sorted, profile->override_count, sizeof(*sorted), compare_overrides);
	fputs("  override:\n", out);
	for (size_t i = 0; i < profile->override_count; i++)
		print_override(&sorted[i], out);
}

static void print_choices(const char *key, const struct name *names, size_t count, FILE *out)
{
	if (count == 0)
		return;
	fprintf(out, "  %s: ", key);
	print_names(names, count, out);
	fputc('\n', out);
}

static void print_profile(const struct profile_choice *profile, FILE *out)
{
	if (profile->option_count + profile->without_count + profile->override_count == 0) {
		fprintf(out, "profile: %s\n", profile->name.text);
		return;
	}
	fprintf(out, "profile:\n  name: %s\n", profile->name.text);
	print_choices("options", profile->options, profile->option_count, out);
	print_choices("without", profile->without, profile->without_count, out);
	print_overrides(profile, out);
}

static void print_timeouts(const struct policy *policy, FILE *out)
{
#define AS_LABEL(id, label, seconds, meaning) label,
	static const char *const labels[] = {FLOW_PHASES(AS_LABEL)};
#undef AS_LABEL
	char text[DURATION_TEXT_SIZE];

	fputs("timeouts: {", out);
	for (size_t i = 0; i < FLOW_PHASE_COUNT; i++) {
		print_separator(i, out);
		duration_format(policy->timeouts[i], text);
		fprintf(out, "%s: %s", labels[i], text);
	}
	fputs("}\n", out);
}

/* What changes nothing is left out, so that policies that work alike print alike. */
static void print_flows(const struct policy *policy, FILE *out)
{
	char text[DURATION_TEXT_SIZE];

	fprintf(out, "stateful: %s\n", policy->stateful ? "true" : "false");
	if (!policy->stateful)
		return;
	fprintf(out, "pickup: %s\n", policy->pickup ? "true" : "false");
	if (policy->pickup) {
		duration_format(policy->pickup_grace, text);
		fprintf(out, "pickup-grace: %s\n", text);
	}
	print_timeouts(policy, out);
	fprintf(out, "flow-limit: %u\nopening-limit: %u\n", policy->flow_limit,
		policy->opening_limit);
}

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return a->vlan - b->vlan;
}

static void print_places(const struct interface *interface, FILE *out)
{
	AUTO_FREE struct place *sorted = memory_zeroed(interface->place_count, sizeof(*sorted));

	if (interface->place_count > 0)
		memcpy(sorted, interface->places, interface->place_count * sizeof(*sorted));
	qsort(sorted, interface->place_count, sizeof(*sorted), compare_places);
	fputs("    vlans:\n", out);
	for (size_t i = 0; i < interface->place_count; i++) {
		fputs("      - {id: ", out);
		if (sorted[i].vlan == VLAN_NONE)
			fputs("none", out);
		else
			fprintf(out, "%d", sorted[i].vlan);
		fputs(", sources: ", out);
		print_names(sorted[i].source_names, sorted[i].source_count, out);
		fputs("}\n", out);
	}
}

static void print_interface(const struct interface *interface, FILE *out)
{
	fputs("  - name: ", out);
	print_text(interface->name, out);
	fprintf(out, "\n    xdp: %s\n    attach: %s\n", policy_xdp_name(interface->xdp),
		policy_attach_name(interface->attach));
	if (interface->lists_vlans) {
		print_places(interface, out);
	} else if (interface->lists_sources) {
		fputs("    sources: ", out);
		print_names(interface->places[0].source_names, interface->places[0].source_count,
			    out);
		fputc('\n', out);
	}
}

static int compare_interfaces(const void *left, const void *right)
{
	const struct interface *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static void print_interfaces(const struct policy *policy, FILE *out)
{
	AUTO_FREE struct interface *sorted =
		memory_zeroed(policy->interface_count, sizeof(*sorted));

	if (policy->interface_count > 0)
		memcpy(sorted, policy->interfaces, policy->interface_count * sizeof(*sorted));
	qsort(sorted, policy->interface_count, sizeof(*sorted), compare_interfaces);
	fputs("interfaces:\n", out);
	for (size_t i = 0; i < policy->interface_count; i++)
		print_interface(&sorted[i], out);
	fputs("unfiltered: ", out);
	print_names(policy->unfiltered, policy->unfiltered_count, out);
	fputc('\n', out);
}

/* IPv6 is quoted: a colon before a comma or a bracket would be YAML's own. */
static void print_prefix(const struct prefix *prefix, FILE *out)
{
	const char *quote = prefix->address.family == FAMILY_IPV6 ? "\"" : "";
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	fputs(quote, out);
	fputs(text, out);
	fputs(quote, out);
}

static void print_role(const struct role *role, FILE *out)
{
	bool lines = role->prefix_count > PREFIXES_A_LINE;

	fputs("  ", out);
	print_text(role->name, out);
	fputs(lines ? ":\n" : ": [", out);
	for (size_t i = 0; i < role->prefix_count; i++) {
		if (lines)
			fputs("    - ", out);
		else
			print_separator(i, out);
		print_prefix(&role->prefixes[i], out);
		if (lines)
			fputc('\n', out);
	}
	if (!lines)
		fputs("]\n", out);
}

static int compare_roles(const void *left, const void *right)
{
	const struct role *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

static void print_roles(const struct policy *policy, FILE *out)
{
	AUTO_FREE const struct role **sorted = memory_zeroed(policy->role_count, sizeof(*sorted));
	size_t count = 0;

	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++)
		sorted[count++] = &policy->roles[i];
	qsort(sorted, count, sizeof(*sorted), compare_roles);
	fputs(count ? "roles:\n" : "roles: {}\n", out);
	for (size_t i = 0; i < count; i++)
		print_role(sorted[i], out);
}

static void print_rule(const struct rule *rule, FILE *out)
{
	fputs("  - {id: ", out);
	print_text(rule->id, out);
	fputs(", from: ", out);
	print_text(rule->from_name.text, out);
	fputs(", to: ", out);
	print_text(rule->to_name.text, out);
	fputs(", protocol: ", out);
	print_protocols(rule, out);
	if (rule->port_count > 0) {
		fputs(", ports: ", out);
		print_ports(rule->ports, rule->port_count, out);
	}
	if (rule->source_port_count > 0) {
		fputs(", source-ports: ", out);
		print_ports(rule->source_ports, rule->source_port_count, out);
	}
	fputs("}\n", out);
}

/* Their order counts: the first that covers a packet names it. */
static void print_site_rules(const struct policy *policy, FILE *out)
{
	size_t first = 0;

	while (first < policy->rule_count && policy->rules[first].origin != ORIGIN_SITE)
		first++;
	fputs(first < policy->rule_count ? "rules:\n" : "rules: []\n", out);
	for (size_t i = first; i < policy->rule_count; i++)
		print_rule(&policy->rules[i], out);
}

/* Whatever is in force, so that another built-in table is another text. */
static void print_enabled_rules(const struct policy *policy, FILE *out)
{
	fputs("rules:\n", out);
	for (size_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].enabled)
			print_rule(&policy->rules[i], out);
}

static void print_pass(const struct policy *policy, FILE *out)
{
	fputs("pass: {", out);
	for (size_t i = 0; i < PASS_SWITCH_COUNT; i++) {
		print_separator(i, out);
		fprintf(out, "%s: %s", counters_switch_label(i),
			policy->pass[i] ? "true" : "false");
	}
	fputs("}\n", out);
}

void canonical_print(const struct policy *policy, FILE *out)
{
	print_profile(&policy->profile, out);
	fprintf(out, "mode: %s\n", policy_mode_name(policy->mode));
	print_flows(policy, out);
	print_interfaces(policy, out);
	print_roles(policy, out);
	print_site_rules(policy, out);
	print_pass(policy, out);
}

void canonical_print_policy(const struct policy *policy, FILE *out)
{
	print_profile(&policy->profile, out);
	print_roles(policy, out);
	print_enabled_rules(policy, out);
	print_pass(policy, out);
}
