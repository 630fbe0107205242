// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* IPv4 with options, IPv6 with extension headers, fragments, and lengths that do not agree. */
#include "rows.h"

#define IPV4   .from = CLIENT4, .to = DIRECTOR4, .to_port = 443
#define IPV6   .from = CLIENT6, .to = DIRECTOR6, .to_port = 443
#define UDP4   .from = DIRECTOR4, .to = RESOLVER4, .protocol = IPPROTO_UDP, .to_port = 53
#define UDP6   .from = DIRECTOR6, .to = RESOLVER6, .protocol = IPPROTO_UDP, .to_port = 53
#define PASSES OPENS("cli-dir-443")

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, DESTINATION = 60 };

/* Extension headers without their first byte. */
#define PADDING          BYTES("\0\x01\x04\0\0\0\0")
#define ATOMIC           BYTES("\0\0\0\0\0\0\x01")
#define SPENT_TYPE(type) BYTES("\0" type "\0\0\0\0\0")

/* 256 bytes: the header's first two, options to skip. */
static const char long_padding[255] = "\x1f\x01\xfc";
#define PADDING_256                                                                                \
	{                                                                                          \
		long_padding, 255                                                                  \
	}

/* clang-format off */
static const struct row rows[] = {
	{"no-operations pass", SITE_USUAL, {IPV4, .options = BYTES("\x01\x01\x01\x01")}, PASSES},
	{"a header full of no-operations passes", SITE_USUAL,
	 {IPV4, .options = BYTES("\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
				 "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
				 "\x01\x01\x01\x01\x01\x01\x01\x01")}, PASSES},
	{"a router alert passes", SITE_USUAL, {IPV4, .options = BYTES("\x94\x04\0\0")}, PASSES},
	{"two router alerts and padding pass", SITE_USUAL,
	 {IPV4, .options = BYTES("\x01\x94\x04\0\0\x94\x04\0\0\x01\x01\x01")}, PASSES},
	{"the end of the options ends them", SITE_USUAL, {IPV4, .options = BYTES("\x01\0\0\0")},
	 PASSES},
	{"UDP is found behind options", SITE_USUAL, {UDP4, .options = BYTES("\x94\x04\0\0")},
	 OPENS("dns")},
	{"an option that no one knows drops", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .to_port = 444, .options = BYTES("\x01\x01\xbb\x01")},
	 DROPS(IP_OPTIONS)},
	{"ports are read behind the options", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .to_port = 444, .options = BYTES("\x94\x04\x01\xbb")},
	 DROPS(NO_RULE)},
	{"a loose source route drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x83\x07\x04\x0a\x14\x01\x0a\0")}, DROPS(IP_OPTIONS)},
	{"a strict source route drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x89\x07\x04\x0a\x14\x01\x0a\0")}, DROPS(IP_OPTIONS)},
	{"a source route behind no-operations drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x01\x01\x01\x01\x01\x83\x07\x04\x0a\x14\x01\x0a")},
	 DROPS(IP_OPTIONS)},
	{"a source route behind a router alert drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x94\x04\0\0\x83\x07\x04\x0a\x14\x01\x0a\0")},
	 DROPS(IP_OPTIONS)},
	{"a record of the route drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x07\x07\x04\0\0\0\0\0")}, DROPS(IP_OPTIONS)},
	{"a timestamp drops", SITE_OPEN, {IPV4, .options = BYTES("\x44\x08\x05\0\0\0\0\0")},
	 DROPS(IP_OPTIONS)},
	{"a security option drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x82\x0b\0\0\0\0\0\0\0\0\0\0")}, DROPS(IP_OPTIONS)},
	{"an experimental option drops", SITE_OPEN, {IPV4, .options = BYTES("\x9e\x04\0\0")},
	 DROPS(IP_OPTIONS)},
	{"a router alert of another length drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x94\x03\0\x01")}, DROPS(IP_OPTIONS)},
	{"a router alert past the header drops", SITE_OPEN,
	 {IPV4, .options = BYTES("\x01\x01\x94\x04")}, DROPS(IP_OPTIONS)},

	{"version 5 drops", SITE_OPEN, {IPV4, .version = 5}, DROPS(MALFORMED)},
	{"version 6 in an IPv4 frame drops", SITE_OPEN, {IPV4, .version = 6}, DROPS(MALFORMED)},
	{"version 4 in an IPv6 frame drops", SITE_OPEN, {IPV6, .version = 4}, DROPS(MALFORMED)},
	{"version 0 in an IPv6 frame drops", SITE_OPEN, {IPV6, .version = ZERO}, DROPS(MALFORMED)},
	{"an IPv4 header of four words drops", SITE_OPEN, {IPV4, .header_words = 4},
	 DROPS(MALFORMED)},
	{"an IPv4 header of no words drops", SITE_OPEN, {IPV4, .header_words = ZERO},
	 DROPS(MALFORMED)},
	{"an IPv4 header past its packet drops", SITE_OPEN, {IPV4, .header_words = 11},
	 DROPS(MALFORMED)},
	{"an IPv4 packet shorter than its header drops", SITE_OPEN,
	 {IPV4, .length_off = -21, .trailing = 30}, DROPS(MALFORMED)},
	{"an IPv4 packet longer than its frame drops", SITE_OPEN, {IPV4, .length_off = 1},
	 DROPS(MALFORMED)},
	{"an IPv6 packet longer than its frame drops", SITE_OPEN, {IPV6, .length_off = 1},
	 DROPS(MALFORMED)},
	{"an IPv4 packet with the greatest length drops", SITE_OPEN,
	 {IPV4, .length_off = 65535 - 40}, DROPS(MALFORMED)},
	{"an IPv6 packet with the greatest length drops", SITE_OPEN,
	 {IPV6, .length_off = 65535 - 20}, DROPS(MALFORMED)},
	{"an IPv6 jumbogram's length of 0 drops", SITE_OPEN, {IPV6, .length_off = -20},
	 DROPS(TRUNCATED)},
	{"padding behind IPv4 says nothing", SITE_USUAL, {IPV4, .trailing = 6}, PASSES},
	{"padding behind IPv6 says nothing", SITE_USUAL, {IPV6, .trailing = 900}, PASSES},
	{"a TCP header that stands in the padding alone drops", SITE_OPEN,
	 {IPV4, .length_off = -20}, DROPS(TRUNCATED)},
	{"a UDP header that ends in the padding drops", SITE_OPEN, {UDP6, .length_off = -1},
	 DROPS(TRUNCATED)},
	{"a hop limit of 1 says nothing", SITE_USUAL, {IPV6, .hop_limit = 1}, PASSES},
	{"a hop limit of 0 says nothing", SITE_USUAL, {IPV4, .hop_limit = ZERO}, PASSES},

	{"UDP of seven bytes drops", SITE_OPEN, {UDP4, .udp_length_off = -1}, DROPS(MALFORMED)},
	{"UDP of no bytes drops", SITE_OPEN, {UDP6, .udp_length_off = -8}, DROPS(MALFORMED)},
	{"UDP longer than its IPv4 packet drops", SITE_OPEN,
	 {UDP4, .udp_length_off = 1, .trailing = 1}, DROPS(MALFORMED)},
	{"UDP longer than its IPv6 packet drops", SITE_OPEN,
	 {UDP6, .filler = 9, .udp_length_off = 1}, DROPS(MALFORMED)},
	{"UDP shorter than its IPv4 packet passes", SITE_USUAL,
	 {UDP4, .filler = 9, .udp_length_off = -9}, OPENS("dns")},
	{"UDP that fills its IPv6 packet passes", SITE_USUAL, {UDP6, .filler = 1200}, OPENS("dns")},

	{"do-not-fragment is no fragment", SITE_USUAL, {IPV4, .fragment = DONT_FRAGMENT}, PASSES},
	{"the reserved flag is no fragment", SITE_USUAL, {IPV4, .fragment = 0x8000}, PASSES},
	{"a first fragment drops", SITE_OPEN, {IPV4, .fragment = MORE_FRAGMENTS, .filler = 1400},
	 DROPS(FRAGMENT)},
	{"a first fragment of eight bytes drops", SITE_OPEN,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = IPPROTO_UDP, .to_port = 443,
	  .fragment = MORE_FRAGMENTS}, DROPS(FRAGMENT)},
	{"a later fragment drops", SITE_OPEN, {IPV4, .fragment = MORE_FRAGMENTS | 1},
	 DROPS(FRAGMENT)},
	{"the last fragment drops", SITE_OPEN, {IPV4, .fragment = 185}, DROPS(FRAGMENT)},
	{"a fragment at the greatest offset drops", SITE_OPEN, {IPV4, .fragment = 0x1fff},
	 DROPS(FRAGMENT)},
	{"a fragment that says not to be one drops", SITE_OPEN,
	 {IPV4, .fragment = DONT_FRAGMENT | 8}, DROPS(FRAGMENT)},
	{"a later fragment without a transport header drops as a fragment", SITE_OPEN,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = 200, .filler = 4, .fragment = 100},
	 DROPS(FRAGMENT)},
	{"an atomic IPv6 fragment is a whole packet", SITE_USUAL,
	 {IPV6, .extensions = {{FRAGMENT, ATOMIC}}}, PASSES},
	{"an atomic fragment behind options is a whole packet", SITE_USUAL,
	 {IPV6, .extensions = {{HOP_BY_HOP, PADDING}, {DESTINATION, PADDING}, {FRAGMENT, ATOMIC}}},
	 PASSES},
	{"an atomic fragment of a packet that no rule lets pass drops", SITE_USUAL,
	 {.from = CLIENT6, .to = DIRECTOR6, .to_port = 444, .extensions = {{FRAGMENT, ATOMIC}}},
	 DROPS(NO_RULE)},
	{"a fragment header right behind that of a first fragment drops", SITE_OPEN,
	 {IPV6, .extensions = {{FRAGMENT, BYTES("\0\0\0\x01\0\0\0\x01")}, {FRAGMENT, ATOMIC}}},
	 DROPS(EXTENSION_HEADERS)},
	{"a first IPv6 fragment drops", SITE_OPEN,
	 {IPV6, .extensions = {{FRAGMENT, BYTES("\0\0\x01\0\0\0\x01")}}}, DROPS(FRAGMENT)},
	{"a later IPv6 fragment drops", SITE_OPEN,
	 {IPV6, .extensions = {{FRAGMENT, BYTES("\0\0\x09\0\0\0\x01")}}}, DROPS(FRAGMENT)},
	{"the last IPv6 fragment drops", SITE_OPEN,
	 {IPV6, .extensions = {{FRAGMENT, BYTES("\0\0\x08\0\0\0\x01")}}}, DROPS(FRAGMENT)},
	{"an IPv6 fragment at the greatest offset drops", SITE_OPEN,
	 {IPV6, .extensions = {{FRAGMENT, BYTES("\0\xff\xf8\0\0\0\x01")}}}, DROPS(FRAGMENT)},
	{"reserved bits make no IPv6 fragment", SITE_USUAL,
	 {IPV6, .extensions = {{FRAGMENT, BYTES("\xff\0\x06\0\0\0\x01")}}}, PASSES},
	{"two atomic fragment headers drop", SITE_OPEN,
	 {IPV6, .extensions = {{FRAGMENT, ATOMIC}, {FRAGMENT, ATOMIC}}}, DROPS(EXTENSION_HEADERS)},
	{"a second fragment header drops before it is read", SITE_OPEN,
	 {IPV6, .extensions = {{FRAGMENT, ATOMIC}, {DESTINATION, PADDING},
			       {FRAGMENT, BYTES("\0\0\x09\0\0\0\x01")}}}, DROPS(EXTENSION_HEADERS)},

	{"hop-by-hop options pass", SITE_USUAL, {IPV6, .extensions = {{HOP_BY_HOP, PADDING}}},
	 PASSES},
	{"destination options pass", SITE_USUAL, {UDP6, .extensions = {{DESTINATION, PADDING}}},
	 OPENS("dns")},
	{"a routing header with nothing left passes", SITE_USUAL,
	 {IPV6, .extensions = {{ROUTING, SPENT_TYPE("\x04")}}}, PASSES},
	{"a routing header of type 2 with nothing left passes", SITE_USUAL,
	 {IPV6, .extensions = {{ROUTING, BYTES("\x02\x02\0\0\0\0\0\x20\x01\x0d\xb8\0\0\0\0"
					       "\0\0\0\0\0\0\0\x01")}}}, PASSES},
	{"a routing header with a segment left drops", SITE_OPEN,
	 {IPV6, .extensions = {{ROUTING, BYTES("\0\x04\x01\0\0\0\0")}}}, DROPS(EXTENSION_HEADERS)},
	{"a routing header of type 0 drops", SITE_OPEN,
	 {IPV6, .extensions = {{ROUTING, BYTES("\0\0\x01\0\0\0\0")}}}, DROPS(EXTENSION_HEADERS)},
	{"a routing header of type 0 with nothing left drops", SITE_OPEN,
	 {IPV6, .extensions = {{ROUTING, SPENT_TYPE("\0")}}}, DROPS(EXTENSION_HEADERS)},
	{"a routing header of type 0 behind options drops", SITE_OPEN,
	 {IPV6, .extensions = {{DESTINATION, PADDING}, {ROUTING, SPENT_TYPE("\0")}}},
	 DROPS(EXTENSION_HEADERS)},
	{"hop-by-hop options behind others drop", SITE_OPEN,
	 {IPV6, .extensions = {{DESTINATION, PADDING}, {HOP_BY_HOP, PADDING}}},
	 DROPS(EXTENSION_HEADERS)},
	{"hop-by-hop options twice drop", SITE_OPEN,
	 {IPV6, .extensions = {{HOP_BY_HOP, PADDING}, {HOP_BY_HOP, PADDING}}},
	 DROPS(EXTENSION_HEADERS)},
	{"eight extension headers pass", SITE_USUAL,
	 {IPV6, .extensions = {[0 ... 7] = {DESTINATION, PADDING}}}, PASSES},
	{"nine extension headers drop", SITE_OPEN,
	 {IPV6, .extensions = {[0 ... 8] = {DESTINATION, PADDING}}}, DROPS(EXTENSION_HEADERS)},
	{"twelve extension headers drop", SITE_OPEN,
	 {IPV6, .extensions = {[0 ... 11] = {DESTINATION, PADDING}}}, DROPS(EXTENSION_HEADERS)},
	{"512 bytes of extension headers pass", SITE_USUAL,
	 {IPV6, .extensions = {[0 ... 1] = {DESTINATION, PADDING_256}}}, PASSES},
	{"520 bytes of extension headers drop", SITE_OPEN,
	 {IPV6, .extensions = {{DESTINATION, PADDING_256}, {DESTINATION, PADDING_256},
			       {DESTINATION, PADDING}}}, DROPS(EXTENSION_HEADERS)},
	{"an extension header past its packet drops", SITE_OPEN,
	 {IPV6, .extensions = {{DESTINATION, BYTES("\x03\x01\x04\0\0\0\0")}}, .trailing = 60},
	 DROPS(MALFORMED)},
	{"an extension header past its packet is malformed, whatever its kind", SITE_OPEN,
	 {IPV6, .extensions = {{ROUTING, BYTES("\x09\0\x01\0\0\0\0")}}, .trailing = 90},
	 DROPS(MALFORMED)},
	{"an extension header that ends in the padding is truncated", SITE_OPEN,
	 {IPV6, .extensions = {{DESTINATION, PADDING}}, .length_off = -21}, DROPS(TRUNCATED)},
	{"a fragment header behind 512 bytes of others is one too many", SITE_OPEN,
	 {IPV6, .extensions = {{DESTINATION, PADDING_256}, {DESTINATION, PADDING_256},
			       {FRAGMENT, BYTES("\0\0\x01\0\0\0\x01")}}}, DROPS(EXTENSION_HEADERS)},
	{"no next header drops", SITE_OPEN, {.from = CLIENT6, .to = DIRECTOR6, .protocol = 59},
	 DROPS(EXTENSION_HEADERS)},
	{"no next header behind options drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = 59,
	  .extensions = {{DESTINATION, PADDING}}}, DROPS(EXTENSION_HEADERS)},
	{"a mobility header drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = 135, .filler = 8},
	 DROPS(EXTENSION_HEADERS)},
	{"a host identity header drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = 139, .filler = 8},
	 DROPS(EXTENSION_HEADERS)},
	{"a shim6 header drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = 140, .filler = 8},
	 DROPS(EXTENSION_HEADERS)},
	{"an experimental extension header drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = 253, .filler = 8},
	 DROPS(EXTENSION_HEADERS)},
	{"the other experimental extension header drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = 254, .filler = 8},
	 DROPS(EXTENSION_HEADERS)},
	{"IPv6 authentication drops as a protocol without a rule", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = AUTHENTICATION, .filler = 24},
	 DROPS(UNKNOWN_PROTOCOL)},
};
/* clang-format on */

