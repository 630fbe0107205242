// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "config_text.h"
#include "memory.h"
#include "utf8.h"

#define READ_SIZE       (64u * 1024)
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* A pipe or a device could hold us for ever, so it is not even waited for. */
static int open_regular(const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;

	if (fd < 0)
		return error_set(error, -errno, "cannot open \"%s\": %s", path, strerror(errno));
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return fd;
	close(fd);
	return error_set(error, -EINVAL, "\"%s\" is not a regular file", path);
}

/* Reads to the end, or one byte more than is allowed. */
static int read_all(int fd, char **text, size_t *len)
{
	size_t room = READ_SIZE;
	ssize_t got = 1;

	*text = memory_resize(NULL, room + 1, 1);
	*len = 0;
	while (got != 0 && *len <= CONFIG_TEXT_MAX) {
		got = read(fd, *text + *len, room - *len);
		if (got < 0 && errno != EINTR)
			return -errno;
		*len += got > 0 ? got : 0;
		if (*len == room)
			*text = memory_resize(*text, (room *= 2) + 1, 1);
	}
	(*text)[*len] = '\0';
	return 0;
}

/* Windows' editors begin UTF-8 with a mark, which libyaml counts as a column of the first key. */
static void drop_byte_order_mark(char *text, size_t *len)
{
	size_t mark = strlen(BYTE_ORDER_MARK);

	if (*len < mark || memcmp(text, BYTE_ORDER_MARK, mark) != 0)
		return;
	*len -= mark;
	memmove(text, text + mark, *len + 1);
}

int config_text_read(const char *path, char **text, size_t *len, struct error *error)
{
	bool standard = strcmp(path, "-") == 0;
	AUTO_FD int opened = standard ? -1 : open_regular(path, error);
	AUTO_FREE char *read = NULL;
	size_t size;
	int err;

	if (!standard && opened < 0)
		return opened;
	err = read_all(standard ? STDIN_FILENO : opened, &read, &size);
	if (err)
		return error_set(error, err, "cannot read \"%s\": %s", path, strerror(-err));
	if (size > CONFIG_TEXT_MAX)
		return error_set(error, -EFBIG, "\"%s\" is larger than 64 MiB", path);
	drop_byte_order_mark(read, &size);
	*text = read;
	*len = size;
	read = NULL;
	return 0;
}

/* What is wrong with the character at `text`, or NULL; *size is how many bytes it takes. */
static const char *find_fault(const char *text, size_t len, size_t *size)
{
	unsigned character;

	*size = utf8_read(text, len, &character);
	if (*size == 0) {
		*size = 1;
		return "invalid UTF-8: expected text in UTF-8";
	}
	if (character == '\0')
		return "a NUL byte: expected text";
	if (character == '\r')
		return len > 1 && text[1] == '\n' ? NULL
						  : "a carriage return inside of a line: expected "
						    "LF or CRLF at its end";
	/* YAML ends lines at some of these, and terminals obey others. */
	if ((character < ' ' && character != '\t' && character != '\n') ||
	    (character >= 0x7f && character < 0xa0) || character == 0x2028 || character == 0x2029)
		return "a control character: expected text";
	return NULL;
}

/* Reports the line's first fault; returns the line's length with its end. */
static size_t check_line(struct position *position, const char *text, size_t len,
			 struct diagnostics *diagnostics)
{
	const char *end = memchr(text, '\n', len);
	size_t line_len = end ? (size_t)(end - text) + 1 : len, size;

	position->column = 1;
	for (size_t at = 0; at < line_len; at += size, position->column++) {
		const char *fault = find_fault(text + at, line_len - at, &size);

		if (!fault)
			continue;
		diagnostics_error(diagnostics, *position, "%s", fault);
		break;
	}
	return line_len;
}

bool config_text_check(const char *file, const char *text, size_t len,
		       struct diagnostics *diagnostics)
{
	struct position position = {file, 0, 0};
	size_t before = diagnostics->error_count;

	for (size_t at = 0; at < len;) {
		position.line++;
		at += check_line(&position, text + at, len - at, diagnostics);
	}
	return diagnostics->error_count == before;
}
