// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every drop reason, and which of two is named: the one of the step that fails first. */
#include "rows.h"

#define OPENING       .from = CLIENT4, .to = DIRECTOR4, .to_port = 443
#define OPENING6      .from = CLIENT6, .to = DIRECTOR6, .to_port = 443
#define BROADCAST_MAC "\xff\xff\xff\xff\xff\xff"
#define GROUP_MAC     "\x01\0\x5e\0\0\x01"
#define THREE_TAGS    .tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}, {TAG_CUSTOMER, 3}}
#define ROUTE         .options = BYTES("\x83\x07\x04\x0a\x14\x01\x0a\0")
#define ROUTE6                                                                                     \
	{                                                                                          \
		43, BYTES("\0\0\x01\0\0\0\0")                                                      \
	}
#define FRAGMENT6                                                                                  \
	{                                                                                          \
		44, BYTES("\0\0\x09\0\0\0\x01")                                                    \
	}
#define LOOPBACK "127.0.0.1"

/* clang-format off */
static const struct row reason_rows[] = {
	{"link-address", SITE_USUAL, {OPENING, .from_mac = GROUP_MAC}, DROPS(LINK_ADDRESS)},
	{"not-ip", SITE_USUAL, {.ethertype = 0x8864, .body = BYTES("\x11")}, DROPS(NOT_IP)},
	{"vlan-depth", SITE_USUAL, {OPENING, THREE_TAGS}, DROPS(VLAN_DEPTH)},
	{"truncated", SITE_USUAL, {OPENING, .cut = 33}, DROPS(TRUNCATED)},
	{"malformed", SITE_USUAL, {OPENING, .cut = 53}, DROPS(MALFORMED)},
	{"ip-options", SITE_USUAL, {OPENING, ROUTE}, DROPS(IP_OPTIONS)},
	{"extension-headers", SITE_USUAL, {OPENING6, .extensions = {ROUTE6}},
	 DROPS(EXTENSION_HEADERS)},
	{"fragment", SITE_USUAL, {OPENING, .fragment = MORE_FRAGMENTS}, DROPS(FRAGMENT)},
	{"martian", SITE_USUAL, {.from = LOOPBACK, .to = DIRECTOR4, .to_port = 443},
	 DROPS(MARTIAN)},
	{"tcp-flags", SITE_USUAL, {OPENING, .flags = SYN | FIN}, DROPS(TCP_FLAGS)},
	{"unknown-protocol", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = 50, .filler = 8}, DROPS(UNKNOWN_PROTOCOL)},
	{"unknown-port", SITE_USUAL, {.from = CLIENT4, .to = DIRECTOR4, .to_port = 23},
	 DROPS(UNKNOWN_PORT)},
	{"no-role-source", SITE_USUAL, {.from = OUTSIDER4, .to = DIRECTOR4, .to_port = 443},
	 DROPS(NO_ROLE_SOURCE)},
	{"no-role-destination", SITE_USUAL, {.from = CLIENT4, .to = OUTSIDER4, .to_port = 443},
	 DROPS(NO_ROLE_DESTINATION)},
	{"no-rule", SITE_USUAL, {.from = CLIENT4, .to = POOL4, .to_port = 443}, DROPS(NO_RULE)},
	{"not-a-reply", SITE_USUAL, {.from = DIRECTOR4, .to = CLIENT4, .from_port = 443},
	 DROPS(NOT_A_REPLY)},
	{"icmp-type", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .type = 13, .filler = 12},
	 DROPS(ICMP_TYPE)},
	{"icmp-unrelated", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .type = 3, .filler = 28},
	 DROPS(ICMP_UNRELATED)},
	{"neighbour-discovery", SITE_USUAL,
	 {.from = LINK6, .to = "ff02::1", .protocol = IPPROTO_ICMPV6, .type = 135, .filler = 16},
	 DROPS(NEIGHBOUR_DISCOVERY)},
	{"arp", SITE_CLOSED, {.ethertype = TYPE_ARP, .body = BYTES("\0\x01\x08\0\x06\x04\0\x01")},
	 DROPS(ARP)},
	{"link-control", SITE_CLOSED,
	 {.to_mac = "\x01\x80\xc2\0\0\x02", .ethertype = 0x8809, .body = BYTES("\x01\x01")},
	 DROPS(LINK_CONTROL)},
	{"vlan", SITE_TRUNK, {OPENING, .tags = {{TAG_CUSTOMER, 30}}}, DROPS(VLAN)},
	{"spoofed-source", SITE_TRUNK, {OPENING}, DROPS(SPOOFED_SOURCE)},
	{"no-flow", SITE_FLOWS, {.from = EDGE6, .to = DIRECTOR6, .from_port = 50001, .flags = RST},
	 DROPS(NO_FLOW)},
};

