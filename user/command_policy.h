/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A configuration for a command: read, and compiled; what is wrong goes to standard error. */
#ifndef COMMAND_POLICY_H
#define COMMAND_POLICY_H

#include <stdbool.h>

#include "compile.h"
#include "policy.h"

/* Reads CONFIG as config_read() does and prints errors and warnings. False: there were errors,
 * nothing is to be freed. */
bool command_read_policy(const char *path, const char *base, struct policy *policy);

/* As command_read_policy(), and compiles. On success both are to be freed. */
bool command_compile_policy(const char *path, const char *base, struct policy *policy,
			    struct tables *tables);

#endif
