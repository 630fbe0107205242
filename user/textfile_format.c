// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "memory.h"
#include "textfile.h"

#define BUFFER_SIZE 65536

struct text {
	char *bytes;
	size_t len, room;
};

static ssize_t append(void *cookie, const char *bytes, size_t len)
{
	struct text *text = cookie;

	if (text->len + len > text->room) {
		text->room = 2 * text->room + len;
		text->bytes = memory_resize(text->bytes, text->room, 1);
	}
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	return (ssize_t)len;
}

/* Not open_memstream(): growing, it copies and clears, three times the work of printing. */
char *textfile_format(const struct dataplane_state *state, const struct counters *counters,
		      double duration_seconds, size_t *len)
{
	struct text text = {0};
	AUTO_FREE char *buffer = memory_zeroed(BUFFER_SIZE, 1);
	FILE *out = fopencookie(&text, "w", (cookie_io_functions_t){.write = append});

	if (!out)
		return NULL;
	setvbuf(out, buffer, _IOFBF, BUFFER_SIZE);
	textfile_print(state, counters, duration_seconds, out);
	fclose(out);
	*len = text.len;
	return text.bytes;
}
