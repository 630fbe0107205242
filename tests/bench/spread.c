// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "memory.h"

#include "spread.h"
#include "spread.skel.h"

#define PROGRAM_HAS_FRAGS (1u << 5) /* BPF_F_XDP_HAS_FRAGS */

struct addresses {
	char *name;
	bool ipv6;
	int map_fd;
	__u32 count;
};

struct spread {
	int target, fd;
	const struct addresses *addresses;
	__u32 offset;
};

/* Fixed, because programs point to them. */
static struct addresses sets[64];
static size_t set_count;
static struct spread_program_list {
	struct spread *items;
	size_t count;
} made;

static int read_into_map(int file, int map_fd, size_t len)
{
	char *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	size_t done = 0;

	if (memory == MAP_FAILED)
		return -errno;
	while (done < len) {
		ssize_t got = read(file, memory + done, len - done);

		if (got <= 0)
			break;
		done += (size_t)got;
	}
	munmap(memory, len);
	return done == len ? 0 : -EIO;
}

int spread_add_addresses(const char *name, bool ipv6, const char *path)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	AUTO_FD int file = open(path, O_RDONLY | O_CLOEXEC);
	__u32 size = ipv6 ? 16 : 4;
	struct stat state;
	__u32 stride, count;
	int fd;

	if (file < 0 || fstat(file, &state) || set_count == sizeof(sets) / sizeof(sets[0]))
		return -1;
	/* An array's elements stand 8 bytes apart at least. */
	stride = size < 8 ? 8 : size;
	count = state.st_size / stride;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "addresses", sizeof(__u32), size, count, &options);
	if (fd < 0 || read_into_map(file, fd, (size_t)count * stride))
		return -1;
	sets[set_count++] = (struct addresses){memory_copy_string(name), ipv6, fd, count};
	return 0;
}

static const struct addresses *find_set(const char *name)
{
	for (size_t i = 0; i < set_count; i++)
		if (!strcmp(sets[i].name, name))
			return &sets[i];
	errno = ENOENT;
	return NULL;
}

/* A program jumps only to programs that were loaded with the same flag. */
static int load(int target, const struct addresses *addresses, __u32 offset, __u32 flags)
{
	struct spread_bpf *skeleton = spread_bpf__open();
	struct bpf_program *program;
	__u32 zero = 0;

	if (!skeleton)
		return -1;
	program = addresses->ipv6 ? skeleton->progs.spread6 : skeleton->progs.spread4;
	bpf_program__set_autoload(skeleton->progs.spread4, !addresses->ipv6);
	bpf_program__set_autoload(skeleton->progs.spread6, addresses->ipv6);
	bpf_program__set_flags(program, flags);
	skeleton->rodata->address_count = addresses->count;
	skeleton->rodata->address_offset = offset;
	bpf_map__reuse_fd(addresses->ipv6 ? skeleton->maps.addresses6 : skeleton->maps.addresses4,
			  addresses->map_fd);
	if (!spread_bpf__load(skeleton) &&
	    !bpf_map_update_elem(bpf_map__fd(skeleton->maps.target), &zero, &target, BPF_ANY))
		return bpf_program__fd(program); /* kept until the process ends */
	spread_bpf__destroy(skeleton);
	return -1;
}

int spread_program(int fd, const char *name, __u32 offset)
{
	const struct addresses *addresses = find_set(name);
	struct spread *spread;
	int program;

	if (!addresses)
		return -1;
	for (size_t i = 0; i < made.count; i++) {
		spread = &made.items[i];
		if (spread->target == fd && spread->addresses == addresses &&
		    spread->offset == offset)
			return spread->fd;
	}
	program = load(fd, addresses, offset, PROGRAM_HAS_FRAGS);
	if (program < 0)
		program = load(fd, addresses, offset, 0);
	if (program < 0)
		return -1;
	spread = memory_append(&made.items, &made.count, sizeof(*spread));
	*spread = (struct spread){fd, program, addresses, offset};
	return program;
}
