// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A test run repeats one packet. This stands before the program under test, writes
 * the next of many addresses into the packet, and jumps on. What it costs itself is
 * measured with an empty program behind it, and subtracted.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { BPF_MAP_TYPE_PROG_ARRAY = 3 }; /* vmlinux.h has what bpf/ uses */

const volatile __u32 address_count = 1;
const volatile __u32 address_offset = 0; /* in the frame, under 128 */

struct address6 {
	__u64 first, second; /* as in the packet */
};

/* All written by measure.c. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} addresses4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct address6);
} addresses6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

__u32 next_address = 0;

static __always_inline __u32 take_next(void)
{
	__u32 index = next_address;

	next_address = index + 1 < address_count ? index + 1 : 0;
	return index;
}

SEC("xdp")
int spread4(struct xdp_md *ctx)
{
	__u32 index = take_next();
	const __u32 *address = bpf_map_lookup_elem(&addresses4, &index);
	__u32 *field = (void *)(long)ctx->data + (address_offset & 0x7f);

	if (!address || (void *)(field + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*field = *address;
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

SEC("xdp")
int spread6(struct xdp_md *ctx)
{
	__u32 index = take_next();
	const struct address6 *address = bpf_map_lookup_elem(&addresses6, &index);
	struct address6 *field = (void *)(long)ctx->data + (address_offset & 0x7f);

	if (!address || (void *)(field + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*field = *address;
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}
