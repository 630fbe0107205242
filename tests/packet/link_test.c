// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What stands before IP: addresses of the link, tags, ethertypes, ARP and the control of links. */
#include "rows.h"

#define GROUP_MAC     "\x01\x00\x5e\x00\x00\x05"
#define BROADCAST_MAC "\xff\xff\xff\xff\xff\xff"
#define BRIDGE_MAC    "\x01\x80\xc2\x00\x00\x00"
#define LACP_MAC      "\x01\x80\xc2\x00\x00\x02"
#define LLDP_MAC      "\x01\x80\xc2\x00\x00\x0e"
#define LAST_MAC      "\x01\x80\xc2\x00\x00\x0f"
#define BEYOND_MAC    "\x01\x80\xc2\x00\x00\x10"
#define PVST_MAC      "\x01\x00\x0c\xcc\xcc\xcd"

/* Client to Director, which the page lets pass. */
#define OPENING  .from = CLIENT4, .to = DIRECTOR4, .to_port = 443
#define OPENING6 .from = CLIENT6, .to = DIRECTOR6, .to_port = 443

#define ARP_REQUEST                                                                                \
	.ethertype = TYPE_ARP, .body = BYTES("\0\x01\x08\0\x06\x04\0\x01\x02\0\0\0\0\x02"          \
					     "\x0a\x0a\0\x01\0\0\0\0\0\0\x0a\x0a\0\x02")
#define LACP .ethertype = 0x8809, .body = BYTES("\x01\x01\x01\x14")
#define LLDP .ethertype = 0x88cc, .body = BYTES("\x02\x07\x04")
#define STP  .ethertype = 38, .body = BYTES("\x42\x42\x03\0\0\0\0\0")

