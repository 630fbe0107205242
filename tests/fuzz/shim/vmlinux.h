/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's types for the natively compiled program: those of vmlinux/, but that a pointer fits
 * into a context. */
#ifndef SHIM_VMLINUX_H
#define SHIM_VMLINUX_H

#define xdp_md kernel_xdp_md
#include_next <vmlinux.h>
#undef xdp_md

/* In the kernel the verifier makes 32 bits into a pointer; here they are pointers. */
struct xdp_md {
	unsigned long data;
	unsigned long data_end;
	unsigned long data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

#endif
