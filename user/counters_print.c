// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "counters_print.h"
#include "policy.h"
#include "status.h"

/* Columns of the rule table that are as wide as their longest word. */
struct widths {
	int id, from, to;
};

static int wider(int width, const char *word)
{
	int len = (int)strlen(word);

	return len > width ? len : width;
}

static struct widths rule_widths(const struct counters *counters)
{
	struct widths widths = {4, 4, 2};

	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct generation_rule *rule = &counters->rules[i].rule;

		widths.id = wider(widths.id, rule->id);
		widths.from = wider(widths.from, rule->from);
		widths.to = wider(widths.to, rule->to);
	}
	return widths;
}

static void format_last_hit(const struct rule_counter *counter, char text[STATUS_TIME_SIZE])
{
	if (counter->last_hit_ns)
		status_format_time((__u64)counters_wall_seconds(counter->last_hit_ns), text);
	else
		strcpy(text, "never");
}

static void print_rule(const struct rule_count *count, struct widths widths, FILE *out)
{
	const struct generation_rule *rule = &count->rule;
	const struct counter *opening = &count->sum.directions[DIRECTION_OPENING];
	const struct counter *reply = &count->sum.directions[DIRECTION_REPLY];
	char last_hit[STATUS_TIME_SIZE];

	format_last_hit(&count->sum, last_hit);
	fprintf(out, "%-*s  %-6s  %-*s  %-*s  %12llu  %14llu  %13llu  %14llu  %s\n", widths.id,
		rule->id, policy_origin_name(rule->page), widths.from, rule->from, widths.to,
		rule->to, opening->packets, opening->bytes, reply->packets, reply->bytes, last_hit);
}

static void print_rules(const struct counters *counters, FILE *out)
{
	struct widths widths = rule_widths(counters);

	fprintf(out, "%-*s  %-6s  %-*s  %-*s  %12s  %14s  %13s  %14s  %s\n", widths.id, "rule",
		"origin", widths.from, "from", widths.to, "to", "packets", "bytes", "reply packets",
		"reply bytes", "last hit");
	for (size_t i = 0; i < counters->rule_count; i++)
		print_rule(&counters->rules[i], widths, out);
}

static bool drop_is_zero(const struct drop_counter *drop)
{
	return !drop->dropped.packets && !drop->would_drop.packets;
}

static size_t print_drops_of(const struct interface_count *interface, bool all, FILE *out)
{
	size_t printed = 0;

	for (unsigned reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++) {
		const struct drop_counter *drop = &interface->drops[reason];

		if (!all && drop_is_zero(drop))
			continue;
		fprintf(out, "%-15s  %-19s  %12llu  %14llu  %12llu  %14llu\n", interface->name,
			counters_reason_label(reason), drop->dropped.packets, drop->dropped.bytes,
			drop->would_drop.packets, drop->would_drop.bytes);
		printed++;
	}
	return printed;
}

static void print_drops(const struct counters *counters, bool all, FILE *out)
{
	size_t printed = 0;

	fprintf(out, "\n%-15s  %-19s  %12s  %14s  %12s  %14s\n", "interface", "drop reason",
		"packets", "bytes", "would drop", "bytes");
	for (size_t i = 0; i < counters->interface_count; i++)
		printed += print_drops_of(&counters->interfaces[i], all, out);
	if (!printed)
		fputs("nothing was dropped\n", out);
}

static size_t print_switches_of(const struct interface_count *interface, bool all, FILE *out)
{
	size_t printed = 0;

	for (unsigned i = 0; i < PASS_SWITCH_COUNT; i++) {
		const struct counter *counter = &interface->switches[i];

		if (!all && !counter->packets)
			continue;
		fprintf(out, "%-15s  %-19s  %12llu  %14llu\n", interface->name,
			counters_switch_label(i), counter->packets, counter->bytes);
		printed++;
	}
	return printed;
}

