// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The words that the configuration and the listings have for numbers. */
#include <stdio.h>
#include <string.h>

#include "policy.h"

/* IANA's protocol numbers that have a word here; all others are written as numbers. */
static const struct {
	const char *name;
	__u8 number;
	bool has_ports;
} protocols[] = {
	{"icmp", 1, false},    {"igmp", 2, false},   {"ipip", 4, false},   {"tcp", 6, true},
	{"egp", 8, false},     {"udp", 17, true},    {"dccp", 33, false},  {"ipv6", 41, false},
	{"rsvp", 46, false},   {"gre", 47, false},   {"esp", 50, false},   {"ah", 51, false},
	{"icmpv6", 58, false}, {"eigrp", 88, false}, {"ospf", 89, false},  {"pim", 103, false},
	{"vrrp", 112, false},  {"l2tp", 115, false}, {"sctp", 132, false}, {"udplite", 136, false},
};

#define PROTOCOL_COUNT (sizeof(protocols) / sizeof(protocols[0]))

const char *policy_protocol_name(__u8 protocol, char number[4])
{
	for (size_t i = 0; i < PROTOCOL_COUNT; i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	snprintf(number, 4, "%u", protocol);
	return number;
}

int policy_protocol_number(const char *name)
{
	for (size_t i = 0; i < PROTOCOL_COUNT; i++)
		if (strcmp(protocols[i].name, name) == 0)
			return protocols[i].number;
	return -1;
}

bool policy_protocol_has_ports(__u8 protocol)
{
	for (size_t i = 0; i < PROTOCOL_COUNT; i++)
		if (protocols[i].number == protocol)
			return protocols[i].has_ports;
	return false;
}

const char *policy_mode_name(enum mode mode)
{
	return mode == MODE_MONITOR ? "monitor" : "enforce";
}

const char *policy_xdp_name(enum xdp_mode xdp)
{
	static const char *const names[] = {
		[XDP_NATIVE] = "native",
		[XDP_GENERIC] = "generic",
		[XDP_NATIVE_OR_GENERIC] = "native-or-generic",
	};

	return names[xdp];
}

const char *policy_attach_name(enum attach_mode attach)
{
	return attach == ATTACH_SHARED ? "shared" : "exclusive";
}

const char *policy_origin_name(enum origin origin)
{
	static const char *const names[] = {
		[ORIGIN_PAGE] = "page",
		[ORIGIN_OPTION] = "option",
		[ORIGIN_SITE] = "site",
	};

	return names[origin];
}

const char *policy_rule_origin(const struct rule *rule)
{
	return rule->page_rows ? rule->page_rows : policy_origin_name(ORIGIN_SITE);
}
