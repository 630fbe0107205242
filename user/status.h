/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is in force, as text and as JSON. Prints what was read; reads nothing itself. */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "dataplane.h"

#define STATUS_TIME_SIZE 24 /* "2026-01-02T03:04:05Z", with the zero */

/* Seconds since 1970 as UTC in ISO 8601. */
void status_format_time(__u64 seconds, char text[STATUS_TIME_SIZE]);

/* Interfaces that carry the program of the generation in force. */
size_t status_attached_count(const struct dataplane_state *state);

/* Something is applied, and every listed interface carries it. */
bool status_is_attached(const struct dataplane_state *state);

/* Attached everywhere, and not in monitor mode. */
bool status_is_enforcing(const struct dataplane_state *state);

void status_print(const struct dataplane_state *state, FILE *out);

/* A new reference, for the caller to release. */
json_t *status_json(const struct dataplane_state *state);

#endif
