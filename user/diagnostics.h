/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Errors and warnings about a text the user wrote: file, line, column, the
 * source line and a caret. Collected, so that one run shows them all.
 */
#ifndef DIAGNOSTICS_H
#define DIAGNOSTICS_H

#include <stddef.h>
#include <stdio.h>

/* Where something stands. Lines and columns count from 1; line 0 is the file as a whole. */
struct position {
	const char *file; /* as the user named it; lives as long as the diagnostics */
	unsigned line;
	unsigned column; /* in characters, not bytes */
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct diagnostic {
	enum severity severity;
	struct position position;
	char *message;
};

struct source_text; /* one file's text, kept to show its lines */

struct diagnostics {
	struct diagnostic *items;
	size_t count;
	size_t error_count; /* of count */
	struct source_text *texts;
	size_t text_count;
};

/*
 * Remembers a file's text, to quote its lines. Copies both; returns the name to
 * use in positions. A file that is known already keeps its first text.
 */
const char *diagnostics_add_text(struct diagnostics *diagnostics, const char *file,
				 const char *text, size_t len);

/* Unprintable bytes in what the format yields are escaped (\x1b), so that a terminal is safe. */
void diagnostics_error(struct diagnostics *diagnostics, struct position position,
		       const char *format, ...) __attribute__((format(printf, 3, 4)));
void diagnostics_warning(struct diagnostics *diagnostics, struct position position,
			 const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Orders all by their positions, files in the order they were added, and keeps
 * one of those that say the same about the same place (an alias is read twice).
 */
void diagnostics_sort(struct diagnostics *diagnostics);

/*
 * Sorts and prints all, and how many errors there are if more than one:
 *   file:line:column: error: message
 *     the source line
 *       ^
 */
void diagnostics_print(struct diagnostics *diagnostics, FILE *out);
void diagnostics_free(struct diagnostics *diagnostics);

/*
 * The candidate closest to `word`, or NULL when none is near enough to be what
 * was meant. For "did you mean".
 */
const char *diagnostics_nearest(const char *word, const char *const *candidates, size_t count);

/* "error", "warning" */
const char *diagnostics_severity_name(enum severity severity);

/* The text with all that could upset a terminal, or is not UTF-8, escaped. To be freed. */
char *diagnostics_escape(const char *text, size_t len);

#endif
