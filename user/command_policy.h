/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A configuration for a command: read, and compiled; what is wrong goes to standard error. */
#ifndef COMMAND_POLICY_H
#define COMMAND_POLICY_H

#include <stdbool.h>

#include <jansson.h>

#include "compile.h"
#include "diagnostics.h"
#include "policy.h"

/* Reads CONFIG as config_read() does and prints errors and warnings. False: there were errors,
 * nothing is to be freed. */
bool command_read_policy(const char *path, const char *base, struct policy *policy);

/* As command_read_policy(), and compiles. On success both are to be freed. */
bool command_compile_policy(const char *path, const char *base, struct policy *policy,
			    struct tables *tables);

/* The same, but what is wrong is left to the caller, to print in whatever form, and to free. */
bool command_try_policy(const char *path, const char *base, struct policy *policy,
			struct tables *tables, struct diagnostics *diagnostics);

/* What is wrong as a list of objects; a new reference. */
json_t *command_diagnostics_json(const struct diagnostics *diagnostics);

#endif
