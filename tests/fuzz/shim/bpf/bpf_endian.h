/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* As libbpf's, without its branches for constants, which coverage would count. */
#ifndef SHIM_BPF_ENDIAN_H
#define SHIM_BPF_ENDIAN_H

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define bpf_htons(host) __builtin_bswap16(host)
#define bpf_htonl(host) __builtin_bswap32(host)
#else
#define bpf_htons(host) ((__u16)(host))
#define bpf_htonl(host) ((__u32)(host))
#endif
#define bpf_ntohs(network) bpf_htons(network)
#define bpf_ntohl(network) bpf_htonl(network)

#endif
