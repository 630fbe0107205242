// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where a packet may come from: VLANs of a trunk, and the home of its source. The trunk
 * has the perimeter in VLAN 10, Director and clients in VLAN 20, and the admins untagged.
 */
#include "rows.h"

#define TAG(id)      {TAG_CUSTOMER, (id)}
#define SERVICE(id)  {TAG_SERVICE, (id)}
#define PRIORITY     {TAG_CUSTOMER, 5 << 13}
#define EDGE_ASKS    .from = EDGE4, .to = DIRECTOR4, .to_port = 5061
#define EDGE_ASKS6   .from = EDGE6, .to = DIRECTOR6, .to_port = 5061
#define CLIENT_ASKS  .from = CLIENT4, .to = DIRECTOR4, .to_port = 443
#define ADMIN_ASKS   .from = ADMIN4, .to = GATEWAY4, .to_port = 22
#define PING         .protocol = IPPROTO_ICMP, .type = 8, .filler = 8
#define ND           .protocol = IPPROTO_ICMPV6, .type = 135, .hop_limit = 255, .filler = 16
#define LACP                                                                                       \
	.to_mac = "\x01\x80\xc2\0\0\x02", .ethertype = 0x8809, .body = BYTES("\x01\x01\0\0")
#define ARP .ethertype = TYPE_ARP, .body = BYTES("\0\x01\x08\0\x06\x04\0\x01")

