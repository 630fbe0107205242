// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>

#include "ports.h"

void ports_add(struct port_set *set, uint16_t port)
{
	set->bits[port / 8] |= (uint8_t)(1u << port % 8);
	set->packets++;
}

bool ports_has(const struct port_set *set, uint16_t port)
{
	return set->bits[port / 8] >> port % 8 & 1;
}

static bool add_range(struct port_set *set, unsigned long first, unsigned long last)
{
	if (first == 0 || last > UINT16_MAX || first > last)
		return false;
	for (unsigned long port = first; port <= last; port++)
		if (!ports_has(set, (uint16_t)port))
			ports_add(set, (uint16_t)port);
	return true;
}

bool ports_parse(const char *text, struct port_set *set)
{
	char *end = (char *)text;

	do {
		unsigned long first = strtoul(end, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (!add_range(set, first, last))
			return false;
	} while (*end++ == ',');
	return end[-1] == '\0';
}

void ports_print(const struct port_set *set, FILE *out)
{
	const char *separator = "";

	for (unsigned first = 1; first <= UINT16_MAX; first++) {
		unsigned last = first;

		if (!ports_has(set, (uint16_t)first))
			continue;
		while (last < UINT16_MAX && ports_has(set, (uint16_t)(last + 1)))
			last++;
		fprintf(out, last > first ? "%s%u-%u" : "%s%u", separator, first, last);
		separator = ",";
		first = last;
	}
	if (!*separator)
		fputc('-', out);
}
