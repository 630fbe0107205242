// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>

#include "counters_print.h"
#include "memory.h"
#include "state_fixture.h"

static void sums_the_cpus_of_a_rule_and_keeps_the_latest_hit(void **ignored)
{
	const struct rule_counter cpus[] = {
		{{{1, 100}, {10, 1000}}, 50},
		{{{2, 200}, {20, 2000}}, 70},
		{{{4, 400}, {40, 4000}}, 60},
	};
	struct rule_counter sum = {{{8, 800}, {80, 8000}}, 65};

	(void)ignored;
	counters_add_rule(&sum, cpus, 3);
	assert_int_equal(sum.directions[DIRECTION_OPENING].packets, 15);
	assert_int_equal(sum.directions[DIRECTION_OPENING].bytes, 1500);
	assert_int_equal(sum.directions[DIRECTION_REPLY].packets, 150);
	assert_int_equal(sum.directions[DIRECTION_REPLY].bytes, 15000);
	assert_int_equal(sum.last_hit_ns, 70);
}

static void sums_the_cpus_of_a_drop(void **ignored)
{
	const struct drop_counter cpus[] = {{{1, 10}, {3, 30}}, {{2, 20}, {4, 40}}};
	struct drop_counter sum = {{100, 1000}, {200, 2000}};

	(void)ignored;
	counters_add_drop(&sum, cpus, 2);
	assert_int_equal(sum.dropped.packets, 103);
	assert_int_equal(sum.dropped.bytes, 1030);
	assert_int_equal(sum.would_drop.packets, 207);
	assert_int_equal(sum.would_drop.bytes, 2070);
}

