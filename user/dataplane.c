// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* apply and detach: load a whole generation, then switch to it, or change nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "dataplane.h"
#include "dataplane_describe.h"
#include "dataplane_driver.h"
#include "dataplane_flows.h"
#include "dataplane_generation.h"
#include "dataplane_nic.h"
#include "dataplane_pins.h"
#include "dataplane_shared.h"
#include "dataplane_state.h"
#include "dataplane_switch.h"
#include "memory.h"

/* One apply under way. */
struct apply {
	const struct apply_request *request;
	const struct run *run;
	struct apply_result *result;
	struct nic *nics; /* by index into policy.interfaces */
	size_t nic_count; /* inspected so far */
	__u32 number;     /* of the new generation */
	struct flow_tables flows;
	__u32 *rule_slots;
	__u32 *interface_slots;
};

static void warn(struct apply *apply, const char *format, const char *word)
{
	AUTO_FREE char *line = memory_format(format, word);

	error_add_line(&apply->result->warnings, line);
}

/* Looks at every listed NIC; one that is missing, taken, or not fit ends the apply. */
static int inspect_nics(struct apply *apply, struct error *error)
{
	const struct policy *policy = apply->request->policy;

	apply->nics = memory_zeroed(policy->interface_count, sizeof(*apply->nics));
	for (size_t i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];
		struct nic *nic = &apply->nics[i];
		int err;

		err = nic_inspect(apply->run, interface->name, nic, error);
		if (err)
			return err;
		apply->nic_count++;
		if (!nic->ifindex)
			return error_set(error, -ENODEV, "interface %s: there is no such interface",
					 interface->name);
		err = switch_require(nic, interface, error);
		if (!err)
			err = driver_require(nic->ifindex, interface, error);
		if (err)
			return err;
	}
	return 0;
}

/* Is everything as this apply would make it? */
static bool is_unchanged(const struct apply *apply, const struct dataplane_state *state,
			 const char *build_hash)
{
	const struct apply_request *request = apply->request;
	const struct policy *policy = request->policy;

	if (request->grace_anew || !state->applied ||
	    strcmp(state->info.config_hash, request->config_hash) ||
	    strcmp(state->info.build_hash, build_hash) ||
	    switch_count_attached(apply->run) != policy->interface_count ||
	    !flows_are_kept(apply->run, policy))
		return false;
	for (size_t i = 0; i < policy->interface_count; i++)
		if (state->interfaces[i].attachment != ATTACHMENT_LIVE ||
		    !nic_mode_fits(&apply->nics[i], policy->interfaces[i].xdp))
			return false;
	return true;
}

static int take_slots(struct apply *apply, struct counter_maps *maps, struct error *error)
{
	const struct policy *policy = apply->request->policy;
	AUTO_FREE struct rule_id *ids = memory_zeroed(policy->rule_count, sizeof(*ids));
	AUTO_FREE struct interface_name *names =
		memory_zeroed(policy->interface_count, sizeof(*names));
	__u32 rules, interfaces;
	int err;

	apply->rule_slots = memory_zeroed(policy->rule_count, sizeof(*apply->rule_slots));
	apply->interface_slots =
		memory_zeroed(policy->interface_count, sizeof(*apply->interface_slots));
	for (size_t i = 0; i < policy->rule_count; i++)
		strncpy(ids[i].text, policy->rules[i].id, RULE_ID_SIZE - 1);
	for (size_t i = 0; i < policy->interface_count; i++)
		strncpy(names[i].text, policy->interfaces[i].name, INTERFACE_NAME_SIZE - 1);
	err = pins_take_slots(apply->run, SLOT_RULE, ids, policy->rule_count, apply->rule_slots,
			      &rules, error);
	if (!err)
		err = pins_take_slots(apply->run, SLOT_INTERFACE, names, policy->interface_count,
				      apply->interface_slots, &interfaces, error);
	if (!err)
		err = pins_open_counters(apply->run, rules, interfaces, maps, error);
	return err;
}

/* What was remembered while nothing was attached is of no use: then the tables begin anew. */
static int open_flows(struct apply *apply, struct error *error)
{
	bool attached = switch_count_attached(apply->run);
	int err;

	if (!attached)
		flows_forget(apply->run);
	err = flows_open(apply->run, apply->request->policy, &apply->flows, error);
	if (err)
		return err;
	if (apply->request->grace_anew)
		flows_renew(&apply->flows);
	if (attached && apply->flows.fresh)
		warn(apply, "%s: the tables of openings and flows begin anew", apply->run->path);
	return 0;
}

static int load(struct apply *apply, struct generation *generation, struct error *error)
{
	const struct policy *policy = apply->request->policy;
	struct counter_maps maps = COUNTER_MAPS_OWN;
	int err = take_slots(apply, &maps, error);

	if (!err)
		err = open_flows(apply, error);
	if (!err) {
		struct generation_plan plan = {
			.policy = policy,
			.tables = apply->request->tables,
			.number = apply->number,
			.rule_slots = apply->rule_slots,
			.interface_slots = apply->interface_slots,
			.instance_count = apply->nic_count,
			.counters = maps,
			.flows = apply->flows.maps,
			.opening_seeds = apply->flows.origin.opening_seeds,
			.flow_limit = policy->stateful ? policy->flow_limit : 1,
			.opening_limit = policy->stateful ? policy->opening_limit : 1,
			.grace_until_ns =
				apply->flows.origin.since_ns + policy->pickup_grace * NANOSECONDS,
			.attach = true,
			.verbose = apply->request->verbose,
		};

		err = generation_load(&plan, generation, error);
	}
	pins_close_counters(&maps);
	return err;
}

