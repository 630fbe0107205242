/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An address to its leaf: its classes, and where it is at home. */
#ifndef TRIE_H
#define TRIE_H

/* The block of a node that holds the entry, counted from its first block; NULL when a look-up
 * fails. */
static __always_inline const union address_node *find_block(__u32 first_block, __u32 entry)
{
	__u32 block = first_block + entry / NODE_ENTRIES;

	return bpf_map_lookup_elem(&address_nodes, &block);
}

/* IPv4: 16 bits in .rodata, then two bytes. 0 (no leaf) when a look-up fails, as below. */
static __always_inline __u32 find_leaf4(__u32 address)
{
	const union address_node *block;
	__u32 first = address >> 16;
	__u32 entry;

	asm volatile("" : "+r"(first)); /* or 6.1 and 6.12 lose the bound */
	entry = tables.ipv4_first[first & 0xffff];
	if (entry & NODE_LEAF)
		return entry;
	block = find_block(entry, address >> 8 & 0xff);
	if (!block)
		return 0;
	entry = block->entries[(address >> 8) % NODE_ENTRIES];
	if (entry & NODE_LEAF)
		return entry;
	block = find_block(entry, address & 0xff);
	return block ? block->entries[address % NODE_ENTRIES] : 0;
}

/* The bits that choose one of the node's entries. */
static __always_inline __u32 branch_of(const struct address_skip *skip, __u64 high, __u64 low)
{
	__u64 word = skip->shift >= 64 ? high : low;

	return word >> (skip->shift & 63) & ((1u << (skip->stride & 31)) - 1);
}

/* IPv6: compare what every address below shares, then branch. */
__noinline __u32 find_leaf6(__u64 high, __u64 low)
{
	__u32 entry = settings.ipv6_root;

	for (__u32 i = 0; i < settings.ipv6_steps && i < ADDRESS6_STEPS; i++) {
		const union address_node *node;
		__u32 branch;

		if (entry & NODE_LEAF)
			break;
		node = bpf_map_lookup_elem(&address_nodes, &entry);
		if (!node)
			return 0;
		if (((high ^ node->skip.high) & node->skip.mask_high) |
		    ((low ^ node->skip.low) & node->skip.mask_low))
			return node->skip.mismatch;
		if (!node->skip.stride) {
			entry = node->skip.match;
			continue;
		}
		branch = branch_of(&node->skip, high, low);
		node = find_block(entry + 1, branch);
		if (!node)
			return 0;
		entry = node->entries[branch % NODE_ENTRIES];
	}
	return entry;
}

static __always_inline __u32 find_leaf(const struct packet *packet,
				       const struct ip_address *address)
{
	__u32 leaf = packet->kind == LINK_IPV4 ? find_leaf4(address->low)
					       : find_leaf6(address->high, address->low);

	return forget(leaf, address->low);
}

static __always_inline __u32 source_class(__u32 leaf)
{
	return leaf & ((1u << settings.source_class_bits) - 1);
}

static __always_inline __u32 destination_class(__u32 leaf)
{
	return leaf >> settings.source_class_bits & ((1u << settings.destination_class_bits) - 1);
}

/* May a packet from an address with this leaf have arrived here? */
static __always_inline bool is_at_home(const struct packet *packet, __u32 leaf)
{
	__u32 home = (leaf & ((1u << NODE_CLASS_BITS) - 1)) >>
		     (settings.source_class_bits + settings.destination_class_bits);

	if (!settings.homes)
		return true;
	asm volatile("" : "+r"(home)); /* or 6.1 and 6.12 lose the bound */
	home &= HOMES_MAX - 1;
	return places.homes[packet->place][home / 64] >> (home % 64) & 1;
}

#endif
