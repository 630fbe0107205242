// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "command.h"
#include "counters_print.h"
#include "dataplane.h"
#include "output.h"

struct counters_choice {
	const char *run;
	bool json, all;
};

static int print_counters(const struct dataplane_state *state, const struct counters *counters,
			  const struct counters_choice *choice, struct error *error)
{
	if (choice->json)
		return output_json(counters_json(counters), error);
	if (state->applied)
		counters_print(counters, choice->all, stdout);
	else
		puts("nothing is applied: nothing is counted");
	return output_finish(error);
}

static int show_counters(const struct dataplane_state *state, const struct counters_choice *choice,
			 struct error *error)
{
	struct counters counters = {0};
	int err = 0;

	if (state->applied)
		err = dataplane_read_counters(choice->run, state, &counters, error);
	if (!err)
		err = print_counters(state, &counters, choice, error);
	counters_free(&counters);
	return err;
}

int cmd_counters(int argc, char **argv)
{
	struct counters_choice choice = {.run = DATAPLANE_RUN};
	const struct command_option options[] = {
		{"all", NULL, "print zeros too", NULL, &choice.all, 0},
		{"json", NULL, "print JSON", NULL, &choice.json, 0},
		{"run", "DIR", "where pins and lock are, instead of " DATAPLANE_RUN, &choice.run,
		 NULL, 0},
		{0},
	};
	int first = command_options(argc, argv, options, "[--all] [--json] [--run DIR]", 0, 0);
	struct dataplane_state state = {0};
	struct error error = {0};
	int err;

	if (first < 0)
		return -1 - first;
	err = dataplane_read_state(choice.run, &state, &error);
	if (!err)
		err = show_counters(&state, &choice, &error);
	dataplane_free_state(&state);
	return err ? command_error(error.text) : EXIT_GOOD;
}
