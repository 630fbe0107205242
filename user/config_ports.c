// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "config_sections.h"
#include "memory.h"

#define PORT_MAX 65535

static const char ports_expected[] = "a list of ports and ranges, like [443, 5000-5100]";

static bool read_port(struct config_reader *reader, const struct yaml_node *node, const char *text,
		      __u16 *port)
{
	unsigned value;

	if (!config_read_number(reader, node, text, 1, PORT_MAX, "a port", &value))
		return false;
	*port = value;
	return true;
}

/* A port, or two with a dash between. */
static bool read_range(struct config_reader *reader, const struct yaml_node *node,
		       struct port_range *range)
{
	AUTO_FREE char *first = NULL;
	const char *dash;

	if (!config_is(reader, node, YAML_SCALAR, "a port or a range of ports"))
		return false;
	dash = strchr(node->text, '-');
	if (!dash || dash == node->text || !dash[1]) {
		range->last = 0;
		return read_port(reader, node, node->text, &range->first) &&
		       (range->last = range->first);
	}
	first = memory_format("%.*s", (int)(dash - node->text), node->text);
	if (!read_port(reader, node, first, &range->first) ||
	    !read_port(reader, node, dash + 1, &range->last))
		return false;
	if (range->first <= range->last)
		return true;
	diagnostics_error(reader->diagnostics, node->position,
			  "\"%s\" is a range that ends before it starts", node->text);
	return false;
}

static int compare_ranges(const void *left, const void *right)
{
	const struct port_range *a = left, *b = right;

	return (int)a->first - (int)b->first;
}

/* Sorted ranges that touch or overlap become one; returns how many are left. */
static size_t merge(struct port_range *ranges, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || ranges[i].first > ranges[kept - 1].last + 1)
			ranges[kept++] = ranges[i];
		else if (ranges[i].last > ranges[kept - 1].last)
			ranges[kept - 1].last = ranges[i].last;
	}
	return kept;
}

void config_read_ports(struct config_reader *reader, const struct yaml_node *node,
		       struct port_range **ports, size_t *count)
{
	struct port_range range;

	if (!config_is(reader, node, YAML_LIST, ports_expected))
		return;
	if (!node->first)
		diagnostics_error(reader->diagnostics, node->position,
				  "expected %s, found an empty list", ports_expected);
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if (read_range(reader, item, &range))
			*(struct port_range *)memory_append(ports, count, sizeof(range)) = range;
	if (*count == 0)
		return;
	qsort(*ports, *count, sizeof(**ports), compare_ranges);
	*count = merge(*ports, *count);
}
