// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a packet's headers and the way it came in tell, before any connection is looked at. */
#include "render_steps.h"

#define IPV4_HEADER_WORDS_LEAST 5
#define IPV4_HEADER_WORDS_MOST  15
#define TCP_HEADER_WORDS_LEAST  5
#define TCP_HEADER_WORDS_MOST   15
#define WORD_BITS               32

/* What is refused by the packet alone. */
struct check {
	const char *match;
	enum drop_reason reason;
};

static const struct check link_checks[] = {
	{"ether saddr & 01:00:00:00:00:00 != 00:00:00:00:00:00", DROP_LINK_ADDRESS},
	{"meta pkttype { broadcast, multicast } ip daddr < 224.0.0.0", DROP_LINK_ADDRESS},
	{"meta pkttype { broadcast, multicast } ip6 daddr < ff00::", DROP_LINK_ADDRESS},
};

static const struct check header_checks[] = {
	{"ip frag-off & 0x3fff != 0", DROP_FRAGMENT},
	{"frag frag-off != 0", DROP_FRAGMENT},
	{"frag more-fragments 1", DROP_FRAGMENT},
	{"frag nexthdr 44", DROP_EXTENSION_HEADERS},
	{"ip6 nexthdr 44 dst nexthdr 44", DROP_EXTENSION_HEADERS},
	{"hbh nexthdr 44 dst nexthdr 44", DROP_EXTENSION_HEADERS},
	{"exthdr hbh exists ip6 nexthdr != 0", DROP_EXTENSION_HEADERS},
	{"hbh nexthdr 0", DROP_EXTENSION_HEADERS},
	{"dst nexthdr 0", DROP_EXTENSION_HEADERS},
	{"rt nexthdr 0", DROP_EXTENSION_HEADERS},
	{"frag nexthdr 0", DROP_EXTENSION_HEADERS},
	{"rt type 0", DROP_EXTENSION_HEADERS},
	{"rt seg-left != 0", DROP_EXTENSION_HEADERS},
	{"meta nfproto ipv6 meta l4proto { 59, 135, 139, 140, 253, 254 }", DROP_EXTENSION_HEADERS},
	{"udp length < 8", DROP_MALFORMED},
};

static const struct check martian_checks[] = {
	{"ip saddr { 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/3 }", DROP_MARTIAN},
	{"ip daddr { 0.0.0.0/8, 127.0.0.0/8, 240.0.0.0-255.255.255.254 }", DROP_MARTIAN},
	{"ip6 saddr { ::1, ::ffff:0:0/96, fec0::/10, ff00::/8 }", DROP_MARTIAN},
	{"ip6 daddr { ::, ::1, ::ffff:0:0/96 }", DROP_MARTIAN},
	{"ip6 saddr :: ip6 daddr < ff00::", DROP_MARTIAN},
	{"ip6 saddr :: meta l4proto != ipv6-icmp", DROP_MARTIAN},
	{"ip6 saddr :: icmpv6 type != { 130, 131, 132, 135, 143 }", DROP_MARTIAN},
};

static const struct check flag_checks[] = {
	{"tcp flags & (fin | syn | rst | ack) == 0", DROP_TCP_FLAGS},
	{"tcp flags & (syn | fin) == (syn | fin)", DROP_TCP_FLAGS},
	{"tcp flags & (syn | rst) == (syn | rst)", DROP_TCP_FLAGS},
	{"tcp flags & (fin | ack) == fin", DROP_TCP_FLAGS},
};

#define PRINT_CHECKS(policy, checks, out)                                                          \
	print_checks(policy, checks, sizeof(checks) / sizeof((checks)[0]), out)

static void print_checks(const struct policy *policy, const struct check *checks, size_t count,
			 FILE *out)
{
	for (size_t i = 0; i < count; i++)
		render_check(policy, checks[i].match, checks[i].reason, out);
}

