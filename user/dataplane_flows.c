// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "dataplane_flows.h"
#include "dataplane_pins.h"
#include "dataplane_probe.h"
#include "memory.h"

#define ORIGIN "origin" /* the pin of struct flow_origin */

/* A table and where its descriptor stands in struct flow_maps. */
struct table {
	const char *name;
	size_t fd;
};

static const struct table tables_there_are[] = {
	{"openings", offsetof(struct flow_maps, openings)},
	{"flows4", offsetof(struct flow_maps, flows[FAMILY_IPV4])},
	{"flows6", offsetof(struct flow_maps, flows[FAMILY_IPV6])},
};
#define TABLE_COUNT (sizeof(tables_there_are) / sizeof(tables_there_are[0]))

static int *fd_of(struct flow_maps *maps, const struct table *table)
{
	return (void *)((char *)maps + table->fd);
}

static int read_origin(const struct run *run, struct flow_origin *origin)
{
	AUTO_FREE char *path = run_flows_path(run, ORIGIN);
	AUTO_FD int fd = pins_open_read_only(path);
	__u32 first = 0;

	return fd < 0 ? -errno : bpf_map_lookup_elem(fd, &first, origin);
}

static int open_pinned(const struct run *run, struct flow_tables *tables,
		       int (*open_pin)(const char *path))
{
	int err;

	*tables = (struct flow_tables){.maps = FLOW_MAPS_OWN};
	err = read_origin(run, &tables->origin);
	for (size_t i = 0; i < TABLE_COUNT && !err; i++) {
		AUTO_FREE char *path = run_flows_path(run, tables_there_are[i].name);
		int fd = open_pin(path);

		*fd_of(&tables->maps, &tables_there_are[i]) = fd;
		err = fd < 0 ? -errno : 0;
	}
	if (err)
		flows_close(tables);
	return err;
}

/* Have they the sizes that the policy wants? */
static bool fit(const struct flow_maps *maps, const struct policy *policy)
{
	return pins_room_of(maps->openings) == OPENING_SETS(policy->opening_limit) &&
	       pins_room_of(maps->flows[FAMILY_IPV4]) == policy->flow_limit &&
	       pins_room_of(maps->flows[FAMILY_IPV6]) == policy->flow_limit;
}

/* -ENOENT: they are of other sizes. */
static int open_fitting(const struct run *run, const struct policy *policy,
			struct flow_tables *tables)
{
	int err = open_pinned(run, tables, bpf_obj_get);

	if (err || fit(&tables->maps, policy))
		return err;
	flows_close(tables);
	return -ENOENT;
}

__u64 flows_now_ns(void)
{
	return probe_clock(CLOCK_MONOTONIC);
}

void flows_renew(struct flow_tables *tables)
{
	tables->origin.since_ns = flows_now_ns();
	tables->renewed = true;
}

int flows_draw_seeds(__u64 seeds[OPENING_SEEDS], struct error *error)
{
	ssize_t wanted = OPENING_SEEDS * sizeof(*seeds);

	if (getrandom(seeds, wanted, 0) == wanted)
		return 0;
	return error_set(error, -errno, "the kernel gives no random numbers: %s", strerror(errno));
}

int flows_open(const struct run *run, const struct policy *policy, struct flow_tables *tables,
	       struct error *error)
{
	*tables = (struct flow_tables){.maps = FLOW_MAPS_OWN};
	if (!policy->stateful || !open_fitting(run, policy, tables))
		return 0;
	tables->fresh = true;
	flows_renew(tables);
	return flows_draw_seeds(tables->origin.opening_seeds, error);
}

void flows_close(struct flow_tables *tables)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		memory_close_pointer(fd_of(&tables->maps, &tables_there_are[i]));
	*tables = (struct flow_tables){.maps = FLOW_MAPS_OWN};
}

int flows_open_pinned(const struct run *run, struct flow_tables *tables)
{
	return open_pinned(run, tables, pins_open_read_only);
}

static int pin(const struct run *run, const char *name, int fd, struct error *error)
{
	AUTO_FREE char *path = run_flows_path(run, name);

	if (fd >= 0 && !bpf_obj_pin(fd, path))
		return 0;
	return error_set(error, -errno, "cannot pin the table %s: %s", path, strerror(errno));
}

/* Last, so that without it the tables count as not there. */
static int pin_origin(const struct run *run, const struct flow_origin *origin, struct error *error)
{
	AUTO_FD int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "flow_origin", sizeof(__u32),
					sizeof(*origin), 1, NULL);
	__u32 first = 0;

	if (fd >= 0)
		bpf_map_update_elem(fd, &first, origin, BPF_ANY);
	return pin(run, ORIGIN, fd, error);
}

static int rewrite_origin(const struct run *run, const struct flow_origin *origin,
			  struct error *error)
{
	AUTO_FREE char *path = run_flows_path(run, ORIGIN);
	AUTO_FD int fd = bpf_obj_get(path);
	__u32 first = 0;

	if (fd >= 0 && !bpf_map_update_elem(fd, &first, origin, BPF_ANY))
		return 0;
	return error_set(error, -errno, "cannot write %s: %s", path, strerror(errno));
}

int flows_keep(const struct run *run, const struct policy *policy, const struct flow_tables *tables,
	       struct flow_maps maps, struct error *error)
{
	AUTO_FREE char *folder = run_flows_path(run, NULL);
	int err;

	if (!policy->stateful || tables->fresh)
		flows_forget(run);
	if (!policy->stateful)
		return 0;
	if (!tables->fresh)
		return tables->renewed ? rewrite_origin(run, &tables->origin, error) : 0;
	err = run_make_folder(folder, error);
	for (size_t i = 0; i < TABLE_COUNT && !err; i++)
		err = pin(run, tables_there_are[i].name, *fd_of(&maps, &tables_there_are[i]),
			  error);
	return err ? err : pin_origin(run, &tables->origin, error);
}

bool flows_are_kept(const struct run *run, const struct policy *policy)
{
	struct flow_tables tables = {.maps = FLOW_MAPS_OWN};
	AUTO_FREE char *folder = run_flows_path(run, NULL);
	bool kept;

	if (!policy->stateful)
		return access(folder, F_OK) != 0;
	kept = !open_fitting(run, policy, &tables);
	flows_close(&tables);
	return kept;
}

void flows_forget(const struct run *run)
{
	AUTO_FREE char *folder = run_flows_path(run, NULL);

	run_remove_tree(folder);
}
