// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "diagnostics.h"

#define WORD_MAX 64 /* longer words get no suggestion */

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool differ(char a, char b)
{
	return tolower((unsigned char)a) != tolower((unsigned char)b);
}

/* Edits that make one word the other: a letter more, less, another, or two neighbours swapped. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		rows[i][0] = i;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			unsigned *cell = &rows[i][j];

			*cell = rows[i - 1][j - 1] + differ(a[i - 1], b[j - 1]);
			*cell = least(*cell, least(rows[i - 1][j], rows[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				*cell = least(*cell, rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_len][b_len];
}

const char *diagnostics_nearest(const char *word, const char *const *candidates, size_t count)
{
	size_t len = strnlen(word, WORD_MAX + 1);
	const char *nearest = NULL;
	unsigned nearest_distance = 0;

	for (size_t i = 0; i < count && len <= WORD_MAX; i++) {
		size_t candidate_len = strnlen(candidates[i], WORD_MAX + 1);
		unsigned edits;

		if (candidate_len > WORD_MAX)
			continue;
		edits = distance(word, len, candidates[i], candidate_len);
		/* A third of the letters may be wrong; a word of one or two has none to spare. */
		if (edits > ((len > candidate_len ? len : candidate_len) + 2) / 3 ||
		    (edits > 0 && edits >= len))
			continue;
		if (!nearest || edits < nearest_distance) {
			nearest = candidates[i];
			nearest_distance = edits;
		}
	}
	return nearest;
}
