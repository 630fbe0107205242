// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "command.h"
#include "command_policy.h"
#include "output.h"
#include "policy_listing.h"

static int print_rules(const struct policy *policy, bool json)
{
	struct error error = {0};
	int err;

	if (json) {
		err = output_json(policy_listing_json(policy), &error);
	} else {
		policy_listing_print(policy, stdout);
		err = output_finish(&error);
	}
	return err ? command_error(error.text) : EXIT_GOOD;
}

static int read_and_print(const char *path, const char *base, bool json)
{
	struct policy policy;
	int code;

	if (!command_read_policy(path, base, &policy))
		return EXIT_ERROR;
	code = print_rules(&policy, json);
	policy_free(&policy);
	return code;
}

int cmd_rules(int argc, char **argv)
{
	const char *base = NULL;
	bool json = false;
	const struct command_option options[] = {
		{"base", "DIR", "where files that roles name are, instead of CONFIG's folder",
		 &base, NULL, 0},
		{"json", NULL, "print JSON", NULL, &json, 0},
		{0},
	};
	int first = command_options(argc, argv, options, "[--base DIR] [--json] CONFIG", 1, 1);

	if (first < 0)
		return -1 - first;
	return read_and_print(argv[first], base, json);
}
