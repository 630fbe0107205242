/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One error outside of a configuration file: what failed, in the user's words. */
#ifndef ERROR_H
#define ERROR_H

struct error {
	char text[1024]; /* one or more lines, no newline at the end; "" is no error */
};

/* Writes the text and returns `code` (a negative errno), so that callers can `return
 * error_set(...)`. */
int error_set(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds a line, as far as there is room. */
void error_add_line(struct error *error, const char *line);

#ifdef __clang_analyzer__
/* clang-tidy sees no other file's functions: this one returns the code that it is given. */
#define error_set(error, code, ...) (error_set(error, code, __VA_ARGS__), (code))
#endif

#endif
