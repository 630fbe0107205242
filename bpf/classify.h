/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ports to classes; classes of ports and addresses to the rules that match. */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#define NO_RULE (~0u)

/*
 * A packet as an opening, and as a reply: whether it can be one by its ports, their
 * class there (0: the protocol has no ports), and the slot of the rule that matches.
 */
struct side {
	bool named;
	__u32 port_class;
	__u32 rule_slot;
};

struct sides {
	struct side opening, reply;
};

/* A port as an index of a table, whose bound 6.1 and 6.12 would lose. */
static __always_inline __u32 port_index(__u32 port)
{
	asm volatile("" : "+r"(port));
	return port & 0xffff;
}

/* The source port's part of the key, where a rule for this port minds it. */
static __always_inline __u32 source_port_class(__u8 number, __u32 port_class, __u32 source_port)
{
	enum port_protocol protocol = number == PROTOCOL_UDP ? PORT_UDP : PORT_TCP;

	if (!settings.source_ports || !port_class ||
	    !tables.minds_source_port[protocol][port_index(port_class)])
		return 0;
	return tables.source_port_class[protocol][port_index(source_port)];
}

/* The rule from one leaf to the other; who opens has `source_port`. */
static __always_inline __u32 find_rule(__u32 from, __u32 to, __u8 protocol, __u32 port_class,
				       __u32 source_port)
{
	struct rule_key key = {
		.source_class = source_class(from),
		.destination_class = destination_class(to),
		.port = port_class,
		.source_port = source_port_class(protocol, port_class, source_port),
		.protocol = protocol,
	};
	const struct rule_value *rule = bpf_map_lookup_elem(&rules, &key);

	return rule ? rule->slot : NO_RULE;
}

static __always_inline bool has_ports(__u8 protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static __always_inline __u32 find_port_class(__u8 protocol, __u16 port)
{
	__u32 index = port_index(port);

	return protocol == PROTOCOL_TCP ? tables.port_class[PORT_TCP][index]
					: tables.port_class[PORT_UDP][index];
}

/* Does any rule name the service that the packet asks for, or answers from? */
static __always_inline enum drop_reason name_sides(const struct packet *packet, struct sides *sides)
{
	sides->opening.rule_slot = sides->reply.rule_slot = NO_RULE;
	if (!has_ports(packet->protocol)) {
		sides->opening.named = tables.protocol_named[packet->protocol];
		sides->reply.named = settings.stateful && sides->opening.named;
		return sides->opening.named ? DROP_NONE : DROP_UNKNOWN_PROTOCOL;
	}
	sides->opening.port_class = find_port_class(packet->protocol, packet->destination_port);
	sides->opening.named = sides->opening.port_class;
	sides->reply.port_class = find_port_class(packet->protocol, packet->source_port);
	sides->reply.named = sides->reply.port_class;
	if (sides->opening.named || sides->reply.named)
		return DROP_NONE;
	return tables.protocol_named[packet->protocol] ? DROP_UNKNOWN_PORT : DROP_UNKNOWN_PROTOCOL;
}

static __always_inline bool has_rule(const struct side *side)
{
	return side->rule_slot != NO_RULE;
}

/* Finds the rules, for the leaves of the packet's source and destination. */
static __always_inline void match_rules(const struct packet *packet, __u32 source,
					__u32 destination, struct sides *sides)
{
	if (sides->opening.named)
		sides->opening.rule_slot =
			find_rule(source, destination, packet->protocol, sides->opening.port_class,
				  packet->source_port);
	if (sides->reply.named)
		sides->reply.rule_slot =
			find_rule(destination, source, packet->protocol, sides->reply.port_class,
				  packet->destination_port);
}

/* Why no rule matched. */
static __always_inline enum drop_reason blame_roles(__u32 source, __u32 destination)
{
	if (!(source & NODE_NAMED))
		return DROP_NO_ROLE_SOURCE;
	return destination & NODE_NAMED ? DROP_NO_RULE : DROP_NO_ROLE_DESTINATION;
}

#endif
