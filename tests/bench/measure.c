// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * usage: measure NIC <COMMANDS
 *
 * How long programs take for packets, by BPF_PROG_TEST_RUN. One command a line:
 *
 *   pin PROGRAM PATH                 a program that is pinned
 *   object PROGRAM PATH FUNCTION     one of an object file
 *   fill PROGRAM MAP KEY VALUE       a map of that object, on every CPU; hexadecimal
 *   keep PROGRAM PATH                pins the program, for the wire
 *   addresses NAME 4|6 PATH          addresses as they stand in packets, IPv4 in 8 bytes each
 *   run PROGRAM PACKET...            untimed: to open flows, and to see the verdict
 *   cell NAME PROGRAM PACKET...      to be timed
 *   rounds COUNT                     times all cells so often, one after the other, back and
 *                                    forth; prints a line of NAME and nanoseconds a packet of each
 *                                    round
 *
 * PACKET is ADDRESSES OFFSET VERDICT REPEAT FRAME: the frame in hexadecimal, what must become of it
 * (XDP_...), how often; with ADDRESSES not `-`, each time with the next of them
 * at the offset (spread.bpf.c).
 *
 * The kernel gives the time in whole nanoseconds, too coarse for what takes five. So this
 * reads the thread's CPU clock around the call. What the call itself takes is nothing beside a
 * hundred thousand packets, but for one thing: the kernel would patch its XDP dispatcher
 * for the program at each call. So the program is put on NIC first, where nothing arrives.
 */
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "memory.h"

#include "spread.h"

#define WORDS_MAX  10
#define ROUNDS_MAX 200

struct program {
	char *name;
	int fd;
	struct bpf_object *object; /* NULL: pinned */
};

struct cell {
	char *name;
	int fd;
	unsigned verdict, repeat;
	unsigned char frame[256];
	size_t len;
	double ns[ROUNDS_MAX];
};

static struct program *programs;
static struct cell *cells;
static size_t program_count, cell_count;
static unsigned line_number;
static int ifindex, link_fd = -1;

static void fail(const char *what)
{
	fprintf(stderr, "measure: line %u: %s: %s\n", line_number, what, strerror(errno));
	exit(1);
}

static struct program *find_program(const char *name)
{
	for (size_t i = 0; i < program_count; i++)
		if (!strcmp(programs[i].name, name))
			return &programs[i];
	errno = ENOENT;
	fail(name);
	return NULL;
}

static void add_program(const char *name, int fd, struct bpf_object *object)
{
	struct program *program = memory_append(&programs, &program_count, sizeof(*program));

	*program = (struct program){memory_copy_string(name), fd, object};
}

static void add_pinned(char **words)
{
	int fd = bpf_obj_get(words[1]);

	if (fd < 0)
		fail(words[1]);
	add_program(words[0], fd, NULL);
}

/* Maps that a file wants pinned are not: the bench leaves nothing behind. */
static void add_object(char **words)
{
	struct bpf_object *object = bpf_object__open_file(words[1], NULL);
	struct bpf_program *program, *chosen = NULL;
	struct bpf_map *map;

	if (!object)
		fail(words[1]);
	bpf_object__for_each_program(program, object)
	{
		bool wanted = !strcmp(bpf_program__name(program), words[2]);

		bpf_program__set_autoload(program, wanted);
		if (wanted)
			chosen = program;
	}
	bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
	if (!chosen || bpf_object__load(object))
		fail(words[1]);
	add_program(words[0], bpf_program__fd(chosen), object);
}

static size_t read_hex(const char *text, unsigned char *bytes, size_t size)
{
	size_t len = 0;

	for (; len < size && sscanf(text, "%2hhx", &bytes[len]) == 1; text += 2)
		len++;
	return len;
}

static void fill(char **words)
{
	struct program *program = find_program(words[0]);
	struct bpf_map *map = bpf_object__find_map_by_name(program->object, words[1]);
	unsigned char key[64], value[64];
	size_t value_len = read_hex(words[3], value, sizeof(value));
	size_t stride = (value_len + 7) / 8 * 8, cpus = libbpf_num_possible_cpus();
	AUTO_FREE unsigned char *values = memory_zeroed(cpus, stride);

	read_hex(words[2], key, sizeof(key));
	for (size_t i = 0; i < cpus; i++)
		memcpy(values + i * stride, value, value_len);
	if (!map || bpf_map_update_elem(bpf_map__fd(map), key, values, BPF_ANY))
		fail(words[1]);
}

