// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a set of packets leaves in the counters, by numbers that stand here. */
#include <time.h>

#include "judge.h"

static struct counters read_counters(struct gate *gate)
{
	struct error error = {0};
	struct counters counters;

	if (dataplane_bench_counters(gate->bench, &counters, &error))
		fail_msg("%s", error.text);
	return counters;
}

static void deliver(struct gate *gate, const struct frame *frame, int times)
{
	const struct built *built = build(frame);

	for (int i = 0; i < times; i++)
		run(gate, built->bytes, built->len);
}

/* Three openings and two replies of one rule, an echo of another, and so on; see the numbers. */
static void deliver_all(struct gate *gate)
{
	const struct frame opening = {.from = CLIENT4, .to = DIRECTOR4, .to_port = 443};
	const struct frame tagged = {.from = CLIENT6,
				     .to = DIRECTOR6,
				     .to_port = 443,
				     .tags = {{TAG_SERVICE, 1}, {TAG_CUSTOMER, 2}}};
	const struct frame reply = {
		.from = DIRECTOR4, .to = CLIENT4, .from_port = 443, .flags = ACK, .filler = 946};
	const struct frame udp = {.from = RESOLVER4,
				  .to = DIRECTOR4,
				  .protocol = IPPROTO_UDP,
				  .from_port = 53,
				  .trailing = 18};
	const struct frame unruled = {.from = CLIENT4, .to = DIRECTOR4, .to_port = 444};
	const struct frame truncated = {.from = CLIENT4, .to = DIRECTOR4, .cut = 20};
	const struct frame arp = {.ethertype = TYPE_ARP, .body = BYTES("\0\x01\x08\0\x06\x04")};

	deliver(gate, &opening, 2);
	deliver(gate, &tagged, 1);
	deliver(gate, &reply, 2);
	deliver(gate, &udp, 5);
	deliver(gate, &unruled, 4);
	deliver(gate, &truncated, 3);
	deliver(gate, &arp, 6);
}

static const struct rule_counter *rule_counter(const struct counters *counters, const char *id)
{
	for (size_t i = 0; i < counters->rule_count; i++)
		if (!strcmp(counters->rules[i].rule.id, id))
			return &counters->rules[i].sum;
	fail_msg("no rule %s", id);
	return NULL;
}

static void expect_count(const struct counter *counter, __u64 packets, __u64 bytes)
{
	assert_int_equal(counter->packets, packets);
	assert_int_equal(counter->bytes, bytes);
}

static void expect_rules(const struct counters *counters)
{
	const struct rule_counter *web = rule_counter(counters, "cli-dir-443");
	const struct rule_counter *dns = rule_counter(counters, "dns");
	__u64 packets = 0;

	expect_count(&web->directions[DIRECTION_OPENING], 3, 54 + 54 + 82);
	expect_count(&web->directions[DIRECTION_REPLY], 2, 2000);
	expect_count(&dns->directions[DIRECTION_OPENING], 0, 0);
	expect_count(&dns->directions[DIRECTION_REPLY], 5, 300);
	for (size_t i = 0; i < counters->rule_count; i++)
		for (int way = 0; way < DIRECTION_COUNT; way++)
			packets += counters->rules[i].sum.directions[way].packets;
	assert_int_equal(packets, 10);
}

static void packets_and_bytes_are_counted_once(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);
	struct counters counters;

	(void)state;
	deliver_all(gate);
	counters = read_counters(gate);
	expect_rules(&counters);
	expect_count(&counters.interfaces[0].drops[DROP_NO_RULE].dropped, 4, 4 * 54);
	expect_count(&counters.interfaces[0].drops[DROP_NO_RULE].would_drop, 0, 0);
	expect_count(&counters.interfaces[0].drops[DROP_TRUNCATED].dropped, 3, 3 * 20);
	expect_count(&counters.interfaces[0].drops[DROP_NONE].dropped, 0, 0);
	expect_count(&counters.interfaces[0].switches[PASS_ARP], 6, 6 * 20);
	expect_count(&counters.interfaces[0].switches[PASS_ICMP_ERRORS], 0, 0);
	counters_free(&counters);
}

