// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <time.h>

#include "memory.h"
#include "status.h"

#define MEBIBYTE 1048576.0 /* bytes */

void status_format_time(__u64 seconds, char text[STATUS_TIME_SIZE])
{
	time_t when = (time_t)seconds;
	struct tm broken_down = {0};

	gmtime_r(&when, &broken_down);
	if (!strftime(text, STATUS_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &broken_down))
		text[0] = '\0';
}

size_t status_attached_count(const struct dataplane_state *state)
{
	size_t count = 0;

	for (size_t i = 0; i < state->interface_count; i++)
		count += state->interfaces[i].attachment == ATTACHMENT_LIVE;
	return count;
}

bool status_is_attached(const struct dataplane_state *state)
{
	return state->applied && status_attached_count(state) == state->interface_count;
}

bool status_is_enforcing(const struct dataplane_state *state)
{
	return status_is_attached(state) && !state->info.monitor;
}

static bool is_ours(const struct interface_state *interface)
{
	switch (interface->attachment) {
	case ATTACHMENT_LIVE:
	case ATTACHMENT_STALE:
	case ATTACHMENT_DOUBLE:
	case ATTACHMENT_BYPASSED:
		return true;
	case ATTACHMENT_ABSENT:
	case ATTACHMENT_FOREIGN:
	case ATTACHMENT_NO_INTERFACE:
		return false;
	}
	return false;
}

/* "native" or "generic"; NULL when nothing of ours is there. */
static const char *xdp_word(const struct interface_state *interface)
{
	if (!is_ours(interface))
		return NULL;
	return interface->generic ? "generic" : "native";
}

static char *describe_stale(const struct interface_state *interface, __u32 wanted)
{
	if (!interface->generation)
		return memory_format("filtered by the program of another generation than %u",
				     wanted);
	if (interface->generation == wanted)
		return memory_copy_string("filtered by the program of another interface");
	return memory_format("filtered by the program of generation %u instead of %u",
			     interface->generation, wanted);
}

/* The first program that hands nothing on. */
static char *describe_bypass(const struct interface_state *interface)
{
	for (size_t i = 0; i < interface->program_count; i++) {
		const struct nic_program *program = &interface->programs[i];

		if (!program->ours && program->order_known && !program->hands_on)
			return memory_format("BYPASSED: %s (id %u) runs before it and hands on "
					     "nothing that it passes",
					     program->name, program->id);
	}
	return memory_copy_string("BYPASSED by another program");
}

/* Once applied, a shared program that is gone was taken off with all of its dispatcher. */
static char *describe_absent(const struct interface_state *interface)
{
	if (interface->attach == ATTACH_SHARED)
		return memory_copy_string("NOT ATTACHED: somebody took its dispatcher off "
					  "(xdp-loader unload, ip link set xdp off): every packet "
					  "passes");
	return memory_copy_string("not attached");
}

static char *describe_foreign(const struct interface_state *interface)
{
	if (interface->has_dispatcher)
		return memory_copy_string("NOT ATTACHED: only programs of others run there");
	return memory_format("not attached: another program%s%s (id %u) is there%s",
			     interface->program_name[0] ? " " : "", interface->program_name,
			     interface->program_id,
			     interface->attach == ATTACH_SHARED ? ", and no dispatcher can be read"
								: "");
}

/* What is wrong with an interface, to be freed; NULL: nothing. */
static char *problem_of(const struct interface_state *interface, __u32 generation)
{
	switch (interface->attachment) {
	case ATTACHMENT_LIVE:
		return NULL;
	case ATTACHMENT_STALE:
		return describe_stale(interface, generation);
	case ATTACHMENT_DOUBLE:
		return memory_copy_string("filtered by the programs of two generations at once: "
					  "what passes must satisfy both");
	case ATTACHMENT_BYPASSED:
		return describe_bypass(interface);
	case ATTACHMENT_ABSENT:
		return describe_absent(interface);
	case ATTACHMENT_FOREIGN:
		return describe_foreign(interface);
	case ATTACHMENT_NO_INTERFACE:
		return memory_copy_string("not attached: no such interface");
	}
	return memory_copy_string("not attached: in a state that this build does not know");
}

