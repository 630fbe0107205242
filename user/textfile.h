/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prometheus text format for node_exporter's textfile collector. */
#ifndef TEXTFILE_H
#define TEXTFILE_H

#include <stdio.h>

#include "counters.h"
#include "dataplane.h"
#include "error.h"

/* All metrics. `duration_seconds` is what the export itself took so far. */
void textfile_print(const struct dataplane_state *state, const struct counters *counters,
		    double duration_seconds, FILE *out);

/* The same as text in fresh memory, *len bytes without a zero; NULL when no stream can be had. */
char *textfile_format(const struct dataplane_state *state, const struct counters *counters,
		      double duration_seconds, size_t *len);

/*
 * Writes beside `path` under a name that does not end in .prom, 0644, fsync, rename;
 * or fails and leaves the former file.
 */
int textfile_write(const char *path, const char *text, size_t len, struct error *error);

#endif
