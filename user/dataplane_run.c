// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <linux/magic.h>

#include "dataplane_run.h"
#include "memory.h"

/* A reader waits this many times 10 ms for a change to end. */
#define READ_LOCK_TRIES 500

bool run_is_bpffs(const char *path)
{
	struct statfs status;

	return !statfs(path, &status) && status.f_type == BPF_FS_MAGIC;
}

bool run_outlives_us(const char *path)
{
	unsigned int major_number, minor_number;
	AUTO_FREE char *line = NULL;
	struct stat status;
	size_t size = 0;
	bool found = false;
	FILE *mounts;

	if (stat(path, &status))
		return false;
	mounts = fopen("/proc/1/mountinfo", "re");
	if (!mounts)
		return false;
	while (!found && getline(&line, &size, mounts) > 0)
		found = sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2 &&
			major_number == major(status.st_dev) &&
			minor_number == minor(status.st_dev);
	fclose(mounts);
	return found;
}

static int make_path(const char *path, struct error *error)
{
	AUTO_FREE char *copy = memory_copy_string(path);

	for (char *slash = strchr(copy + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			return error_set(error, -errno, "cannot make the folder %s: %s", copy,
					 strerror(errno));
		if (!slash)
			return 0;
		*slash = '/';
	}
}

static int mount_bpffs(const char *path, struct error *error)
{
	bool mounted_here = false;
	int err = make_path(path, error);

	if (err)
		return err;
	if (!run_is_bpffs(path)) {
		if (mount("bpf", path, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
			return error_set(error, -errno, "cannot mount a bpffs at %s: %s%s", path,
					 strerror(errno),
					 errno == EPERM ? " (root is needed)" : "");
		mounted_here = true;
	}
	if (run_outlives_us(path))
		return 0;
	if (mounted_here)
		umount2(path, MNT_DETACH);
	return error_set(error, -EXDEV,
			 "the bpffs at %s would vanish with this command, and the filter with it: "
			 "this command runs in "
			 "a mount namespace of its own\n"
			 "mount it where PID 1 sees it first: nsenter -t 1 -m mount -t bpf bpf %s "
			 "(or: systemctl start "
			 "run-directorgate-bpf.mount)",
			 path, path);
}

static int take_lock(struct run *run, struct error *error)
{
	AUTO_FREE char *path = memory_format("%s/lock", run->path);

	run->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (run->lock_fd < 0)
		return error_set(error, -errno, "cannot open the lock %s: %s", path,
				 strerror(errno));
	while (flock(run->lock_fd, LOCK_EX))
		if (errno != EINTR)
			return error_set(error, -errno, "cannot lock %s: %s", path,
					 strerror(errno));
	return 0;
}

static int make_folders(const struct run *run, struct error *error)
{
	AUTO_FREE char *links = run_links_path(run);
	AUTO_FREE char *counters = run_counters_path(run, NULL);
	AUTO_FREE char *generations = run_generations_path(run);
	int err = run_make_folder(links, error);

	if (!err)
		err = run_make_folder(counters, error);
	if (!err)
		err = run_make_folder(generations, error);
	return err;
}

int run_open(const char *path, struct run *run, struct error *error)
{
	AUTO_FREE char *bpffs = memory_format("%s/bpf", path);
	int err;

	*run = (struct run){.path = memory_copy_string(path), .lock_fd = -1};
	err = make_path(path, error);
	if (!err)
		err = take_lock(run, error);
	if (!err)
		err = mount_bpffs(bpffs, error);
	if (!err)
		err = make_folders(run, error);
	if (err)
		run_close(run);
	return err;
}

/* Waits for a change under way, so that a reader sees no half-made one; but not for ever. */
static void wait_for_change(struct run *run)
{
	AUTO_FREE char *path = memory_format("%s/lock", run->path);
	const struct timespec pause = {.tv_nsec = 10000000};

	run->lock_fd = open(path, O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < READ_LOCK_TRIES && run->lock_fd >= 0; i++) {
		if (!flock(run->lock_fd, LOCK_SH | LOCK_NB))
			return;
		nanosleep(&pause, NULL);
	}
}

int run_open_read(const char *path, struct run *run, struct error *error)
{
	AUTO_FREE char *bpffs = memory_format("%s/bpf", path);

	if (geteuid() == 0 || !access(bpffs, X_OK) || errno == ENOENT) {
		if (!run_is_bpffs(bpffs))
			return error_set(error, -ENOENT, "nothing is applied under %s", path);
		*run = (struct run){.path = memory_copy_string(path), .lock_fd = -1};
		wait_for_change(run);
		return 0;
	}
	return error_set(error, -errno, "cannot read %s: %s (root is needed)", bpffs,
			 strerror(errno));
}

void run_close(struct run *run)
{
	if (run->lock_fd >= 0)
		close(run->lock_fd);
	free(run->path);
	*run = (struct run){.lock_fd = -1};
}

char *run_links_path(const struct run *run)
{
	return memory_format("%s/bpf/links", run->path);
}

/* bpffs keeps names with a dot for itself; a percent sign would be ambiguous. */
char *run_link_path(const struct run *run, const char *interface)
{
	char encoded[3 * INTERFACE_NAME_SIZE + 1] = "";
	size_t len = 0;

	for (const char *c = interface; *c && len + 3 < sizeof(encoded); c++) {
		if (*c == '.' || *c == '%')
			len += sprintf(encoded + len, "%%%02x", (unsigned char)*c);
		else
			encoded[len++] = *c;
	}
	encoded[len] = '\0';
	return memory_format("%s/bpf/links/%s", run->path, encoded);
}

void run_decode_name(const char *pin, char name[INTERFACE_NAME_SIZE])
{
	size_t len = 0;

	memset(name, 0, INTERFACE_NAME_SIZE);
	while (*pin && len < INTERFACE_NAME_SIZE - 1) {
		unsigned int byte;

		if (*pin == '%' && sscanf(pin, "%%%2x", &byte) == 1) {
			name[len++] = byte;
			pin += 3;
		} else {
			name[len++] = *pin++;
		}
	}
}

char *run_counters_path(const struct run *run, const char *name)
{
	return memory_format("%s/bpf/counters_v%d%s%s", run->path, LAYOUT_VERSION, name ? "/" : "",
			     name ? name : "");
}

char *run_flows_path(const struct run *run, const char *name)
{
	return memory_format("%s/bpf/flows_v%d%s%s", run->path, LAYOUT_VERSION, name ? "/" : "",
			     name ? name : "");
}

char *run_generations_path(const struct run *run)
{
	return memory_format("%s/bpf/generations_v%d", run->path, LAYOUT_VERSION);
}

char *run_generation_path(const struct run *run, __u32 generation, const char *name)
{
	return memory_format("%s/bpf/generations_v%d/%u%s%s", run->path, LAYOUT_VERSION, generation,
			     name ? "/" : "", name ? name : "");
}

int run_make_folder(const char *path, struct error *error)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return error_set(error, -errno, "cannot make the folder %s: %s", path,
				 strerror(errno));
	return 0;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

size_t run_list(const char *path, char ***names)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	*names = NULL;
	if (!folder)
		return 0;
	while ((entry = readdir(folder))) {
		char **name;

		if (entry->d_name[0] == '.')
			continue;
		name = memory_append(names, &count, sizeof(**names));
		*name = memory_copy_string(entry->d_name);
	}
	closedir(folder);
	if (count)
		qsort(*names, count, sizeof(**names), compare_names);
	return count;
}

void run_free_list(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

void run_remove_tree(const char *path)
{
	char **names;
	size_t count = run_list(path, &names);

	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *entry = memory_format("%s/%s", path, names[i]);

		if (unlink(entry) && errno == EISDIR)
			run_remove_tree(entry);
	}
	run_free_list(names, count);
	rmdir(path);
}

/* Is this a folder of pins that another LAYOUT_VERSION made? */
static bool is_other_layout(const char *name)
{
	static const char *const folders[] = {"counters_v", "flows_v", "generations_v"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		AUTO_FREE char *ours = memory_format("%s%d", folders[i], LAYOUT_VERSION);

		if (!strncmp(name, folders[i], strlen(folders[i])))
			return strcmp(name, ours);
	}
	return false;
}

/* Visits the pins of other layouts, to remove them or only to see whether there are any. */
static bool visit_other_layouts(const struct run *run, bool remove)
{
	AUTO_FREE char *root = memory_format("%s/bpf", run->path);
	bool found = false;
	char **names;
	size_t count = run_list(root, &names);

	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *path = memory_format("%s/%s", root, names[i]);

		if (!is_other_layout(names[i]))
			continue;
		found = true;
		if (remove)
			run_remove_tree(path);
	}
	run_free_list(names, count);
	return found;
}

bool run_has_other_layouts(const struct run *run)
{
	return visit_other_layouts(run, false);
}

bool run_remove_other_layouts(const struct run *run)
{
	return visit_other_layouts(run, true);
}

static int compare_numbers(const void *left, const void *right)
{
	__u32 a = *(const __u32 *)left, b = *(const __u32 *)right;

	return (a > b) - (a < b);
}

__u32 *run_list_generations(const struct run *run, size_t *count)
{
	AUTO_FREE char *path = run_generations_path(run);
	__u32 *numbers;
	char **names;

	*count = run_list(path, &names);
	numbers = memory_zeroed(*count, sizeof(*numbers));
	for (size_t i = 0; i < *count; i++)
		numbers[i] = strtoul(names[i], NULL, 10);
	run_free_list(names, *count);
	qsort(numbers, *count, sizeof(*numbers), compare_numbers);
	return numbers;
}
