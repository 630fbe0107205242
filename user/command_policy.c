// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "command.h"
#include "command_policy.h"
#include "config.h"

bool command_read_policy(const char *path, const char *base, struct policy *policy)
{
	struct diagnostics diagnostics = {0};
	bool good;

	good = config_read(path, base, policy, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (!good)
		policy_free(policy);
	return good;
}

bool command_compile_policy(const char *path, const char *base, struct policy *policy,
			    struct tables *tables)
{
	struct error error = {0};

	if (!command_read_policy(path, base, policy))
		return false;
	if (!compile(policy, tables, &error))
		return true;
	command_error(error.text);
	policy_free(policy);
	return false;
}
