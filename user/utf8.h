/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Characters of UTF-8 text: what they are and how wide a terminal draws them. */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes of the character at `text`, of which `len` bytes (at least one) are left;
 * 0 when they are not valid UTF-8 (RFC 3629: no surrogates, no overlong forms).
 */
size_t utf8_read(const char *text, size_t len, unsigned *character);

/* A terminal draws it as itself, and it does not change how its neighbours are drawn. */
bool utf8_printable(unsigned character);

/* Columns that a terminal uses for a printable character: 0, 1 or 2. */
unsigned utf8_width(unsigned character);

#endif
