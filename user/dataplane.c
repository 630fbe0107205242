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
#include "dataplane_state.h"
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
	struct error *warnings = &apply->result->warnings;
	size_t len = strlen(warnings->text);

	if (len + 1 < sizeof(warnings->text))
		snprintf(warnings->text + len, sizeof(warnings->text) - len, len ? "\n" : "");
	len = strlen(warnings->text);
	snprintf(warnings->text + len, sizeof(warnings->text) - len, format, word);
}

static int refuse_foreign(const struct nic *nic, struct error *error)
{
	char name[16];

	nic_program_name(nic->program_id, name);
	return error_set(error, -EBUSY,
			 "interface %s: another XDP program is on it, %s (id %u), and stays there\n"
			 "take it off with its own tool first (`ip link set dev %s xdp off` where "
			 "that works)",
			 nic->name, name[0] ? name : "of unknown name", nic->program_id, nic->name);
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

		if (interface->attach == ATTACH_SHARED)
			return error_set(error, -ENOTSUP,
					 "interface %s: `attach: shared` is not in this build yet",
					 interface->name);
		err = nic_inspect(apply->run, interface->name, nic, error);
		if (err)
			return err;
		apply->nic_count++;
		if (!nic->ifindex)
			return error_set(error, -ENODEV, "interface %s: there is no such interface",
					 interface->name);
		if (nic_is_foreign(nic))
			return refuse_foreign(nic, error);
		err = driver_require(nic->ifindex, interface, error);
		if (err)
			return err;
	}
	return 0;
}

static size_t count_links(const struct run *run)
{
	AUTO_FREE char *links = run_links_path(run);
	char **names;
	size_t count = run_list(links, &names);

	run_free_list(names, count);
	return count;
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
	    count_links(apply->run) != policy->interface_count ||
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
	bool attached = count_links(apply->run);
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
			.verbose = apply->request->verbose,
		};

		err = generation_load(&plan, generation, error);
	}
	pins_close_counters(&maps);
	return err;
}

/* What an interface ran before the switch, to go back to. */
struct former {
	bool linked;    /* a program of ours */
	bool generic;   /* how it was attached */
	int program_fd; /* -1: none, or it is not to be had */
};

static struct former find_former(const struct apply *apply, const struct nic *nic)
{
	struct former former = {.linked = nic_is_linked(nic), .program_fd = -1};
	struct pinned_program pinned;

	former.generic = nic->generic;
	if (former.linked)
		former.program_fd = pins_find_program(apply->run, nic->link_program_id, &pinned);
	/* Another version pinned it elsewhere. Not everyone may ask by id. */
	if (former.linked && former.program_fd < 0)
		former.program_fd = bpf_prog_get_fd_by_id(nic->link_program_id);
	return former;
}

/* An interface whose former program is not to be had keeps the new one: better than none. */
static void put_back(struct nic *nic, const struct former *former)
{
	struct error ignored;

	if (!former->linked)
		nic_detach(nic);
	else if (former->program_fd >= 0)
		nic_switch(nic, former->generic ? XDP_GENERIC : XDP_NATIVE, former->program_fd,
			   &ignored);
}

static int switch_nics(struct apply *apply, const struct generation *generation,
		       struct error *error)
{
	const struct policy *policy = apply->request->policy;
	AUTO_FREE struct former *former = memory_zeroed(apply->nic_count, sizeof(*former));
	size_t done = 0;
	int err = 0;

	while (done < apply->nic_count && !err) {
		struct nic *nic = &apply->nics[done];

		former[done] = find_former(apply, nic);
		if (nic_is_linked(nic) && !nic_mode_fits(nic, policy->interfaces[done].xdp))
			warn(apply,
			     "interface %s: native and generic mode cannot be exchanged "
			     "atomically; "
			     "it was without filter for a moment",
			     nic->name);
		err = nic_switch(nic, policy->interfaces[done].xdp,
				 generation_program_fd(generation, done), error);
		done++;
	}
	for (size_t i = 0; i < done; i++) {
		if (err)
			put_back(&apply->nics[i], &former[i]);
		memory_close_pointer(&former[i].program_fd);
	}
	return err;
}

static bool is_listed(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return true;
	return false;
}

/* Takes our programs off the interfaces that the policy does not list; all of them without one. */
static size_t detach_others(const struct run *run, const struct policy *policy)
{
	AUTO_FREE char *links = run_links_path(run);
	char **pins;
	size_t count = run_list(links, &pins), detached = 0;

	for (size_t i = 0; i < count; i++) {
		char name[INTERFACE_NAME_SIZE];
		struct error ignored;
		struct nic nic;

		run_decode_name(pins[i], name);
		if ((policy && is_listed(policy, name)) || nic_inspect(run, name, &nic, &ignored))
			continue;
		detached += nic_is_linked(&nic);
		nic_detach(&nic);
		nic_close(&nic);
	}
	run_free_list(pins, count);
	return detached;
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

/* Loads, pins, switches, and only then takes away what is of no more use. */
static int replace(struct apply *apply, struct description *description, struct error *error)
{
	AUTO_FREE char *folder = run_generation_path(apply->run, apply->number, NULL);
	struct generation generation;
	int err = load(apply, &generation, error);

	if (err)
		return err;
	describe(description, apply->request, apply->number, apply->rule_slots,
		 apply->interface_slots);
	err = pins_write_generation(apply->run, &generation, description, error);
	if (!err) {
		err = switch_nics(apply, &generation, error);
		if (err)
			run_remove_tree(folder);
	}
	/* Then the policy is in force: what could not be kept, the next apply makes anew. */
	if (!err && flows_keep(apply->run, apply->request->policy, &apply->flows,
			       generation_flow_maps(&generation), error))
		warn(apply, "%s", error->text);
	generation_close(&generation);
	if (err)
		return err;
	detach_others(apply->run, apply->request->policy);
	remove_generations(apply->run, apply->number);
	if (run_remove_other_layouts(apply->run))
		warn(apply, "%s: the pinned maps were of another layout; counters restart",
		     apply->run->path);
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

int dataplane_detach(const char *run_path, size_t *count, struct error *error)
{
	struct run run;
	int err = run_open(run_path, &run, error);

	if (err)
		return err;
	nic_follow_names(&run);
	*count = detach_others(&run, NULL);
	remove_generations(&run, 0);
	flows_forget(&run);
	run_close(&run);
	return 0;
}
