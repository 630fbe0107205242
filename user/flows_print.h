/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Openings and flows as lines for people or as JSON, each printed when it is found: there may be
 * millions, and they are never all in memory.
 */
#ifndef FLOWS_PRINT_H
#define FLOWS_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "dataplane.h"

/* One list under way, and what it counted so far. */
struct flows_list {
	FILE *out;
	bool json;
	size_t counts[FLOW_PHASE_COUNT]; /* without those that expired */
	size_t expired;
};

/*
 * What stands before the entries. As JSON that is the document, whose reference is taken; its key
 * `flows` comes last and gets `entries`, `counts` and `expired`. NULL: print text.
 */
void flows_list_begin(struct flows_list *list, json_t *document, FILE *out);

/* Counts the entry, and prints it unless it expired; 0. */
int flows_list_add(const struct flow_entry *entry, void *context);

/* What stands after them: how many there are. */
void flows_list_end(struct flows_list *list);

#endif