static void keep(char **words)
{
	if (bpf_obj_pin(find_program(words[0])->fd, words[1]))
		fail(words[1]);
}

static void read_packet(char **words, int fd, struct cell *cell)
{
	*cell = (struct cell){
		.fd = fd,
		.verdict = strtoul(words[2], NULL, 10),
		.repeat = strtoul(words[3], NULL, 10),
	};
	cell->len = read_hex(words[4], cell->frame, sizeof(cell->frame));
	if (strcmp(words[0], "-"))
		cell->fd = spread_program(fd, words[0], strtoul(words[1], NULL, 10));
	if (cell->fd < 0)
		fail(words[0]);
}

/* Of the packets in a row the last one's verdict is seen. */
static void run_cell(const struct cell *cell, unsigned repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = cell->frame, .data_size_in = cell->len,
		    .repeat = repeat);

	if (bpf_prog_test_run_opts(cell->fd, &options))
		fail("test run");
	if (options.retval == cell->verdict)
		return;
	fprintf(stderr, "measure: line %u: %s: verdict %u, where the packet deserves %u\n",
		line_number, cell->name ? cell->name : "run", options.retval, cell->verdict);
	exit(1);
}

static void run(char **words)
{
	struct cell cell;

	read_packet(words + 1, find_program(words[0])->fd, &cell);
	run_cell(&cell, cell.repeat);
}

static void add_cell(char **words)
{
	struct cell *cell = memory_append(&cells, &cell_count, sizeof(*cell));

	read_packet(words + 2, find_program(words[1])->fd, cell);
	cell->name = memory_copy_string(words[0]);
	for (int i = 0; i < 100; i++)
		run_cell(cell, 1);
}

static void put_on_nic(int fd)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);

	if (link_fd < 0)
		link_fd = bpf_link_create(fd, ifindex, BPF_XDP, &options);
	else if (bpf_link_update(link_fd, fd, NULL))
		fail("bpf_link_update");
	if (link_fd < 0)
		fail("bpf_link_create");
}

/* Of this thread alone: what others do on the machine in the meantime counts little. */
static double now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void time_cell(struct cell *cell, unsigned round)
{
	double start;

	put_on_nic(cell->fd);
	run_cell(cell,
		 cell->repeat / 16 + 1); /* so that caches hold this one's, not the last one's */
	start = now_ns();
	run_cell(cell, cell->repeat);
	cell->ns[round] = (now_ns() - start) / cell->repeat;
}

static void time_cells(char **words)
{
	unsigned rounds = strtoul(words[0], NULL, 10);

	for (unsigned round = 0; round < rounds && round < ROUNDS_MAX; round++)
		for (size_t i = 0; i < cell_count; i++)
			time_cell(&cells[round % 2 ? cell_count - 1 - i : i], round);
	for (size_t i = 0; i < cell_count; i++) {
		fputs(cells[i].name, stdout);
		for (unsigned round = 0; round < rounds && round < ROUNDS_MAX; round++)
			printf(" %.3f", cells[i].ns[round]);
		putchar('\n');
		free(cells[i].name);
	}
	fflush(stdout);
	cell_count = 0;
}

static void add_addresses(char **words)
{
	if (spread_add_addresses(words[0], words[1][0] == '6', words[2]))
		fail(words[2]);
}

static const struct command {
	const char *name;
	void (*run)(char **words);
	int words;
} commands[] = {
	{"pin", add_pinned, 2}, {"object", add_object, 3},       {"fill", fill, 4},
	{"keep", keep, 2},      {"addresses", add_addresses, 3}, {"run", run, 6},
	{"cell", add_cell, 7},  {"rounds", time_cells, 1},
};

static void obey(char *line)
{
	char *words[WORDS_MAX], *rest = NULL;
	int count = 0;

	for (char *word = strtok_r(line, " \n", &rest); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " \n", &rest))
		words[count++] = word;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (count && !strcmp(words[0], commands[i].name) &&
		    count == commands[i].words + 1) {
			commands[i].run(words + 1);
			return;
		}
	errno = EINVAL;
	fail(count ? words[0] : "empty line");
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;

	if (argc != 2) {
		fputs("usage: measure NIC <COMMANDS\n", stderr);
		return 64;
	}
	ifindex = (int)if_nametoindex(argv[1]);
	if (!ifindex)
		fail(argv[1]);
	libbpf_set_print(NULL);
	while (getline(&line, &size, stdin) > 0) {
		line_number++;
		obey(line);
	}
	free(line);
	return 0;
}