/* A packet is judged by its length field, whatever the frame holds: every value of it. */
static void every_ipv4_length_is_judged_by_itself(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (int length = 0; length <= 70; length++) {
		struct frame frame = {IPV4, .length_off = length - 40, .trailing = 24};
		struct outcome outcome = PASSES;

		if (length < 20 || length > 64)
			outcome = (struct outcome)DROPS(MALFORMED);
		else if (length < 40)
			outcome = (struct outcome)DROPS(TRUNCATED);
		expect(gate, "an IPv4 length", &frame, outcome);
	}
	expect_counters(gate);
}

static void every_ipv6_length_is_judged_by_itself(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (int length = 0; length <= 50; length++) {
		struct frame frame = {IPV6, .length_off = length - 20, .trailing = 24};
		struct outcome outcome = PASSES;

		if (length > 44)
			outcome = (struct outcome)DROPS(MALFORMED);
		else if (length < 20)
			outcome = (struct outcome)DROPS(TRUNCATED);
		expect(gate, "an IPv6 length", &frame, outcome);
	}
	expect_counters(gate);
}

/* Each of the 256 option kinds, alone in a header that is four bytes longer. */
static void every_ipv4_option_but_three_drops(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (int kind = 0; kind < 256; kind++) {
		bool no_operation = kind == 1;
		const char option[] = {(char)kind, no_operation ? 1 : 4, 0, 0};
		struct frame frame = {IPV4, .options = {option, sizeof(option)}};
		bool harmless = kind == 0 || no_operation || kind == 148;

		expect(gate, "an option", &frame,
		       harmless ? (struct outcome)PASSES : (struct outcome)DROPS(IP_OPTIONS));
	}
	expect_counters(gate);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(every_ipv4_length_is_judged_by_itself),
		cmocka_unit_test(every_ipv6_length_is_judged_by_itself),
		cmocka_unit_test(every_ipv4_option_but_three_drops),
	};

	return run_rows("ip", rows, COUNT_OF(rows), others, COUNT_OF(others));
}
