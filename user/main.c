// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "diagnostics.h"
#include "memory.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *help;
} commands[] = {
	{"check", cmd_check, "CONFIG", "read and check CONFIG; touch nothing"},
	{"rules", cmd_rules, "CONFIG",
	 "list the rules that CONFIG would enforce, and their origin"},
	{"apply", cmd_apply, "CONFIG", "check CONFIG, then switch the interfaces to it"},
	{"detach", cmd_detach, "", "take directorgate's programs off; then nothing is filtered"},
	{"status", cmd_status, "", "what is attached where; exit 3 when something is missing"},
	{"counters", cmd_counters, "", "packets and bytes of each rule and each drop reason"},
	{"export", cmd_export, "--textfile PATH", "write the metrics for node_exporter"},
	{"explain", cmd_explain, "--config CONFIG FROM TO tcp/5061",
	 "what becomes of a packet, and why"},
	{"render", cmd_render, "--nftables CONFIG", "print CONFIG's policy as an nftables ruleset"},
	{"version", cmd_version, "", "print the version"},
};

static const char usage[] = "usage: directorgate COMMAND [OPTION...] [WORD...]";

#define COMMAND_COUNT (sizeof(commands) / sizeof(*commands))

static void print_help(FILE *out)
{
	fprintf(out, "%s\n\n", usage);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %s%s%s\n      %s\n", commands[i].name,
			*commands[i].arguments ? " " : "", commands[i].arguments, commands[i].help);
	fputs("\ndirectorgate COMMAND --help lists the options of a command.\n", out);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int refuse(const char *word)
{
	AUTO_FREE char *escaped = diagnostics_escape(word, strlen(word));
	const char *names[COMMAND_COUNT], *nearest;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	nearest = diagnostics_nearest(word, names, COMMAND_COUNT);
	fprintf(stderr, "directorgate: unknown command \"%s\"%s%s%s\n", escaped,
		nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	fprintf(stderr, "%s; --help lists the commands\n", usage);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	command = find(argv[1]);
	if (command)
		return command->run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_GOOD;
	}
	if (strcmp(argv[1], "--version") == 0)
		return cmd_version(1, argv + 1);
	return refuse(argv[1]);
}
