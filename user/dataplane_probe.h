/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel can do beyond the floor, Linux 5.15, and how its jiffies tell the time. */
#ifndef DATAPLANE_PROBE_H
#define DATAPLANE_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* BPF_F_XDP_HAS_FRAGS of kernels from 5.18 on; the build's headers may be older. */
#define PROGRAM_HAS_FRAGS (1u << 5)

struct kernel_facts {
	bool multi_buffer; /* XDP on packets in several buffers, as drivers make them of a large MTU
			    */
	/* jiffies * tick_ns + clock_start_ns is CLOCK_MONOTONIC_COARSE, to a tick or two: the
	 * kernel counts them by that clock. */
	uint64_t tick_ns, clock_start_ns;
};

/* Nanoseconds. */
uint64_t probe_clock(clockid_t clock);

/* Asks by a small program that it loads and runs. A negative errno where the kernel refuses that.
 */
int probe_kernel(struct kernel_facts *facts);

#endif
