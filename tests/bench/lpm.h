/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys of the kernel's longest-prefix-match trie, in network order. */
#ifndef LPM_H
#define LPM_H

struct lpm_key4 {
	__u32 len;
	__be32 address;
};

struct lpm_key6 {
	__u32 len;
	__be32 address[4];
};

#endif
