// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "kernel.h"

#define BUCKETS 1024

enum { ESTABLISHED = 1 }; /* <net/tcp_states.h> */

enum { NO_ENTRY = -2, NO_MEMORY = -12, EXISTS = -17, INVALID = -22 };

/* What a socket look-up wants of its tuple. */
enum {
	TUPLE_IPV4 = sizeof(((struct bpf_sock_tuple *)0)->ipv4),
	TUPLE_IPV6 = sizeof(((struct bpf_sock_tuple *)0)->ipv6),
};

struct entry {
	struct entry *next; /* of the bucket */
	unsigned long used; /* when, as the map counts */
	void *key, *value;
};

struct map {
	const struct map_shape *shape;
	__u32 limit, count;
	unsigned long uses;
	void **values; /* of an array */
	struct entry *buckets[BUCKETS];
};

static struct kernel *running;

/* A fault of the program, or of what runs it: the fuzzer keeps the input. */
static void stop(const char *what)
{
	fprintf(stderr, "kernel: %s\n", what);
	abort();
}

static void *there(void *memory)
{
	if (!memory)
		stop("no memory");
	return memory;
}

static void *copy(const void *bytes, size_t len)
{
	return memcpy(there(malloc(len)), bytes, len);
}

static int is_array(const struct map *map)
{
	return map->shape->type == BPF_MAP_TYPE_ARRAY ||
	       map->shape->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static struct entry **bucket_of(struct map *map, const void *key)
{
	const unsigned char *bytes = key;
	__u32 hash = 2166136261u;

	for (int i = 0; i < map->shape->key_size; i++)
		hash = (__u32)((hash ^ bytes[i]) * 16777619ull);
	return &map->buckets[hash % BUCKETS];
}

/* Where the entry hangs, or the end of its bucket. */
static struct entry **locate(struct map *map, const void *key)
{
	struct entry **at = bucket_of(map, key);

	while (*at && memcmp((*at)->key, key, map->shape->key_size) != 0)
		at = &(*at)->next;
	return at;
}

static void cut_out(struct map *map, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->next;
	free(entry->key);
	free(entry->value);
	free(entry);
	map->count--;
}

/* Gives the entry away that was not used for longest. */
static void evict(struct map *map)
{
	struct entry **oldest = NULL;

	for (int i = 0; i < BUCKETS; i++)
		for (struct entry **at = &map->buckets[i]; *at; at = &(*at)->next)
			if (!oldest || (*at)->used < (*oldest)->used)
				oldest = at;
	cut_out(map, oldest);
}

static void *find(struct map *map, const void *key)
{
	struct entry *entry;

	if (is_array(map)) {
		__u32 index = *(const __u32 *)key;

		return index < map->limit ? map->values[index] : NULL;
	}
	entry = *locate(map, key);
	if (!entry)
		return NULL;
	entry->used = ++map->uses;
	return entry->value;
}

static long put_new(struct map *map, const void *key, const void *value)
{
	struct entry *entry, **bucket;

	if (map->count == map->limit && map->shape->type == BPF_MAP_TYPE_HASH)
		return NO_MEMORY;
	if (map->count == map->limit)
		evict(map);
	entry = there(malloc(sizeof(*entry)));
	bucket = bucket_of(map, key);
	*entry = (struct entry){
		.next = *bucket,
		.used = ++map->uses,
		.key = copy(key, map->shape->key_size),
		.value = copy(value, map->shape->value_size),
	};
	*bucket = entry;
	map->count++;
	return 0;
}

static void clear(struct map *map)
{
	for (__u32 i = 0; is_array(map) && i < map->limit; i++)
		memset(map->values[i], 0, map->shape->value_size);
	for (int i = 0; map->count && i < BUCKETS; i++)
		while (map->buckets[i])
			cut_out(map, &map->buckets[i]);
}

static void size(struct map *map, __u32 limit)
{
	clear(map);
	if (is_array(map)) {
		for (__u32 i = 0; i < map->limit; i++)
			free(map->values[i]);
		free(map->values);
		map->values = there(calloc(limit, sizeof(*map->values)));
		for (__u32 i = 0; i < limit; i++)
			map->values[i] = there(calloc(1, map->shape->value_size));
	}
	map->limit = limit;
}

struct kernel *kernel_boot(void)
{
	struct kernel *kernel = there(calloc(1, sizeof(*kernel)));

	for (int i = 0; i < PROGRAM_MAP_COUNT; i++) {
		kernel->maps[i] = there(calloc(1, sizeof(*kernel->maps[i])));
		kernel->maps[i]->shape = &program_maps[i];
		size(kernel->maps[i], 1);
	}
	return kernel;
}

void kernel_halt(struct kernel *kernel)
{
	for (int i = 0; i < PROGRAM_MAP_COUNT; i++) {
		size(kernel->maps[i], 0);
		free(kernel->maps[i]->values);
		free(kernel->maps[i]);
	}
	if (running == kernel)
		running = NULL;
	free(kernel);
}

void kernel_enter(struct kernel *kernel)
{
	running = kernel;
}

void kernel_size_map(struct kernel *kernel, enum program_map map, __u32 limit)
{
	size(kernel->maps[map], limit);
}

void kernel_clear_map(struct kernel *kernel, enum program_map map)
{
	clear(kernel->maps[map]);
}

void *kernel_find(struct kernel *kernel, enum program_map map, const void *key)
{
	return find(kernel->maps[map], key);
}

void kernel_put(struct kernel *kernel, enum program_map map, const void *key, const void *value)
{
	void *there_already = find(kernel->maps[map], key);

	if (there_already)
		memcpy(there_already, value, program_maps[map].value_size);
	else if (put_new(kernel->maps[map], key, value))
		stop("the map is full");
}

__u32 kernel_entry_count(const struct kernel *kernel, enum program_map map)
{
	return kernel->maps[map]->count;
}

void *kernel_unprotect(const volatile void *constant, unsigned long size)
{
	unsigned long page = sysconf(_SC_PAGESIZE), start = (unsigned long)constant;
	unsigned long first = start / page * page;

	if (mprotect((void *)first, start + size - first, PROT_READ | PROT_WRITE))
		stop("a constant stays protected");
	return (void *)start;
}

static struct map *map_of(const void *object)
{
	for (int i = 0; i < PROGRAM_MAP_COUNT; i++)
		if (program_maps[i].object == object)
			return running->maps[i];
	stop("a map that PROGRAM_MAPS does not list");
	return NULL;
}

void *bpf_map_lookup_elem(void *map, const void *key)
{
	return find(map_of(map), key);
}

long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags)
{
	struct map *target = map_of(map);
	void *present = find(target, key);

	if (flags > BPF_EXIST)
		return INVALID;
	if (present && flags == BPF_NOEXIST)
		return EXISTS;
	if (!present && (flags == BPF_EXIST || is_array(target)))
		return NO_ENTRY;
	if (!present && running->no_room)
		return NO_MEMORY;
	if (!present)
		return put_new(target, key, value);
	memcpy(present, value, target->shape->value_size);
	return 0;
}

