// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "canonical.h"
#include "command.h"
#include "compile.h"
#include "config.h"
#include "memory.h"
#include "output.h"

static const char usage[] = "[--print | --json] [--base DIR] CONFIG";

/* What one check found. */
struct check {
	struct policy policy;
	struct diagnostics diagnostics;
	bool valid;
};

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

static int print_json(const struct check *check, struct error *error)
{
	char hash[HASH_TEXT_SIZE] = "";
	json_t *errors = json_array();

	if (check->valid)
		canonical_policy_hash(&check->policy, hash);
	for (size_t i = 0; i < check->diagnostics.count; i++)
		json_array_append_new(errors, diagnostic_json(&check->diagnostics.items[i]));
	return output_json(json_pack("{s:b, s:s?, s:o}", "valid", check->valid, "policy_hash",
				     check->valid ? hash : NULL, "errors", errors),
			   error);
}

static int print_text(struct check *check, const char *config, bool canonical, struct error *error)
{
	char hash[HASH_TEXT_SIZE];

	diagnostics_print(&check->diagnostics, stderr);
	if (!check->valid)
		return 0;
	if (canonical) {
		canonical_print(&check->policy, stdout);
	} else {
		canonical_policy_hash(&check->policy, hash);
		printf("%s is valid; policy hash %s\n", config, hash);
	}
	return output_finish(error);
}

/* A policy that does not compile is not valid either: apply would say so too late. */
static void check_tables(struct check *check, const char *config)
{
	struct error error = {0};
	struct tables tables;

	if (!check->valid)
		return;
	if (!compile(&check->policy, &tables, &error)) {
		compile_free(&tables);
		return;
	}
	diagnostics_error(&check->diagnostics, (struct position){.file = config}, "%s", error.text);
	check->valid = false;
}

int cmd_check(int argc, char **argv)
{
	const char *base = NULL;
	bool print = false, json = false;
	const struct command_option options[] = {
		{"print", NULL, "print the policy as canonical text", NULL, &print, 0},
		{"json", NULL, "print the result, errors too, as JSON", NULL, &json, 0},
		{"base", "DIR", "where files of roles are, instead of CONFIG's folder", &base, NULL,
		 0},
		{0},
	};
	int first = command_options(argc, argv, options, usage, 1, 1), err;
	struct check check = {0};
	struct error error = {0};

	if (first < 0)
		return -1 - first;
	if (print && json)
		return command_usage(argv[0], usage, "--print and --json exclude each other");
	check.valid = config_read(argv[first], base, &check.policy, &check.diagnostics);
	check_tables(&check, argv[first]);
	err = json ? print_json(&check, &error) : print_text(&check, argv[first], print, &error);
	policy_free(&check.policy);
	diagnostics_free(&check.diagnostics);
	if (err)
		return command_error(error.text);
	return check.valid ? EXIT_GOOD : EXIT_ERROR;
}
