// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "diagnostics.h"
#include "memory.h"
#include "utf8.h"

#define WIDTH_MAX   100 /* of a quoted line; longer ones are cut around the caret */
#define WIDTH_AFTER 30  /* of it, at least so much after the caret */
#define ESCAPE_SIZE 12  /* longest escape or character, with the zero */

struct source_text {
	char *file;
	char *text;
	size_t len;
};

/* What one character looks like on the terminal. */
struct glyph {
	size_t len; /* bytes of the source */
	unsigned width;
	char text[ESCAPE_SIZE];
};

static void read_glyph(const char *text, size_t len, struct glyph *glyph)
{
	unsigned character;

	glyph->len = utf8_read(text, len, &character);
	if (glyph->len == 0) {
		glyph->len = 1;
		glyph->width = snprintf(glyph->text, ESCAPE_SIZE, "\\x%02x", (unsigned char)*text);
	} else if (!utf8_printable(character)) {
		glyph->width = snprintf(glyph->text, ESCAPE_SIZE,
					character < 0x80 ? "\\x%02x" : "\\u%04x", character);
	} else {
		memcpy(glyph->text, text, glyph->len);
		glyph->text[glyph->len] = '\0';
		glyph->width = utf8_width(character);
	}
}

char *diagnostics_escape(const char *text, size_t len)
{
	struct glyph glyph;
	size_t size;
	char *escaped;
	FILE *out = memory_there(open_memstream(&escaped, &size));

	for (size_t at = 0; at < len; at += glyph.len) {
		read_glyph(text + at, len - at, &glyph);
		fputs(glyph.text, out);
	}
	fclose(out);
	return escaped;
}

const char *diagnostics_severity_name(enum severity severity)
{
	return severity == SEVERITY_ERROR ? "error" : "warning";
}

const char *diagnostics_add_text(struct diagnostics *diagnostics, const char *file,
				 const char *text, size_t len)
{
	struct source_text *added;

	for (size_t i = 0; i < diagnostics->text_count; i++)
		if (strcmp(diagnostics->texts[i].file, file) == 0)
			return diagnostics->texts[i].file;
	added = memory_append(&diagnostics->texts, &diagnostics->text_count, sizeof(*added));
	added->file = memory_copy_string(file);
	added->text = memory_zeroed(len, 1);
	memcpy(added->text, text, len);
	added->len = len;
	return added->file;
}

static void add(struct diagnostics *diagnostics, enum severity severity, struct position position,
		const char *format, va_list arguments)
{
	AUTO_FREE char *text = NULL;
	struct diagnostic *item;

	if (vasprintf(&text, format, arguments) < 0)
		text = memory_copy_string(format);
	item = memory_append(&diagnostics->items, &diagnostics->count, sizeof(*item));
	item->severity = severity;
	item->position = position;
	item->message = diagnostics_escape(text, strlen(text));
	if (severity == SEVERITY_ERROR)
		diagnostics->error_count++;
}

void diagnostics_error(struct diagnostics *diagnostics, struct position position,
		       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(diagnostics, SEVERITY_ERROR, position, format, arguments);
	va_end(arguments);
}

void diagnostics_warning(struct diagnostics *diagnostics, struct position position,
			 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(diagnostics, SEVERITY_WARNING, position, format, arguments);
	va_end(arguments);
}

/* Index of the file among the texts; one past the last when it has none. */
static size_t find_text(const struct diagnostics *diagnostics, const char *file)
{
	size_t i = 0;

	while (i < diagnostics->text_count && diagnostics->texts[i].file != file)
		i++;
	return i;
}

/* For qsort_r. Of one place, what was said first stays first. */
static int compare(const void *left, const void *right, void *context)
{
	const struct diagnostic *a = *(const struct diagnostic *const *)left;
	const struct diagnostic *b = *(const struct diagnostic *const *)right;
	size_t a_text = find_text(context, a->position.file);
	size_t b_text = find_text(context, b->position.file);

	if (a_text != b_text)
		return a_text < b_text ? -1 : 1;
	if (a->position.line != b->position.line)
		return a->position.line < b->position.line ? -1 : 1;
	if (a->position.column != b->position.column)
		return a->position.column < b->position.column ? -1 : 1;
	return a < b ? -1 : a > b;
}

static bool same(const struct diagnostic *a, const struct diagnostic *b)
{
	return a->severity == b->severity && a->position.file == b->position.file &&
	       a->position.line == b->position.line && a->position.column == b->position.column &&
	       strcmp(a->message, b->message) == 0;
}

/* Whether one of the items before `at` that stand at its place says the same. */
static bool said(const struct diagnostic *items, size_t at)
{
	for (size_t i = at; i-- > 0;) {
		if (items[i].position.line != items[at].position.line ||
		    items[i].position.column != items[at].position.column)
			return false;
		if (same(&items[i], &items[at]))
			return true;
	}
	return false;
}

static void drop_repeated(struct diagnostics *diagnostics)
{
	struct diagnostic *items = diagnostics->items;
	size_t kept = 0;

	diagnostics->error_count = 0;
	for (size_t i = 0; i < diagnostics->count; i++) {
		items[kept] = items[i];
		if (said(items, kept)) {
			free(items[kept].message);
			continue;
		}
		diagnostics->error_count += items[kept].severity == SEVERITY_ERROR;
		kept++;
	}
	/* The memory keeps the size that memory_append() expects of the larger count. */
	diagnostics->count = kept;
}

