// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Frames that end too early: each one cut at every byte from the link header's end on. */
#include "judge.h"

#define LINK_LEN 14

#define OPENING  .from = CLIENT4, .to = DIRECTOR4, .to_port = 443
#define OPENING6 .from = CLIENT6, .to = DIRECTOR6, .to_port = 443
#define UDP4     .from = DIRECTOR4, .to = RESOLVER4, .protocol = IPPROTO_UDP, .to_port = 53
#define UDP6     .from = DIRECTOR6, .to = RESOLVER6, .protocol = IPPROTO_UDP, .to_port = 53
#define TAGGED   .tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}}
#define PADDING  BYTES("\0\x01\x04\0\0\0\0")

static const struct frame opening = {OPENING}, opening6 = {OPENING6};

struct whole {
	const char *name;
	struct frame frame;
	struct outcome outcome;
};

/* clang-format off */
static const struct whole accepted[] = {
	{"TCP in IPv4", {OPENING, .filler = 10, .trailing = 6}, OPENS("cli-dir-443")},
	{"TCP in IPv6", {OPENING6, .filler = 10, .trailing = 6}, OPENS("cli-dir-443")},
	{"TCP in IPv4 behind two tags", {OPENING, TAGGED, .trailing = 2}, OPENS("cli-dir-443")},
	{"TCP in IPv6 behind two tags", {OPENING6, TAGGED}, OPENS("cli-dir-443")},
	{"TCP with options in IPv4 with options",
	 {OPENING, .options = BYTES("\x94\x04\0\0\x01\x01\x01\x01"), .data_words = 6, .filler = 4},
	 OPENS("cli-dir-443")},
	{"TCP behind four extension headers",
	 {OPENING6, .extensions = {{0, PADDING}, {60, PADDING}, {43, BYTES("\0\x04\0\0\0\0\0")},
				   {44, BYTES("\0\0\0\0\0\0\x01")}}, .trailing = 3},
	 OPENS("cli-dir-443")},
	{"a reply", {.from = DIRECTOR4, .to = CLIENT4, .from_port = 443, .flags = ACK},
	 REPLIES("cli-dir-443")},
	{"UDP in IPv4", {UDP4, .filler = 5, .trailing = 4}, OPENS("dns")},
	{"UDP in IPv6", {UDP6, .filler = 5, .trailing = 4}, OPENS("dns")},
	{"OSPF", {.from = ROUTER4, .to = "224.0.0.5", .protocol = 89, .filler = 24},
	 OPENS("ospf")},
	{"an echo in IPv4", {.from = CLIENT4, .to = DIRECTOR4, .protocol = IPPROTO_ICMP, .type = 8,
	 .filler = 20}, SWITCHED(PING)},
	{"an echo in IPv6", {.from = CLIENT6, .to = DIRECTOR6, .protocol = IPPROTO_ICMPV6,
	 .type = 128, .filler = 20}, SWITCHED(PING)},
	{"DHCP", {.from = "0.0.0.0", .to = "255.255.255.255", .protocol = IPPROTO_UDP,
	 .from_port = 68, .to_port = 67, .filler = 30}, SWITCHED(DHCP)},
	{"an ICMP error", {.from = OUTSIDER4, .to = CLIENT4, .protocol = IPPROTO_ICMP, .type = 3,
	 .quoted = &opening, .quoted_len = 28}, SWITCHED(ICMP_ERRORS)},
	{"an ICMPv6 error", {.from = OUTSIDER6, .to = CLIENT6, .protocol = IPPROTO_ICMPV6,
	 .type = 1, .quoted = &opening6, .quoted_len = 48}, SWITCHED(ICMP_ERRORS)},
	{"a neighbour solicitation", {.from = LINK6, .to = "ff02::1:ff00:10", .hop_limit = 255,
	 .protocol = IPPROTO_ICMPV6, .type = 135, .filler = 24}, SWITCHED(NEIGHBOUR_DISCOVERY)},
};

