// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane_pins.h"
#include "memory.h"

int pins_open_read_only(const char *path)
{
	LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = BPF_F_RDONLY);

	return bpf_obj_get_opts(path, &options);
}

/* An array of `count` values of a size that is a multiple of eight, filled, frozen and pinned. */
static int write_array(char *path, const void *values, size_t value_size, size_t count,
		       struct error *error)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	AUTO_FREE char *owned_path = path;
	AUTO_FD int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, strrchr(path, '/') + 1, sizeof(__u32),
					value_size, count ? count : 1, &options);
	size_t len = value_size * count;
	void *memory;

	if (fd < 0)
		return error_set(error, -errno, "cannot make the map %s: %s", path,
				 strerror(errno));
	if (count) {
		memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (memory == MAP_FAILED)
			return error_set(error, -errno, "cannot fill the map %s: %s", path,
					 strerror(errno));
		memcpy(memory, values, len);
		munmap(memory, len);
	}
	if (bpf_map_freeze(fd) || bpf_obj_pin(fd, path))
		return error_set(error, -errno, "cannot pin the map %s: %s", path, strerror(errno));
	return 0;
}

/* Not by mmap: a read-only descriptor does not allow a shared mapping. */
static int read_array(char *path, size_t value_size, __u32 count, void **values)
{
	AUTO_FREE char *owned_path = path;
	AUTO_FREE __u32 *keys = memory_zeroed(count, sizeof(*keys));
	AUTO_FD int fd = pins_open_read_only(path);
	__u32 position;

	if (fd < 0)
		return -errno;
	*values = memory_zeroed(count, value_size);
	if (!count || !bpf_map_lookup_batch(fd, NULL, &position, keys, *values, &count, NULL) ||
	    errno == ENOENT)
		return 0;
	return -errno;
}

_Static_assert(sizeof(struct generation_info) % 8 == 0, "an array map's values are 8 bytes apart");
_Static_assert(sizeof(struct generation_rule) % 8 == 0, "likewise");
_Static_assert(sizeof(struct generation_role) % 8 == 0, "likewise");
_Static_assert(sizeof(struct generation_interface) % 8 == 0, "likewise");

static int pin_programs(const struct run *run, const struct generation *generation,
			const struct generation_info *info, struct error *error)
{
	for (size_t i = 0; i < generation->count; i++) {
		AUTO_FREE char *name = memory_format("program_%zu", i);
		AUTO_FREE char *path = run_generation_path(run, info->generation, name);

		if (bpf_obj_pin(generation_program_fd(generation, i), path))
			return error_set(error, -errno, "cannot pin a program at %s: %s", path,
					 strerror(errno));
	}
	return 0;
}

int pins_write_generation(const struct run *run, const struct generation *generation,
			  const struct description *description, struct error *error)
{
	const struct generation_info *info = &description->info;
	__u32 number = info->generation;
	AUTO_FREE char *folder = run_generation_path(run, number, NULL);
	int err = run_make_folder(folder, error);

	if (!err)
		err = pin_programs(run, generation, info, error);
	if (!err)
		err = write_array(run_generation_path(run, number, "rules"), description->rules,
				  sizeof(*description->rules), info->rule_count, error);
	if (!err)
		err = write_array(run_generation_path(run, number, "roles"), description->roles,
				  sizeof(*description->roles), info->role_count, error);
	if (!err)
		err = write_array(run_generation_path(run, number, "interfaces"),
				  description->interfaces, sizeof(*description->interfaces),
				  info->interface_count, error);
	if (!err)
		err = write_array(run_generation_path(run, number, "info"), info, sizeof(*info), 1,
				  error);
	if (err)
		run_remove_tree(folder);
	return err;
}

int pins_read_generation(const struct run *run, __u32 number, struct description *description)
{
	struct generation_info *info = NULL;
	int err;

	*description = (struct description){};
	err = read_array(run_generation_path(run, number, "info"), sizeof(*info), 1,
			 (void **)&info);
	if (!err)
		description->info = *info;
	free(info);
	if (!err)
		err = read_array(run_generation_path(run, number, "rules"),
				 sizeof(*description->rules), description->info.rule_count,
				 (void **)&description->rules);
	if (!err)
		err = read_array(run_generation_path(run, number, "roles"),
				 sizeof(*description->roles), description->info.role_count,
				 (void **)&description->roles);
	if (!err)
		err = read_array(run_generation_path(run, number, "interfaces"),
				 sizeof(*description->interfaces),
				 description->info.interface_count,
				 (void **)&description->interfaces);
	if (err)
		pins_free_description(description);
	return err;
}

