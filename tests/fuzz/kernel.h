/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's part of running the program, as plain C: maps, the clock, sockets, buffers.
 * Keys and values are heap blocks of their own, so that the sanitizer sees each step beyond
 * one, and each use of an entry that an LRU map has given away.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include "program.h"

/* What the program may find. */
struct kernel {
	struct map *maps[PROGRAM_MAP_COUNT];
	__u64 clock_ns;   /* 0: this machine's */
	__u32 more_len;   /* bytes of the frame in other buffers than the first */
	int no_room;      /* LRU maps take no new entry */
	int socket_state; /* of the socket that every look-up finds, as of TCP; 0: there is none */
	int sockets_held; /* found, and not released */
};

/* A machine with the program's maps, arrays and LRU maps of one entry. */
struct kernel *kernel_boot(void);
void kernel_halt(struct kernel *kernel);

/* From now on the program runs here. */
void kernel_enter(struct kernel *kernel);

/* Empties the map, which then has room for `limit` entries. */
void kernel_size_map(struct kernel *kernel, enum program_map map, __u32 limit);
/* Empties it; an array is zeros then. */
void kernel_clear_map(struct kernel *kernel, enum program_map map);

/* The value, or NULL; of an array any within its limit is there. */
void *kernel_find(struct kernel *kernel, enum program_map map, const void *key);
void kernel_put(struct kernel *kernel, enum program_map map, const void *key, const void *value);
__u32 kernel_entry_count(const struct kernel *kernel, enum program_map map);

/* The constant, in memory that can be written. */
void *kernel_unprotect(const volatile void *constant, unsigned long size);

#endif
