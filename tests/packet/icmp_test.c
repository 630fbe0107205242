// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* ICMP and ICMPv6: every type by the switches, and errors by the packet that they quote. */
#include "rows.h"

#define ERROR4   .from = OUTSIDER4, .to = CLIENT4, .protocol = IPPROTO_ICMP
#define ERROR6   .from = OUTSIDER6, .to = CLIENT6, .protocol = IPPROTO_ICMPV6
#define QUOTES   .quoted = &(const struct frame)
#define OPENING  .from = CLIENT4, .to = DIRECTOR4, .to_port = 443
#define OPENING6 .from = CLIENT6, .to = DIRECTOR6, .to_port = 443
#define PING4    .protocol = IPPROTO_ICMP, .filler = 8
#define PING6    .protocol = IPPROTO_ICMPV6, .filler = 8
#define PADDING  BYTES("\0\x01\x04\0\0\0\0")

enum { UNREACHABLE = 3, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };
enum { UNREACHABLE6 = 1, TOO_BIG6, TIME_EXCEEDED6, PARAMETER_PROBLEM6 };
enum { ECHO_REPLY = 0, ECHO = 8, ECHO6 = 128, ECHO_REPLY6 = 129 };

/* clang-format off */
static const struct row error_rows[] = {
	{"an unreachable about an opening passes", SITE_USUAL,
	 {ERROR4, .type = UNREACHABLE, .code = 1, QUOTES{OPENING}}, SWITCHED(ICMP_ERRORS)},
	{"fragmentation-needed about an opening passes", SITE_USUAL,
	 {ERROR4, .type = UNREACHABLE, .code = 4, QUOTES{OPENING, .flags = ACK, .filler = 1400},
	  .quoted_len = 548}, SWITCHED(ICMP_ERRORS)},
	{"time exceeded about an opening passes", SITE_USUAL,
	 {ERROR4, .type = TIME_EXCEEDED, QUOTES{OPENING}}, SWITCHED(ICMP_ERRORS)},
	{"a parameter problem about an opening passes", SITE_USUAL,
	 {ERROR4, .type = PARAMETER_PROBLEM, QUOTES{OPENING}}, SWITCHED(ICMP_ERRORS)},
	{"an ICMPv6 unreachable about an opening passes", SITE_USUAL,
	 {ERROR6, .type = UNREACHABLE6, QUOTES{OPENING6}}, SWITCHED(ICMP_ERRORS)},
	{"packet-too-big about an opening passes", SITE_USUAL,
	 {ERROR6, .type = TOO_BIG6, QUOTES{OPENING6, .filler = 1180}}, SWITCHED(ICMP_ERRORS)},
	{"ICMPv6 time exceeded about an opening passes", SITE_USUAL,
	 {ERROR6, .type = TIME_EXCEEDED6, QUOTES{OPENING6}}, SWITCHED(ICMP_ERRORS)},
	{"an ICMPv6 parameter problem about an opening passes", SITE_USUAL,
	 {ERROR6, .type = PARAMETER_PROBLEM6, QUOTES{OPENING6}}, SWITCHED(ICMP_ERRORS)},
	{"an error from the opening's destination passes", SITE_USUAL,
	 {.from = DIRECTOR4, .to = CLIENT4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{OPENING}}, SWITCHED(ICMP_ERRORS)},
	{"an error about a reply passes to who sent it", SITE_USUAL,
	 {.from = OUTSIDER4, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{.from = DIRECTOR4, .to = CLIENT4, .from_port = 443, .flags = SYN | ACK}},
	 SWITCHED(ICMP_ERRORS)},
	{"an ICMPv6 error about a reply passes to who sent it", SITE_USUAL,
	 {.from = OUTSIDER6, .to = DIRECTOR6, .protocol = IPPROTO_ICMPV6, .type = TOO_BIG6,
	  QUOTES{.from = DIRECTOR6, .to = CLIENT6, .from_port = 443, .flags = ACK}},
	 SWITCHED(ICMP_ERRORS)},
	{"an error behind two tags passes", SITE_USUAL,
	 {ERROR4, .tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}}, .type = UNREACHABLE,
	  QUOTES{OPENING}}, SWITCHED(ICMP_ERRORS)},
	{"an error about UDP passes", SITE_USUAL,
	 {.from = RESOLVER4, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  .code = 3, QUOTES{.from = DIRECTOR4, .to = RESOLVER4, .protocol = IPPROTO_UDP,
			    .to_port = 53, .filler = 30}}, SWITCHED(ICMP_ERRORS)},
	{"an error about a tunnel passes", SITE_USUAL,
	 {.from = OUTSIDER4, .to = ROUTER4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{.from = ROUTER4, .to = EDGE4, .protocol = IPPROTO_GRE, .filler = 8}},
	 SWITCHED(ICMP_ERRORS)},
	{"a quote of eight transport bytes is enough", SITE_USUAL,
	 {ERROR4, .type = UNREACHABLE, QUOTES{OPENING}, .quoted_len = 28}, SWITCHED(ICMP_ERRORS)},
	{"an IPv6 quote of eight transport bytes is enough", SITE_USUAL,
	 {ERROR6, .type = UNREACHABLE6, QUOTES{OPENING6}, .quoted_len = 48},
	 SWITCHED(ICMP_ERRORS)},
	{"a quote with harmless options passes", SITE_USUAL,
	 {ERROR4, .type = UNREACHABLE, QUOTES{OPENING, .options = BYTES("\x94\x04\0\0")}},
	 SWITCHED(ICMP_ERRORS)},
	{"a quote with extension headers passes", SITE_USUAL,
	 {ERROR6, .type = TOO_BIG6, QUOTES{OPENING6, .extensions = {{0, PADDING}, {60, PADDING}}}},
	 SWITCHED(ICMP_ERRORS)},
	{"an error with extension headers of its own passes", SITE_USUAL,
	 {ERROR6, .type = TOO_BIG6, .extensions = {{60, PADDING}}, QUOTES{OPENING6}},
	 SWITCHED(ICMP_ERRORS)},

	{"errors drop where they are switched off", SITE_CLOSED,
	 {ERROR4, .type = UNREACHABLE, QUOTES{OPENING}}, DROPS(ICMP_TYPE)},
	{"ICMPv6 errors drop where they are switched off", SITE_CLOSED,
	 {ERROR6, .type = TOO_BIG6, QUOTES{OPENING6}}, DROPS(ICMP_TYPE)},
	{"an error about a packet that no rule lets pass drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, QUOTES{.from = CLIENT4, .to = DIRECTOR4, .to_port = 444}},
	 DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error about a port that no rule names drops", SITE_OPEN,
	 {ERROR6, .type = UNREACHABLE6, QUOTES{.from = CLIENT6, .to = DIRECTOR6, .to_port = 1}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about UDP to a rule's TCP port drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE,
	  QUOTES{.from = CLIENT4, .to = DIRECTOR4, .protocol = IPPROTO_UDP, .to_port = 443}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a protocol that no rule names drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE,
	  QUOTES{.from = CLIENT4, .to = DIRECTOR4, .protocol = 50, .filler = 8}},
	 DROPS(ICMP_UNRELATED)},
	{"an error to who received the quoted packet drops", SITE_OPEN,
	 {.from = OUTSIDER4, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{OPENING}}, DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error to who received the quoted packet drops", SITE_OPEN,
	 {.from = OUTSIDER6, .to = DIRECTOR6, .protocol = IPPROTO_ICMPV6, .type = TOO_BIG6,
	  QUOTES{OPENING6}}, DROPS(ICMP_UNRELATED)},
	{"an error to another client drops", SITE_OPEN,
	 {.from = OUTSIDER4, .to = "10.30.5.7", .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{OPENING}}, DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error to another client in the network drops", SITE_OPEN,
	 {.from = OUTSIDER6, .to = "2001:db8:30:5::7", .protocol = IPPROTO_ICMPV6,
	  .type = TOO_BIG6, QUOTES{OPENING6}}, DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error to the same host of another network drops", SITE_OPEN,
	 {.from = OUTSIDER6, .to = "2001:db8:30:6::6", .protocol = IPPROTO_ICMPV6,
	  .type = TOO_BIG6, QUOTES{OPENING6}}, DROPS(ICMP_UNRELATED)},
	{"an error that quotes the opening reversed drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, QUOTES{.from = DIRECTOR4, .to = CLIENT4, .to_port = 443}},
	 DROPS(ICMP_UNRELATED)},
	{"an error that quotes nothing drops", SITE_OPEN, {ERROR4, .type = UNREACHABLE},
	 DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error that quotes nothing drops", SITE_OPEN, {ERROR6, .type = TOO_BIG6},
	 DROPS(ICMP_UNRELATED)},
	{"an error whose quote stands behind the IP packet drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, QUOTES{OPENING}, .length_off = -40},
	 DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error whose quote ends behind the IP packet drops", SITE_OPEN,
	 {ERROR6, .type = TOO_BIG6, QUOTES{OPENING6}, .quoted_len = 48, .length_off = -1},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a packet that was too short for ports drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, QUOTES{OPENING, .length_off = -20}}, DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error about a packet that was too short for ports drops", SITE_OPEN,
	 {ERROR6, .type = TOO_BIG6, QUOTES{OPENING6, .length_off = -13}}, DROPS(ICMP_UNRELATED)},
	{"an error about a first fragment drops", SITE_OPEN,
	 {ERROR4, .type = TIME_EXCEEDED, .code = 1, QUOTES{OPENING, .fragment = MORE_FRAGMENTS}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a later fragment drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, QUOTES{OPENING, .fragment = 100}}, DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error about a fragment drops", SITE_OPEN,
	 {ERROR6, .type = TOO_BIG6,
	  QUOTES{OPENING6, .extensions = {{44, BYTES("\0\0\x01\0\0\0\x01")}}}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a packet with a source route drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE,
	  QUOTES{OPENING, .options = BYTES("\x83\x07\x04\x0a\x14\x01\x0a\0")}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a packet with a routing header drops", SITE_OPEN,
	 {ERROR6, .type = UNREACHABLE6,
	  QUOTES{OPENING6, .extensions = {{43, BYTES("\0\0\x01\0\0\0\0")}}}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a packet of another family drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, QUOTES{OPENING6}}, DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error about a packet of another family drops", SITE_OPEN,
	 {ERROR6, .type = UNREACHABLE6, QUOTES{OPENING}}, DROPS(ICMP_UNRELATED)},
	{"an error about a packet to itself drops", SITE_OPEN,
	 {.from = OUTSIDER4, .to = BOTH4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{.from = BOTH4, .to = BOTH4, .to_port = 443}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a reply to a loopback address drops", SITE_OPEN,
	 {.from = OUTSIDER4, .to = EDGE4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{.from = EDGE4, .to = "127.0.0.1", .from_port = 50001, .flags = ACK}},
	 DROPS(ICMP_UNRELATED)},
	{"an ICMPv6 error about a reply to a loopback address drops", SITE_OPEN,
	 {.from = OUTSIDER6, .to = EDGE6, .protocol = IPPROTO_ICMPV6, .type = UNREACHABLE6,
	  QUOTES{.from = EDGE6, .to = "::1", .from_port = 50001, .flags = ACK}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about a reply to a multicast group drops", SITE_OPEN,
	 {.from = OUTSIDER4, .to = EDGE4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{.from = EDGE4, .to = "224.0.0.9", .from_port = 50001, .flags = ACK}},
	 DROPS(ICMP_UNRELATED)},
	{"an error about an ICMP error drops", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, QUOTES{.from = CLIENT4, .to = OUTSIDER4,
	  .protocol = IPPROTO_ICMP, .type = UNREACHABLE, .filler = 28}}, DROPS(ICMP_UNRELATED)},
	{"an error from a martian is a martian", SITE_OPEN,
	 {.from = "127.0.0.1", .to = CLIENT4, .protocol = IPPROTO_ICMP, .type = UNREACHABLE,
	  QUOTES{OPENING}}, DROPS(MARTIAN)},
	{"an error in a fragment is a fragment", SITE_OPEN,
	 {ERROR4, .type = UNREACHABLE, .fragment = MORE_FRAGMENTS, QUOTES{OPENING}},
	 DROPS(FRAGMENT)},
};

static const struct row echo_rows[] = {
	{"an echo between roles passes by its switch", SITE_OPEN,
	 {.from = CLIENT4, .to = DIRECTOR4, PING4, .type = ECHO}, SWITCHED(PING)},
	{"its reply passes by the switch", SITE_OPEN,
	 {.from = DIRECTOR4, .to = CLIENT4, PING4, .type = ECHO_REPLY}, SWITCHED(PING)},
	{"an ICMPv6 echo between roles passes by its switch", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, PING6, .type = ECHO6}, SWITCHED(PING)},
	{"its ICMPv6 reply passes by the switch", SITE_OPEN,
	 {.from = DIRECTOR6, .to = CLIENT6, PING6, .type = ECHO_REPLY6}, SWITCHED(PING)},
	{"an echo to the gateway passes by the switch", SITE_OPEN,
	 {.from = CLIENT4, .to = GATEWAY4, PING4, .type = ECHO}, SWITCHED(PING)},
	{"an echo drops where it is switched off", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, PING4, .type = ECHO}, DROPS(ICMP_TYPE)},
	{"an ICMPv6 echo drops where it is switched off", SITE_USUAL,
	 {.from = CLIENT6, .to = DIRECTOR6, PING6, .type = ECHO6}, DROPS(ICMP_TYPE)},
	{"an echo from no role drops", SITE_OPEN,
	 {.from = OUTSIDER4, .to = DIRECTOR4, PING4, .type = ECHO}, DROPS(ICMP_TYPE)},
	{"an echo to no role drops", SITE_OPEN,
	 {.from = DIRECTOR6, .to = OUTSIDER6, PING6, .type = ECHO6}, DROPS(ICMP_TYPE)},
	{"an ICMPv6 echo in IPv4 drops", SITE_OPEN,
	 {.from = CLIENT4, .to = DIRECTOR4, .protocol = IPPROTO_ICMPV6, .filler = 16},
	 DROPS(UNKNOWN_PROTOCOL)},
	{"an ICMP echo in IPv6 drops", SITE_OPEN,
	 {.from = CLIENT6, .to = DIRECTOR6, .protocol = IPPROTO_ICMP, .filler = 16},
	 DROPS(UNKNOWN_PROTOCOL)},
	{"an error about an echo passes where echo passes", SITE_OPEN,
	 {ERROR4, .type = TIME_EXCEEDED,
	  QUOTES{.from = CLIENT4, .to = DIRECTOR4, PING4, .type = ECHO}}, SWITCHED(ICMP_ERRORS)},
	{"an ICMPv6 error about an echo passes where echo passes", SITE_OPEN,
	 {ERROR6, .type = TIME_EXCEEDED6,
	  QUOTES{.from = CLIENT6, .to = DIRECTOR6, PING6, .type = ECHO6}},
	 SWITCHED(ICMP_ERRORS)},
	{"an error about an echo drops where echo drops", SITE_USUAL,
	 {ERROR4, .type = TIME_EXCEEDED,
	  QUOTES{.from = CLIENT4, .to = DIRECTOR4, PING4, .type = ECHO}}, DROPS(ICMP_UNRELATED)},
	{"an error about an echo to no role drops", SITE_OPEN,
	 {ERROR4, .type = TIME_EXCEEDED,
	  QUOTES{.from = CLIENT4, .to = OUTSIDER4, PING4, .type = ECHO}}, DROPS(ICMP_UNRELATED)},
};
/* clang-format on */

