/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The commands, and what they share: exit codes and options. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

enum exit_code {
	EXIT_GOOD = 0,
	EXIT_ERROR = 1,
	EXIT_CHANGED = 2, /* apply --detailed-exitcode */
	EXIT_DROP = 2,    /* explain: the packet drops */
	EXIT_UNATTACHED = 3,
	EXIT_USAGE = 64
};

/* argv[0] is the command's name. Each returns an exit code. */
int cmd_check(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_apply(int argc, char **argv);
int cmd_detach(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_counters(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_render(int argc, char **argv);
int cmd_version(int argc, char **argv);

/*
 * One row of a command's options: what getopt_long needs and what --help prints.
 * `value` is where the argument goes; `flag` is set true for an option without one.
 * The table ends with a row whose name is NULL.
 */
struct command_option {
	const char *name;
	const char *argument; /* "DIR"; NULL: takes none */
	const char *help;
	const char **value;
	bool *flag;
	char letter; /* short form, or 0 */
};

/*
 * Parses options and checks that between `least` and `most` words follow them.
 * `usage` is the arguments part of the usage line. Returns the index of the first
 * word, or -1 - exit code when the command is over (--help, bad usage); the
 * message was printed.
 */
int command_options(int argc, char **argv, const struct command_option *options,
		    const char *usage, int least, int most);

/*
 * "directorgate COMMAND: TEXT" and the usage line on stderr; returns EXIT_USAGE. For
 * what command_options() cannot see: options that exclude each other, odd words.
 */
int command_usage(const char *command, const char *usage, const char *text);

/* "directorgate: error: ..." on stderr; returns EXIT_ERROR. */
int command_error(const char *text);

#endif
