// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "dataplane.h"
#include "memory.h"
#include "output.h"
#include "textfile.h"

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static int deliver(const char *path, const char *text, size_t len, struct error *error)
{
	if (strcmp(path, "-"))
		return textfile_write(path, text, len, error);
	fwrite(text, 1, len, stdout);
	return output_finish(error);
}

/* The whole text first: a file is written at once or not at all. */
static int export_state(const struct dataplane_state *state, const struct counters *counters,
			double duration_seconds, const char *path, struct error *error)
{
	size_t len = 0;
	AUTO_FREE char *text = textfile_format(state, counters, duration_seconds, &len);

	if (!text)
		return error_set(error, -ENOMEM, "cannot write metrics: %s", strerror(ENOMEM));
	return deliver(path, text, len, error);
}

static int export_metrics(const char *run, const char *path, struct error *error)
{
	struct dataplane_state state = {0};
	struct counters counters = {0};
	struct timespec start;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &start);
	err = dataplane_read_state(run, &state, error);
	if (!err && state.applied)
		err = dataplane_read_counters(run, &state, &counters, error);
	if (!err)
		err = export_state(&state, &counters, seconds_since(&start), path, error);
	counters_free(&counters);
	dataplane_free_state(&state);
	return err;
}

int cmd_export(int argc, char **argv)
{
	const char *run = DATAPLANE_RUN, *path = NULL;
	const struct command_option options[] = {
		{"textfile", "PATH", "the file to write; - is standard output", &path, NULL, 0},
		{"run", "DIR", "where pins and lock are, instead of " DATAPLANE_RUN, &run, NULL, 0},
		{0},
	};
	const char *usage = "--textfile PATH [--run DIR]";
	int first = command_options(argc, argv, options, usage, 0, 0);
	struct error error = {0};

	if (first < 0)
		return -1 - first;
	if (!path)
		return command_usage(argv[0], usage, "--textfile PATH is missing");
	return export_metrics(run, path, &error) ? command_error(error.text) : EXIT_GOOD;
}
