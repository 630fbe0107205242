// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "memory.h"
#include "policy.h"
#include "status.h"
#include "textfile.h"

/* HELP and TYPE, once, before the samples of the family. */
static void begin_family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP directorgate_%s %s\n# TYPE directorgate_%s %s\n", name, help, name,
		type);
}

/*
 * A label's value, with the three characters escaped that the format reserves. A
 * plain loop: strcspn() builds a table for each call, and there are 160,000 of them.
 */
static void print_escaped(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"' || *value == '\n')
			putc_unlocked('\\', out);
		putc_unlocked(*value == '\n' ? 'n' : *value, out);
	}
}

/* What stands before a label's value. Few calls make a line: those take longer than its characters.
 */
#define FIRST_LABEL(name) "{" name "=\""
#define NEXT_LABEL(name)  "\"," name "=\""
#define LABELS_END        "\"} "

static void print_label(FILE *out, const char *before, const char *value)
{
	fputs_unlocked(before, out);
	print_escaped(out, value);
}

/* Ends a sample. By hand, as fprintf() takes longer than the rest of the line. */
static void end_sample(FILE *out, __u64 value)
{
	char text[32];
	char *first = text + sizeof(text);

	*--first = '\n';
	do
		*--first = (char)('0' + value % 10);
	while (value /= 10);
	first -= strlen(LABELS_END);
	memcpy(first, LABELS_END, strlen(LABELS_END));
	fwrite_unlocked(first, 1, (size_t)(text + sizeof(text) - first), out);
}

static void begin_sample(FILE *out, const char *name)
{
	fputs_unlocked("directorgate_", out);
	fputs_unlocked(name, out);
}

/* A sample with two labels: what most families have. */
static void print_pair(FILE *out, const char *name, const char *before1, const char *value1,
		       const char *before2, const char *value2, __u64 value)
{
	begin_sample(out, name);
	print_label(out, before1, value1);
	print_label(out, before2, value2);
	end_sample(out, value);
}

/* A family of one sample without labels. */
static void print_single(FILE *out, const char *name, const char *help, double value)
{
	begin_family(out, name, "gauge", help);
	fprintf(out, "directorgate_%s %.15g\n", name, value);
}

static void print_build(FILE *out)
{
	begin_family(out, "build_info", "gauge", "Version of the program that wrote this file.");
	begin_sample(out, "build_info");
	print_label(out, FIRST_LABEL("version"), VERSION);
	end_sample(out, 1);
}

static void print_last_apply(const struct last_apply *last_apply, FILE *out)
{
	print_single(out, "last_apply_timestamp_seconds",
		     "When apply last ran, in seconds since 1970; 0: never.",
		     (double)last_apply->at);
	print_single(out, "last_apply_success", "1 when that apply succeeded.",
		     last_apply->success ? 1 : 0);
}

static const char *xdp_label(const struct interface_state *interface)
{
	if (interface->attachment != ATTACHMENT_LIVE)
		return "none";
	return interface->generic ? "generic" : "native";
}

static void print_attachment(const struct dataplane_state *state, FILE *out)
{
	begin_family(out, "interface_attached", "gauge",
		     "1 when the device carries the program of the policy in force.");
	for (size_t i = 0; i < state->interface_count; i++) {
		const struct interface_state *interface = &state->interfaces[i];

		print_pair(out, "interface_attached", FIRST_LABEL("device"), interface->name,
			   NEXT_LABEL("xdp"), xdp_label(interface),
			   interface->attachment == ATTACHMENT_LIVE);
	}
}

static __u64 count_others(const struct interface_state *interface)
{
	__u64 count = 0;

	for (size_t i = 0; i < interface->program_count; i++)
		count += !interface->programs[i].ours;
	return count;
}

static void print_others(const struct dataplane_state *state, FILE *out)
{
	begin_family(out, "interface_other_programs", "gauge",
		     "XDP programs on the device that are not directorgate's.");
	for (size_t i = 0; i < state->interface_count; i++) {
		const struct interface_state *interface = &state->interfaces[i];

		begin_sample(out, "interface_other_programs");
		print_label(out, FIRST_LABEL("device"), interface->name);
		end_sample(out, count_others(interface));
	}
}

static void print_prefixes(const struct dataplane_state *state, FILE *out)
{
	begin_family(out, "policy_prefixes", "gauge", "Prefixes that a role has.");
	for (__u32 i = 0; i < state->info.role_count; i++) {
		const struct generation_role *role = &state->roles[i];

		if (strcmp(role->name, "any") == 0)
			continue; /* everyone, by no prefix */
		print_pair(out, "policy_prefixes", FIRST_LABEL("role"), role->name,
			   NEXT_LABEL("family"), "ipv4", role->prefix_counts[FAMILY_IPV4]);
		print_pair(out, "policy_prefixes", FIRST_LABEL("role"), role->name,
			   NEXT_LABEL("family"), "ipv6", role->prefix_counts[FAMILY_IPV6]);
	}
}