static void print_switches(const struct counters *counters, bool all, FILE *out)
{
	size_t printed = 0;

	fprintf(out, "\n%-15s  %-19s  %12s  %14s\n", "interface", "passed by switch", "packets",
		"bytes");
	for (size_t i = 0; i < counters->interface_count; i++)
		printed += print_switches_of(&counters->interfaces[i], all, out);
	if (!printed)
		fputs("nothing was passed by a switch\n", out);
}

static void print_flow_events(const struct counters *counters, bool all, FILE *out)
{
	size_t printed = 0;

	fprintf(out, "\n%-36s  %12s\n", "flow event", "times");
	for (unsigned event = 0; event < FLOW_EVENT_COUNT; event++) {
		if (!all && !counters->flow_events[event])
			continue;
		fprintf(out, "%-36s  %12llu\n", counters_flow_event_label(event),
			counters->flow_events[event]);
		printed++;
	}
	if (!printed)
		fputs("no conversation was seen to open\n", out);
}

void counters_print(const struct counters *counters, bool all, FILE *out)
{
	print_rules(counters, out);
	print_drops(counters, all, out);
	print_switches(counters, all, out);
	print_flow_events(counters, all, out);
}

static json_t *counter_json(const struct counter *counter)
{
	return json_pack("{s:I, s:I}", "packets", (json_int_t)counter->packets, "bytes",
			 (json_int_t)counter->bytes);
}

static json_t *last_hit_json(const struct rule_counter *counter)
{
	char when[STATUS_TIME_SIZE];

	if (!counter->last_hit_ns)
		return json_null();
	format_last_hit(counter, when);
	return json_string(when);
}

static json_t *rule_json(const struct rule_count *count)
{
	const struct generation_rule *rule = &count->rule;

	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o}", "id", rule->id, "from",
			 rule->from, "to", rule->to, "origin", policy_origin_name(rule->page),
			 "page", rule->page == ORIGIN_PAGE, "opening",
			 counter_json(&count->sum.directions[DIRECTION_OPENING]), "reply",
			 counter_json(&count->sum.directions[DIRECTION_REPLY]), "last_hit",
			 last_hit_json(&count->sum));
}

static void append_drops(json_t *array, const struct interface_count *interface)
{
	for (unsigned i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++) {
		const struct drop_counter *drop = &interface->drops[i];

		json_array_append_new(
			array, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "interface",
					 interface->name, "reason", counters_reason_label(i),
					 "packets", (json_int_t)drop->dropped.packets, "bytes",
					 (json_int_t)drop->dropped.bytes, "would_drop_packets",
					 (json_int_t)drop->would_drop.packets, "would_drop_bytes",
					 (json_int_t)drop->would_drop.bytes));
	}
}

static void append_switches(json_t *array, const struct interface_count *interface)
{
	for (unsigned i = 0; i < PASS_SWITCH_COUNT; i++) {
		const struct counter *counter = &interface->switches[i];

		json_array_append_new(array,
				      json_pack("{s:s, s:s, s:I, s:I}", "interface",
						interface->name, "switch", counters_switch_label(i),
						"packets", (json_int_t)counter->packets, "bytes",
						(json_int_t)counter->bytes));
	}
}

static json_t *flow_events_json(const struct counters *counters)
{
	json_t *object = json_object();

	for (unsigned event = 0; event < FLOW_EVENT_COUNT; event++)
		json_object_set_new(object, counters_flow_event_label(event),
				    json_integer((json_int_t)counters->flow_events[event]));
	return object;
}

json_t *counters_json(const struct counters *counters)
{
	json_t *rules = json_array(), *drops = json_array(), *passed = json_array();

	for (size_t i = 0; i < counters->rule_count; i++)
		json_array_append_new(rules, rule_json(&counters->rules[i]));
	for (size_t i = 0; i < counters->interface_count; i++) {
		append_drops(drops, &counters->interfaces[i]);
		append_switches(passed, &counters->interfaces[i]);
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "rules", rules, "drops", drops, "passed", passed,
			 "flow_events", flow_events_json(counters));
}