/* clang-format off */
static const struct row rows[] = {
	{"a group's address as source MAC drops", SITE_OPEN,
	 {.from_mac = GROUP_MAC, OPENING}, DROPS(LINK_ADDRESS)},
	{"the broadcast as source MAC drops", SITE_OPEN,
	 {.from_mac = BROADCAST_MAC, OPENING6}, DROPS(LINK_ADDRESS)},
	{"ARP from a group's address drops", SITE_OPEN,
	 {.from_mac = GROUP_MAC, .to_mac = BROADCAST_MAC, ARP_REQUEST}, DROPS(LINK_ADDRESS)},
	{"LACP from a group's address drops", SITE_OPEN,
	 {.from_mac = LACP_MAC, .to_mac = LACP_MAC, LACP}, DROPS(LINK_ADDRESS)},
	{"unicast IPv4 to the broadcast MAC drops", SITE_OPEN,
	 {.to_mac = BROADCAST_MAC, OPENING}, DROPS(LINK_ADDRESS)},
	{"unicast IPv6 to the broadcast MAC drops", SITE_OPEN,
	 {.to_mac = BROADCAST_MAC, OPENING6}, DROPS(LINK_ADDRESS)},
	{"unicast IPv4 to a group's MAC drops", SITE_OPEN,
	 {.to_mac = GROUP_MAC, OPENING}, DROPS(LINK_ADDRESS)},
	{"unicast IPv6 to a group's MAC drops", SITE_OPEN,
	 {.to_mac = "\x33\x33\0\0\0\x01", OPENING6}, DROPS(LINK_ADDRESS)},
	{"unicast IPv4 to the broadcast MAC drops behind a tag too", SITE_OPEN,
	 {.to_mac = BROADCAST_MAC, .tags = {{TAG_CUSTOMER, 10}}, OPENING}, DROPS(LINK_ADDRESS)},
	{"multicast IPv4 to its group's MAC is judged", SITE_USUAL,
	 {.to_mac = GROUP_MAC, .from = ROUTER4, .to = "224.0.0.5", .protocol = 89, .filler = 24},
	 OPENS("ospf")},
	{"the limited broadcast to the broadcast MAC is judged", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, .from = CLIENT4, .to = "255.255.255.255", .to_port = 443},
	 DROPS(NO_ROLE_DESTINATION)},
	{"a directed broadcast to the broadcast MAC drops by its MAC", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, .from = CLIENT4, .to = "10.20.1.255", .to_port = 443},
	 DROPS(LINK_ADDRESS)},

	{"one tag is read", SITE_USUAL,
	 {.tags = {{TAG_CUSTOMER, 10}}, OPENING}, OPENS("cli-dir-443")},
	{"one 802.1ad tag is read", SITE_USUAL,
	 {.tags = {{TAG_SERVICE, 10}}, OPENING}, OPENS("cli-dir-443")},
	{"two 802.1Q tags are read", SITE_USUAL,
	 {.tags = {{TAG_CUSTOMER, 10}, {TAG_CUSTOMER, 11}}, OPENING6}, OPENS("cli-dir-443")},
	{"an 802.1ad tag inside an 802.1Q tag is read", SITE_USUAL,
	 {.tags = {{TAG_CUSTOMER, 10}, {TAG_SERVICE, 11}}, OPENING6}, OPENS("cli-dir-443")},
	{"a tag hides no packet that drops", SITE_USUAL,
	 {.tags = {{TAG_SERVICE, 0}, {TAG_CUSTOMER, 0}}, .from = CLIENT4, .to = DIRECTOR4,
	  .to_port = 444}, DROPS(NO_RULE)},
	{"three tags drop", SITE_OPEN,
	 {.tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}, {TAG_CUSTOMER, 3}}, OPENING},
	 DROPS(VLAN_DEPTH)},
	{"three tags of id 0 drop", SITE_OPEN,
	 {.tags = {{TAG_CUSTOMER, 0}, {TAG_CUSTOMER, 0}, {TAG_CUSTOMER, 0}}, OPENING6},
	 DROPS(VLAN_DEPTH)},
	{"four tags drop", SITE_OPEN,
	 {.tags = {{TAG_SERVICE, 0}, {TAG_SERVICE, 0}, {TAG_CUSTOMER, 0}, {TAG_CUSTOMER, 0}},
	  OPENING}, DROPS(VLAN_DEPTH)},
	{"three tags in front of ARP drop", SITE_OPEN,
	 {.tags = {{TAG_CUSTOMER, 1}, {TAG_CUSTOMER, 1}, {TAG_CUSTOMER, 1}}, ARP_REQUEST},
	 DROPS(VLAN_DEPTH)},
	{"a frame that ends inside its third tag drops by their number", SITE_OPEN,
	 {.tags = {{TAG_CUSTOMER, 1}, {TAG_CUSTOMER, 1}}, .ethertype = TAG_CUSTOMER,
	  .body = BYTES("\0")}, DROPS(VLAN_DEPTH)},
	{"a tag that the frame cuts in two drops", SITE_OPEN,
	 {.ethertype = TAG_CUSTOMER, .body = BYTES("\0\x0a\x08")}, DROPS(TRUNCATED)},
	{"the old QinQ type 0x9100 is no tag", SITE_OPEN,
	 {.ethertype = 0x9100, .body = BYTES("\0\x0a\x08\0")}, DROPS(NOT_IP)},

	{"ARP passes by its switch", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, ARP_REQUEST}, SWITCHED(ARP)},
	{"an ARP answer passes by its switch", SITE_USUAL, {ARP_REQUEST}, SWITCHED(ARP)},
	{"ARP behind two tags passes by its switch", SITE_USUAL,
	 {.tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}}, .to_mac = BROADCAST_MAC, ARP_REQUEST},
	 SWITCHED(ARP)},
	{"ARP drops where it is switched off", SITE_CLOSED,
	 {.to_mac = BROADCAST_MAC, ARP_REQUEST}, DROPS(ARP)},
	{"reverse ARP drops", SITE_OPEN, {.ethertype = 0x8035, .body = BYTES("\0\x01")},
	 DROPS(NOT_IP)},

	{"LACP passes by the switch", SITE_USUAL, {.to_mac = LACP_MAC, LACP},
	 SWITCHED(LINK_CONTROL)},
	{"LLDP passes by the switch", SITE_USUAL, {.to_mac = LLDP_MAC, LLDP},
	 SWITCHED(LINK_CONTROL)},
	{"STP passes by the switch", SITE_USUAL, {.to_mac = BRIDGE_MAC, STP},
	 SWITCHED(LINK_CONTROL)},
	{"STP behind a tag passes by the switch", SITE_USUAL,
	 {.tags = {{TAG_CUSTOMER, 7}}, .to_mac = BRIDGE_MAC, STP}, SWITCHED(LINK_CONTROL)},
	{"the last address of bridges is one of them", SITE_USUAL, {.to_mac = LAST_MAC, LLDP},
	 SWITCHED(LINK_CONTROL)},
	{"LACP drops where link control is switched off", SITE_CLOSED,
	 {.to_mac = LACP_MAC, LACP}, DROPS(LINK_CONTROL)},
	{"LLDP drops where link control is switched off", SITE_CLOSED,
	 {.to_mac = LLDP_MAC, LLDP}, DROPS(LINK_CONTROL)},
	{"STP drops where link control is switched off", SITE_CLOSED,
	 {.to_mac = BRIDGE_MAC, STP}, DROPS(LINK_CONTROL)},
	{"LACP to another address drops", SITE_OPEN, {LACP}, DROPS(NOT_IP)},
	{"LLDP beyond the addresses of bridges drops", SITE_OPEN,
	 {.to_mac = BEYOND_MAC, LLDP}, DROPS(NOT_IP)},
	{"STP to a station drops", SITE_OPEN, {STP}, DROPS(NOT_IP)},
	{"STP of another vendor's kind drops", SITE_OPEN,
	 {.to_mac = PVST_MAC, .ethertype = 50, .body = BYTES("\xaa\xaa\x03\0\0\x0c\x01\x0b")},
	 DROPS(NOT_IP)},
	{"another 802.2 service to the bridges drops", SITE_OPEN,
	 {.to_mac = BRIDGE_MAC, .ethertype = 38, .body = BYTES("\xfe\xfe\x03")}, DROPS(NOT_IP)},
	{"STP to one service point and from another drops", SITE_OPEN,
	 {.to_mac = BRIDGE_MAC, .ethertype = 38, .body = BYTES("\x42\xaa\x03")}, DROPS(NOT_IP)},
	{"STP that ends before its service points drops", SITE_OPEN,
	 {.to_mac = BRIDGE_MAC, .ethertype = 38, .body = BYTES("\x42")}, DROPS(NOT_IP)},
	{"IPv4 to the bridges' address is IPv4", SITE_OPEN,
	 {.to_mac = BRIDGE_MAC, OPENING}, DROPS(LINK_ADDRESS)},
	{"another type to the bridges' address drops", SITE_OPEN,
	 {.to_mac = BRIDGE_MAC, .ethertype = 0x88f7, .body = BYTES("\x42\x42\0\0")},
	 DROPS(NOT_IP)},

	{"IPv4 in 802.2 and SNAP drops", SITE_OPEN,
	 {.ethertype = 46, .body = BYTES("\xaa\xaa\x03\0\0\0\x08\0\x45\0\0\x28")}, DROPS(NOT_IP)},
	{"a frame with a length for a type drops", SITE_OPEN,
	 {.ethertype = 1500, .body = BYTES("\xe0\xe0\x03")}, DROPS(NOT_IP)},
	{"a length of 1 for a type drops", SITE_OPEN, {.ethertype = 1, .body = BYTES("\0")}, DROPS(NOT_IP)},
	{"MPLS drops", SITE_OPEN, {.ethertype = 0x8847, .body = BYTES("\0\x01\x01\x40\x45\0")},
	 DROPS(NOT_IP)},
	{"multicast MPLS drops", SITE_OPEN, {.ethertype = 0x8848, .body = BYTES("\0\x01\x01\x40")},
	 DROPS(NOT_IP)},
	{"PPPoE discovery drops", SITE_OPEN, {.ethertype = 0x8863, .body = BYTES("\x11\x09\0\0")},
	 DROPS(NOT_IP)},
	{"PPPoE drops", SITE_OPEN, {.ethertype = 0x8864, .body = BYTES("\x11\0\0\x01\0\x2a\0\x21")},
	 DROPS(NOT_IP)},
	{"an experimental type drops", SITE_OPEN, {.ethertype = 0x88b5, .body = BYTES("\0\0")},
	 DROPS(NOT_IP)},
	{"802.1X drops", SITE_OPEN, {.to_mac = "\x01\x80\xc2\0\0\x03", .ethertype = 0x888e,
	 .body = BYTES("\x01\0\0\0")}, DROPS(NOT_IP)},
	{"type 0xffff drops", SITE_OPEN, {.ethertype = 0xffff, .body = BYTES("\0\0")},
	 DROPS(NOT_IP)},
	{"an unknown type behind a tag drops", SITE_OPEN,
	 {.tags = {{TAG_CUSTOMER, 10}}, .ethertype = 0x8847, .body = BYTES("\0\x01\x01\x40")},
	 DROPS(NOT_IP)},
};
/* clang-format on */

/* A type in thirteen, or more sparsely where none is assigned. */
static void every_other_ethertype_drops_as_not_ip(void **state)
{
	struct gate *gate = open_gate(SITE_OPEN);

	(void)state;
	for (unsigned type = 1; type <= 0xffff; type += type < 0x600 || type > 0x8000 ? 13 : 251) {
		struct frame frame = {.ethertype = type, .body = BYTES("\x42\x42\0\0")};

		if (type != TYPE_IPV4 && type != TYPE_IPV6 && type != TYPE_ARP &&
		    type != TAG_CUSTOMER && type != TAG_SERVICE)
			expect(gate, "a type", &frame, (struct outcome)DROPS(NOT_IP));
	}
	expect_counters(gate);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(every_other_ethertype_drops_as_not_ip),
	};

	return run_rows("link", rows, COUNT_OF(rows), others, COUNT_OF(others));
}
