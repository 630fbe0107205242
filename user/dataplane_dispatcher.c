// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <xdp/prog_dispatcher.h>

#include "dataplane_dispatcher.h"
#include "dataplane_nic.h"
#include "dataplane_pins.h"
#include "memory.h"

_Static_assert(NIC_PROGRAMS_MAX == MAX_DISPATCHER_ACTIONS, "as many as libxdp has places for");

const char *dispatcher_bpffs(void)
{
	const char *path = secure_getenv("LIBXDP_BPFFS");

	return path ? path : "/sys/fs/bpf";
}

static char *folder_of(const struct dispatcher *dispatcher)
{
	return memory_format("%s/xdp/dispatch-%u-%u", dispatcher_bpffs(), dispatcher->ifindex,
			     dispatcher->id);
}

static char *pin_of(const struct dispatcher *dispatcher, unsigned place, const char *what)
{
	AUTO_FREE char *folder = folder_of(dispatcher);

	return memory_format("%s/prog%u-%s", folder, place, what);
}

char *dispatcher_program_pin(const struct dispatcher *dispatcher, unsigned place)
{
	return pin_of(dispatcher, place, "prog");
}

/* The program that a link puts into this very dispatcher; 0: there is no such link. */
static __u32 linked_program(const struct dispatcher *dispatcher, unsigned place)
{
	AUTO_FREE char *pin = pin_of(dispatcher, place, "link");
	AUTO_FD int fd = bpf_obj_get(pin);
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) ||
	    info.type != BPF_LINK_TYPE_TRACING || info.tracing.target_obj_id != dispatcher->id)
		return 0;
	return info.prog_id;
}

static void read_name(const struct dispatcher *dispatcher, struct nic_program *program)
{
	AUTO_FREE char *pin = dispatcher_program_pin(dispatcher, program->place);
	AUTO_FD int fd = bpf_obj_get(pin);
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && info.id == program->id)
		snprintf(program->name, sizeof(program->name), "%s", info.name);
}

static void read_program(const struct run *run, struct dispatcher *dispatcher, unsigned place)
{
	struct nic_program *program = &dispatcher->programs[dispatcher->count];
	struct pinned_program pinned = {};
	int fd;

	*program = (struct nic_program){.place = place, .id = linked_program(dispatcher, place)};
	if (!program->id)
		return;
	dispatcher->count++;
	read_name(dispatcher, program);
	program->ours = pins_hold_program(run, program->id);
	if (!program->ours)
		return;
	fd = pins_find_program(run, program->id, &pinned);
	if (fd >= 0)
		close(fd);
	program->generation = pinned.generation;
	program->interface = pinned.interface;
}

/* The first map of a program, which must be allowed to ask for both by id; -1: it is not. */
static int open_first_map(__u32 program_id)
{
	AUTO_FD int fd = bpf_prog_get_fd_by_id(program_id);
	__u32 map_id = 0;
	struct bpf_prog_info info = {.nr_map_ids = 1, .map_ids = (__u64)(unsigned long)&map_id};
	__u32 len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || info.nr_map_ids != 1)
		return -1;
	return bpf_map_get_fd_by_id(map_id);
}

static bool read_config(__u32 program_id, struct xdp_dispatcher_config *config)
{
	AUTO_FD int fd = open_first_map(program_id);
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), first = 0;

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) &&
	       info.value_size == sizeof(*config) && !bpf_map_lookup_elem(fd, &first, config) &&
	       config->magic == XDP_DISPATCHER_MAGIC &&
	       config->dispatcher_version == XDP_DISPATCHER_VERSION;
}

static void read_order(struct dispatcher *dispatcher)
{
	struct xdp_dispatcher_config config;

	if (!dispatcher->count || !read_config(dispatcher->id, &config))
		return;
	for (size_t i = 0; i < dispatcher->count; i++) {
		struct nic_program *program = &dispatcher->programs[i];

		program->order_known = true;
		program->priority = config.run_prios[program->place];
		program->hands_on = config.chain_call_actions[program->place] & 1u << XDP_PASS;
	}
}

void dispatcher_read(const struct run *run, unsigned ifindex, __u32 id,
		     struct dispatcher *dispatcher)
{
	*dispatcher = (struct dispatcher){.ifindex = ifindex, .id = id};
	for (unsigned place = 0; id && place < NIC_PROGRAMS_MAX; place++)
		read_program(run, dispatcher, place);
	read_order(dispatcher);
	if (!dispatcher->count)
		dispatcher->id = 0;
}

size_t dispatcher_count_ours(const struct dispatcher *dispatcher)
{
	size_t count = 0;

	for (size_t i = 0; i < dispatcher->count; i++)
		count += dispatcher->programs[i].ours;
	return count;
}

const struct nic_program *dispatcher_find(const struct dispatcher *dispatcher, __u32 program_id)
{
	for (size_t i = 0; i < dispatcher->count; i++)
		if (dispatcher->programs[i].id == program_id)
			return &dispatcher->programs[i];
	return NULL;
}

/* All that libxdp's pins tell of, be it of no use any more; to be freed. */
static struct dispatcher *list_all(const struct run *run, size_t *count)
{
	AUTO_FREE char *root = memory_format("%s/xdp", dispatcher_bpffs());
	struct dispatcher *list = NULL;
	char **names;
	size_t name_count = run_list(root, &names);

	*count = 0;
	for (size_t i = 0; i < name_count; i++) {
		struct dispatcher *dispatcher;
		unsigned ifindex;
		__u32 id;

		if (sscanf(names[i], "dispatch-%u-%u", &ifindex, &id) != 2)
			continue;
		dispatcher = memory_append(&list, count, sizeof(*list));
		dispatcher_read(run, ifindex, id, dispatcher);
		dispatcher->id = id;
		dispatcher->attached = nic_runs(ifindex) == id;
	}
	run_free_list(names, name_count);
	return list;
}

struct dispatcher *dispatcher_list_ours(const struct run *run, size_t *count)
{
	size_t all;
	struct dispatcher *list = list_all(run, &all);

	*count = 0;
	for (size_t i = 0; i < all; i++)
		if (dispatcher_count_ours(&list[i]))
			list[(*count)++] = list[i];
	return list;
}

/*
 * Somebody pins a dispatcher just before he attaches it, and that fails where the NIC got another
 * one meanwhile. Ids grow: one that is older than what the NIC runs is lost, and so is one that has
 * something of ours, which was on the NIC then, where the NIC runs nothing now.
 */
static bool is_lost(const struct dispatcher *dispatcher)
{
	__u32 runs = nic_runs(dispatcher->ifindex);

	return runs ? runs > dispatcher->id : dispatcher_count_ours(dispatcher);
}

/* The folder goes with the last pin in it; somebody else's stay, for `xdp-loader clean`. */
static void unpin_ours(const struct dispatcher *dispatcher)
{
	AUTO_FREE char *folder = folder_of(dispatcher);

	for (size_t i = 0; i < dispatcher->count; i++) {
		const struct nic_program *program = &dispatcher->programs[i];
		AUTO_FREE char *link = pin_of(dispatcher, program->place, "link");
		AUTO_FREE char *pin = dispatcher_program_pin(dispatcher, program->place);

		if (!program->ours)
			continue;
		unlink(link);
		unlink(pin);
	}
	rmdir(folder);
}

void dispatcher_sweep(const struct run *run)
{
	size_t count;
	AUTO_FREE struct dispatcher *list = list_all(run, &count);

	for (size_t i = 0; i < count; i++)
		if (is_lost(&list[i]))
			unpin_ours(&list[i]);
}
