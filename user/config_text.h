/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The bytes of a configuration, or of a file that it names. */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "diagnostics.h"
#include "error.h"

#define CONFIG_TEXT_MAX (64u << 20) /* bytes */

/*
 * Reads a regular file whole; "-" is standard input, whatever it is. The text is to
 * be freed, has no byte order mark, and a zero follows it. Negative errno with the reason.
 */
int config_text_read(const char *path, char **text, size_t *len, struct error *error);

/*
 * True when the text is UTF-8 without control characters; lines end in LF or CRLF.
 * Reports each line's first bad byte; `file` is the name for positions.
 */
bool config_text_check(const char *file, const char *text, size_t len,
		       struct diagnostics *diagnostics);

#endif
