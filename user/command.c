// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "diagnostics.h"
#include "memory.h"

#define OPTION_BASE 256 /* getopt_long() answers with this plus the row, or with the letter */
#define HELP_LETTER 'h'

static const struct command_option help_option = {"help", NULL, "print this help",
						  NULL,   NULL, HELP_LETTER};

static void print_usage(const char *command, const char *usage, FILE *out)
{
	fprintf(out, "usage: directorgate %s%s%s\n", command, *usage ? " " : "", usage);
}

int command_usage(const char *command, const char *usage, const char *text)
{
	AUTO_FREE char *escaped = diagnostics_escape(text, strlen(text));

	fprintf(stderr, "directorgate %s: %s\n", command, escaped);
	print_usage(command, usage, stderr);
	return EXIT_USAGE;
}

int command_error(const char *text)
{
	fprintf(stderr, "directorgate: error: %s\n", text);
	return EXIT_ERROR;
}

static void print_option(const struct command_option *option)
{
	char left[64];

	snprintf(left, sizeof(left), "%s--%s%s%s", option->letter ? "-x, " : "    ", option->name,
		 option->argument ? " " : "", option->argument ? option->argument : "");
	if (option->letter)
		left[1] = option->letter;
	printf("  %-24s  %s\n", left, option->help);
}

static int print_help(const char *command, const char *usage, const struct command_option *options)
{
	print_usage(command, usage, stdout);
	for (; options->name; options++)
		print_option(options);
	print_option(&help_option);
	return -1 - EXIT_GOOD;
}

/* What getopt_long() wants, made from the table. */
struct parser {
	struct option *rows;
	char *letters;
	size_t count; /* of the table's rows; --help is the row after them */
};

static void add_row(struct parser *parser, const struct command_option *option)
{
	struct option *row = &parser->rows[parser->count];
	size_t len = strlen(parser->letters);

	row->name = option->name;
	row->has_arg = option->argument ? required_argument : no_argument;
	row->val = option->letter ? option->letter : OPTION_BASE + (int)parser->count;
	if (!option->letter)
		return;
	parser->letters[len++] = option->letter;
	if (option->argument)
		parser->letters[len] = ':';
}

static void prepare(struct parser *parser, const struct command_option *options)
{
	size_t count = 0;

	while (options[count].name)
		count++;
	/* Each row two characters at most, a leading colon, and the zeroed ends. */
	parser->rows = memory_zeroed(count + 2, sizeof(*parser->rows));
	parser->letters = memory_zeroed(2 * count + 4, 1);
	parser->letters[0] = ':';
	for (parser->count = 0; parser->count < count; parser->count++)
		add_row(parser, &options[parser->count]);
	add_row(parser, &help_option);
}

/* The row that getopt_long()'s answer means, or NULL. */
static const struct command_option *find(const struct command_option *options, int answer)
{
	for (size_t i = 0; options[i].name; i++)
		if (answer == (options[i].letter ? options[i].letter : OPTION_BASE + (int)i))
			return &options[i];
	return NULL;
}

/* getopt_long() answered '?' or ':'. */
static int refuse(char **argv, const struct command_option *options, const char *usage, int answer)
{
	AUTO_FREE const char **names = NULL;
	AUTO_FREE char *text = NULL;
	const char *word = argv[optind - 1], *nearest = NULL;
	size_t count = 0;

	if (answer == '?' && strncmp(word, "--", 2) == 0) {
		for (; options[count].name; count++) {
			names = memory_resize(names, count + 1, sizeof(*names));
			names[count] = options[count].name;
		}
		nearest = diagnostics_nearest(word + 2, names, count);
	}
	text = memory_format("%s \"%s\"%s%s%s",
			     answer == ':' ? "an argument is missing after" : "cannot take", word,
			     nearest ? "; did you mean \"--" : "", nearest ? nearest : "",
			     nearest ? "\"?" : "");
	return -1 - command_usage(argv[0], usage, text);
}

/* 0, or what command_options() returns when the command is over. */
static int take_options(int argc, char **argv, const struct command_option *options,
			const char *usage, const struct parser *parser)
{
	const struct command_option *option;
	int answer;

	opterr = 0;
	optind = 0; /* glibc: start anew */
	while ((answer = getopt_long(argc, argv, parser->letters, parser->rows, NULL)) != -1) {
		if (answer == '?' || answer == ':')
			return refuse(argv, options, usage, answer);
		option = find(options, answer);
		if (!option)
			return print_help(argv[0], usage, options);
		if (option->argument)
			*option->value = optarg;
		else
			*option->flag = true;
	}
	return 0;
}

int command_options(int argc, char **argv, const struct command_option *options, const char *usage,
		    int least, int most)
{
	struct parser parser;
	int over;

	prepare(&parser, options);
	over = take_options(argc, argv, options, usage, &parser);
	free(parser.rows);
	free(parser.letters);
	if (over)
		return over;
	if (argc - optind < least)
		return -1 - command_usage(argv[0], usage, "a word is missing");
	if (argc - optind > most)
		return -1 - command_usage(argv[0], usage, "there is a word too many");
	return optind;
}
