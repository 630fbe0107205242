// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What keeps a link going: neighbour and router discovery, MLD, and DHCP. */
#include "rows.h"

#define ROUTER6       "fe80::1"
#define ALL_NODES     "ff02::1"
#define ALL_ROUTERS   "ff02::2"
#define SOLICITED     "ff02::1:ff00:10"
#define MLD_ROUTERS   "ff02::16"
#define DHCP_SERVERS  "ff02::1:2"
#define GROUP_MAC     "\x33\x33\0\0\0\x01"
#define BROADCAST     "255.255.255.255"
#define BROADCAST_MAC "\xff\xff\xff\xff\xff\xff"

enum {
	QUERY = 130,
	REPORT = 131,
	DONE = 132,
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
	SOLICITATION = 135,
	ADVERTISEMENT = 136,
	REDIRECT = 137,
	REPORT2 = 143,
};

#define ND  .protocol = IPPROTO_ICMPV6, .hop_limit = 255, .filler = 16
#define FAR .protocol = IPPROTO_ICMPV6, .hop_limit = 254, .filler = 16
#define ALERT                                                                                      \
	{                                                                                          \
		0, BYTES("\0\x05\x02\0\0\x01\0")                                                   \
	}
#define PADDED_ALERT                                                                               \
	{                                                                                          \
		0, BYTES("\0\x01\0\x05\x02\0\0")                                                   \
	}
#define NO_ALERT                                                                                   \
	{                                                                                          \
		0, BYTES("\0\x01\x04\0\0\0\0")                                                     \
	}
#define MLD      .protocol = IPPROTO_ICMPV6, .hop_limit = 1, .filler = 16
#define PASSES   SWITCHED(NEIGHBOUR_DISCOVERY)
#define NOT_HERE DROPS(NEIGHBOUR_DISCOVERY)

