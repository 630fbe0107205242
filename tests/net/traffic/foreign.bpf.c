// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Somebody else's XDP program, which directorgate must leave alone. */
#include <linux/bpf.h>

#define SECTION(name) __attribute__((section(name), used))

SECTION("xdp") int foreign(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

char licence[] SECTION("license") = "GPL";
