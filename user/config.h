/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a configuration file: YAML, strictly, into a policy. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>

#include "diagnostics.h"
#include "policy.h"

/*
 * Reads `path` ("-" is standard input), completes and checks the policy. Files that
 * roles name are relative to `base`, or to the configuration's folder when base is
 * NULL. True when there was no error; the diagnostics hold errors and warnings
 * either way. The policy is to be freed either way.
 */
bool config_read(const char *path, const char *base, struct policy *policy,
		 struct diagnostics *diagnostics);

#endif