/* clang-format off */
static const struct row discovery_rows[] = {
	{"a neighbour solicitation passes", SITE_USUAL,
	 {.to_mac = GROUP_MAC, .from = LINK6, .to = SOLICITED, ND, .type = SOLICITATION}, PASSES},
	{"a neighbour solicitation between global addresses passes", SITE_USUAL,
	 {.from = CLIENT6, .to = GATEWAY6, ND, .type = SOLICITATION}, PASSES},
	{"a neighbour advertisement passes", SITE_USUAL,
	 {.from = DIRECTOR6, .to = CLIENT6, ND, .type = ADVERTISEMENT}, PASSES},
	{"a neighbour advertisement for the gateway's own address drops", SITE_USUAL,
	 {.from = GATEWAY6, .to = CLIENT6, ND, .type = ADVERTISEMENT}, DROPS(SPOOFED_SOURCE)},
	{"a router solicitation passes", SITE_USUAL,
	 {.to_mac = GROUP_MAC, .from = LINK6, .to = ALL_ROUTERS, ND, .type = ROUTER_SOLICITATION},
	 PASSES},
	{"a router advertisement passes", SITE_USUAL,
	 {.to_mac = GROUP_MAC, .from = ROUTER6, .to = ALL_NODES, ND, .type = ROUTER_ADVERTISEMENT},
	 PASSES},
	{"discovery behind two tags passes", SITE_USUAL,
	 {.tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}}, .from = LINK6, .to = SOLICITED, ND,
	  .type = SOLICITATION}, PASSES},
	{"duplicate address detection passes", SITE_USUAL,
	 {.to_mac = GROUP_MAC, .from = "::", .to = SOLICITED, ND, .type = SOLICITATION}, PASSES},
	{"a solicitation from :: to one address drops", SITE_OPEN,
	 {.from = "::", .to = CLIENT6, ND, .type = SOLICITATION}, DROPS(MARTIAN)},
	{"an advertisement from :: drops", SITE_OPEN,
	 {.from = "::", .to = ALL_NODES, ND, .type = ADVERTISEMENT}, DROPS(MARTIAN)},
	{"an echo from :: drops", SITE_OPEN, {.from = "::", .to = ALL_NODES, ND, .type = 128},
	 DROPS(MARTIAN)},
	{"a solicitation from :: by way of a router drops", SITE_OPEN,
	 {.from = "::", .to = SOLICITED, FAR, .type = SOLICITATION}, NOT_HERE},
	{"a solicitation by way of a router drops", SITE_OPEN,
	 {.from = LINK6, .to = SOLICITED, FAR, .type = SOLICITATION}, NOT_HERE},
	{"an advertisement by way of a router drops", SITE_OPEN,
	 {.from = GATEWAY6, .to = CLIENT6, FAR, .type = ADVERTISEMENT}, NOT_HERE},
	{"a router solicitation by way of a router drops", SITE_OPEN,
	 {.from = LINK6, .to = ALL_ROUTERS, FAR, .type = ROUTER_SOLICITATION}, NOT_HERE},
	{"a router advertisement by way of a router drops", SITE_OPEN,
	 {.from = ROUTER6, .to = ALL_NODES, FAR, .type = ROUTER_ADVERTISEMENT}, NOT_HERE},
	{"a solicitation with a code drops", SITE_OPEN,
	 {.from = LINK6, .to = SOLICITED, ND, .type = SOLICITATION, .code = 1}, NOT_HERE},
	{"an advertisement with a code drops", SITE_OPEN,
	 {.from = GATEWAY6, .to = CLIENT6, ND, .type = ADVERTISEMENT, .code = 255}, NOT_HERE},
	{"a router advertisement with a code drops", SITE_OPEN,
	 {.from = ROUTER6, .to = ALL_NODES, ND, .type = ROUTER_ADVERTISEMENT, .code = 1},
	 NOT_HERE},
	{"a router advertisement from a global address drops", SITE_OPEN,
	 {.from = GATEWAY6, .to = ALL_NODES, ND, .type = ROUTER_ADVERTISEMENT}, NOT_HERE},
	{"a redirect drops", SITE_OPEN, {.from = ROUTER6, .to = CLIENT6, ND, .type = REDIRECT},
	 DROPS(ICMP_TYPE)},
	{"inverse discovery drops", SITE_OPEN, {.from = LINK6, .to = ALL_NODES, ND, .type = 141},
	 DROPS(ICMP_TYPE)},
	{"a solicitation drops where discovery is switched off", SITE_CLOSED,
	 {.from = LINK6, .to = SOLICITED, ND, .type = SOLICITATION}, NOT_HERE},
	{"a router advertisement drops where discovery is switched off", SITE_CLOSED,
	 {.from = ROUTER6, .to = ALL_NODES, ND, .type = ROUTER_ADVERTISEMENT}, NOT_HERE},
	{"an IPv4 router advertisement drops", SITE_OPEN,
	 {.from = GATEWAY4, .to = "224.0.0.1", .protocol = IPPROTO_ICMP, .type = 9, .hop_limit = 1,
	  .filler = 8}, DROPS(ICMP_TYPE)},

	{"an MLD query passes", SITE_USUAL,
	 {.to_mac = GROUP_MAC, .from = ROUTER6, .to = ALL_NODES, MLD, .extensions = {ALERT},
	  .type = QUERY}, PASSES},
	{"an MLD report passes", SITE_USUAL,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .extensions = {ALERT}, .type = REPORT}, PASSES},
	{"an MLD done passes", SITE_USUAL,
	 {.from = LINK6, .to = ALL_ROUTERS, MLD, .extensions = {ALERT}, .type = DONE}, PASSES},
	{"an MLDv2 report passes", SITE_USUAL,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .extensions = {ALERT}, .type = REPORT2}, PASSES},
	{"an MLDv2 report from :: passes", SITE_USUAL,
	 {.from = "::", .to = MLD_ROUTERS, MLD, .extensions = {ALERT}, .type = REPORT2}, PASSES},
	{"an MLDv2 report with its padding first passes", SITE_USUAL,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .extensions = {PADDED_ALERT}, .type = REPORT2},
	 PASSES},
	{"MLD with two bytes of padding before its router alert passes", SITE_USUAL,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .type = REPORT2,
	  .extensions = {{0, BYTES("\0\0\0\x05\x02\0\0")}}}, PASSES},
	{"MLD with a router alert between its padding passes", SITE_USUAL,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .type = REPORT2,
	  .extensions = {{0, BYTES("\0\0\x05\x02\0\0\0")}}}, PASSES},
	{"MLD with padding that runs past its header drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .type = REPORT2,
	  .extensions = {{0, BYTES("\0\x05\x02\0\0\x01\x05")}}}, NOT_HERE},
	{"MLD with something else behind its router alert drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .type = REPORT2,
	  .extensions = {{0, BYTES("\0\x05\x02\0\0\0\x07")}}}, NOT_HERE},
	{"MLD with something else for the padding behind its router alert drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .type = REPORT2,
	  .extensions = {{0, BYTES("\0\0\x05\x02\0\0\x01")}}}, NOT_HERE},
	{"MLD without a router alert drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .type = REPORT2}, NOT_HERE},
	{"MLD with padding for a router alert drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .extensions = {NO_ALERT}, .type = REPORT2},
	 NOT_HERE},
	{"MLD with a router alert among destination options drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .type = REPORT2,
	  .extensions = {{60, BYTES("\0\x05\x02\0\0\x01\0")}}}, NOT_HERE},
	{"MLD with a hop limit of 2 drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, .protocol = IPPROTO_ICMPV6, .hop_limit = 2,
	  .extensions = {ALERT}, .type = REPORT2, .filler = 16}, NOT_HERE},
	{"MLD with a hop limit of 255 drops", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, ND, .extensions = {ALERT}, .type = QUERY}, NOT_HERE},
	{"MLD from a global address drops", SITE_OPEN,
	 {.from = CLIENT6, .to = MLD_ROUTERS, MLD, .extensions = {ALERT}, .type = REPORT2},
	 NOT_HERE},
	{"MLD drops where discovery is switched off", SITE_CLOSED,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .extensions = {ALERT}, .type = REPORT2},
	 NOT_HERE},
	{"a router alert is no reason to pass anything else", SITE_OPEN,
	 {.from = LINK6, .to = MLD_ROUTERS, MLD, .extensions = {ALERT}, .type = REDIRECT},
	 DROPS(ICMP_TYPE)},
};

