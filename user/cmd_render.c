// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "command.h"
#include "command_policy.h"
#include "output.h"
#include "render.h"

static int render(const char *path, const char *base)
{
	struct error error = {0};
	struct policy policy;
	int err;

	if (!command_read_policy(path, base, &policy))
		return EXIT_ERROR;
	err = render_nftables(&policy, stdout, &error);
	if (!err)
		err = output_finish(&error);
	policy_free(&policy);
	return err ? command_error(error.text) : EXIT_GOOD;
}

int cmd_render(int argc, char **argv)
{
	const char *base = NULL;
	bool nftables = false;
	const struct command_option options[] = {
		{"base", "DIR", "where files that roles name are, instead of CONFIG's folder",
		 &base, NULL, 0},
		{"nftables", NULL, "as a file for nft -f", NULL, &nftables, 0},
		{0},
	};
	const char *usage = "--nftables [--base DIR] CONFIG";
	int first = command_options(argc, argv, options, usage, 1, 1);

	if (first < 0)
		return -1 - first;
	if (!nftables)
		return command_usage(argv[0], usage, "--nftables is missing");
	return render(argv[first], base);
}
