// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * usage: flood NIC COUNT FRAME [restore]
 *
 * Sends COUNT copies of a frame (hexadecimal) out of NIC, made in the kernel by a live-frame test
 * run on this process's CPU. With `restore` each gets its headers anew, for receivers
 * that change them. Prints packets a second of that CPU's time.
 *
 * Who receives does so in a softirq, within the sender's time, or in ksoftirqd's. Time
 * is that of both together, so that others on the machine count little.
 */
#include <dirent.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "flood.skel.h"

#define BATCH 64 /* at once: well under a veth's ring of 256 */

/* The first line of /proc/PID/FILE. */
static void read_process(const char *pid, const char *name, char *line, int size)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	file = fopen(path, "re");
	line[0] = '\0';
	if (file && fgets(line, size, file))
		line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* Nanoseconds that ksoftirqd has run on this CPU; 0 where the kernel does not say. */
static double softirq_ns(void)
{
	char wanted[32], line[64];
	double ran = 0;
	struct dirent *entry;
	DIR *processes = opendir("/proc");

	snprintf(wanted, sizeof(wanted), "ksoftirqd/%d", sched_getcpu());
	while (processes && (entry = readdir(processes))) {
		read_process(entry->d_name, "comm", line, sizeof(line));
		if (strcmp(line, wanted))
			continue;
		read_process(entry->d_name, "schedstat", line, sizeof(line));
		ran = atof(line);
		break;
	}
	if (processes)
		closedir(processes);
	return ran;
}

static double thread_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static size_t read_hex(const char *text, unsigned char *bytes, size_t size)
{
	size_t len = 0;

	for (; len < size && sscanf(text, "%2hhx", &bytes[len]) == 1; text += 2)
		len++;
	return len;
}

static struct flood_bpf *load(const char *nic, const unsigned char *frame, int restores)
{
	struct flood_bpf *skeleton = flood_bpf__open();

	if (!skeleton)
		return NULL;
	skeleton->rodata->out_ifindex = (int)if_nametoindex(nic);
	skeleton->rodata->restores = restores;
	memcpy((void *)skeleton->rodata->headers, frame, sizeof(skeleton->rodata->headers));
	return flood_bpf__load(skeleton) ? NULL : skeleton;
}

static int send_all(int program, const unsigned char *frame, size_t len, int count)
{
	struct xdp_md context = {.data_end = (__u32)len};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = (__u32)len,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = count,
		    .batch_size = BATCH, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	return bpf_prog_test_run_opts(program, &options);
}

int main(int argc, char **argv)
{
	unsigned char frame[256] = {0};
	struct flood_bpf *skeleton;
	double spent, others;
	size_t len;

	if (argc < 4) {
		fputs("usage: flood NIC COUNT FRAME [restore]\n", stderr);
		return 64;
	}
	len = read_hex(argv[3], frame, sizeof(frame));
	skeleton = load(argv[1], frame, argc > 4);
	others = softirq_ns();
	spent = thread_ns();
	if (!skeleton ||
	    send_all(bpf_program__fd(skeleton->progs.flood), frame, len, atoi(argv[2]))) {
		perror("flood");
		return 1;
	}
	spent = thread_ns() - spent;
	others = softirq_ns() - others;
	printf("%.0f\n", atoi(argv[2]) * 1e9 / (spent + others));
	flood_bpf__destroy(skeleton);
	return 0;
}
