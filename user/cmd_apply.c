// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "canonical.h"
#include "command.h"
#include "command_policy.h"
#include "dataplane.h"
#include "output.h"

struct apply_options {
	const char *base, *run;
	bool json, detailed, grace, verbose;
};

static void print_warnings(const char *text)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		fprintf(stderr, "directorgate: warning: %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

/* What enters an interface that nobody named is not filtered: a reader must not learn it by
 * accident. */
static void warn_unfiltered(const char *run)
{
	struct dataplane_state state;
	struct error ignored;

	if (dataplane_read_state(run, &state, &ignored))
		return;
	for (size_t i = 0; i < state.unlisted_count; i++)
		fprintf(stderr,
			"directorgate: warning: interface %s is not filtered: it stands neither in "
			"`interfaces` nor in `unfiltered`\n",
			state.unlisted[i]);
	dataplane_free_state(&state);
}

static void print_interfaces(const struct policy *policy)
{
	for (size_t i = 0; i < policy->interface_count; i++)
		printf("%s%s", i ? ", " : "", policy->interfaces[i].name);
}

static void print_result(const struct policy *policy, const struct apply_request *request,
			 const struct apply_result *result)
{
	printf("%s: generation %u, policy %.12s, on ", result->changed ? "applied" : "unchanged",
	       result->generation, request->policy_hash);
	print_interfaces(policy);
	putchar('\n');
	if (policy->mode == MODE_MONITOR)
		puts("mode monitor: dropping nothing, counting what would be dropped");
}

static json_t *result_json(const struct apply_request *request, const struct apply_result *result)
{
	return json_pack("{s:b, s:i, s:s, s:s}", "changed", result->changed, "generation",
			 (int)result->generation, "policy_hash", request->policy_hash, "mode",
			 policy_mode_name(request->policy->mode));
}

static int report(const struct apply_options *options, const struct apply_request *request,
		  const struct apply_result *result)
{
	struct error error = {0};
	int err;

	print_warnings(result->warnings.text);
	warn_unfiltered(options->run);
	if (options->json) {
		err = output_json(result_json(request, result), &error);
	} else {
		print_result(request->policy, request, result);
		err = output_finish(&error);
	}
	if (err)
		return command_error(error.text);
	return options->detailed && result->changed ? EXIT_CHANGED : EXIT_GOOD;
}

/* Nothing was changed; `errors` is taken. */
static void print_failure(json_t *errors)
{
	struct error error = {0};

	if (output_json(json_pack("{s:b, s:o}", "changed", 0, "errors", errors), &error))
		command_error(error.text);
}

static int fail(const struct apply_options *options, const char *text)
{
	if (!options->json)
		return command_error(text);
	print_failure(json_pack("[{s:s, s:s}]", "severity", "error", "message", text));
	return EXIT_ERROR;
}

/* As JSON only when it fails: what it prints else has no place for warnings. */
static bool read(const struct apply_options *options, const char *config, struct policy *policy,
		 struct tables *tables)
{
	struct diagnostics diagnostics = {0};
	bool good = command_try_policy(config, options->base, policy, tables, &diagnostics);

	if (options->json && !good)
		print_failure(command_diagnostics_json(&diagnostics));
	else
		diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	return good;
}

static int apply(const struct apply_options *options, const struct policy *policy,
		 const struct tables *tables)
{
	struct apply_request request = {
		.policy = policy,
		.tables = tables,
		.grace_anew = options->grace,
		.verbose = options->verbose,
	};
	struct apply_result result;
	struct error error = {0};

	canonical_policy_hash(policy, request.policy_hash);
	canonical_config_hash(policy, request.config_hash);
	if (dataplane_apply(options->run, &request, &result, &error))
		return fail(options, error.text);
	return report(options, &request, &result);
}

int cmd_apply(int argc, char **argv)
{
	struct apply_options options = {.run = DATAPLANE_RUN};
	const struct command_option table[] = {
		{"base", "DIR", "where files that roles name are, instead of CONFIG's folder",
		 &options.base, NULL, 0},
		{"detailed-exitcode", NULL, "exit 2 when something was changed, 0 when not", NULL,
		 &options.detailed, 0},
		{"grace", NULL,
		 "replies need no flow for pickup-grace from now on: a standby takes over", NULL,
		 &options.grace, 0},
		{"json", NULL, "print JSON", NULL, &options.json, 0},
		{"run", "DIR", "where pins and lock are, instead of " DATAPLANE_RUN, &options.run,
		 NULL, 0},
		{"verbose", NULL, "show the verifier's whole log when it refuses the program", NULL,
		 &options.verbose, 'v'},
		{0},
	};
	int first =
		command_options(argc, argv, table,
				"[--base DIR] [--detailed-exitcode] [--grace] [--json] [--run DIR] "
				"[-v] "
				"CONFIG",
				1, 1);
	struct tables tables;
	struct policy policy;
	int code;

	if (first < 0)
		return -1 - first;
	if (!read(&options, argv[first], &policy, &tables)) {
		dataplane_note_failure(options.run);
		return EXIT_ERROR;
	}
	code = apply(&options, &policy, &tables);
	compile_free(&tables);
	policy_free(&policy);
	return code;
}