/* Word by word: nothing but no-operation and router alert, and what follows an end is no option. */
static void print_ip_options(const struct policy *policy, FILE *out)
{
	fputs("\n\tchain ip-options {\n", out);
	for (unsigned i = IPV4_HEADER_WORDS_LEAST; i < IPV4_HEADER_WORDS_MOST; i++) {
		fprintf(out,
			"\t\tip hdrlength %u return\n"
			"\t\t@nh,%u,32 { 0x00000000-0x00ffffff, 0x01000000-0x0100ffff, "
			"0x01010000-0x010100ff, 0x01010100 } return\n"
			"\t\t@nh,%u,32 != { 0x01010101, 0x94040000-0x9404ffff } ",
			i, i * WORD_BITS, i * WORD_BITS);
		render_refuse(policy, DROP_IP_OPTIONS, out);
	}
	fputs("\t}\n", out);
}

/* A header of so many words, whose last byte is there. */
static void print_tcp_headers(const struct policy *policy, FILE *out)
{
	fputs("\n\tchain tcp-headers {\n", out);
	PRINT_CHECKS(policy, flag_checks, out);
	for (unsigned i = TCP_HEADER_WORDS_LEAST; i <= TCP_HEADER_WORDS_MOST; i++)
		fprintf(out, "\t\ttcp doff %u @th,%u,8 >= 0 return\n", i, i * WORD_BITS - 8);
	fputs("\t\t", out);
	render_refuse(policy, DROP_MALFORMED, out);
	fputs("\t}\n", out);
}

static void print_homes_jumps(const struct home_ranges *homes, FILE *out)
{
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		if (homes->counts[family] > 0)
			fprintf(out, "\t\t%s saddr vmap @%s\n", render_families[family].header,
				render_families[family].homes);
}

/* What stays on the link; of a client without an address, before martians are refused. */
static const char dhcp_without_address[] =
	"ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67";
static const char *const dhcp_matches[] = {
	"ip daddr 255.255.255.255 udp sport 68 udp dport 67",
	"ip daddr 255.255.255.255 udp sport 67 udp dport 68",
	"ip6 saddr fe80::/10 ip6 daddr { fe80::/10, ff02::1:2 } udp sport 546 udp dport 547",
	"ip6 saddr fe80::/10 ip6 daddr fe80::/10 udp sport 547 udp dport 546",
};

void render_dhcp(const struct policy *policy, FILE *out)
{
	if (!policy->pass[PASS_DHCP])
		return;
	for (size_t i = 0; i < sizeof(dhcp_matches) / sizeof(dhcp_matches[0]); i++)
		render_pass(dhcp_matches[i], PASS_DHCP, out);
}

/* Before connection tracking, so that no forged packet changes what it knows. */
static void print_chain(const struct policy *policy, const struct home_ranges *homes, FILE *out)
{
	fputs("\n\t# Before fragments are put together (-400) and connections tracked (-200).\n"
	      "\tchain headers {\n"
	      "\t\ttype filter hook prerouting priority -450; policy accept;\n"
	      "\t\tiifname != @listed accept\n",
	      out);
	PRINT_CHECKS(policy, link_checks, out);
	render_vlans(policy, out);
	fputs("\t\tip hdrlength > 5 jump ip-options\n", out);
	PRINT_CHECKS(policy, header_checks, out);
	if (policy->pass[PASS_DHCP])
		render_pass(dhcp_without_address, PASS_DHCP, out);
	PRINT_CHECKS(policy, martian_checks, out);
	render_dhcp(policy, out);
	fputs("\t\tmeta l4proto tcp jump tcp-headers\n", out);
	print_homes_jumps(homes, out);
	fputs("\t}\n", out);
}

void render_headers(const struct policy *policy, const struct home_ranges *homes, FILE *out)
{
	print_ip_options(policy, out);
	print_tcp_headers(policy, out);
	print_chain(policy, homes, out);
}
