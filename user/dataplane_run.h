/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The run directory, and what is pinned under it:
 *
 *   lock                              held while something changes
 *   bpf/                              a bpffs, in PID 1's mount namespace
 *   bpf/links/NAME                    one link an interface ('.' is written %2e)
 *   bpf/counters_vL/...               counters, slots and the last apply; L is LAYOUT_VERSION
 *   bpf/flows_vL/...                  tables of openings and flows
 *   bpf/generations_vL/N/...          programs and description of generation N
 */
#ifndef DATAPLANE_RUN_H
#define DATAPLANE_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "error.h"
#include "layout.h"

struct run {
	char *path;
	int lock_fd;
};

/*
 * For changes: makes the directory, waits for the lock, mounts the bpffs and sees that it will
 * stay. To be closed.
 */
int run_open(const char *path, struct run *run, struct error *error);

/*
 * For reading: -ENOENT when no bpffs is there. Waits at most five seconds for a change under way.
 * To be closed.
 */
int run_open_read(const char *path, struct run *run, struct error *error);
void run_close(struct run *run);

bool run_is_bpffs(const char *path);

/* Is the file system at path mounted where PID 1 sees it? Elsewhere it dies with this command. */
bool run_outlives_us(const char *path);

/* Path of a pin or pin folder; to be freed. */
char *run_link_path(const struct run *run, const char *interface);
char *run_links_path(const struct run *run);
char *run_counters_path(const struct run *run, const char *name);
char *run_flows_path(const struct run *run, const char *name);
char *run_generations_path(const struct run *run);
char *run_generation_path(const struct run *run, __u32 generation, const char *name);

/* Makes a folder in the bpffs; it may be there. */
int run_make_folder(const char *path, struct error *error);

/* Removes a folder and all below it. What is not there needs no removing. */
void run_remove_tree(const char *path);

/* Pins that another version made, with another LAYOUT_VERSION: not to be read by this one. */
bool run_has_other_layouts(const struct run *run);

/* Removes the pins of other layouts; true when there were any. */
bool run_remove_other_layouts(const struct run *run);

/* The names in a folder, sorted; none when it is not there. To be freed with each name. */
size_t run_list(const char *path, char ***names);
void run_free_list(char **names, size_t count);

/* The interface name that a pin under links/ stands for. */
void run_decode_name(const char *pin, char name[INTERFACE_NAME_SIZE]);

/* Numbers of the generations that are pinned, ascending; to be freed. */
__u32 *run_list_generations(const struct run *run, size_t *count);

#endif