static const struct whole odd[] = {
	{"options that drop", {OPENING, .options = BYTES("\x83\x07\x04\x0a\x14\x01\x0a\0")},
	 DROPS(IP_OPTIONS)},
	{"a routing header that drops",
	 {OPENING6, .extensions = {{60, PADDING}, {43, BYTES("\0\0\0\0\0\0\0")}}},
	 DROPS(EXTENSION_HEADERS)},
	{"twelve extension headers", {OPENING6, .extensions = {[0 ... 11] = {60, PADDING}}},
	 DROPS(EXTENSION_HEADERS)},
	{"a fragment", {OPENING, .fragment = MORE_FRAGMENTS, .filler = 8}, DROPS(FRAGMENT)},
	{"an IPv6 fragment", {OPENING6, .extensions = {{44, BYTES("\0\0\x01\0\0\0\x01")}}},
	 DROPS(FRAGMENT)},
	{"three tags", {OPENING, .tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}, {TAG_CUSTOMER, 3}}},
	 DROPS(VLAN_DEPTH)},
	{"a source that is a martian", {.from = "127.0.0.1", .to = DIRECTOR4, .to_port = 443},
	 DROPS(MARTIAN)},
	{"odd flags", {OPENING, .flags = SYN | FIN}, DROPS(TCP_FLAGS)},
	{"an unknown port", {.from = CLIENT4, .to = DIRECTOR4, .to_port = 1}, DROPS(UNKNOWN_PORT)},
	{"no rule", {.from = CLIENT6, .to = DIRECTOR6, .to_port = 444}, DROPS(NO_RULE)},
	{"a group's MAC", {OPENING, .to_mac = "\xff\xff\xff\xff\xff\xff"}, DROPS(LINK_ADDRESS)},
	{"a redirect", {.from = OUTSIDER4, .to = CLIENT4, .protocol = IPPROTO_ICMP, .type = 5,
	 .quoted = &opening}, DROPS(ICMP_TYPE)},
	{"an error about nothing", {.from = OUTSIDER4, .to = CLIENT4, .protocol = IPPROTO_ICMP,
	 .type = 3}, DROPS(ICMP_UNRELATED)},
};
/* clang-format on */

/* Where the fixed part of the IP header ends: what is cut before that has no length to compare. */
static size_t fixed_end(const struct built *built, const struct frame *frame)
{
	return built->ip_start + (frame_is_ipv6(frame) ? 40 : 20);
}

static void an_accepted_frame_drops_until_its_ip_packet_is_whole(void **state)
{
	const struct whole *whole = *state;
	struct gate *gate = open_gate(SITE_OPEN);
	const struct built *built = build(&whole->frame);
	size_t fixed = fixed_end(built, &whole->frame);

	for (size_t len = LINK_LEN; len <= built->len; len++) {
		struct outcome outcome = whole->outcome;
		char name[32];

		if (len < fixed)
			outcome = (struct outcome)DROPS(TRUNCATED);
		else if (len < built->ip_end)
			outcome = (struct outcome)DROPS(MALFORMED);
		snprintf(name, sizeof(name), "%zu of %zu bytes", len, built->len);
		expect_bytes(gate, name, built->bytes, len, outcome);
	}
	expect_counters(gate);
}

static void an_odd_frame_never_passes_whatever_is_cut(void **state)
{
	const struct whole *whole = *state;
	struct gate *gate = open_gate(SITE_OPEN);
	const struct built *built = build(&whole->frame);

	for (size_t len = LINK_LEN; len < built->len; len++) {
		struct outcome seen = run(gate, built->bytes, len);

		note(gate, &seen, len);
		assert_int_equal(seen.verdict, VERDICT_DROP);
		if (seen.reason != DROP_TRUNCATED && seen.reason != DROP_MALFORMED)
			assert_int_equal(seen.reason, whole->outcome.reason);
	}
	expect_bytes(gate, whole->name, built->bytes, built->len, whole->outcome);
	expect_counters(gate);
}

/* As above with an IP length that agrees: what ends too early is then a header inside. */
static void a_shorter_ip_length_never_passes_what_it_cuts(void **state)
{
	const struct whole *whole = *state;
	struct gate *gate = open_gate(SITE_OPEN);
	struct frame frame = whole->frame;
	const struct built *built = build(&frame);
	size_t payload_len = built->ip_end - fixed_end(built, &frame);

	for (size_t missing = frame.filler + 1; missing <= payload_len; missing++) {
		struct outcome seen;

		frame.length_off = -(int)missing;
		built = build(&frame);
		seen = run(gate, built->bytes, built->ip_end);
		note(gate, &seen, built->ip_end);
		if (seen.verdict != VERDICT_DROP)
			fail_msg("%s passes with %zu bytes less", whole->name, missing);
	}
	expect_counters(gate);
}

static size_t add_tests(struct CMUnitTest *tests, const struct whole *wholes, size_t count,
			const char *what, CMUnitTestFunction function)
{
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){.name = memory_format("%s %s", wholes[i].name, what),
					       .test_func = function,
					       .initial_state = (void *)&wholes[i]};
	return count;
}

int main(void)
{
	struct CMUnitTest tests[2 * COUNT_OF(accepted) + COUNT_OF(odd)];
	size_t count = 0;
	int failed;

	count += add_tests(tests, accepted, COUNT_OF(accepted), "passes only whole",
			   an_accepted_frame_drops_until_its_ip_packet_is_whole);
	count += add_tests(tests + count, odd, COUNT_OF(odd), "never passes",
			   an_odd_frame_never_passes_whatever_is_cut);
	count += add_tests(tests + count, accepted, COUNT_OF(accepted),
			   "passes with no header cut by its length",
			   a_shorter_ip_length_never_passes_what_it_cuts);
	failed = cmocka_run_group_tests_name("truncation", tests, NULL, close_gates);
	for (size_t i = 0; i < count; i++)
		free((void *)tests[i].name);
	return failed;
}
