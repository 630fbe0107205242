/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Data on standard output: a full disk or a closed pipe is an error, not silence. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <jansson.h>

#include "error.h"

/* Flushes standard output. 0, or -EIO with the error set when something could not be written. */
int output_finish(struct error *error);

/* Prints the value, indented, with a newline, and releases it; then as output_finish. */
int output_json(json_t *value, struct error *error);

#endif