static bool is_in(int number, const int *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

#define IS_IN(number, ...)                                                                         \
	is_in(number, (const int[]){__VA_ARGS__}, COUNT_OF(((const int[]){__VA_ARGS__})))

/* A type from the Director to a client, hop limit 64, with nothing quoted. */
static struct outcome expected_type(int type, bool ipv6, enum site_name site)
{
	bool error = ipv6 ? IS_IN(type, 1, 2, 3, 4) : IS_IN(type, 3, 11, 12);
	bool echo = ipv6 ? IS_IN(type, 128, 129) : IS_IN(type, 0, 8);
	bool neighbour = ipv6 && IS_IN(type, 130, 131, 132, 133, 134, 135, 136, 143);

	if (error && site != SITE_CLOSED)
		return (struct outcome)DROPS(ICMP_UNRELATED);
	if (neighbour)
		return (struct outcome)DROPS(NEIGHBOUR_DISCOVERY);
	if (echo && site == SITE_OPEN)
		return (struct outcome)SWITCHED(PING);
	return (struct outcome)DROPS(ICMP_TYPE);
}

static void expect_every_type(enum site_name site, bool ipv6)
{
	struct gate *gate = open_gate(site);

	for (int type = 0; type < 256; type++) {
		struct frame frame = {.from = ipv6 ? DIRECTOR6 : DIRECTOR4,
				      .to = ipv6 ? CLIENT6 : CLIENT4,
				      .protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
				      .type = type,
				      .filler = 20};
		char name[32];

		snprintf(name, sizeof(name), "ICMPv%d type %d", ipv6 ? 6 : 4, type);
		expect(gate, name, &frame, expected_type(type, ipv6, site));
	}
	expect_counters(gate);
}

static void every_icmp_type_follows_its_switch(void **state)
{
	(void)state;
	expect_every_type(SITE_USUAL, false);
	expect_every_type(SITE_OPEN, false);
	expect_every_type(SITE_CLOSED, false);
}

static void every_icmpv6_type_follows_its_switch(void **state)
{
	(void)state;
	expect_every_type(SITE_USUAL, true);
	expect_every_type(SITE_OPEN, true);
	expect_every_type(SITE_CLOSED, true);
}

/* However little an error quotes, it needs the quoted IP header and eight bytes more. */
static void expect_every_quote(const struct frame *frame, size_t enough)
{
	struct gate *gate = open_gate(SITE_USUAL);
	struct frame cut = *frame;

	for (cut.quoted_len = 1; cut.quoted_len <= enough; cut.quoted_len++) {
		bool pass = cut.quoted_len == enough;
		char name[32];

		snprintf(name, sizeof(name), "a quote of %zu bytes", cut.quoted_len);
		expect(gate, name, &cut,
		       pass ? (struct outcome)SWITCHED(ICMP_ERRORS)
			    : (struct outcome)DROPS(ICMP_UNRELATED));
	}
	expect_counters(gate);
}

static void a_quote_that_is_too_short_proves_nothing(void **state)
{
	const struct frame opening = {OPENING}, opening6 = {OPENING6};
	const struct frame walked6 = {OPENING6, .extensions = {{60, PADDING}}};

	(void)state;
	expect_every_quote(&(struct frame){ERROR4, .type = UNREACHABLE, .quoted = &opening}, 28);
	expect_every_quote(&(struct frame){ERROR6, .type = TOO_BIG6, .quoted = &opening6}, 48);
	expect_every_quote(&(struct frame){ERROR6, .type = TOO_BIG6, .quoted = &walked6}, 56);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(every_icmp_type_follows_its_switch),
		cmocka_unit_test(every_icmpv6_type_follows_its_switch),
		cmocka_unit_test(a_quote_that_is_too_short_proves_nothing),
	};

	return run_rows("errors", error_rows, COUNT_OF(error_rows), NULL, 0) +
	       run_rows("icmp", echo_rows, COUNT_OF(echo_rows), others, COUNT_OF(others));
}