void diagnostics_sort(struct diagnostics *diagnostics)
{
	size_t count = diagnostics->count;
	struct diagnostic *sorted = NULL;
	size_t sorted_count = 0;
	AUTO_FREE struct diagnostic **order = memory_zeroed(count, sizeof(*order));

	if (!count)
		return;
	for (size_t i = 0; i < count; i++)
		order[i] = &diagnostics->items[i];
	qsort_r(order, count, sizeof(*order), compare, diagnostics);
	for (size_t i = 0; i < count; i++) {
		struct diagnostic *item = memory_append(&sorted, &sorted_count, sizeof(*item));

		*item = *order[i];
	}
	free(diagnostics->items);
	diagnostics->items = sorted;
	drop_repeated(diagnostics);
}

/* Where printing stands in one text. Places are asked for in ascending order. */
struct cursor {
	const struct source_text *text;
	unsigned line, column;
	size_t start, at; /* of the line and of the column, in bytes */
};

static void seek_line(struct cursor *cursor, const struct source_text *text, unsigned line)
{
	if (cursor->text != text || cursor->line > line)
		*cursor = (struct cursor){text, 1, 1, 0, 0};
	while (cursor->line < line) {
		const char *start = text->text + cursor->start;
		const char *end = memchr(start, '\n', text->len - cursor->start);

		cursor->start = end ? (size_t)(end - text->text) + 1 : text->len;
		cursor->line++;
		cursor->column = 1;
		cursor->at = cursor->start;
	}
}

static bool ends_line(const struct source_text *text, size_t at)
{
	return at == text->len || text->text[at] == '\n' ||
	       (text->text[at] == '\r' && at + 1 < text->len && text->text[at + 1] == '\n');
}

/* A character to be quoted: tabs as one space, so that the caret stands right wherever it is cut.
 */
static void quote_glyph(const struct source_text *text, size_t at, struct glyph *glyph)
{
	read_glyph(text->text + at, text->len - at, glyph);
	if (text->text[at] == '\t') {
		strcpy(glyph->text, " ");
		glyph->width = 1;
	}
}

static void seek(struct cursor *cursor, const struct source_text *text,
		 const struct position *position)
{
	struct glyph glyph;

	seek_line(cursor, text, position->line);
	if (cursor->column > position->column) {
		cursor->column = 1;
		cursor->at = cursor->start;
	}
	while (cursor->column < position->column && !ends_line(text, cursor->at)) {
		quote_glyph(text, cursor->at, &glyph);
		cursor->at += glyph.len;
		cursor->column++;
	}
}

/* First byte of the character that ends before `at`. */
static size_t step_back(const struct source_text *text, size_t start, size_t at)
{
	unsigned character;

	for (size_t len = 1; len <= 4 && len <= at - start; len++)
		if (utf8_read(text->text + at - len, len, &character) == len)
			return at - len;
	return at - 1;
}

/* Where the quoted part of the line begins so that the caret fits; *caret is its column in that. */
static size_t cut(const struct cursor *cursor, unsigned *caret)
{
	struct glyph glyph;
	size_t from = cursor->at;

	*caret = 0;
	while (from > cursor->start) {
		size_t before = step_back(cursor->text, cursor->start, from);

		quote_glyph(cursor->text, before, &glyph);
		if (*caret + glyph.width > WIDTH_MAX - WIDTH_AFTER)
			break;
		*caret += glyph.width;
		from = before;
	}
	return from;
}

static void print_line(const struct cursor *cursor, FILE *out)
{
	unsigned caret, width = 0;
	struct glyph glyph;
	size_t at = cut(cursor, &caret);
	bool is_cut = at > cursor->start;

	fputs(is_cut ? "  ..." : "  ", out);
	for (; !ends_line(cursor->text, at) && width < WIDTH_MAX; width += glyph.width) {
		quote_glyph(cursor->text, at, &glyph);
		fputs(glyph.text, out);
		at += glyph.len;
	}
	fprintf(out, "%s\n%*s^\n", ends_line(cursor->text, at) ? "" : "...",
		(int)(caret + (is_cut ? 5 : 2)), "");
}

static void print_place(const struct position *position, FILE *out)
{
	AUTO_FREE char *file = NULL;

	if (!position->file)
		return;
	file = diagnostics_escape(position->file, strlen(position->file));
	fprintf(out, "%s:", file);
	if (position->line > 0)
		fprintf(out, "%u:%u:", position->line, position->column);
	fputc(' ', out);
}

static void print_all(const struct diagnostics *diagnostics, FILE *out)
{
	struct cursor cursor = {0};

	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *item = &diagnostics->items[i];
		size_t text = find_text(diagnostics, item->position.file);

		print_place(&item->position, out);
		fprintf(out, "%s: %s\n", diagnostics_severity_name(item->severity), item->message);
		if (item->position.line == 0 || text == diagnostics->text_count)
			continue;
		seek(&cursor, &diagnostics->texts[text], &item->position);
		print_line(&cursor, out);
	}
	if (diagnostics->error_count > 1)
		fprintf(out, "%zu errors\n", diagnostics->error_count);
}

void diagnostics_print(struct diagnostics *diagnostics, FILE *out)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	/* Standard error has no buffer of its own: a write for each character. */
	FILE *buffer = memory_there(open_memstream(&text, &len));

	diagnostics_sort(diagnostics);
	print_all(diagnostics, buffer);
	fclose(buffer);
	fwrite(text, 1, len, out);
}

void diagnostics_free(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++)
		free(diagnostics->items[i].message);
	for (size_t i = 0; i < diagnostics->text_count; i++) {
		free(diagnostics->texts[i].file);
		free(diagnostics->texts[i].text);
	}
	free(diagnostics->items);
	free(diagnostics->texts);
	*diagnostics = (struct diagnostics){0};
}
