/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bench of dataplane.h without the kernel: the natively compiled program judges. Linked
 * in its place, so that the packet tests run under sanitizers; and what the fuzzer needs more.
 */
#ifndef FUZZ_NATIVE_BENCH_H
#define FUZZ_NATIVE_BENCH_H

#include "dataplane.h"

#include "kernel.h"

/* Follows what the policy says now of mode, switches and replies, which are all settings. */
void native_bench_begin(struct dataplane_bench *bench, unsigned grace);

/* Empties the table of openings, which then has room for that many. */
void native_bench_size_openings(struct dataplane_bench *bench, __u32 limit);
__u32 native_bench_count_openings(const struct dataplane_bench *bench);

/* A bench always holds these; the fuzzer changes them. */
struct settings *native_bench_settings(struct dataplane_bench *bench);
struct kernel *native_bench_kernel(struct dataplane_bench *bench);

/* Judges a frame of any length, whose first buffer holds `len` bytes; an enum xdp_action. */
int native_bench_judge(struct dataplane_bench *bench, size_t interface, const void *frame,
		       size_t len);

#endif
