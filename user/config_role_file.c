// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "config_sections.h"
#include "config_text.h"
#include "memory.h"

static char *resolve(const char *base, const char *path)
{
	if (path[0] == '/')
		return memory_copy_string(path);
	/* "./" keeps a file that is called "-" from being standard input. */
	if (strcmp(base, ".") == 0)
		return memory_format("%s%s", path[0] == '-' ? "./" : "", path);
	return memory_format("%s/%s", base, path);
}

/* One line without its end: a prefix, a comment, or nothing. The line is cut after the prefix. */
static void read_line(struct config_reader *reader, struct position position, char *line,
		      struct role *role)
{
	char *start = line + strspn(line, " \t");
	struct error error;
	size_t len = strcspn(start, "#");

	while (len > 0 && strchr(" \t\r", start[len - 1]))
		len--;
	if (len == 0)
		return;
	start[len] = '\0';
	if (!prefix_read(start, &role->prefixes, &role->prefix_count, &error))
		return;
	position.column = start - line + 1;
	diagnostics_error(reader->diagnostics, position, "%s", error.text);
}

static void read_lines(struct config_reader *reader, const char *file, char *text, size_t len,
		       struct role *role)
{
	struct position position = {file, 0, 0};
	char *end = text + len;

	for (char *line = text; line < end;) {
		char *line_end = memchr(line, '\n', end - line);
		char *next = line_end ? line_end + 1 : end;

		if (line_end)
			*line_end = '\0';
		position.line++;
		read_line(reader, position, line, role);
		line = next;
	}
}

void config_read_role_file(struct config_reader *reader, const struct yaml_node *node,
			   struct role *role)
{
	AUTO_FREE char *path = NULL, *text = NULL;
	struct error error;
	const char *file;
	size_t len;

	if (!config_is_text(reader, node, "the path of a file"))
		return;
	path = resolve(reader->base, node->text);
	if (config_text_read(path, &text, &len, &error)) {
		diagnostics_error(reader->diagnostics, node->position, "%s", error.text);
		return;
	}
	file = diagnostics_add_text(reader->diagnostics, path, text, len);
	if (config_text_check(file, text, len, reader->diagnostics))
		read_lines(reader, file, text, len, role);
}
