// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "dataplane_pins.h"
#include "dataplane_shared.h"
#include "dataplane_switch.h"
#include "memory.h"

/* Of the dispatchers with programs of ours, those that a NIC runs; to be freed. */
static struct dispatcher *list_attached(const struct run *run, size_t *count)
{
	size_t all;
	struct dispatcher *list = dispatcher_list_ours(run, &all);

	*count = 0;
	for (size_t i = 0; i < all; i++)
		if (list[i].attached)
			list[(*count)++] = list[i];
	return list;
}

size_t switch_count_attached(const struct run *run)
{
	AUTO_FREE char *links = run_links_path(run);
	char **names;
	size_t count = run_list(links, &names), shared;

	free(list_attached(run, &shared));
	run_free_list(names, count);
	return count + shared;
}

/* The kernel replaces no link's program by a dispatcher, nor a dispatcher by a link's program. */
static int refuse_exchange(const struct nic *nic, enum attach_mode wanted, struct error *error)
{
	enum attach_mode now = wanted == ATTACH_SHARED ? ATTACH_EXCLUSIVE : ATTACH_SHARED;

	return error_set(error, -EBUSY,
			 "interface %s: it is attached %s, and the kernel cannot change that to %s "
			 "without a moment of no filter\n"
			 "`directorgate detach` and then `apply` do it; until then everything "
			 "passes, so switch forwarding off for that time",
			 nic->name, policy_attach_name(now), policy_attach_name(wanted));
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

/* The names of others' programs in a dispatcher. */
static int refuse_company(const struct nic *nic, struct error *error)
{
	char names[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < nic->dispatcher.count && len < sizeof(names); i++) {
		const struct nic_program *program = &nic->dispatcher.programs[i];

		if (!program->ours)
			len += snprintf(names + len, sizeof(names) - len, "%s%s (id %u)",
					len ? ", " : "", program->name, program->id);
	}
	return error_set(error, -EBUSY,
			 "interface %s: other XDP programs are on it, in libxdp's dispatcher, and "
			 "stay there: %s\n"
			 "`attach: shared` runs beside them; else take them off with their own "
			 "tools first",
			 nic->name, names);
}

static int refuse_lone(const struct nic *nic, struct error *error)
{
	char name[16];

	nic_program_name(nic->program_id, name);
	return error_set(error, -EBUSY,
			 "interface %s: another XDP program is on it, %s (id %u), and not in "
			 "libxdp's dispatcher, so that none can run beside it\n"
			 "take it off with its own tool first; `xdp-loader load` puts it into a "
			 "dispatcher",
			 nic->name, name[0] ? name : "of unknown name", nic->program_id);
}

static int require_exclusive(const struct nic *nic, struct error *error)
{
	if (!nic_is_foreign(nic))
		return nic_is_shared(nic) ? refuse_exchange(nic, ATTACH_EXCLUSIVE, error) : 0;
	return nic->dispatcher.count ? refuse_company(nic, error) : refuse_foreign(nic, error);
}

static int require_shared(const struct nic *nic, const struct interface *interface,
			  struct error *error)
{
	struct error why;
	int err = shared_require(&why);

	if (err)
		return error_set(error, err, "interface %s: %s", nic->name, why.text);
	if (nic_is_linked(nic))
		return refuse_exchange(nic, ATTACH_SHARED, error);
	if (nic->program_id && !nic->dispatcher.count)
		return refuse_lone(nic, error);
	return shared_require_mode(nic, interface->xdp, error);
}

int switch_require(const struct nic *nic, const struct interface *interface, struct error *error)
{
	if (interface->attach == ATTACH_SHARED)
		return require_shared(nic, interface, error);
	return require_exclusive(nic, error);
}

int switch_require_room(const struct policy *policy, const struct nic *nics, struct error *error)
{
	int err = 0;

	for (size_t i = 0; i < policy->interface_count && !err; i++)
		if (policy->interfaces[i].attach == ATTACH_SHARED)
			err = shared_require_room(&nics[i], error);
	return err;
}

/* What an interface ran before the switch, to go back to. */
struct former {
	bool linked;    /* a program of ours */
	bool generic;   /* how it was attached */
	int program_fd; /* -1: none, or it is not to be had */
};

static struct former find_former(const struct run *run, const struct nic *nic)
{
	struct former former = {.linked = nic_is_linked(nic), .program_fd = -1};
	struct pinned_program pinned;

	former.generic = nic->generic;
	if (former.linked)
		former.program_fd = pins_find_program(run, nic->link_program_id, &pinned);
	/* Another version pinned it elsewhere. Not everyone may ask by id. */
	if (former.linked && former.program_fd < 0)
		former.program_fd = bpf_prog_get_fd_by_id(nic->link_program_id);
	return former;
}

/* An interface whose former program is not to be had keeps the new one: better than none. */
static void put_back(const struct run *run, struct nic *nic, const struct former *former,
		     const struct xdp_program *shared)
{
	struct error ignored;

	if (shared)
		shared_remove(run, nic, shared_program_id(shared), &ignored);
	else if (!former->linked)
		nic_detach(nic);
	else if (former->program_fd >= 0)
		nic_switch(nic, former->generic ? XDP_GENERIC : XDP_NATIVE, former->program_fd,
			   &ignored);
}

static void warn_of_gap(const struct nic *nic, enum xdp_mode xdp, struct error *warnings)
{
	AUTO_FREE char *line =
		memory_format("interface %s: native and generic mode cannot be exchanged "
			      "atomically; it was without filter for a moment",
			      nic->name);

	if (nic_is_linked(nic) && !nic_mode_fits(nic, xdp))
		error_add_line(warnings, line);
}

int switch_to(const struct run *run, const struct policy *policy, struct nic *nics,
	      const struct generation *generation, struct error *warnings, struct error *error)
{
	AUTO_FREE struct former *former = memory_zeroed(generation->count, sizeof(*former));
	size_t done = 0;
	int err = 0;

	while (done < generation->count && !err) {
		enum xdp_mode xdp = policy->interfaces[done].xdp;
		struct xdp_program *shared = generation->shared[done];
		struct nic *nic = &nics[done];

		former[done] = find_former(run, nic);
		warn_of_gap(nic, xdp, warnings);
		err = shared ? shared_add(run, nic, xdp, shared, error)
			     : nic_switch(nic, xdp, generation_program_fd(generation, done), error);
		done++;
	}
	for (size_t i = 0; i < done; i++) {
		if (err)
			put_back(run, &nics[i], &former[i], generation->shared[i]);
		memory_close_pointer(&former[i].program_fd);
	}
	return err;
}

int switch_finish(const struct run *run, const struct policy *policy, const struct nic *nics,
		  const struct generation *generation, struct error *error)
{
	int err = 0;

	for (size_t i = 0; i < policy->interface_count && !err; i++) {
		const struct xdp_program *shared = generation->shared[i];

		if (shared)
			err = shared_remove_all_but(run, &nics[i], shared_program_id(shared),
						    error);
	}
	dispatcher_sweep(run);
	return err;
}

static bool is_listed(const struct policy *policy, const char *name)
{
	for (size_t i = 0; policy && i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return true;
	return false;
}

/* true: there was a program of ours on it. */
static bool detach_link(const struct run *run, const char *name)
{
	struct error ignored;
	struct nic nic;
	bool linked;

	if (nic_inspect(run, name, &nic, &ignored))
		return false;
	linked = nic_is_linked(&nic);
	nic_detach(&nic);
	nic_close(&nic);
	return linked;
}

static size_t detach_links(const struct run *run, const struct policy *policy)
{
	AUTO_FREE char *links = run_links_path(run);
	char **pins;
	size_t count = run_list(links, &pins), detached = 0;

	for (size_t i = 0; i < count; i++) {
		char name[INTERFACE_NAME_SIZE];

		run_decode_name(pins[i], name);
		detached += !is_listed(policy, name) && detach_link(run, name);
	}
	run_free_list(pins, count);
	return detached;
}

static int detach_shared(const struct run *run, const struct policy *policy, size_t *detached,
			 struct error *error)
{
	size_t count;
	AUTO_FREE struct dispatcher *list = list_attached(run, &count);
	int err = 0;

	for (size_t i = 0; i < count; i++) {
		struct nic nic = {.ifindex = list[i].ifindex, .link_fd = -1};
		int refused;

		if (!if_indextoname(nic.ifindex, nic.name) || is_listed(policy, nic.name))
			continue;
		refused = shared_remove_all_but(run, &nic, 0, error);
		if (refused)
			err = refused;
		else
			(*detached)++;
	}
	return err;
}

int switch_detach_others(const struct run *run, const struct policy *policy, size_t *count,
			 struct error *error)
{
	int err;

	*count = detach_links(run, policy);
	err = detach_shared(run, policy, count, error);
	if (!err)
		dispatcher_sweep(run);
	return err;
}