static void print_policy(const struct dataplane_state *state, FILE *out)
{
	begin_family(out, "policy_info", "gauge", "The policy in force.");
	print_pair(out, "policy_info", FIRST_LABEL("hash"), state->info.policy_hash,
		   NEXT_LABEL("profile"), state->info.profile, 1);
	print_single(out, "policy_rules", "Rules in force.", state->info.rule_count);
	print_prefixes(state, out);
}

static __u64 packets_of(const struct counter *counter)
{
	return counter->packets;
}

static __u64 bytes_of(const struct counter *counter)
{
	return counter->bytes;
}

static void print_rule_direction(const struct rule_count *count, enum direction direction,
				 const char *name, __u64 value, FILE *out)
{
	begin_sample(out, name);
	print_label(out, FIRST_LABEL("rule"), count->rule.id);
	print_label(out, NEXT_LABEL("source_role"), count->rule.from);
	print_label(out, NEXT_LABEL("destination_role"), count->rule.to);
	print_label(out, NEXT_LABEL("direction"), counters_direction_label(direction));
	end_sample(out, value);
}

static void print_rule_family(const struct counters *counters, const char *name, const char *help,
			      __u64 (*value_of)(const struct counter *), FILE *out)
{
	begin_family(out, name, "counter", help);
	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *count = &counters->rules[i];

		for (unsigned direction = 0; direction < DIRECTION_COUNT; direction++)
			print_rule_direction(count, direction, name,
					     value_of(&count->sum.directions[direction]), out);
	}
}

static void print_last_hits(const struct counters *counters, FILE *out)
{
	begin_family(out, "rule_last_hit_timestamp_seconds", "gauge",
		     "When a packet last matched the rule, in seconds since 1970; 0: never.");
	for (size_t i = 0; i < counters->rule_count; i++) {
		const struct rule_count *count = &counters->rules[i];

		begin_sample(out, "rule_last_hit_timestamp_seconds");
		print_label(out, FIRST_LABEL("rule"), count->rule.id);
		fprintf(out, LABELS_END "%.3f\n", counters_wall_seconds(count->sum.last_hit_ns));
	}
}

static __u64 dropped_of(const struct drop_counter *drop)
{
	return drop->dropped.packets;
}

static __u64 would_drop_of(const struct drop_counter *drop)
{
	return drop->would_drop.packets;
}

static void print_drop_family(const struct counters *counters, const char *name, const char *help,
			      __u64 (*value_of)(const struct drop_counter *), FILE *out)
{
	begin_family(out, name, "counter", help);
	for (size_t i = 0; i < counters->interface_count; i++) {
		const struct interface_count *interface = &counters->interfaces[i];

		for (unsigned reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
			print_pair(out, name, FIRST_LABEL("device"), interface->name,
				   NEXT_LABEL("reason"), counters_reason_label(reason),
				   value_of(&interface->drops[reason]));
	}
}

static void print_switches(const struct counters *counters, FILE *out)
{
	begin_family(out, "passed_packets_total", "counter",
		     "Packets that a pass switch let through.");
	for (size_t i = 0; i < counters->interface_count; i++) {
		const struct interface_count *interface = &counters->interfaces[i];

		for (unsigned j = 0; j < PASS_SWITCH_COUNT; j++)
			print_pair(out, "passed_packets_total", FIRST_LABEL("device"),
				   interface->name, NEXT_LABEL("switch"), counters_switch_label(j),
				   interface->switches[j].packets);
	}
}

static void print_flow_events(const struct counters *counters, FILE *out)
{
	for (unsigned event = 0; event < FLOW_EVENT_COUNT; event++) {
		AUTO_FREE char *name =
			memory_format("flow_%s_total", counters_flow_event_label(event));

		begin_family(out, name, "counter", counters_flow_event_meaning(event));
		fprintf(out, "directorgate_%s %llu\n", name, counters->flow_events[event]);
	}
}

static void print_counters(const struct counters *counters, FILE *out)
{
	print_rule_family(counters, "rule_packets_total", "Packets that a rule let through.",
			  packets_of, out);
	print_rule_family(counters, "rule_bytes_total",
			  "Bytes, of whole frames, that a rule let through.", bytes_of, out);
	print_last_hits(counters, out);
	print_drop_family(counters, "dropped_packets_total", "Packets dropped.", dropped_of, out);
	print_drop_family(counters, "would_drop_packets_total",
			  "Packets that monitor mode let through and enforce mode would drop.",
			  would_drop_of, out);
	print_switches(counters, out);
	print_flow_events(counters, out);
}

void textfile_print(const struct dataplane_state *state, const struct counters *counters,
		    double duration_seconds, FILE *out)
{
	print_build(out);
	print_single(
		out, "enforcing",
		"1 when every configured interface drops what the policy does not let through.",
		status_is_enforcing(state));
	print_last_apply(&state->last_apply, out);
	if (!state->applied)
		return;
	print_attachment(state, out);
	print_others(state, out);
	print_policy(state, out);
	print_single(out, "flows_limit",
		     "Flows of each family that there is room for; 0: none are kept.",
		     state->flows.flow_limit);
	print_counters(counters, out);
	print_single(out, "export_duration_seconds", "What reading all this took.",
		     duration_seconds);
}