long bpf_map_delete_elem(void *map, const void *key)
{
	struct map *target = map_of(map);
	struct entry **at;

	if (is_array(target))
		return INVALID;
	at = locate(target, key);
	if (!*at)
		return NO_ENTRY;
	cut_out(target, at);
	return 0;
}

/* A jiffy is a nanosecond here. */
__u64 bpf_jiffies64(void)
{
	struct timespec now;

	if (running->clock_ns)
		return running->clock_ns;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data + running->more_len;
}

/* Reads the whole tuple, as the kernel does. */
static struct bpf_sock *find_socket(const struct bpf_sock_tuple *tuple, __u32 tuple_size,
				    __u64 netns)
{
	struct bpf_sock_tuple read = {};
	struct bpf_sock *found;

	if ((__s64)netns != BPF_F_CURRENT_NETNS && (__s32)netns != BPF_F_CURRENT_NETNS)
		stop("a socket of another name space");
	if (tuple_size != TUPLE_IPV4 && tuple_size != TUPLE_IPV6)
		stop("a socket look-up with a tuple of another size");
	memcpy(&read, tuple, tuple_size);
	if (!running->socket_state)
		return NULL;
	found = there(calloc(1, sizeof(*found)));
	found->state = running->socket_state;
	/* Only a connected one has another side. */
	if (found->state == ESTABLISHED)
		found->dst_port = tuple_size == TUPLE_IPV4 ? read.ipv4.sport : read.ipv6.sport;
	running->sockets_held++;
	return found;
}

struct bpf_sock *bpf_skc_lookup_tcp(void *ctx, struct bpf_sock_tuple *tuple, __u32 tuple_size,
				    __u64 netns, __u64 flags)
{
	(void)ctx;
	if (flags)
		stop("a socket look-up with flags");
	return find_socket(tuple, tuple_size, netns);
}

struct bpf_sock *bpf_sk_lookup_udp(void *ctx, struct bpf_sock_tuple *tuple, __u32 tuple_size,
				   __u64 netns, __u64 flags)
{
	return bpf_skc_lookup_tcp(ctx, tuple, tuple_size, netns, flags);
}

long bpf_sk_release(void *sock)
{
	free(sock);
	running->sockets_held--;
	return 0;
}