/* Packets with two faults each, in the order of the steps. */
static const struct row order_rows[] = {
	{"link-address before not-ip", SITE_USUAL,
	 {.from_mac = GROUP_MAC, .ethertype = 0x8847, .body = BYTES("\0")}, DROPS(LINK_ADDRESS)},
	{"link-address before vlan-depth", SITE_USUAL, {.from_mac = GROUP_MAC, OPENING, THREE_TAGS},
	 DROPS(LINK_ADDRESS)},
	{"link-address before truncated", SITE_USUAL, {.from_mac = GROUP_MAC, OPENING, .cut = 20},
	 DROPS(LINK_ADDRESS)},
	{"link-address before arp", SITE_CLOSED,
	 {.from_mac = GROUP_MAC, .ethertype = TYPE_ARP, .body = BYTES("\0\x01")},
	 DROPS(LINK_ADDRESS)},
	{"link-address before malformed", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, OPENING, .header_words = 4}, DROPS(LINK_ADDRESS)},
	{"link-address before malformed in IPv6", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, OPENING6, .length_off = 9}, DROPS(LINK_ADDRESS)},
	{"link-address before ip-options", SITE_USUAL, {.to_mac = BROADCAST_MAC, OPENING, ROUTE},
	 DROPS(LINK_ADDRESS)},
	{"link-address before martian", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, .from = LOOPBACK, .to = DIRECTOR4, .to_port = 443},
	 DROPS(LINK_ADDRESS)},
	{"vlan-depth before truncated", SITE_USUAL, {OPENING, THREE_TAGS, .cut = 24},
	 DROPS(VLAN_DEPTH)},
	{"truncated before fragment", SITE_USUAL,
	 {OPENING, .fragment = MORE_FRAGMENTS, .cut = 33}, DROPS(TRUNCATED)},
	{"malformed before ip-options", SITE_USUAL, {OPENING, ROUTE, .length_off = 1},
	 DROPS(MALFORMED)},
	{"malformed before fragment", SITE_USUAL,
	 {OPENING, .fragment = MORE_FRAGMENTS, .length_off = 1}, DROPS(MALFORMED)},
	{"malformed before extension-headers", SITE_USUAL,
	 {OPENING6, .extensions = {ROUTE6}, .length_off = 1}, DROPS(MALFORMED)},
	{"malformed before martian", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .to_port = 443, .length_off = 1}, DROPS(MALFORMED)},
	{"malformed TCP before martian", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .to_port = 443, .data_words = 4}, DROPS(MALFORMED)},
	{"malformed TCP before tcp-flags", SITE_USUAL, {OPENING, .data_words = 4, .flags = ZERO},
	 DROPS(MALFORMED)},
	{"malformed UDP before unknown-port", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = IPPROTO_UDP, .to_port = 1,
	  .udp_length_off = 1}, DROPS(MALFORMED)},
	{"truncated ICMP before martian", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .length_off = -1},
	 DROPS(TRUNCATED)},
	{"ip-options before fragment", SITE_USUAL, {OPENING, ROUTE, .fragment = MORE_FRAGMENTS},
	 DROPS(IP_OPTIONS)},
	{"ip-options before martian", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .to_port = 443, ROUTE}, DROPS(IP_OPTIONS)},
	{"extension-headers before fragment", SITE_USUAL,
	 {OPENING6, .extensions = {ROUTE6, FRAGMENT6}}, DROPS(EXTENSION_HEADERS)},
	{"extension-headers before martian", SITE_USUAL,
	 {.from = "::1", .to = DIRECTOR6, .to_port = 443, .extensions = {ROUTE6}},
	 DROPS(EXTENSION_HEADERS)},
	{"extension-headers before unknown-protocol", SITE_USUAL,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = 50, .filler = 8, .extensions = {ROUTE6}},
	 DROPS(EXTENSION_HEADERS)},
	{"fragment before martian", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .to_port = 443, .fragment = 1}, DROPS(FRAGMENT)},
	{"fragment before martian in IPv6", SITE_USUAL,
	 {.from = "::1", .to = DIRECTOR6, .to_port = 443, .extensions = {FRAGMENT6}},
	 DROPS(FRAGMENT)},
	{"fragment before malformed TCP", SITE_USUAL,
	 {OPENING, .fragment = MORE_FRAGMENTS, .data_words = 4}, DROPS(FRAGMENT)},
	{"fragment before unknown-protocol", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = 50, .fragment = 1, .filler = 8},
	 DROPS(FRAGMENT)},
	{"martian before tcp-flags", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .to_port = 443, .flags = ZERO}, DROPS(MARTIAN)},
	{"martian before unknown-port", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .to_port = 1}, DROPS(MARTIAN)},
	{"martian before unknown-protocol", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .protocol = 50, .filler = 8}, DROPS(MARTIAN)},
	{"martian before icmp-type", SITE_USUAL,
	 {.from = LOOPBACK, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .type = 5}, DROPS(MARTIAN)},
	{"martian before neighbour-discovery", SITE_USUAL,
	 {.from = "::1", .to = "ff02::1", .protocol = IPPROTO_ICMPV6, .type = 136, .filler = 16},
	 DROPS(MARTIAN)},
	{"tcp-flags before unknown-port", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .to_port = 1, .flags = ZERO}, DROPS(TCP_FLAGS)},
	{"tcp-flags before no-role-source", SITE_USUAL,
	 {.from = OUTSIDER4, .to = DIRECTOR4, .to_port = 443, .flags = FIN}, DROPS(TCP_FLAGS)},
	{"unknown-protocol before no-role-source", SITE_USUAL,
	 {.from = OUTSIDER4, .to = OUTSIDER4 "0", .protocol = 50, .filler = 8},
	 DROPS(UNKNOWN_PROTOCOL)},
	{"unknown-port before no-role-source", SITE_USUAL,
	 {.from = OUTSIDER4, .to = DIRECTOR4, .to_port = 1}, DROPS(UNKNOWN_PORT)},
	{"unknown-port before no-role-destination", SITE_USUAL,
	 {.from = CLIENT6, .to = OUTSIDER6, .to_port = 1}, DROPS(UNKNOWN_PORT)},
	{"not-ip before vlan", SITE_TRUNK,
	 {.tags = {{TAG_CUSTOMER, 30}}, .ethertype = 0x8847, .body = BYTES("\0\0\0\0")},
	 DROPS(NOT_IP)},
	{"vlan before malformed", SITE_TRUNK,
	 {OPENING, .tags = {{TAG_CUSTOMER, 30}}, .header_words = 4}, DROPS(VLAN)},
	{"unknown-port before spoofed-source", SITE_TRUNK,
	 {.from = PROXY4, .to = DIRECTOR4, .to_port = 1}, DROPS(UNKNOWN_PORT)},
	{"spoofed-source before no-rule", SITE_TRUNK,
	 {.from = PROXY4, .to = CLIENT4, .to_port = 443}, DROPS(SPOOFED_SOURCE)},
	{"spoofed-source before not-a-reply", SITE_TRUNK,
	 {.from = DIRECTOR4, .to = CLIENT4, .from_port = 443}, DROPS(SPOOFED_SOURCE)},
	{"not-a-reply before no-flow", SITE_FLOWS,
	 {.from = DIRECTOR4, .to = CLIENT4, .from_port = 443}, DROPS(NOT_A_REPLY)},
	{"no-flow where a rule lets it reply", SITE_FLOWS,
	 {.from = DIRECTOR4, .to = CLIENT4, .from_port = 443, .flags = ACK}, DROPS(NO_FLOW)},
	{"no-role-source before no-role-destination", SITE_USUAL,
	 {.from = OUTSIDER4, .to = OUTSIDER4 "0", .to_port = 443}, DROPS(NO_ROLE_SOURCE)},
	{"no-role-source for a port that only replies come from", SITE_USUAL,
	 {.from = OUTSIDER4, .to = CLIENT4, .from_port = 443, .flags = ACK},
	 DROPS(NO_ROLE_SOURCE)},
	{"no-role-destination for a port that only replies come from", SITE_USUAL,
	 {.from = DIRECTOR4, .to = OUTSIDER4, .from_port = 443, .flags = ACK},
	 DROPS(NO_ROLE_DESTINATION)},
	{"not-a-reply though the destination plays no role", SITE_USUAL,
	 {.from = EDGE4, .to = OUTSIDER4, .from_port = 50001}, DROPS(NOT_A_REPLY)},
};
/* clang-format on */

/* `internal` is what a failed look-up gives, and no frame makes a look-up in a filled map fail. */
static bool can_be_produced(enum drop_reason reason)
{
	return reason != DROP_NONE && reason != DROP_INTERNAL;
}

/* Runs last: the rows before have marked what they produced. */
static void every_reason_was_produced(void **state)
{
	(void)state;
	for (int reason = 0; reason < DROP_REASON_COUNT; reason++) {
		bool seen = false;

		for (size_t i = 0; i < SITE_COUNT; i++)
			seen |= gates[i].reasons_seen[reason];
		if (can_be_produced(reason) && !seen)
			fail_msg("no row drops as %s", counters_reason_label(reason));
	}
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(every_reason_was_produced),
	};

	return run_rows("reasons", reason_rows, COUNT_OF(reason_rows), others, COUNT_OF(others)) +
	       run_rows("order", order_rows, COUNT_OF(order_rows), NULL, 0);
}
