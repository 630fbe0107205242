// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "command.h"
#include "dataplane.h"
#include "output.h"
#include "status.h"

static int print_state(const struct dataplane_state *state, bool json)
{
	struct error error = {0};
	int err;

	if (json) {
		err = output_json(status_json(state), &error);
	} else {
		status_print(state, stdout);
		err = output_finish(&error);
	}
	if (err)
		return command_error(error.text);
	return status_is_attached(state) ? EXIT_GOOD : EXIT_UNATTACHED;
}

int cmd_status(int argc, char **argv)
{
	const char *run = DATAPLANE_RUN;
	bool json = false;
	const struct command_option options[] = {
		{"json", NULL, "print JSON", NULL, &json, 0},
		{"run", "DIR", "where pins and lock are, instead of " DATAPLANE_RUN, &run, NULL, 0},
		{0},
	};
	int first = command_options(argc, argv, options, "[--json] [--run DIR]", 0, 0);
	struct dataplane_state state = {0};
	struct error error = {0};
	int code;

	if (first < 0)
		return -1 - first;
	if (dataplane_read_state(run, &state, &error))
		return command_error(error.text);
	code = print_state(&state, json);
	dataplane_free_state(&state);
	return code;
}
