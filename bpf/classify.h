/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses to classes, ports to classes, both to the rule. */
#ifndef CLASSIFY_H
#define CLASSIFY_H

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

/* One way to look at a packet: who would have opened, to which port. */
struct service {
	__u32 from, to; /* leaves */
	__u32 port_class;
	__u32 source_port;
	__u8 protocol;
};

/* A port as an index of a table, whose bound 6.1 and 6.12 would lose. */
static __always_inline __u32 port_index(__u32 port)
{
	asm volatile("" : "+r"(port));
	return port & 0xffff;
}

/* The source port's part of the key, where a rule for this port minds it. */
static __always_inline __u32 source_port_class(const struct service *service)
{
	enum port_protocol protocol = service->protocol == PROTOCOL_UDP ? PORT_UDP : PORT_TCP;

	if (!settings.source_ports || !service->port_class ||
	    !tables.minds_source_port[protocol][port_index(service->port_class)])
		return 0;
	return tables.source_port_class[protocol][port_index(service->source_port)];
}

static __always_inline const struct rule_value *find_rule(const struct service *service)
{
	struct rule_key key = {
		.source_class = source_class(service->from),
		.destination_class = destination_class(service->to),
		.port = service->port_class,
		.source_port = source_port_class(service),
		.protocol = service->protocol,
	};

	return bpf_map_lookup_elem(&rules, &key);
}

static __always_inline bool has_ports(__u8 protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static __always_inline __u32 find_port_class(__u8 protocol, __u16 port)
{
	__u32 index = port_index(port);

	return protocol == PROTOCOL_TCP ? tables.port_class[PORT_TCP][index] :
					  tables.port_class[PORT_UDP][index];
}

static __always_inline bool may_be_reply(const struct packet *packet)
{
	return packet->protocol != PROTOCOL_TCP || packet->tcp_flags & (TCP_ACK | TCP_RST);
}

/* Finds the rule that lets the packet pass, as an opening or as a reply, or the reason why none does. */
static __always_inline enum drop_reason classify(const struct packet *packet,
						 struct judgement *judgement)
{
	struct service opening = { .protocol = packet->protocol };
	struct service reply = { .protocol = packet->protocol };
	const struct rule_value *rule;

	if (has_ports(packet->protocol)) {
		opening.port_class = find_port_class(packet->protocol, packet->destination_port);
		reply.port_class = find_port_class(packet->protocol, packet->source_port);
		if (!opening.port_class && !reply.port_class)
			return DROP_UNKNOWN_PORT;
	} else if (!tables.protocol_named[packet->protocol]) {
		return DROP_UNKNOWN_PROTOCOL;
	}
	opening.from = reply.to = find_leaf(packet, &packet->source);
	opening.to = reply.from = find_leaf(packet, &packet->destination);
	opening.source_port = packet->source_port;
	reply.source_port = packet->destination_port;
	if (!(opening.from & opening.to & NODE_LEAF))
		return DROP_INTERNAL;
	if (opening.port_class || !has_ports(packet->protocol)) {
		rule = find_rule(&opening);
		if (rule)
			return pass_by_rule(judgement, rule, DIRECTION_OPENING);
	}
	if (reply.port_class) {
		rule = find_rule(&reply);
		if (rule && may_be_reply(packet))
			return pass_by_rule(judgement, rule, DIRECTION_REPLY);
		if (rule)
			return DROP_NOT_A_REPLY;
	}
	if (!(opening.from & NODE_NAMED))
		return DROP_NO_ROLE_SOURCE;
	return opening.to & NODE_NAMED ? DROP_NO_RULE : DROP_NO_ROLE_DESTINATION;
}

#endif
