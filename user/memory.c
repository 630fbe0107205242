// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

void *memory_there(void *memory)
{
	if (memory)
		return memory;
	fputs("directorgate: out of memory\n", stderr);
	_exit(1);
}

void *memory_zeroed(size_t count, size_t item_size)
{
	return memory_there(calloc(count ? count : 1, item_size));
}

void *memory_resize(void *items, size_t count, size_t item_size)
{
	return memory_there(reallocarray(items, count ? count : 1, item_size));
}

void *memory_append(void *items, size_t *count, size_t item_size)
{
	char *array, *item;

	memcpy(&array, items, sizeof(array));
	/* Capacity is the next power of two, so it need not be stored. */
	if ((*count & (*count - 1)) == 0) {
		array = memory_resize(array, *count ? *count * 2 : 1, item_size);
		memcpy(items, &array, sizeof(array));
	}
	item = array + *count * item_size;
	memset(item, 0, item_size);
	++*count;
	return item;
}

char *memory_copy_string(const char *text)
{
	return memory_there(strdup(text));
}

char *memory_format(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return memory_there(text);
}