static void print_headline(const struct dataplane_state *state, FILE *out)
{
	size_t attached = status_attached_count(state);

	fprintf(out, "mode: %s on %zu of %zu interfaces",
		state->info.monitor ? "monitor (dropping nothing)" : "enforce", attached,
		state->interface_count);
	if (attached < state->interface_count)
		fputs(", NOT ATTACHED EVERYWHERE: run apply again", out);
	fputc('\n', out);
}

static void print_policy(const struct generation_info *info, FILE *out)
{
	char when[STATUS_TIME_SIZE];

	status_format_time(info->applied_at, when);
	fprintf(out, "policy: %s\n", info->policy_hash);
	fprintf(out, "profile: %s, %u rules\n", info->profile, info->rule_count);
	fprintf(out, "since: %s (generation %u, version %s)\n", when, info->generation,
		info->version);
	fprintf(out, "replies: %s\n",
		info->stateful ? "need a flow (stateful)"
			       : "judged by rule and flag alone (stateless)");
}

static void print_flows(const struct dataplane_state *state, FILE *out)
{
	const struct flows_state *flows = &state->flows;
	char when[STATUS_TIME_SIZE];

	if (!state->info.stateful)
		return;
	if (!flows->kept) {
		fputs("flows: THE TABLES ARE NOT PINNED: run apply again\n", out);
		return;
	}
	status_format_time(flows->since, when);
	fprintf(out, "flows: limit %u (each family), openings %u, %.1f MiB, since %s",
		flows->flow_limit, flows->opening_limit, (double)flows->memory_bytes / MEBIBYTE,
		when);
	if (flows->grace_until) {
		status_format_time(flows->grace_until, when);
		fprintf(out, "; replies in grace until %s", when);
	}
	fputc('\n', out);
}

/* Everyone in the dispatcher, with priorities where they may be read. */
static void print_programs(const struct interface_state *interface, FILE *out)
{
	if (!interface->has_dispatcher)
		return;
	fputs("  programs, in the order that they run:\n", out);
	for (size_t i = 0; i < interface->program_count; i++) {
		const struct nic_program *program = &interface->programs[i];

		fprintf(out, "    %s (id %u)", program->name, program->id);
		if (program->order_known)
			fprintf(out, ", priority %u", program->priority);
		if (program->order_known && !program->hands_on)
			fputs(", hands on nothing that it passes", out);
		fputs(program->ours ? ", ours\n" : "\n", out);
	}
}

static void print_interface(const struct interface_state *interface, __u32 generation, FILE *out)
{
	AUTO_FREE char *problem = problem_of(interface, generation);
	const char *xdp = xdp_word(interface);

	fprintf(out, "\ninterface: %s", interface->name);
	if (interface->ifindex)
		fprintf(out, " (ifindex %u)", interface->ifindex);
	fprintf(out, "\n  state: %s\n", problem ? problem : "attached");
	if (xdp)
		fprintf(out, "  xdp: %s\n", xdp);
	fprintf(out, "  attach: %s\n", policy_attach_name(interface->attach));
	print_programs(interface, out);
}

static void print_unlisted(const struct dataplane_state *state, FILE *out)
{
	if (!state->unlisted_count)
		return;
	fputs("\nunfiltered:", out);
	for (size_t i = 0; i < state->unlisted_count; i++)
		fprintf(out, "%s %s", i ? "," : "", state->unlisted[i]);
	fputs("\n  neither in interfaces nor in unfiltered: all that enters there passes\n", out);
}

static void print_failure(const struct dataplane_state *state, FILE *out)
{
	char when[STATUS_TIME_SIZE];

	if (!state->last_apply.at || state->last_apply.success)
		return;
	status_format_time(state->last_apply.at, when);
	fprintf(out, "%slast apply: FAILED at %s\n", state->applied ? "\n" : "", when);
}

