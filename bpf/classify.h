/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ports to classes; classes of ports and addresses to the rules that match. */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#define NO_RULE (~0u)

/* A packet as an opening, and as a reply: the rule that matches. */
struct sides {
	__u32 opening, reply; /* slot, or NO_RULE */
};

/*
 * What its ports say of both: 0 where no rule names them, else SIDE_NAMED and their class, which
 * is 0 where the protocol has none.
 */
#define SIDE_NAMED (1u << 16)

struct names {
	__u32 opening, reply;
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

static __always_inline __u32 name_port(__u8 protocol, __u16 port)
{
	__u32 port_class = find_port_class(protocol, port);

	return port_class ? SIDE_NAMED | port_class : 0;
}

/* Does any rule name the service that the packet asks for, or answers from? */
static __always_inline struct names name_sides(const struct packet *packet)
{
	if (!has_ports(packet->protocol)) {
		__u32 named = tables.protocol_named[packet->protocol] ? SIDE_NAMED : 0;

		return (struct names){named, settings.stateful ? named : 0};
	}
	return (struct names){
		name_port(packet->protocol, packet->destination_port),
		name_port(packet->protocol, packet->source_port),
	};
}

/* Why none does. */
static __always_inline enum drop_reason blame_ports(const struct packet *packet)
{
	return has_ports(packet->protocol) && tables.protocol_named[packet->protocol]
		       ? DROP_UNKNOWN_PORT
		       : DROP_UNKNOWN_PROTOCOL;
}

/* The rules, for the leaves of the packet's source and destination. */
static __always_inline struct sides match_rules(const struct packet *packet, __u32 source,
						__u32 destination, struct names names)
{
	struct sides sides = {NO_RULE, NO_RULE};

	if (names.opening)
		sides.opening = find_rule(source, destination, packet->protocol,
					  names.opening & 0xffff, packet->source_port);
	if (names.reply)
		sides.reply = find_rule(destination, source, packet->protocol, names.reply & 0xffff,
					packet->destination_port);
	return sides;
}

static __always_inline bool has_none(const struct sides *sides)
{
	return sides->opening == NO_RULE && sides->reply == NO_RULE;
}

/* Why no rule matched. */
static __always_inline enum drop_reason blame_roles(__u32 source, __u32 destination)
{
	if (!(source & NODE_NAMED))
		return DROP_NO_ROLE_SOURCE;
	return destination & NODE_NAMED ? DROP_NO_RULE : DROP_NO_ROLE_DESTINATION;
}

#endif
