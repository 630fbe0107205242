/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters as tables for people and as JSON. */
#ifndef COUNTERS_PRINT_H
#define COUNTERS_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "counters.h"

/* Every rule; of drops, pass switches and flow events what is not zero, or with `all` everything.
 */
void counters_print(const struct counters *counters, bool all, FILE *out);

/* Everything, zeros too. A new reference, for the caller to release. */
json_t *counters_json(const struct counters *counters);

#endif
