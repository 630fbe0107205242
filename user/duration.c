// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

#define DIGITS_MAX 9 /* so that the number fits 32 bits, and its seconds 64 */

static const struct {
	char letter;
	unsigned seconds;
} units[] = {{'d', 24 * 60 * 60}, {'h', 60 * 60}, {'m', 60}, {'s', 1}};

#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

/* 0: no such unit. */
static unsigned unit_seconds(const char *unit)
{
	for (size_t i = 0; i < UNIT_COUNT; i++)
		if (unit[0] == units[i].letter && unit[1] == '\0')
			return units[i].seconds;
	return 0;
}

int duration_read(const char *text, unsigned *seconds)
{
	size_t digits = strspn(text, "0123456789");
	unsigned unit = unit_seconds(text + digits);
	unsigned long long read;

	if (digits == 0 || (text[0] == '0' && digits > 1) || unit == 0)
		return -EINVAL;
	if (digits > DIGITS_MAX)
		return -ERANGE;
	read = strtoull(text, NULL, 10) * unit;
	if (read > DURATION_MAX)
		return -ERANGE;
	*seconds = read;
	return 0;
}

void duration_format(unsigned seconds, char text[DURATION_TEXT_SIZE])
{
	size_t unit = 0;

	while (unit < UNIT_COUNT - 1 && (seconds == 0 || seconds % units[unit].seconds != 0))
		unit++;
	snprintf(text, DURATION_TEXT_SIZE, "%u%c", seconds / units[unit].seconds,
		 units[unit].letter);
}