static void every_reason_switch_event_and_phase_has_a_label_of_its_own(void **ignored)
{
	(void)ignored;
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(counters_reason_label(i), counters_reason_label(j));
	for (unsigned i = 0; i < PASS_SWITCH_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(counters_switch_label(i), counters_switch_label(j));
	for (unsigned i = 0; i < FLOW_EVENT_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(counters_flow_event_label(i),
						counters_flow_event_label(j));
	for (unsigned i = 0; i < FLOW_PHASE_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(counters_phase_label(i), counters_phase_label(j));
	assert_string_equal(counters_reason_label(DROP_NO_RULE), "no-rule");
	assert_string_equal(counters_reason_meaning(DROP_ARP), "ARP, switched off");
	assert_string_equal(counters_switch_label(PASS_DHCP), "dhcp");
	assert_string_equal(counters_direction_label(DIRECTION_OPENING), "opening");
	assert_string_equal(counters_direction_label(DIRECTION_REPLY), "reply");
}

static void a_label_that_this_build_does_not_know_is_unknown(void **ignored)
{
	(void)ignored;
	assert_string_equal(counters_reason_label(DROP_REASON_COUNT), "unknown");
	assert_string_equal(counters_switch_label(PASS_SWITCH_COUNT), "unknown");
	assert_string_equal(counters_flow_event_label(FLOW_EVENT_COUNT), "unknown");
	assert_string_equal(counters_phase_label(FLOW_PHASE_COUNT), "unknown");
}

static void turns_a_time_of_the_program_into_a_time_of_day(void **ignored)
{
	struct timespec monotonic;
	double then;

	(void)ignored;
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	then = counters_wall_seconds((__u64)monotonic.tv_sec * 1000000000 +
				     (__u64)monotonic.tv_nsec);
	assert_true(then > (double)time(NULL) - 2 && then < (double)time(NULL) + 2);
	assert_true(counters_wall_seconds(0) == 0);
}

static void assert_prints(const struct counters *counters, bool all, const char *expected)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	counters_print(counters, all, out);
	fclose(out);
	assert_string_equal(text, expected);
}

static void prints_every_rule_and_what_else_is_not_zero(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	assert_prints(
		&fixture.counters, false,
		"rule           origin  from           to             packets           bytes  "
		"reply packets     reply bytes  last hit\n"
		"edge-dir-5061  page    edge-internal  director            12            3400  "
		"            9            8100  never\n"
		"any-dir-50001  option  any            director             0               0  "
		"            0               0  never\n"
		"ssh-gateway    site    admins         gateway              0               0  "
		"            0               0  never\n"
		"\n"
		"interface        drop reason               packets           bytes    would drop  "
		"         bytes\n"
		"perimeter0       no-rule                         5             300             0  "
		"             0\n"
		"inside0          unknown-port                    0               0             6  "
		"           360\n"
		"\n"
		"interface        passed by switch          packets           bytes\n"
		"inside0          arp                             3             126\n"
		"\n"
		"flow event                                   times\n"
		"openings                                        70\n"
		"grace_replies                                    8\n");
}

static void says_that_nothing_was_dropped(void **ignored)
{
	struct counters counters = {0};

	(void)ignored;
	assert_prints(&counters, false,
		      "rule  origin  from  to       packets           bytes  reply packets     "
		      "reply bytes  last hit\n"
		      "\n"
		      "interface        drop reason               packets           bytes    would "
		      "drop           bytes\n"
		      "nothing was dropped\n"
		      "\n"
		      "interface        passed by switch          packets           bytes\n"
		      "nothing was passed by a switch\n"
		      "\n"
		      "flow event                                   times\n"
		      "no conversation was seen to open\n");
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void with_all_prints_zeros_too(void **ignored)
{
	AUTO_FREE char *text = NULL;
	struct fixture fixture;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)ignored;
	fixture_fill(&fixture);
	counters_print(&fixture.counters, true, out);
	fclose(out);
	/* "none" is no drop reason; four headings, three empty lines, three rules */
	assert_int_equal(count_lines(text), 10 + 2 * (DROP_REASON_COUNT - 1) +
						    2 * PASS_SWITCH_COUNT + FLOW_EVENT_COUNT);
	assert_null(strstr(text, "none"));
}

static void json_has_rules_drops_switches_and_events_with_zeros(void **ignored)
{
	struct fixture fixture;
	json_t *value;
	AUTO_FREE char *rule = NULL, *drop = NULL, *passed = NULL, *events = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	value = counters_json(&fixture.counters);
	assert_int_equal(json_array_size(json_object_get(value, "rules")), 3);
	assert_int_equal(json_array_size(json_object_get(value, "drops")),
			 2 * (DROP_REASON_COUNT - 1));
	assert_int_equal(json_array_size(json_object_get(value, "passed")), 2 * PASS_SWITCH_COUNT);
	rule = json_dumps(json_array_get(json_object_get(value, "rules"), 0), 0);
	drop = json_dumps(json_array_get(json_object_get(value, "drops"), DROP_NO_RULE - 1), 0);
	passed = json_dumps(json_array_get(json_object_get(value, "passed"), PASS_SWITCH_COUNT), 0);
	events = json_dumps(json_object_get(value, "flow_events"), 0);
	json_decref(value);
	assert_string_equal(rule,
			    "{\"id\": \"edge-dir-5061\", \"from\": \"edge-internal\", \"to\": "
			    "\"director\", \"origin\": \"page\", \"page\": true, \"opening\": "
			    "{\"packets\": 12, \"bytes\": 3400}, \"reply\": {\"packets\": 9, "
			    "\"bytes\": 8100}, \"last_hit\": null}");
	assert_string_equal(drop, "{\"interface\": \"perimeter0\", \"reason\": \"no-rule\", "
				  "\"packets\": 5, \"bytes\": 300, \"would_drop_packets\": 0, "
				  "\"would_drop_bytes\": 0}");
	assert_string_equal(passed, "{\"interface\": \"inside0\", \"switch\": \"arp\", "
				    "\"packets\": 3, \"bytes\": 126}");
	assert_string_equal(events, "{\"openings\": 70, \"promotions\": 0, \"ends\": 0, "
				    "\"failures\": 0, \"grace_replies\": 8, "
				    "\"socket_replies\": 0, \"evictions\": 0}");
}

static void a_rule_of_an_option_is_not_the_pages(void **ignored)
{
	AUTO_FREE char *text = NULL;
	struct fixture fixture;
	json_t *value;

	(void)ignored;
	fixture_fill(&fixture);
	value = counters_json(&fixture.counters);
	text = json_dumps(json_array_get(json_object_get(value, "rules"), 1), 0);
	json_decref(value);
	assert_non_null(strstr(text, "\"origin\": \"option\", \"page\": false"));
}

static void a_hit_is_shown_as_a_time_of_day(void **ignored)
{
	AUTO_FREE char *text = NULL;
	struct fixture fixture;
	json_t *value;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.rule_counts[0].sum.last_hit_ns = 1;
	value = counters_json(&fixture.counters);
	text = json_dumps(json_array_get(json_object_get(value, "rules"), 0), 0);
	json_decref(value);
	assert_non_null(strstr(text, "\"last_hit\": \"20"));
	assert_non_null(strstr(text, "Z\"}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_the_cpus_of_a_rule_and_keeps_the_latest_hit),
		cmocka_unit_test(sums_the_cpus_of_a_drop),
		cmocka_unit_test(every_reason_switch_event_and_phase_has_a_label_of_its_own),
		cmocka_unit_test(a_label_that_this_build_does_not_know_is_unknown),
		cmocka_unit_test(turns_a_time_of_the_program_into_a_time_of_day),
		cmocka_unit_test(prints_every_rule_and_what_else_is_not_zero),
		cmocka_unit_test(says_that_nothing_was_dropped),
		cmocka_unit_test(with_all_prints_zeros_too),
		cmocka_unit_test(json_has_rules_drops_switches_and_events_with_zeros),
		cmocka_unit_test(a_rule_of_an_option_is_not_the_pages),
		cmocka_unit_test(a_hit_is_shown_as_a_time_of_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
