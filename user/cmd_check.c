// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "canonical.h"
#include "command.h"
#include "command_policy.h"
#include "output.h"

static const char usage[] = "[--print | --json] [--base DIR] CONFIG";

/* What one check found. */
struct check {
	struct policy policy;
	struct diagnostics diagnostics;
	bool valid;
};

static int print_json(const struct check *check, struct error *error)
{
	char hash[HASH_TEXT_SIZE] = "";

	if (check->valid)
		canonical_policy_hash(&check->policy, hash);
	return output_json(json_pack("{s:b, s:s?, s:o}", "valid", check->valid, "policy_hash",
				     check->valid ? hash : NULL, "errors",
				     command_diagnostics_json(&check->diagnostics)),
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

/* What apply would find too late if it did not compile. */
static void read(struct check *check, const char *config, const char *base)
{
	struct tables tables;

	check->valid =
		command_try_policy(config, base, &check->policy, &tables, &check->diagnostics);
	if (check->valid)
		compile_free(&tables);
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
	read(&check, argv[first], base);
	err = json ? print_json(&check, &error) : print_text(&check, argv[first], print, &error);
	if (check.valid)
		policy_free(&check.policy);
	diagnostics_free(&check.diagnostics);
	if (err)
		return command_error(error.text);
	return check.valid ? EXIT_GOOD : EXIT_ERROR;
}
