// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "command.h"
#include "dataplane.h"
#include "flows_print.h"
#include "output.h"
#include "status.h"

struct status_choice {
	const char *run;
	bool json, flows;
};

static int print_flows(const struct dataplane_state *state, const struct status_choice *choice,
		       struct error *error)
{
	struct flows_list list;
	int err;

	flows_list_begin(&list, choice->json ? status_json(state) : NULL, stdout);
	err = dataplane_visit_flows(choice->run, state, flows_list_add, &list, error);
	if (err)
		return err;
	flows_list_end(&list);
	return output_finish(error);
}

static int print_state(const struct dataplane_state *state, const struct status_choice *choice,
		       struct error *error)
{
	bool flows = choice->flows && state->flows.kept;

	if (!choice->json)
		status_print(state, stdout);
	if (flows)
		return print_flows(state, choice, error);
	if (choice->json)
		return output_json(status_json(state), error);
	if (choice->flows)
		puts("\nthere are no tables of openings and flows");
	return output_finish(error);
}

int cmd_status(int argc, char **argv)
{
	struct status_choice choice = {.run = DATAPLANE_RUN};
	const struct command_option options[] = {
		{"flows", NULL, "count and list openings and flows", NULL, &choice.flows, 0},
		{"json", NULL, "print JSON", NULL, &choice.json, 0},
		{"run", "DIR", "where pins and lock are, instead of " DATAPLANE_RUN, &choice.run,
		 NULL, 0},
		{0},
	};
	int first = command_options(argc, argv, options, "[--flows] [--json] [--run DIR]", 0, 0);
	struct dataplane_state state = {0};
	struct error error = {0};
	int err, code = EXIT_GOOD;

	if (first < 0)
		return -1 - first;
	err = dataplane_read_state(choice.run, &state, &error);
	if (!err)
		err = print_state(&state, &choice, &error);
	if (err)
		code = command_error(error.text);
	else if (!status_is_attached(&state))
		code = EXIT_UNATTACHED;
	dataplane_free_state(&state);
	return code;
}
