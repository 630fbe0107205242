/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An address to its leaf: its classes, and where it is at home. */
#ifndef TRIE_H
#define TRIE_H

/* The entry of a node, counted from its first block; 0 (no leaf) when a look-up fails. */
static __always_inline __u32 node_entry(__u32 first_block, __u32 entry)
{
	__u32 block = first_block + entry / NODE_ENTRIES;
	const union address_node *node = bpf_map_lookup_elem(&address_nodes, &block);

	return node ? node->entries[entry % NODE_ENTRIES] : 0;
}

/* IPv4: 16 bits in .rodata, then two bytes. */
static __always_inline __u32 find_leaf4(__u32 address)
{
	__u32 first = address >> 16;
	__u32 entry;

	asm volatile("" : "+r"(first)); /* or 6.1 and 6.12 lose the bound */
	entry = tables.ipv4_first[first & 0xffff];
	if (entry & NODE_LEAF)
		return entry;
	entry = node_entry(entry, address >> 8 & 0xff);
	if (entry & NODE_LEAF)
		return entry;
	return node_entry(entry, address & 0xff);
}

/* IPv6: compare what every address below shares, then branch. */
__noinline __u32 find_leaf6(__u64 high, __u64 low)
{
	__u32 entry = settings.ipv6_root;

	for (int i = 0; i < ADDRESS6_STEPS; i++) {
		const union address_node *node;
		__u32 shift, branch;

		if (entry & NODE_LEAF)
			return entry;
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
		shift = node->skip.shift;
		branch = shift >= 64 ? high >> (shift & 63) : low >> (shift & 63);
		branch &= node->skip.stride == 8 ? 0xff : 0xf;
		entry = node_entry(entry + 1, branch);
	}
	return entry;
}

static __always_inline __u32 find_leaf(const struct packet *packet,
				       const struct ip_address *address)
{
	if (packet->kind == LINK_IPV4)
		return find_leaf4(address->low);
	return find_leaf6(address->high, address->low);
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