#define DISCOVER .protocol = IPPROTO_UDP, .from_port = 68, .to_port = 67, .filler = 240
#define OFFER    .protocol = IPPROTO_UDP, .from_port = 67, .to_port = 68, .filler = 240
#define SOLICIT6 .protocol = IPPROTO_UDP, .from_port = 546, .to_port = 547, .filler = 40
#define ANSWER6  .protocol = IPPROTO_UDP, .from_port = 547, .to_port = 546, .filler = 40

static const struct row dhcp_rows[] = {
	{"a DHCP discover passes by its switch", SITE_OPEN,
	 {.to_mac = BROADCAST_MAC, .from = "0.0.0.0", .to = BROADCAST, DISCOVER}, SWITCHED(DHCP)},
	{"a DHCP offer passes by the switch", SITE_OPEN,
	 {.to_mac = BROADCAST_MAC, .from = GATEWAY4, .to = BROADCAST, OFFER}, SWITCHED(DHCP)},
	{"a DHCP request by a known address passes by the switch", SITE_OPEN,
	 {.from = CLIENT4, .to = BROADCAST, DISCOVER}, SWITCHED(DHCP)},
	{"a DHCP discover drops where DHCP is switched off", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, .from = "0.0.0.0", .to = BROADCAST, DISCOVER}, DROPS(MARTIAN)},
	{"a DHCP offer drops where DHCP is switched off", SITE_USUAL,
	 {.to_mac = BROADCAST_MAC, .from = GATEWAY4, .to = BROADCAST, OFFER},
	 DROPS(UNKNOWN_PORT)},
	{"DHCP from a server without an address drops", SITE_OPEN,
	 {.from = "0.0.0.0", .to = BROADCAST, OFFER}, DROPS(MARTIAN)},
	{"DHCP from 0.0.0.1 drops", SITE_OPEN, {.from = "0.0.0.1", .to = BROADCAST, DISCOVER},
	 DROPS(MARTIAN)},
	{"DHCP from a loopback address drops", SITE_OPEN,
	 {.from = "127.0.0.1", .to = BROADCAST, DISCOVER}, DROPS(MARTIAN)},
	{"DHCP from a link-local IPv4 address drops", SITE_OPEN,
	 {.from = "169.254.7.7", .to = BROADCAST, DISCOVER}, DROPS(MARTIAN)},
	{"DHCP from the broadcast drops", SITE_OPEN,
	 {.from = BROADCAST, .to = BROADCAST, DISCOVER}, DROPS(MARTIAN)},
	{"DHCP from 0.0.0.0 to one address drops", SITE_OPEN,
	 {.from = "0.0.0.0", .to = GATEWAY4, DISCOVER}, DROPS(MARTIAN)},
	{"DHCP between two addresses wants a rule", SITE_OPEN,
	 {.from = CLIENT4, .to = GATEWAY4, DISCOVER}, DROPS(UNKNOWN_PORT)},
	{"DHCP between two servers drops", SITE_OPEN,
	 {.from = GATEWAY4, .to = BROADCAST, .protocol = IPPROTO_UDP, .from_port = 67,
	  .to_port = 67}, DROPS(UNKNOWN_PORT)},
	{"TCP on the ports of DHCP drops", SITE_OPEN,
	 {.from = "0.0.0.0", .to = BROADCAST, .from_port = 68, .to_port = 67}, DROPS(MARTIAN)},
	{"a DHCPv6 solicit passes by the switch", SITE_OPEN,
	 {.to_mac = GROUP_MAC, .from = LINK6, .to = DHCP_SERVERS, SOLICIT6}, SWITCHED(DHCP)},
	{"a DHCPv6 request to a server passes by the switch", SITE_OPEN,
	 {.from = LINK6, .to = ROUTER6, SOLICIT6}, SWITCHED(DHCP)},
	{"a DHCPv6 answer passes by the switch", SITE_OPEN,
	 {.from = ROUTER6, .to = LINK6, ANSWER6}, SWITCHED(DHCP)},
	{"a DHCPv6 solicit drops where DHCP is switched off", SITE_USUAL,
	 {.from = LINK6, .to = DHCP_SERVERS, SOLICIT6}, DROPS(UNKNOWN_PORT)},
	{"a DHCPv6 solicit from a global address drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DHCP_SERVERS, SOLICIT6}, DROPS(UNKNOWN_PORT)},
	{"a DHCPv6 solicit from :: drops", SITE_OPEN, {.from = "::", .to = DHCP_SERVERS, SOLICIT6},
	 DROPS(MARTIAN)},
	{"a DHCPv6 solicit to another group drops", SITE_OPEN,
	 {.from = LINK6, .to = "ff02::1:3", SOLICIT6}, DROPS(UNKNOWN_PORT)},
	{"a DHCPv6 solicit to all servers of a site drops", SITE_OPEN,
	 {.from = LINK6, .to = "ff05::1:3", SOLICIT6}, DROPS(UNKNOWN_PORT)},
	{"a DHCPv6 answer to a group drops", SITE_OPEN,
	 {.from = ROUTER6, .to = DHCP_SERVERS, ANSWER6}, DROPS(UNKNOWN_PORT)},
	{"a DHCPv6 answer to a global address drops", SITE_OPEN,
	 {.from = ROUTER6, .to = CLIENT6, ANSWER6}, DROPS(UNKNOWN_PORT)},
	{"DHCPv6 from its own destination drops", SITE_OPEN, {.from = LINK6, .to = LINK6, SOLICIT6},
	 DROPS(MARTIAN)},
	{"IPv4 on the ports of DHCPv6 drops", SITE_OPEN, {.from = CLIENT4, .to = BROADCAST, SOLICIT6},
	 DROPS(UNKNOWN_PORT)},
};
/* clang-format on */

int main(void)
{
	return run_rows("discovery", discovery_rows, COUNT_OF(discovery_rows), NULL, 0) +
	       run_rows("dhcp", dhcp_rows, COUNT_OF(dhcp_rows), NULL, 0);
}
