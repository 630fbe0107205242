// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the kernel holds now: the generation in force, its interfaces, its counters. */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane.h"
#include "dataplane_flows.h"
#include "dataplane_nic.h"
#include "dataplane_pins.h"
#include "dataplane_state.h"
#include "memory.h"

/* The generation of the program on this interface's link; 0 when there is none. */
static __u32 linked_generation(const struct run *run, const char *pin)
{
	struct bpf_link_info info = {};
	struct pinned_program pinned = {};
	__u32 len = sizeof(info);
	AUTO_FREE char *links = run_links_path(run);
	AUTO_FREE char *path = memory_format("%s/%s", links, pin);
	AUTO_FD int link = bpf_obj_get(path);
	int program;

	if (link < 0 || bpf_obj_get_info_by_fd(link, &info, &len) || !info.xdp.ifindex)
		return 0;
	program = pins_find_program(run, info.prog_id, &pinned);
	if (program >= 0)
		close(program);
	return pinned.generation;
}

/* The newest generation that some dispatcher runs, where it is newer than that one. */
static __u32 newest_shared(const struct run *run, __u32 newest)
{
	size_t count;
	AUTO_FREE struct dispatcher *list = dispatcher_list_ours(run, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; list[i].attached && j < list[i].count; j++)
			if (list[i].programs[j].generation > newest)
				newest = list[i].programs[j].generation;
	return newest;
}

/* The newest generation that some interface runs; where none does, the newest there is. */
static __u32 generation_in_force(const struct run *run)
{
	AUTO_FREE char *links = run_links_path(run);
	size_t number_count;
	AUTO_FREE __u32 *numbers = run_list_generations(run, &number_count);
	__u32 newest = 0;
	char **names;
	size_t count = run_list(links, &names);

	for (size_t i = 0; i < count; i++) {
		__u32 generation = linked_generation(run, names[i]);

		if (generation > newest)
			newest = generation;
	}
	run_free_list(names, count);
	newest = newest_shared(run, newest);
	if (!newest && number_count)
		newest = numbers[number_count - 1];
	return newest;
}

static bool is_wanted(const struct nic_program *program, const struct pinned_program *wanted)
{
	return program->ours && program->generation == wanted->generation &&
	       program->interface == wanted->interface;
}

/* Nothing that the program passes reaches what runs after it. */
static bool ends_the_way(const struct nic_program *program)
{
	return program->order_known && !program->hands_on;
}

/* In a dispatcher that has programs of ours. */
static enum attachment judge_shared(const struct dispatcher *dispatcher,
				    const struct pinned_program *wanted)
{
	for (size_t i = 0; i < dispatcher->count; i++) {
		const struct nic_program *program = &dispatcher->programs[i];

		if (!program->ours && ends_the_way(program))
			return ATTACHMENT_BYPASSED;
		if (program->ours && dispatcher_count_ours(dispatcher) > 1)
			return ATTACHMENT_DOUBLE;
		if (program->ours)
			return is_wanted(program, wanted) ? ATTACHMENT_LIVE : ATTACHMENT_STALE;
	}
	return ATTACHMENT_ABSENT;
}

/* Each interface has a program of its own: another's, after a renaming, is as wrong as an old one.
 */
static enum attachment judge_attachment(const struct nic *nic, const struct pinned_program *found,
					const struct pinned_program *wanted)
{
	if (!nic->ifindex)
		return ATTACHMENT_NO_INTERFACE;
	if (nic_is_shared(nic))
		return judge_shared(&nic->dispatcher, wanted);
	if (!nic_is_linked(nic))
		return nic->program_id ? ATTACHMENT_FOREIGN : ATTACHMENT_ABSENT;
	if (found->generation == wanted->generation && found->interface == wanted->interface)
		return ATTACHMENT_LIVE;
	return ATTACHMENT_STALE;
}

/* What of ours the NIC runs: by its link, or first in its dispatcher. */
static struct pinned_program find_ours(const struct run *run, const struct nic *nic)
{
	struct pinned_program found = {};

	if (nic_is_linked(nic)) {
		int fd = pins_find_program(run, nic->link_program_id, &found);

		if (fd >= 0)
			close(fd);
	}
	for (size_t i = nic->dispatcher.count; i-- > 0;)
		if (nic->dispatcher.programs[i].ours)
			found = (struct pinned_program){nic->dispatcher.programs[i].generation,
							nic->dispatcher.programs[i].interface};
	return found;
}

