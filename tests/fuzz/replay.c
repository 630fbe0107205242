// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * replay FILE: the packet fuzzer's inputs of a file, one a line in hexadecimal, once each and
 * without libFuzzer, which not every architecture has. With FUZZ_TRACE set it tells each frame's verdict.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static unsigned digit(char character)
{
	return character <= '9' ? character - '0' : character - 'a' + 10;
}

/* In place; returns how many bytes the digits make. */
static size_t read_digits(char *line)
{
	size_t len = 0;

	for (; isxdigit((unsigned char)line[2 * len]); len++)
		line[len] = digit(line[2 * len]) << 4 | digit(line[2 * len + 1]);
	return len;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	AUTO_FREE char *line = NULL;
	size_t room = 0, count = 0;

	if (!file) {
		fputs("usage: replay FILE\n", stderr);
		return 64;
	}
	LLVMFuzzerInitialize(&argc, &argv);
	for (; getline(&line, &room, file) > 0; count++)
		if (line[0] != '#')
			LLVMFuzzerTestOneInput((uint8_t *)line, read_digits(line));
	fclose(file);
	fprintf(stderr, "replayed %zu lines\n", count);
	return 0;
}