static void monitor_mode_counts_what_it_would_drop(void **state)
{
	struct gate *gate = open_gate(SITE_MONITOR);
	struct counters counters;

	(void)state;
	deliver_all(gate);
	counters = read_counters(gate);
	expect_rules(&counters);
	expect_count(&counters.interfaces[0].drops[DROP_NO_RULE].would_drop, 4, 4 * 54);
	expect_count(&counters.interfaces[0].drops[DROP_NO_RULE].dropped, 0, 0);
	expect_count(&counters.interfaces[0].drops[DROP_TRUNCATED].would_drop, 3, 3 * 20);
	expect_count(&counters.interfaces[0].switches[PASS_ARP], 6, 6 * 20);
	counters_free(&counters);
}

static void the_last_hit_is_when_a_rule_was_hit(void **state)
{
	struct gate *gate = open_gate(SITE_CHOICES);
	const struct frame frame = {.from = PROXY4, .to = POOL4, .to_port = 4443};
	const struct frame other = {.from = PROXY4, .to = POOL4, .to_port = 444};
	const __u64 now = DATAPLANE_BENCH_START_NS + 7;
	struct counters counters = read_counters(gate);

	(void)state;
	assert_int_equal(rule_counter(&counters, "rp-fep-4443")->last_hit_ns, 0);
	counters_free(&counters);
	dataplane_bench_set_clock(gate->bench, now);
	deliver(gate, &frame, 1);
	deliver(gate, &other, 1);
	counters = read_counters(gate);
	assert_int_equal(rule_counter(&counters, "rp-fep-4443")->last_hit_ns, now);
	assert_int_equal(rule_counter(&counters, "rp-fes-4443")->last_hit_ns, 0);
	assert_int_equal(rule_counter(&counters, "dir-fep-444")->last_hit_ns, 0);
	counters_free(&counters);
}

/*
 * A frame of several buffers (Linux 5.18): its first holds the headers. Of what is
 * behind the IP packet, or of a frame that is not IP, only the first buffer is counted.
 */
static void a_jumbo_frame_is_judged_and_counted_whole(void **state)
{
	struct gate *gate = open_gate(SITE_OPEN);
	const struct frame opening = {
		.from = CLIENT4, .to = DIRECTOR4, .to_port = 443, .filler = 8800};
	const struct frame reply = {
		.from = DIRECTOR6, .to = CLIENT6, .from_port = 443, .flags = ACK, .filler = 8800};
	const struct frame unruled = {
		.from = CLIENT4, .to = DIRECTOR4, .to_port = 444, .filler = 8800};
	const struct frame longer = {
		.from = CLIENT4, .to = DIRECTOR4, .to_port = 443, .filler = 8800, .length_off = 1};
	const struct frame padded = {
		.from = CLIENT4, .to = DIRECTOR4, .to_port = 443, .trailing = 8800};
	const struct frame unknown = {.ethertype = 0x8847, .trailing = 8800, .body = BYTES("\0")};

	(void)state;
	expect(gate, "an opening", &opening, (struct outcome)OPENS("cli-dir-443"));
	expect(gate, "a reply", &reply, (struct outcome)REPLIES("cli-dir-443"));
	expect(gate, "no rule", &unruled, (struct outcome)DROPS(NO_RULE));
	expect(gate, "one byte too long", &longer, (struct outcome)DROPS(MALFORMED));
	expect_counters(gate);
	expect(gate, "padding in other buffers", &padded, (struct outcome)OPENS("cli-dir-443"));
	expect(gate, "not IP", &unknown, (struct outcome)DROPS(NOT_IP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_and_bytes_are_counted_once),
		cmocka_unit_test(monitor_mode_counts_what_it_would_drop),
		cmocka_unit_test(the_last_hit_is_when_a_rule_was_hit),
		cmocka_unit_test(a_jumbo_frame_is_judged_and_counted_whole),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, close_gates);
}
