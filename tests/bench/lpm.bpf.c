// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The yardstick for the address trie: the real program, every step of it, with the kernel's own
 * BPF_MAP_TYPE_LPM_TRIE in the place of find_leaf().
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"
#include "maps.h"
#include "packet.h"
#include "verifier.h"

#define find_leaf trie_find_leaf
#include "trie.h"
#undef find_leaf

#include "lpm.h"

enum { BPF_MAP_TYPE_LPM_TRIE = 11 }; /* vmlinux.h has what bpf/ uses */

/* Prefix → leaf, as in the address trie. Written by lpm_load.c. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key4);
	__type(value, __u32);
} prefixes4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key6);
	__type(value, __u32);
} prefixes6 SEC(".maps");

/* What an address is that no prefix covers: `any` and no more. */
const volatile __u32 other_leaf = 0;

static __always_inline const __u32 *find_prefix4(__u32 address)
{
	struct lpm_key4 key = {.len = 32, .address = bpf_htonl(address)};

	return bpf_map_lookup_elem(&prefixes4, &key);
}

static __always_inline const __u32 *find_prefix6(const struct ip_address *address)
{
	struct lpm_key6 key = {.len = 128};

	key.address[0] = bpf_htonl(address->high >> 32);
	key.address[1] = bpf_htonl(address->high);
	key.address[2] = bpf_htonl(address->low >> 32);
	key.address[3] = bpf_htonl(address->low);
	return bpf_map_lookup_elem(&prefixes6, &key);
}

static __always_inline __u32 find_leaf(const struct packet *packet,
				       const struct ip_address *address)
{
	const __u32 *leaf =
		packet->kind == LINK_IPV4 ? find_prefix4(address->low) : find_prefix6(address);

	return leaf ? *leaf : other_leaf;
}

#include "directorgate.bpf.c"