/* Everyone on the NIC, in the order that they run. */
static void list_programs(const struct nic *nic, struct interface_state *state)
{
	if (!nic->program_id)
		return;
	state->program_id = nic->program_id;
	nic_program_name(nic->program_id, state->program_name);
	state->has_dispatcher = nic->dispatcher.count;
	state->program_count = nic->dispatcher.count;
	memcpy(state->programs, nic->dispatcher.programs, sizeof(state->programs));
	if (state->has_dispatcher)
		return;
	state->program_count = 1;
	state->programs[0] =
		(struct nic_program){.id = nic->program_id, .ours = nic_is_linked(nic)};
	memcpy(state->programs[0].name, state->program_name, sizeof(state->program_name));
}

static int read_interface(const struct run *run, const struct generation_interface *interface,
			  const struct pinned_program *wanted, struct interface_state *state,
			  struct error *error)
{
	struct pinned_program found;
	struct nic nic;
	int err = nic_inspect(run, interface->name, &nic, error);

	if (err)
		return err;
	memcpy(state->name, interface->name, sizeof(state->name));
	state->slot = interface->slot;
	state->ifindex = nic.ifindex;
	state->generic = nic.generic;
	state->attach = interface->attach;
	list_programs(&nic, state);
	found = find_ours(run, &nic);
	state->generation = found.generation;
	state->attachment = judge_attachment(&nic, &found, wanted);
	nic_close(&nic);
	return 0;
}

static bool is_listed(const struct description *description, const char *name)
{
	for (__u32 i = 0; i < description->info.interface_count; i++)
		if (!strcmp(description->interfaces[i].name, name))
			return true;
	return false;
}

static bool is_loopback(const char *name)
{
	return !strcmp(name, "lo");
}

static void find_unlisted(const struct description *description, struct dataplane_state *state)
{
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *nic = all; nic && nic->if_index; nic++) {
		char(*name)[INTERFACE_NAME_SIZE];

		if (is_loopback(nic->if_name) || is_listed(description, nic->if_name))
			continue;
		name = memory_append(&state->unlisted, &state->unlisted_count,
				     sizeof(*state->unlisted));
		strncpy(*name, nic->if_name, INTERFACE_NAME_SIZE - 1);
	}
	if (all)
		if_freenameindex(all);
}

static int read_interfaces(const struct run *run, const struct description *description,
			   struct dataplane_state *state, struct error *error)
{
	int err = 0;

	for (__u32 i = 0; i < description->info.interface_count && !err; i++) {
		const struct generation_interface *interface = &description->interfaces[i];
		const struct pinned_program wanted = {description->info.generation, i};

		if (interface->unfiltered)
			continue;
		err = read_interface(run, interface, &wanted,
				     memory_append(&state->interfaces, &state->interface_count,
						   sizeof(*state->interfaces)),
				     error);
	}
	return err;
}

int state_read(const struct run *run, struct dataplane_state *state,
	       struct description *description, struct error *error)
{
	__u32 in_force = generation_in_force(run);
	int err;

	*state = (struct dataplane_state){};
	*description = (struct description){};
	pins_read_last_apply(run, &state->last_apply);
	if (!in_force || pins_read_generation(run, in_force, description))
		return 0;
	state->applied = true;
	state->info = description->info;
	err = read_interfaces(run, description, state, error);
	if (err) {
		pins_free_description(description);
		dataplane_free_state(state);
		return err;
	}
	find_unlisted(description, state);
	state->rules = description->rules;
	state->roles = description->roles;
	description->rules = NULL;
	description->roles = NULL;
	return 0;
}

static int read_flows(const struct run *run, struct dataplane_state *state, struct error *error)
{
	int err = flows_read_state(run, &state->info, &state->flows);

	return err ? error_set(error, err, "cannot read the tables of openings and flows: %s",
			       strerror(-err))
		   : 0;
}

int dataplane_read_state(const char *run_path, struct dataplane_state *state, struct error *error)
{
	struct description description;
	struct run run;
	int err = run_open_read(run_path, &run, error);

	if (err == -ENOENT) {
		*state = (struct dataplane_state){};
		return 0;
	}
	if (err)
		return err;
	err = state_read(&run, state, &description, error);
	pins_free_description(&description);
	if (!err && state->applied && state->info.stateful) {
		err = read_flows(&run, state, error);
		if (err)
			dataplane_free_state(state);
	}
	if (!err && !state->applied && run_has_other_layouts(&run))
		err = error_set(error, -EPROTO,
				"another version of directorgate applied what is in force under "
				"%s\n`apply` takes it over without a gap; its counters restart",
				run_path);
	run_close(&run);
	return err;
}

void dataplane_free_state(struct dataplane_state *state)
{
	free(state->rules);
	free(state->roles);
	free(state->interfaces);
	free(state->unlisted);
	*state = (struct dataplane_state){};
}
