// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include <jansson.h>

#include "command.h"
#include "dataplane.h"
#include "output.h"

int cmd_detach(int argc, char **argv)
{
	const char *run = DATAPLANE_RUN;
	bool json = false;
	const struct command_option options[] = {
		{"json", NULL, "print JSON", NULL, &json, 0},
		{"run", "DIR", "where pins and lock are, instead of " DATAPLANE_RUN, &run, NULL, 0},
		{0},
	};
	int first = command_options(argc, argv, options, "[--json] [--run DIR]", 0, 0);
	struct error error = {0};
	size_t count;
	int err;

	if (first < 0)
		return -1 - first;
	if (dataplane_detach(run, &count, &error))
		return command_error(error.text);
	if (json) {
		err = output_json(json_pack("{s:i}", "detached", (int)count), &error);
	} else {
		printf("detached from %zu interface%s; nothing is filtered now\n", count,
		       count == 1 ? "" : "s");
		err = output_finish(&error);
	}
	return err ? command_error(error.text) : EXIT_GOOD;
}
