/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What can become of a packet. One table each for drop reasons and pass
 * switches; the enums, labels, help texts and metrics are all made from them.
 */
#ifndef DIRECTORGATE_REASONS_H
#define DIRECTORGATE_REASONS_H

/* X(id, label, meaning). The order is ABI: append, never reorder or reuse. */
#define DROP_REASONS(X)                                                                            \
	X(NONE, "none", "not dropped")                                                             \
	X(LINK_ADDRESS, "link-address",                                                            \
	  "group address as source MAC, or a unicast IP packet to a group MAC")                    \
	X(NOT_IP, "not-ip", "neither IPv4, IPv6, ARP nor a link-control frame")                    \
	X(VLAN_DEPTH, "vlan-depth", "more than two VLAN tags")                                     \
	X(VLAN, "vlan", "a VLAN that this interface does not list")                                \
	X(TRUNCATED, "truncated", "a header runs past the packet's end")                           \
	X(MALFORMED, "malformed", "a length field contradicts another")                            \
	X(IP_OPTIONS, "ip-options", "an IPv4 option other than no-operation and router alert")     \
	X(EXTENSION_HEADERS, "extension-headers",                                                  \
	  "IPv6 extension headers out of order, too many, or of a kind that is not let through")   \
	X(FRAGMENT, "fragment", "an IP fragment, first or later")                                  \
	X(MARTIAN, "martian", "a source or destination address that no packet may carry")          \
	X(TCP_FLAGS, "tcp-flags", "a combination of TCP flags that no stack sends")                \
	X(UNKNOWN_PROTOCOL, "unknown-protocol", "an IP protocol that no rule names")               \
	X(UNKNOWN_PORT, "unknown-port",                                                            \
	  "no rule names the destination port, nor the source port for a reply")                   \
	X(SPOOFED_SOURCE, "spoofed-source", "the source address is at home elsewhere")             \
	X(NO_ROLE_SOURCE, "no-role-source", "no rule matched, and the source plays no role")       \
	X(NO_ROLE_DESTINATION, "no-role-destination",                                              \
	  "no rule matched, and the destination plays no role")                                    \
	X(NO_RULE, "no-rule", "no rule from the source's roles to the destination's on this port") \
	X(NOT_A_REPLY, "not-a-reply",                                                              \
	  "a rule matches with its sides swapped, but the packet opens a connection")              \
	X(NO_FLOW, "no-flow", "it belongs to no connection that was seen to open")                 \
	X(ICMP_TYPE, "icmp-type", "an ICMP or ICMPv6 type that is not let through")                \
	X(ICMP_UNRELATED, "icmp-unrelated",                                                        \
	  "an ICMP error about a packet that its receiver may not send")                           \
	X(NEIGHBOUR_DISCOVERY, "neighbour-discovery",                                              \
	  "neighbour discovery switched off, or not from this link")                               \
	X(ARP, "arp", "ARP, switched off")                                                         \
	X(LINK_CONTROL, "link-control", "LACP, LLDP or STP, switched off")                         \
	X(INTERNAL, "internal", "a look-up inside the program failed")

/* X(id, label, default, meaning). The order is ABI: append, never reorder or reuse. */
#define PASS_SWITCHES(X)                                                                           \
	X(ARP, "arp", 1, "ARP")                                                                    \
	X(NEIGHBOUR_DISCOVERY, "neighbour-discovery", 1,                                           \
	  "IPv6 neighbour and router discovery, and MLD")                                          \
	X(LINK_CONTROL, "link-control", 1, "LACP, LLDP and STP")                                   \
	X(ICMP_ERRORS, "icmp-errors", 1, "ICMP errors about packets that the policy lets through") \
	X(PING, "ping", 0, "ICMP echo between addresses that play roles")                          \
	X(DHCP, "dhcp", 0, "DHCP on the link: broadcasts, and DHCPv6 between link-local addresses")

#define AS_DROP_ENUM(id, label, meaning) DROP_##id,
enum drop_reason { DROP_REASONS(AS_DROP_ENUM) DROP_REASON_COUNT };
#undef AS_DROP_ENUM

#define AS_PASS_ENUM(id, label, initially, meaning) PASS_##id,
enum pass_switch { PASS_SWITCHES(AS_PASS_ENUM) PASS_SWITCH_COUNT };
#undef AS_PASS_ENUM

/* Which way a packet that matched a rule goes: the way the rule is written, or back. */
enum direction { DIRECTION_OPENING, DIRECTION_REPLY, DIRECTION_COUNT };

#endif