void status_print(const struct dataplane_state *state, FILE *out)
{
	if (!state->applied) {
		fputs("nothing is applied: every packet passes\n", out);
		print_failure(state, out);
		return;
	}
	print_headline(state, out);
	print_policy(&state->info, out);
	print_flows(state, out);
	for (size_t i = 0; i < state->interface_count; i++)
		print_interface(&state->interfaces[i], state->info.generation, out);
	print_unlisted(state, out);
	print_failure(state, out);
}

static json_t *time_json(__u64 seconds)
{
	char when[STATUS_TIME_SIZE];

	if (!seconds)
		return json_null();
	status_format_time(seconds, when);
	return json_string(when);
}

static json_t *program_json(const struct nic_program *program)
{
	bool known = program->order_known;

	return json_pack("{s:s, s:I, s:b, s:o, s:o}", "name", program->name, "id",
			 (json_int_t)program->id, "ours", program->ours, "priority",
			 known ? json_integer(program->priority) : json_null(), "hands_on",
			 known ? json_boolean(program->hands_on) : json_null());
}

static json_t *programs_json(const struct interface_state *interface)
{
	json_t *array = json_array();

	for (size_t i = 0; i < interface->program_count; i++)
		json_array_append_new(array, program_json(&interface->programs[i]));
	return array;
}

static json_t *interface_json(const struct interface_state *interface, __u32 generation)
{
	AUTO_FREE char *problem = problem_of(interface, generation);

	return json_pack("{s:s, s:o, s:b, s:s?, s:s, s:s?, s:o}", "name", interface->name,
			 "ifindex",
			 interface->ifindex ? json_integer(interface->ifindex) : json_null(),
			 "attached", interface->attachment == ATTACHMENT_LIVE, "xdp",
			 xdp_word(interface), "attach", policy_attach_name(interface->attach),
			 "problem", problem, "programs", programs_json(interface));
}

static json_t *interfaces_json(const struct dataplane_state *state)
{
	json_t *array = json_array();

	for (size_t i = 0; state->applied && i < state->interface_count; i++)
		json_array_append_new(
			array, interface_json(&state->interfaces[i], state->info.generation));
	return array;
}

static json_t *unlisted_json(const struct dataplane_state *state)
{
	json_t *array = json_array();

	for (size_t i = 0; i < state->unlisted_count; i++)
		json_array_append_new(array, json_string(state->unlisted[i]));
	return array;
}

static json_t *last_apply_json(const struct last_apply *last_apply)
{
	if (!last_apply->at)
		return json_null();
	return json_pack("{s:o, s:b}", "at", time_json(last_apply->at), "success",
			 last_apply->success);
}

static json_t *flows_json(const struct flows_state *flows)
{
	if (!flows->kept)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:o, s:o}", "limit", (json_int_t)flows->flow_limit,
			 "opening_limit", (json_int_t)flows->opening_limit, "memory_bytes",
			 (json_int_t)flows->memory_bytes, "since", time_json(flows->since),
			 "grace_until", time_json(flows->grace_until));
}

/* The keys about the generation in force, all null when there is none. */
static json_t *generation_json(const struct dataplane_state *state)
{
	const struct generation_info *info = &state->info;

	if (!state->applied)
		return json_pack("{s:n, s:n, s:n, s:n, s:n, s:n}", "mode", "policy_hash",
				 "applied_at", "profile", "generation", "version");
	return json_pack("{s:s, s:s, s:o, s:s, s:I, s:s}", "mode",
			 policy_mode_name(info->monitor ? MODE_MONITOR : MODE_ENFORCE),
			 "policy_hash", info->policy_hash, "applied_at",
			 time_json(info->applied_at), "profile", info->profile, "generation",
			 (json_int_t)info->generation, "version", info->version);
}

json_t *status_json(const struct dataplane_state *state)
{
	json_t *object = generation_json(state);

	json_object_set_new(object, "enforcing", json_boolean(status_is_enforcing(state)));
	json_object_set_new(object, "flows", flows_json(&state->flows));
	json_object_set_new(object, "interfaces", interfaces_json(state));
	json_object_set_new(object, "unlisted", unlisted_json(state));
	json_object_set_new(object, "last_apply", last_apply_json(&state->last_apply));
	return object;
}
