// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP's flags and its header's length. */
#include "rows.h"

#define OPENING  .from = CLIENT4, .to = DIRECTOR4, .to_port = 443
#define OPENING6 .from = CLIENT6, .to = DIRECTOR6, .to_port = 443
#define REPLY    .from = DIRECTOR4, .from_port = 443, .to = CLIENT4
#define PASSES   OPENS("cli-dir-443")
#define ANSWERS  REPLIES("cli-dir-443")

/*
 * All combinations of URG, ACK, PSH, RST, SYN and FIN (the lowest bit), sixteen a
 * line. x: no stack sends it; o: it may open, and is no reply; b: it may be both.
 */
static const char flag_table[65] = "xxoxbxxxxxoxbxxx"  /* PSH from the ninth on */
				   "bbbxbbxxbbbxbbxx"  /* with ACK */
				   "xxoxbxxxxxoxbxxx"  /* with URG */
				   "bbbxbbxxbbbxbbxx"; /* with URG and ACK */

static void every_combination_of_flags_gets_what_the_table_says(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (int flags = 0; flags < 64; flags++) {
		struct frame opening = {OPENING, .flags = flags ? flags : ZERO};
		struct frame reply = {REPLY, .flags = flags ? flags : ZERO};
		bool odd = flag_table[flags] == 'x', both = flag_table[flags] == 'b';
		char name[32];

		snprintf(name, sizeof(name), "flags %#x", flags);
		expect(gate, name, &opening,
		       odd ? (struct outcome)DROPS(TCP_FLAGS) : (struct outcome)PASSES);
		expect(gate, name, &reply,
		       odd    ? (struct outcome)DROPS(TCP_FLAGS)
		       : both ? (struct outcome)ANSWERS
			      : (struct outcome)DROPS(NOT_A_REPLY));
		expect_counters(gate);
	}
}

/* Every data offset, in a packet that holds 20 bytes of header and 12 more. */
static void every_data_offset_is_within_the_packet(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (int words = 0; words < 16; words++) {
		struct frame frame = {OPENING, .data_words = words ? words : ZERO, .filler = 12,
				      .trailing = 40};
		bool good = words >= 5 && words <= 8;

		expect(gate, "a data offset", &frame,
		       good ? (struct outcome)PASSES : (struct outcome)DROPS(MALFORMED));
	}
	expect_counters(gate);
}

/* clang-format off */
static const struct row rows[] = {
	{"the reserved bits say nothing of an opening", SITE_USUAL,
	 {OPENING, .flags = SYN | ECE | CWR}, PASSES},
	{"ECE alone is none of the four flags", SITE_OPEN, {OPENING, .flags = ECE},
	 DROPS(TCP_FLAGS)},
	{"all flags drop", SITE_OPEN, {OPENING, .flags = 0xff}, DROPS(TCP_FLAGS)},
	{"a Christmas tree drops", SITE_OPEN, {OPENING6, .flags = FIN | URG | PSH},
	 DROPS(TCP_FLAGS)},
	{"no flags drop", SITE_OPEN, {OPENING6, .flags = ZERO}, DROPS(TCP_FLAGS)},
	{"an IPv6 data offset of four drops", SITE_OPEN, {OPENING6, .data_words = 4},
	 DROPS(MALFORMED)},
	{"an IPv6 data offset past the packet drops", SITE_OPEN, {OPENING6, .data_words = 6},
	 DROPS(MALFORMED)},
	{"forty bytes of options pass", SITE_USUAL, {OPENING6, .data_words = 15, .filler = 40},
	 PASSES},
	{"a full segment passes", SITE_USUAL, {OPENING, .flags = ACK | PSH, .filler = 1460},
	 PASSES},
	{"a full reply passes", SITE_USUAL, {REPLY, .flags = ACK, .filler = 1460}, ANSWERS},
	{"port 0 is unknown", SITE_USUAL, {.from = CLIENT4, .to = DIRECTOR4, .to_port = ZERO},
	 DROPS(UNKNOWN_PORT)},
	{"port 0 to port 0 is unknown", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .from_port = ZERO, .to_port = ZERO},
	 DROPS(UNKNOWN_PORT)},
	{"a SYN from the rule's own port is no reply", SITE_USUAL, {REPLY, .to_port = 22},
	 DROPS(NOT_A_REPLY)},
	{"a SYN from a rule's port may open what a rule lets open", SITE_USUAL,
	 {.from = CLIENT4, .to = DIRECTOR4, .from_port = 443, .to_port = 443}, PASSES},
};
/* clang-format on */

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(every_combination_of_flags_gets_what_the_table_says),
		cmocka_unit_test(every_data_offset_is_within_the_packet),
	};

	return run_rows("tcp", rows, COUNT_OF(rows), others, COUNT_OF(others));
}
