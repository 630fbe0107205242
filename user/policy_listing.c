// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "memory.h"
#include "policy_listing.h"
#include "profile.h"

enum column {
	COLUMN_ID,
	COLUMN_FROM,
	COLUMN_TO,
	COLUMN_PROTOCOL,
	COLUMN_PORTS,
	COLUMN_ORIGIN,
	COLUMN_STATE,
	COLUMN_COUNT
};

static const char *const headings[COLUMN_COUNT] = {
	"RULE", "FROM", "TO", "PROTOCOL", "PORTS", "ORIGIN", "STATE",
};

static void print_ports(const struct port_range *ports, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		fprintf(out, i ? ",%u" : "%u", ports[i].first);
		if (ports[i].last != ports[i].first)
			fprintf(out, "-%u", ports[i].last);
	}
}

static void print_protocols(const struct rule *rule, FILE *out)
{
	char number[4];

	for (size_t i = 0; i < rule->protocol_count; i++)
		fprintf(out, i ? ",%s" : "%s", policy_protocol_name(rule->protocols[i], number));
}

static void print_all_ports(const struct rule *rule, FILE *out)
{
	if (rule->port_count == 0)
		fputc('-', out);
	print_ports(rule->ports, rule->port_count, out);
	if (rule->source_port_count == 0)
		return;
	fputs(" from ", out);
	print_ports(rule->source_ports, rule->source_port_count, out);
}

static const char *state_of(const struct rule *rule)
{
	if (!rule->enabled)
		return "switched off";
	return rule->overridden ? "enabled, overridden" : "enabled";
}

static void print_cell(const struct rule *rule, enum column column, FILE *out)
{
	switch (column) {
	case COLUMN_ID:
		fputs(rule->id, out);
		break;
	case COLUMN_FROM:
		fputs(rule->from_name.text, out);
		break;
	case COLUMN_TO:
		fputs(rule->to_name.text, out);
		break;
	case COLUMN_PROTOCOL:
		print_protocols(rule, out);
		break;
	case COLUMN_PORTS:
		print_all_ports(rule, out);
		break;
	case COLUMN_ORIGIN:
		fprintf(out, rule->origin == ORIGIN_PAGE ? "page %s" : "%s",
			policy_rule_origin(rule));
		break;
	default:
		fputs(state_of(rule), out);
	}
}

static char *format_cell(const struct rule *rule, enum column column)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	print_cell(rule, column, out);
	fclose(out);
	return text;
}

static void measure(const struct policy *policy, int widths[COLUMN_COUNT])
{
	for (enum column column = 0; column < COLUMN_COUNT; column++)
		widths[column] = (int)strlen(headings[column]);
	for (size_t i = 0; i < policy->rule_count; i++)
		for (enum column column = 0; column < COLUMN_COUNT; column++) {
			AUTO_FREE char *cell = format_cell(&policy->rules[i], column);
			int width = (int)strlen(cell);

			if (width > widths[column])
				widths[column] = width;
		}
}

/* The last column ends where its text ends. */
static void print_padded(const char *text, enum column column, const int widths[COLUMN_COUNT],
			 FILE *out)
{
	if (column + 1 < COLUMN_COUNT)
		fprintf(out, "%-*s  ", widths[column], text);
	else
		fprintf(out, "%s\n", text);
}

static void print_rules(const struct policy *policy, FILE *out)
{
	int widths[COLUMN_COUNT];

	measure(policy, widths);
	for (enum column column = 0; column < COLUMN_COUNT; column++)
		print_padded(headings[column], column, widths, out);
	for (size_t i = 0; i < policy->rule_count; i++)
		for (enum column column = 0; column < COLUMN_COUNT; column++) {
			AUTO_FREE char *cell = format_cell(&policy->rules[i], column);

			print_padded(cell, column, widths, out);
		}
}

static bool notes_same(const struct rule *a, const struct rule *b)
{
	return a->page_note && b->page_note && strcmp(a->page_note, b->page_note) == 0;
}

static bool is_noted_before(const struct policy *policy, size_t rule)
{
	for (size_t i = 0; i < rule; i++)
		if (notes_same(&policy->rules[i], &policy->rules[rule]))
			return true;
	return false;
}

/* The note of the rule, after the ids of all rules that have it. */
static void print_note(const struct policy *policy, size_t rule, FILE *out)
{
	fprintf(out, "  %s", policy->rules[rule].id);
	for (size_t i = rule + 1; i < policy->rule_count; i++)
		if (notes_same(&policy->rules[i], &policy->rules[rule]))
			fprintf(out, ", %s", policy->rules[i].id);
	fprintf(out, ":\n    %s\n", policy->rules[rule].page_note);
}

static void print_notes(const struct policy *policy, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < policy->rule_count; i++) {
		if (!policy->rules[i].page_note || is_noted_before(policy, i))
			continue;
		if (!any)
			fputs("\nWhat is odd about the page:\n", out);
		any = true;
		print_note(policy, i, out);
	}
}

static void print_role(const struct role *role, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	fprintf(out, "  %s (%s): ", role->name, role->page ? "page" : "site");
	if (role->prefix_count == 0)
		fputs("nobody", out);
	for (size_t i = 0; i < role->prefix_count; i++) {
		prefix_format(&role->prefixes[i], text);
		fprintf(out, i ? ", %s" : "%s", text);
	}
	fputc('\n', out);
}

void policy_listing_print(const struct policy *policy, FILE *out)
{
	const struct profile *profile = profile_find(policy->profile.name.text);

	fprintf(out, "Profile %s: %s\n\n", profile->name, profile->title);
	print_rules(policy, out);
	print_notes(policy, out);
	fputs("\nRoles:\n  any (reserved): every unicast address\n", out);
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++)
		print_role(&policy->roles[i], out);
}

static json_t *json_ports(const struct port_range *ports, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_pack("[i, i]", ports[i].first, ports[i].last));
	return array;
}

static json_t *json_protocols(const struct rule *rule)
{
	json_t *array = json_array();
	char number[4];

	for (size_t i = 0; i < rule->protocol_count; i++)
		json_array_append_new(
			array, json_string(policy_protocol_name(rule->protocols[i], number)));
	return array;
}

static json_t *json_rule(const struct rule *rule)
{
	json_t *object = json_object();

	json_object_set_new(object, "id", json_string(rule->id));
	json_object_set_new(object, "from", json_string(rule->from_name.text));
	json_object_set_new(object, "to", json_string(rule->to_name.text));
	json_object_set_new(object, "protocol", json_protocols(rule));
	json_object_set_new(object, "ports", json_ports(rule->ports, rule->port_count));
	json_object_set_new(object, "source_ports",
			    json_ports(rule->source_ports, rule->source_port_count));
	json_object_set_new(object, "origin", json_string(policy_rule_origin(rule)));
	json_object_set_new(object, "page", json_boolean(rule->origin == ORIGIN_PAGE));
	json_object_set_new(object, "enabled", json_boolean(rule->enabled));
	return object;
}

json_t *policy_listing_json(const struct policy *policy)
{
	json_t *array = json_array();

	for (size_t i = 0; i < policy->rule_count; i++)
		json_array_append_new(array, json_rule(&policy->rules[i]));
	return array;
}