/* clang-format off */
static const struct row rows[] = {
	{"a source passes in its VLAN", SITE_TRUNK, {EDGE_ASKS, .tags = {TAG(10)}},
	 OPENS("edge-dir-5061")},
	{"in IPv6 too", SITE_TRUNK, {EDGE_ASKS6, .tags = {TAG(10)}}, OPENS("edge-dir-5061")},
	{"a service tag names a VLAN too", SITE_TRUNK, {EDGE_ASKS, .tags = {SERVICE(10)}},
	 OPENS("edge-dir-5061")},
	{"priority bits are no part of the id", SITE_TRUNK, {EDGE_ASKS, .tags = {TAG(10 | 7 << 13)}},
	 OPENS("edge-dir-5061")},
	{"a source drops in another VLAN", SITE_TRUNK, {EDGE_ASKS, .tags = {TAG(20)}},
	 DROPS(SPOOFED_SOURCE)},
	{"in IPv6 it drops too", SITE_TRUNK, {EDGE_ASKS6, .tags = {TAG(20)}}, DROPS(SPOOFED_SOURCE)},
	{"a source drops without its tag", SITE_TRUNK, {EDGE_ASKS}, DROPS(SPOOFED_SOURCE)},
	{"a client is at home in VLAN 20", SITE_TRUNK, {CLIENT_ASKS, .tags = {TAG(20)}},
	 OPENS("cli-dir-443")},
	{"an untagged frame is of `none`", SITE_TRUNK, {ADMIN_ASKS}, OPENS("ssh-gateway")},
	{"so is one with VLAN id 0", SITE_TRUNK, {ADMIN_ASKS, .tags = {PRIORITY}},
	 OPENS("ssh-gateway")},
	{"and with two of them", SITE_TRUNK, {ADMIN_ASKS, .tags = {PRIORITY, PRIORITY}},
	 OPENS("ssh-gateway")},
	{"id 0 before an id is skipped", SITE_TRUNK, {EDGE_ASKS, .tags = {PRIORITY, TAG(10)}},
	 OPENS("edge-dir-5061")},
	{"id 0 behind an id is skipped", SITE_TRUNK, {EDGE_ASKS, .tags = {SERVICE(10), PRIORITY}},
	 OPENS("edge-dir-5061")},
	{"a VLAN that is not listed drops", SITE_TRUNK, {EDGE_ASKS, .tags = {TAG(11)}}, DROPS(VLAN)},
	{"the reserved id drops", SITE_TRUNK, {EDGE_ASKS, .tags = {TAG(4095)}}, DROPS(VLAN)},
	{"two ids drop, though both are listed", SITE_TRUNK,
	 {EDGE_ASKS, .tags = {TAG(10), TAG(20)}}, DROPS(VLAN)},
	{"and though they are the same", SITE_TRUNK, {EDGE_ASKS, .tags = {TAG(10), TAG(10)}},
	 DROPS(VLAN)},
	{"three tags drop for their number", SITE_TRUNK,
	 {EDGE_ASKS, .tags = {PRIORITY, PRIORITY, TAG(10)}}, DROPS(VLAN_DEPTH)},
	{"ARP passes in a VLAN that is listed", SITE_TRUNK, {ARP, .tags = {TAG(10)}}, SWITCHED(ARP)},
	{"and drops in another", SITE_TRUNK, {ARP, .tags = {TAG(11)}}, DROPS(VLAN)},
	{"LACP is of the link", SITE_TRUNK, {LACP}, SWITCHED(LINK_CONTROL)},
	{"but not in a VLAN that is not listed", SITE_TRUNK, {LACP, .tags = {TAG(11)}}, DROPS(VLAN)},
	{"a source of another interface drops", SITE_TRUNK,
	 {.from = SERVER4, .to = EDGE4, .to_port = 5061, .tags = {TAG(10)}}, DROPS(SPOOFED_SOURCE)},
	{"a source of no listed role is at home everywhere", SITE_TRUNK,
	 {.from = OUTSIDER4, .to = EDGE4, .to_port = 50001, .tags = {TAG(20)}},
	 OPENS("any-edge-50001")},
	{"the gateway's own address is at home nowhere", SITE_TRUNK,
	 {.from = GATEWAY4, .to = EDGE4, .to_port = 50001, .tags = {TAG(20)}},
	 DROPS(SPOOFED_SOURCE)},
	{"nor in IPv6", SITE_TRUNK,
	 {.from = GATEWAY6, .to = EDGE6, .to_port = 50001, .tags = {TAG(10)}},
	 DROPS(SPOOFED_SOURCE)},
	{"nor where no interface lists sources", SITE_USUAL,
	 {.from = GATEWAY4, .to = EDGE4, .to_port = 50001}, DROPS(SPOOFED_SOURCE)},
	{"a Director inside the clients' prefix is at home where both are", SITE_TRUNK,
	 {.from = BOTH4, .to = POOL4, .to_port = 444, .tags = {TAG(20)}}, OPENS("dir-fep-444")},
	{"an echo passes from home", SITE_TRUNK, {.from = CLIENT4, .to = DIRECTOR4, PING,
	  .tags = {TAG(20)}}, SWITCHED(PING)},
	{"and drops from elsewhere", SITE_TRUNK, {.from = CLIENT4, .to = DIRECTOR4, PING,
	  .tags = {TAG(10)}}, DROPS(SPOOFED_SOURCE)},
	{"an error passes from a router of no role", SITE_TRUNK,
	 {.from = OUTSIDER4, .to = CLIENT4, .protocol = IPPROTO_ICMP, .type = 3,
	  .quoted = &(const struct frame){CLIENT_ASKS}, .tags = {TAG(10)}}, SWITCHED(ICMP_ERRORS)},
	{"and drops from a source that is at home elsewhere", SITE_TRUNK,
	 {.from = DIRECTOR4, .to = CLIENT4, .protocol = IPPROTO_ICMP, .type = 3,
	  .quoted = &(const struct frame){CLIENT_ASKS}, .tags = {TAG(10)}}, DROPS(SPOOFED_SOURCE)},
	{"a neighbour asks from home", SITE_TRUNK, {.from = CLIENT6, .to = DIRECTOR6, ND,
	  .tags = {TAG(20)}}, SWITCHED(NEIGHBOUR_DISCOVERY)},
	{"and not from elsewhere", SITE_TRUNK, {.from = CLIENT6, .to = DIRECTOR6, ND,
	  .tags = {TAG(10)}}, DROPS(SPOOFED_SOURCE)},
	{"a link-local neighbour asks from everywhere", SITE_TRUNK,
	 {.from = LINK6, .to = DIRECTOR6, ND, .tags = {TAG(10)}}, SWITCHED(NEIGHBOUR_DISCOVERY)},
};
/* clang-format on */

int main(void)
{
	return run_rows("place", rows, COUNT_OF(rows), NULL, 0);
}