static void remove_generations(const struct run *run, __u32 but)
{
	size_t count;
	AUTO_FREE __u32 *numbers = run_list_generations(run, &count);

	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *path = run_generation_path(run, numbers[i], NULL);

		if (numbers[i] != but)
			run_remove_tree(path);
	}
}

/* Does a NIC run a program of this generation? A refused switch may have left one. */
static bool is_left_behind(const struct run *run, __u32 generation)
{
	size_t count;
	AUTO_FREE struct dispatcher *list = dispatcher_list_ours(run, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i].count; j++)
			if (list[i].programs[j].generation == generation)
				return true;
	return false;
}

static int pin_and_switch(struct apply *apply, const struct generation *generation,
			  const struct description *description, struct error *error)
{
	AUTO_FREE char *folder = run_generation_path(apply->run, apply->number, NULL);
	int err = pins_write_generation(apply->run, generation, description, error);

	if (err)
		return err;
	err = switch_to(apply->run, apply->request->policy, apply->nics, generation,
			&apply->result->warnings, error);
	if (err && !is_left_behind(apply->run, apply->number))
		run_remove_tree(folder);
	return err;
}

/* Takes away what is of no more use. */
static void tidy(struct apply *apply)
{
	const struct policy *policy = apply->request->policy;
	struct error error;
	size_t ignored;

	/* What could not be taken off is ours as long as it is pinned. */
	if (switch_detach_others(apply->run, policy, &ignored, &error))
		warn(apply, "%s", error.text);
	else
		remove_generations(apply->run, apply->number);
	if (run_remove_other_layouts(apply->run))
		warn(apply, "%s: the pinned maps were of another layout; counters restart",
		     apply->run->path);
}

/* Loads, pins, switches, and only then takes away what is of no more use. */
static int replace(struct apply *apply, struct description *description, struct error *error)
{
	struct generation generation;
	int err = switch_require_room(apply->request->policy, apply->nics, error);

	if (!err)
		err = load(apply, &generation, error);
	if (err)
		return err;
	describe(description, apply->request, apply->number, apply->rule_slots,
		 apply->interface_slots);
	err = pin_and_switch(apply, &generation, description, error);
	/* Then the policy is in force: what could not be kept, the next apply makes anew. */
	if (!err && flows_keep(apply->run, apply->request->policy, &apply->flows,
			       generation_flow_maps(&generation), error))
		warn(apply, "%s", error->text);
	if (!err)
		err = switch_finish(apply->run, apply->request->policy, apply->nics, &generation,
				    error);
	generation_close(&generation);
	if (err)
		return err;
	tidy(apply);
	apply->result->changed = true;
	return 0;
}

static int apply_locked(struct apply *apply, struct error *error)
{
	struct description description = {};
	struct dataplane_state state;
	char build_hash[HASH_SIZE];
	int err;

	nic_follow_names(apply->run);
	err = inspect_nics(apply, error);
	if (!err)
		err = state_read(apply->run, &state, &description, error);
	if (err)
		return err;
	pins_free_description(&description);
	generation_build_hash(build_hash);
	if (is_unchanged(apply, &state, build_hash)) {
		apply->result->generation = state.info.generation;
	} else {
		err = pins_take_generation(apply->run, &apply->number, error);
		apply->result->generation = apply->number;
		if (!err)
			err = replace(apply, &description, error);
	}
	pins_free_description(&description);
	dataplane_free_state(&state);
	return err;
}

static void free_apply(struct apply *apply)
{
	for (size_t i = 0; i < apply->nic_count; i++)
		nic_close(&apply->nics[i]);
	flows_close(&apply->flows);
	free(apply->nics);
	free(apply->rule_slots);
	free(apply->interface_slots);
}

int dataplane_apply(const char *run_path, const struct apply_request *request,
		    struct apply_result *result, struct error *error)
{
	struct run run;
	struct apply apply = {
		.request = request,
		.run = &run,
		.result = result,
		.flows = {.maps = FLOW_MAPS_OWN},
	};
	int err = run_open(run_path, &run, error);

	if (err)
		return err;
	*result = (struct apply_result){};
	err = apply_locked(&apply, error);
	pins_write_last_apply(&run, !err);
	free_apply(&apply);
	run_close(&run);
	return err;
}

void dataplane_note_failure(const char *run_path)
{
	struct error ignored;
	struct run run;

	if (run_open(run_path, &run, &ignored))
		return;
	pins_write_last_apply(&run, false);
	run_close(&run);
}

/* Else programs in dispatchers would be overlooked, or could not be taken out. */
static int require_access(const struct run *run, struct error *error)
{
	struct description description;
	struct dataplane_state state;
	int err = state_read(run, &state, &description, error);

	if (err)
		return err;
	for (size_t i = 0; i < state.interface_count && !err; i++)
		if (state.interfaces[i].attach == ATTACH_SHARED)
			err = shared_require(error);
	pins_free_description(&description);
	dataplane_free_state(&state);
	return err;
}

int dataplane_detach(const char *run_path, size_t *count, struct error *error)
{
	struct run run;
	int err = run_open(run_path, &run, error);

	if (err)
		return err;
	nic_follow_names(&run);
	err = require_access(&run, error);
	if (!err)
		err = switch_detach_others(&run, NULL, count, error);
	if (!err) {
		remove_generations(&run, 0);
		flows_forget(&run);
	}
	run_close(&run);
	return err;
}
