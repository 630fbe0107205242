// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stddef.h>
#include <time.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane_generation.h"
#include "dataplane_probe.h"
#include "memory.h"

#define MOMENTS 100 /* tries to read jiffies within a tick */

/*
 * if (data + 8 <= data_end) *(u64 *)data = jiffies; return XDP_PASS: for a test run, which hands
 * the packet back. With the flags of kernels that know them.
 */
static int load_probe(unsigned flags)
{
	const struct bpf_insn code[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_W,
		 .dst_reg = 6,
		 .src_reg = 1,
		 .off = offsetof(struct xdp_md, data)},
		{.code = BPF_LDX | BPF_MEM | BPF_W,
		 .dst_reg = 2,
		 .src_reg = 1,
		 .off = offsetof(struct xdp_md, data_end)},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1, .src_reg = 6},
		{.code = BPF_ALU64 | BPF_ADD, .dst_reg = 1, .imm = sizeof(uint64_t)},
		{.code = BPF_JMP | BPF_JGT | BPF_X, .dst_reg = 1, .src_reg = 2, .off = 2},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_jiffies64},
		{.code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 6, .src_reg = 0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = flags);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", code,
			       sizeof(code) / sizeof(*code), &options);

	return fd < 0 ? -errno : fd;
}

uint64_t probe_clock(clockid_t clock)
{
	struct timespec now = {};

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

/* Jiffies and clock of one moment: the clock did not move while the jiffies were read. */
static int read_moment(int probe, uint64_t *jiffies, uint64_t *now_ns)
{
	uint64_t packet[8] = {}, before;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		    .data_out = packet, .data_size_out = sizeof(packet), .repeat = 1);

	for (int i = 0; i < MOMENTS; i++) {
		before = probe_clock(CLOCK_MONOTONIC_COARSE);
		if (bpf_prog_test_run_opts(probe, &options))
			return -errno;
		*now_ns = probe_clock(CLOCK_MONOTONIC_COARSE);
		if (*now_ns == before)
			break;
	}
	*jiffies = packet[0];
	return 0;
}

static int read_facts(int probe, struct kernel_facts *facts)
{
	struct timespec tick; /* the clock's resolution */
	uint64_t jiffies = 0, now_ns = 0;
	int err = read_moment(probe, &jiffies, &now_ns);

	if (err || clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		return err ? err : -errno;
	facts->tick_ns = (uint64_t)tick.tv_nsec;
	facts->clock_start_ns = now_ns - jiffies * facts->tick_ns;
	return 0;
}

int probe_kernel(struct kernel_facts *facts)
{
	AUTO_FD int probe = load_probe(PROGRAM_HAS_FRAGS);

	*facts = (struct kernel_facts){.multi_buffer = probe >= 0};
	if (probe < 0)
		probe = load_probe(0);
	return probe < 0 ? probe : read_facts(probe, facts);
}
