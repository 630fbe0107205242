// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "command_policy.h"
#include "config.h"
#include "memory.h"

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

/* A policy that does not compile is as wrong as one that does not read. */
bool command_try_policy(const char *path, const char *base, struct policy *policy,
			struct tables *tables, struct diagnostics *diagnostics)
{
	struct error error = {0};
	bool good = config_read(path, base, policy, diagnostics);

	if (good && compile(policy, tables, &error)) {
		diagnostics_error(diagnostics, (struct position){.file = path}, "%s", error.text);
		good = false;
	}
	if (!good)
		policy_free(policy);
	return good;
}

bool command_compile_policy(const char *path, const char *base, struct policy *policy,
			    struct tables *tables)
{
	struct diagnostics diagnostics = {0};
	bool good = command_try_policy(path, base, policy, tables, &diagnostics);

	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	return good;
}

static json_t *diagnostic_json(const struct diagnostic *diagnostic)
{
	const struct position *position = &diagnostic->position;
	const char *file = position->file ? position->file : "";
	AUTO_FREE char *escaped = diagnostics_escape(file, strlen(file));

	return json_pack("{s:s, s:i, s:i, s:s, s:s}", "file", escaped, "line", (int)position->line,
			 "column", (int)position->column, "severity",
			 diagnostics_severity_name(diagnostic->severity), "message",
			 diagnostic->message);
}

json_t *command_diagnostics_json(const struct diagnostics *diagnostics)
{
	json_t *list = json_array();

	for (size_t i = 0; i < diagnostics->count; i++)
		json_array_append_new(list, diagnostic_json(&diagnostics->items[i]));
	return list;
}
