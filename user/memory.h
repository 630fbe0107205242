/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that is there or the program ends: the one place below main() that may
 * end it.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* What was just allocated, or the end. */
void *memory_there(void *memory);

/* `count` zeroed items. */
void *memory_zeroed(size_t count, size_t item_size);

/* Like realloc, for `count` items. */
void *memory_resize(void *items, size_t count, size_t item_size);

/*
 * Room for one more zeroed item at the end of the array `*items`, which has
 * `*count` of them; the count grows by one. Doubles the memory as needed.
 */
void *memory_append(void *items, size_t *count, size_t item_size);

char *memory_copy_string(const char *text);

/* printf into fresh memory. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void memory_free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

static inline void memory_close_pointer(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Freed, or closed, when the variable goes out of scope. */
#define AUTO_FREE __attribute__((cleanup(memory_free_pointer), unused))
#define AUTO_FD   __attribute__((cleanup(memory_close_pointer), unused))

#endif
