// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The first step of the real program alone: what it costs to read a packet's headers. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"
#include "maps.h"
#include "packet.h"
#include "verifier.h"
#include "parse.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp")
int parse_only(struct xdp_md *ctx)
{
	struct packet packet = {};

	if (parse(ctx, &packet))
		return XDP_DROP;
	asm volatile("" : : "r"(&packet) : "memory"); /* or clang leaves out what nobody asks for */
	return XDP_PASS;
}
