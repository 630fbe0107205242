// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Makes packets in the kernel: each live frame of a test run leaves by one NIC. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define HEADERS 34 /* Ethernet and IPv4 */

const volatile int out_ifindex = 0;
/* Pages come back as the receiver left them: a router has changed their headers. */
const volatile bool restores = false;
const volatile __u8 headers[HEADERS] = {};

SEC("xdp")
int flood(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;

	if (restores) {
		if (data + HEADERS > (__u8 *)(long)ctx->data_end)
			return XDP_ABORTED;
		for (int i = 0; i < HEADERS; i++)
			data[i] = headers[i];
	}
	return bpf_redirect(out_ifindex, 0);
}
