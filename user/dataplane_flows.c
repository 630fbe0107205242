// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "dataplane_flows.h"
#include "dataplane_pins.h"
#include "memory.h"

/* A table and where its descriptor stands in struct flow_maps. */
struct table {
	const char *name;
	size_t key_size, value_size;
	bool openings;
	enum family family;
};

static const struct table tables_there_are[] = {
	{"openings4", sizeof(struct flow_key4), sizeof(struct opening), true, FAMILY_IPV4},
	{"openings6", sizeof(struct flow_key6), sizeof(struct opening), true, FAMILY_IPV6},
	{"flows4", sizeof(struct flow_key4), sizeof(struct flow), false, FAMILY_IPV4},
	{"flows6", sizeof(struct flow_key6), sizeof(struct flow), false, FAMILY_IPV6},
};
#define TABLE_COUNT (sizeof(tables_there_are) / sizeof(tables_there_are[0]))

static int *fd_of(struct flow_maps *maps, const struct table *table)
{
	return table->openings ? &maps->openings[table->family] : &maps->flows[table->family];
}

static __u32 limit_of(const struct policy *policy, const struct table *table)
{
	return table->openings ? policy->opening_limit : policy->flow_limit;
}

/* The pinned table, when it has that many entries; or -ENOENT. */
static int open_table(const struct run *run, const struct table *table, __u32 limit)
{
	AUTO_FREE char *path = run_flows_path(run, table->name);
	int fd = bpf_obj_get(path);

	if (fd < 0)
		return -errno;
	if (pins_room_of(fd) == limit)
		return fd;
	close(fd);
	return -ENOENT;
}

static int read_since(const struct run *run, __u64 *since_ns)
{
	AUTO_FREE char *path = run_flows_path(run, "since");
	AUTO_FD int fd = pins_open_read_only(path);
	__u32 first = 0;

	return fd < 0 ? -errno : bpf_map_lookup_elem(fd, &first, since_ns);
}

static int open_all(const struct run *run, const struct policy *policy, struct flow_tables *tables)
{
	int err = read_since(run, &tables->since_ns);

	if (err)
		return err;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct table *table = &tables_there_are[i];
		int fd = open_table(run, table, limit_of(policy, table));

		if (fd < 0)
			return fd;
		*fd_of(&tables->maps, table) = fd;
	}
	return 0;
}

__u64 flows_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

void flows_renew(struct flow_tables *tables)
{
	tables->since_ns = flows_now_ns();
	tables->renewed = true;
}

static int make_all(const struct policy *policy, struct flow_tables *tables, struct error *error)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct table *table = &tables_there_are[i];
		int fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, table->name, table->key_size,
					table->value_size, limit_of(policy, table), NULL);

		if (fd < 0)
			return error_set(error, fd, "cannot make the table %s of %u entries: %s",
					 table->name, limit_of(policy, table), strerror(-fd));
		*fd_of(&tables->maps, table) = fd;
	}
	flows_renew(tables);
	tables->fresh = true;
	return 0;
}

int flows_open(const struct run *run, const struct policy *policy, struct flow_tables *tables,
	       struct error *error)
{
	int err;

	*tables = (struct flow_tables){.maps = FLOW_MAPS_OWN};
	if (!policy->stateful || !open_all(run, policy, tables))
		return 0;
	flows_close(tables);
	err = make_all(policy, tables, error);
	if (err)
		flows_close(tables);
	return err;
}

void flows_close(struct flow_tables *tables)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		memory_close_pointer(fd_of(&tables->maps, &tables_there_are[i]));
	*tables = (struct flow_tables){.maps = FLOW_MAPS_OWN};
}

int flows_open_pinned(const struct run *run, struct flow_tables *tables)
{
	int err;

	*tables = (struct flow_tables){.maps = FLOW_MAPS_OWN};
	err = read_since(run, &tables->since_ns);
	for (size_t i = 0; i < TABLE_COUNT && !err; i++) {
		AUTO_FREE char *path = run_flows_path(run, tables_there_are[i].name);
		int fd = pins_open_read_only(path);

		*fd_of(&tables->maps, &tables_there_are[i]) = fd;
		err = fd < 0 ? -errno : 0;
	}
	if (err)
		flows_close(tables);
	return err;
}

static int pin(const struct run *run, const char *name, int fd, struct error *error)
{
	AUTO_FREE char *path = run_flows_path(run, name);

	if (fd >= 0 && !bpf_obj_pin(fd, path))
		return 0;
	return error_set(error, -errno, "cannot pin the table %s: %s", path, strerror(errno));
}

/* Last, so that without it the tables count as not there. */
static int pin_since(const struct run *run, __u64 since_ns, struct error *error)
{
	AUTO_FD int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "since", sizeof(__u32),
					sizeof(since_ns), 1, NULL);
	__u32 first = 0;

	if (fd >= 0)
		bpf_map_update_elem(fd, &first, &since_ns, BPF_ANY);
	return pin(run, "since", fd, error);
}

static int rewrite_since(const struct run *run, __u64 since_ns, struct error *error)
{
	AUTO_FREE char *path = run_flows_path(run, "since");
	AUTO_FD int fd = bpf_obj_get(path);
	__u32 first = 0;

	if (fd >= 0 && !bpf_map_update_elem(fd, &first, &since_ns, BPF_ANY))
		return 0;
	return error_set(error, -errno, "cannot write %s: %s", path, strerror(errno));
}

int flows_keep(const struct run *run, const struct policy *policy, const struct flow_tables *tables,
	       struct error *error)
{
	AUTO_FREE char *folder = run_flows_path(run, NULL);
	struct flow_maps maps = tables->maps;
	int err;

	if (!policy->stateful || tables->fresh)
		flows_forget(run);
	if (!tables->fresh)
		return policy->stateful && tables->renewed
			       ? rewrite_since(run, tables->since_ns, error)
			       : 0;
	err = run_make_folder(folder, error);
	for (size_t i = 0; i < TABLE_COUNT && !err; i++)
		err = pin(run, tables_there_are[i].name, *fd_of(&maps, &tables_there_are[i]),
			  error);
	return err ? err : pin_since(run, tables->since_ns, error);
}

bool flows_are_kept(const struct run *run, const struct policy *policy)
{
	struct flow_tables tables = {.maps = FLOW_MAPS_OWN};
	AUTO_FREE char *folder = run_flows_path(run, NULL);
	bool kept;

	if (!policy->stateful)
		return access(folder, F_OK) != 0;
	kept = !open_all(run, policy, &tables);
	flows_close(&tables);
	return kept;
}

void flows_forget(const struct run *run)
{
	AUTO_FREE char *folder = run_flows_path(run, NULL);

	run_remove_tree(folder);
}