void pins_free_description(struct description *description)
{
	free(description->rules);
	free(description->roles);
	free(description->interfaces);
	*description = (struct description){};
}

static bool has_id(int fd, __u32 program_id)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && info.id == program_id;
}

static int find_in_folder(char *folder, __u32 program_id, __u32 *interface)
{
	AUTO_FREE char *owned_folder = folder;
	int found = -ENOENT;
	char **names;
	size_t count = run_list(folder, &names);

	for (size_t i = 0; i < count && found < 0; i++) {
		AUTO_FREE char *path = memory_format("%s/%s", folder, names[i]);
		int fd;

		if (sscanf(names[i], "program_%u", interface) != 1)
			continue;
		fd = bpf_obj_get(path);
		if (has_id(fd, program_id))
			found = fd;
		else if (fd >= 0)
			close(fd);
	}
	run_free_list(names, count);
	return found;
}

int pins_find_program(const struct run *run, __u32 program_id, struct pinned_program *pinned)
{
	size_t count;
	AUTO_FREE __u32 *numbers = run_list_generations(run, &count);

	for (size_t i = count; i-- > 0;) {
		__u32 interface;
		int fd = find_in_folder(run_generation_path(run, numbers[i], NULL), program_id,
					&interface);

		if (fd >= 0) {
			*pinned = (struct pinned_program){numbers[i], interface};
			return fd;
		}
	}
	return -ENOENT;
}

/* Of generations that one layout pinned in this folder. */
static bool is_in_layout(char *folder, __u32 program_id)
{
	AUTO_FREE char *owned_folder = folder;
	bool found = false;
	char **names;
	size_t count = run_list(folder, &names);

	for (size_t i = 0; i < count && !found; i++) {
		__u32 interface;
		AUTO_FD int fd = find_in_folder(memory_format("%s/%s", folder, names[i]),
						program_id, &interface);

		found = fd >= 0;
	}
	run_free_list(names, count);
	return found;
}

bool pins_hold_program(const struct run *run, __u32 program_id)
{
	static const char generations[] = "generations_v";
	AUTO_FREE char *root = memory_format("%s/bpf", run->path);
	bool found = false;
	char **names;
	size_t count = run_list(root, &names);

	for (size_t i = 0; i < count && !found; i++)
		found = !strncmp(names[i], generations, strlen(generations)) &&
			is_in_layout(memory_format("%s/%s", root, names[i]), program_id);
	run_free_list(names, count);
	return found;
}

/* Opens the array of one value, or makes and pins it. */
static int open_value(const struct run *run, const char *name, size_t size)
{
	AUTO_FREE char *path = run_counters_path(run, name);
	int fd = bpf_obj_get(path);

	if (fd >= 0)
		return fd;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), size, 1, NULL);
	if (fd >= 0)
		bpf_obj_pin(fd, path);
	return fd;
}

int pins_take_generation(const struct run *run, __u32 *number, struct error *error)
{
	AUTO_FD int fd = open_value(run, "generation", sizeof(*number));
	size_t count;
	AUTO_FREE __u32 *pinned = run_list_generations(run, &count);
	__u32 first = 0, last = 0;

	if (fd < 0 || bpf_map_lookup_elem(fd, &first, &last))
		return error_set(error, -EIO, "cannot read the last generation's number");
	if (count && pinned[count - 1] > last)
		last = pinned[count - 1];
	*number = last + 1;
	if (bpf_map_update_elem(fd, &first, number, BPF_ANY))
		return error_set(error, -EIO, "cannot write the generation's number");
	return 0;
}

int pins_write_last_apply(const struct run *run, bool success)
{
	struct last_apply last_apply = {.at = time(NULL), .success = success};
	AUTO_FD int fd = open_value(run, "last_apply", sizeof(last_apply));
	__u32 first = 0;

	if (fd < 0)
		return fd;
	return bpf_map_update_elem(fd, &first, &last_apply, BPF_ANY);
}

void pins_read_last_apply(const struct run *run, struct last_apply *last_apply)
{
	AUTO_FREE char *path = run_counters_path(run, "last_apply");
	AUTO_FD int fd = pins_open_read_only(path);
	__u32 first = 0;

	if (fd < 0 || bpf_map_lookup_elem(fd, &first, last_apply))
		*last_apply = (struct last_apply){};
}
