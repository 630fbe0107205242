// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "command.h"
#include "output.h"

int cmd_version(int argc, char **argv)
{
	bool json = false;
	const struct command_option options[] = {
		{"json", NULL, "print JSON", NULL, &json, 0},
		{0},
	};
	int first = command_options(argc, argv, options, "[--json]", 0, 0);
	struct error error = {0};
	int err;

	if (first < 0)
		return -1 - first;
	if (json) {
		err = output_json(json_pack("{s:s}", "version", VERSION), &error);
	} else {
		puts("directorgate " VERSION);
		err = output_finish(&error);
	}
	return err ? command_error(error.text) : EXIT_GOOD;
}
