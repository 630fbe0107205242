/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What libbpf's header of this name declares and bpf/ uses, as functions of kernel.c. */
#ifndef SHIM_BPF_HELPERS_H
#define SHIM_BPF_HELPERS_H

#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#define SEC(name)

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __noinline      __attribute__((noinline))

#ifndef NULL
#define NULL ((void *)0)
#endif

void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
long bpf_map_delete_elem(void *map, const void *key);
__u64 bpf_jiffies64(void);
__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx);
struct bpf_sock *bpf_skc_lookup_tcp(void *ctx, struct bpf_sock_tuple *tuple, __u32 tuple_size,
				    __u64 netns, __u64 flags);
struct bpf_sock *bpf_sk_lookup_udp(void *ctx, struct bpf_sock_tuple *tuple, __u32 tuple_size,
				   __u64 netns, __u64 flags);
long bpf_sk_release(void *sock);

#endif
