// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>

#include "memory.h"
#include "slowness.h"
#include "state_fixture.h"
#include "textfile.h"

#define BUILD                                                                                      \
	"# HELP directorgate_build_info Version of the program that wrote this file.\n"            \
	"# TYPE directorgate_build_info gauge\n"                                                   \
	"directorgate_build_info{version=\"" VERSION "\"} 1\n"                                     \
	"# HELP directorgate_enforcing 1 when every configured interface drops what the policy "   \
	"does not let through.\n"                                                                  \
	"# TYPE directorgate_enforcing gauge\n"

static char *print_metrics(const struct dataplane_state *state, const struct counters *counters)
{
	size_t len = 0;
	AUTO_FREE char *text = textfile_format(state, counters, 0.0125, &len);

	assert_non_null(text);
	return memory_format("%.*s", (int)len, text);
}

static char *print_fixture(struct fixture *fixture)
{
	return print_metrics(&fixture->state, &fixture->counters);
}

static void assert_line(const char *text, const char *line)
{
	AUTO_FREE char *whole = memory_format("\n%s\n", line);

	if (!strstr(text, whole))
		fail_msg("no line %s in\n%s", line, text);
}

static void when_nothing_was_applied_prints_that_alone(void **ignored)
{
	struct dataplane_state state = {.last_apply = {.at = 1767323045}};
	AUTO_FREE char *text = print_metrics(&state, &(struct counters){0});

	(void)ignored;
	assert_string_equal(
		text,
		BUILD "directorgate_enforcing 0\n"
		      "# HELP directorgate_last_apply_timestamp_seconds When apply last ran, in "
		      "seconds since 1970; 0: never.\n"
		      "# TYPE directorgate_last_apply_timestamp_seconds gauge\n"
		      "directorgate_last_apply_timestamp_seconds 1767323045\n"
		      "# HELP directorgate_last_apply_success 1 when that apply succeeded.\n"
		      "# TYPE directorgate_last_apply_success gauge\n"
		      "directorgate_last_apply_success 0\n");
}

static void prints_the_state(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	text = print_fixture(&fixture);
	assert_line(text, "directorgate_enforcing 1");
	assert_line(text, "directorgate_last_apply_success 1");
	assert_line(text,
		    "directorgate_interface_attached{device=\"perimeter0\",xdp=\"native\"} 1");
	assert_line(text, "directorgate_interface_attached{device=\"inside0\",xdp=\"generic\"} 1");
	assert_line(text, "directorgate_policy_info{hash=\"" FIXTURE_HASH
			  "\",profile=\"single-director\"} 1");
	assert_line(text, "directorgate_policy_rules 3");
	assert_line(text, "directorgate_policy_prefixes{role=\"edge-internal\",family=\"ipv4\"} 2");
	assert_line(text, "directorgate_policy_prefixes{role=\"edge-internal\",family=\"ipv6\"} 0");
	assert_null(strstr(text, "role=\"any\",family")); /* everyone, by no prefix */
	assert_line(text, "directorgate_export_duration_seconds 0.0125");
}

static void prints_the_counters(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	text = print_fixture(&fixture);
	assert_line(text,
		    "directorgate_rule_packets_total{rule=\"edge-dir-5061\",source_role=\"edge-"
		    "internal\",destination_role=\"director\",direction=\"opening\"} 12");
	assert_line(text, "directorgate_rule_bytes_total{rule=\"edge-dir-5061\",source_role=\"edge-"
			  "internal\",destination_role=\"director\",direction=\"reply\"} 8100");
	assert_line(text,
		    "directorgate_rule_last_hit_timestamp_seconds{rule=\"ssh-gateway\"} 0.000");
	assert_line(text, "directorgate_dropped_packets_total{device=\"perimeter0\",reason=\"no-"
			  "rule\"} 5");
	assert_line(text,
		    "directorgate_would_drop_packets_total{device=\"inside0\",reason=\"unknown-"
		    "port\"} 6");
	assert_line(text, "directorgate_passed_packets_total{device=\"inside0\",switch=\"arp\"} 3");
}

static void prints_the_events_of_flows_with_their_meaning(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	text = print_fixture(&fixture);
	assert_line(text, "# HELP directorgate_flow_openings_total openings that were remembered");
	assert_line(text, "# TYPE directorgate_flow_openings_total counter");
	assert_line(text, "directorgate_flow_openings_total 70");
	assert_line(text, "directorgate_flow_promotions_total 0");
	assert_line(text, "directorgate_flow_ends_total 0");
	assert_line(text, "directorgate_flow_failures_total 0");
	assert_line(text, "directorgate_flow_grace_replies_total 8");
	assert_line(text, "directorgate_flow_socket_replies_total 0");
	assert_line(text, "directorgate_flow_evictions_total 0");
	assert_line(text, "directorgate_flows_limit 262144");
}

static void without_flows_their_events_stay_and_the_limit_is_0(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.state.info.stateful = 0;
	fixture.state.flows = (struct flows_state){0};
	text = print_fixture(&fixture);
	assert_line(text, "directorgate_flow_openings_total 70");
	assert_line(text, "directorgate_flows_limit 0");
}

static void monitor_mode_is_not_enforcing(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.state.info.monitor = 1;
	text = print_fixture(&fixture);
	assert_line(text, "directorgate_enforcing 0");
	assert_line(text,
		    "directorgate_interface_attached{device=\"perimeter0\",xdp=\"native\"} 1");
}

static void an_interface_without_the_program_is_0_and_not_enforcing(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.interfaces[1].attachment = ATTACHMENT_STALE;
	text = print_fixture(&fixture);
	assert_line(text, "directorgate_enforcing 0");
	assert_line(text, "directorgate_interface_attached{device=\"inside0\",xdp=\"none\"} 0");
}

static void counts_the_programs_of_others(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	fixture_share(&fixture);
	text = print_fixture(&fixture);
	assert_line(text, "directorgate_enforcing 1");
	assert_line(text, "directorgate_interface_other_programs{device=\"perimeter0\"} 0");
	assert_line(text, "directorgate_interface_other_programs{device=\"inside0\"} 1");
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		text++;
		count++;
	}
	return count;
}

static void every_reason_switch_event_and_rule_is_there_with_zeros(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	text = print_fixture(&fixture);
	for (unsigned i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++) {
		AUTO_FREE char *label = memory_format("reason=\"%s\"}", counters_reason_label(i));

		assert_int_equal(count_of(text, label), 4); /* two NICs, dropped and would drop */
	}
	for (unsigned i = 0; i < PASS_SWITCH_COUNT; i++) {
		AUTO_FREE char *label = memory_format("switch=\"%s\"}", counters_switch_label(i));

		assert_int_equal(count_of(text, label), 2);
	}
	assert_int_equal(count_of(text, "\ndirectorgate_flow_"), FLOW_EVENT_COUNT);
	assert_int_equal(count_of(text, "rule=\"ssh-gateway\""), 5);
	assert_null(strstr(text, "reason=\"none\""));
}

static void label_values_are_escaped(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	strcpy(fixture.interfaces[0].name, "a\"b\\c\nd");
	text = print_fixture(&fixture);
	assert_line(text,
		    "directorgate_interface_attached{device=\"a\\\"b\\\\c\\nd\",xdp=\"native\"} 1");
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The lines of the text, which is cut up; the array is to be freed. */
static char **split_lines(char *text, size_t *count)
{
	char **lines = NULL;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		*(char **)memory_append(&lines, count, sizeof(*lines)) = line;
	return lines;
}

/* True when two samples are of one series, or two comments are the same. */
static bool has_duplicates(const char *text)
{
	AUTO_FREE char *copy = memory_copy_string(text);
	size_t count = 0;
	AUTO_FREE char **lines = split_lines(copy, &count);

	for (size_t i = 0; i < count; i++)
		if (lines[i][0] != '#')
			*strrchr(lines[i], ' ') = '\0'; /* the value does not tell series apart */
	qsort(lines, count, sizeof(*lines), compare_texts);
	for (size_t i = 1; i < count; i++)
		if (strcmp(lines[i - 1], lines[i]) == 0)
			return true;
	return false;
}

static void no_series_is_printed_twice(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL, *doubled = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	text = print_fixture(&fixture);
	assert_false(has_duplicates(text));
	/* what such a file would look like */
	fixture.rule_counts[2].rule = fixture.rule_counts[1].rule;
	doubled = print_fixture(&fixture);
	assert_true(has_duplicates(doubled));
}

/* Each sample stands in the family that its HELP and TYPE opened right before. */
static void samples_follow_help_and_type_of_their_family(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char **lines = NULL;
	size_t count = 0;
	char family[128] = "", name[128], kind[8];

	(void)ignored;
	fixture_fill(&fixture);
	text = print_fixture(&fixture);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_null(strchr(text, '\r'));
	lines = split_lines(text, &count);
	for (size_t i = 0; i < count; i++) {
		if (sscanf(lines[i], "# %7s %127s", kind, name) == 2) {
			if (strcmp(kind, "HELP") == 0)
				strcpy(family, name);
			assert_string_equal(name, family);
			continue;
		}
		assert_int_equal(sscanf(lines[i], "%127[a-z_]", name), 1);
		assert_string_equal(name, family);
	}
}

static void promtool_finds_nothing_wrong(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;
	FILE *promtool;

	(void)ignored;
	if (system("command -v promtool >/dev/null"))
		skip();
	fixture_fill(&fixture);
	text = print_fixture(&fixture);
	promtool = popen("promtool check metrics", "w");
	fputs(text, promtool);
	assert_int_equal(pclose(promtool), 0);
}

static double milliseconds_of_print(const struct dataplane_state *state,
				    const struct counters *counters)
{
	struct timespec start, end;
	size_t len = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	free(textfile_format(state, counters, 0, &len));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	assert_true(len > counters->rule_count * 500); /* all of it: five lines a rule */
	return (double)(end.tv_sec - start.tv_sec) * 1e3 +
	       (double)(end.tv_nsec - start.tv_nsec) / 1e6;
}

static void ten_thousand_rules_take_less_than_50_ms(void **ignored)
{
	const size_t count = 10000;
	AUTO_FREE struct rule_count *rules = memory_zeroed(count, sizeof(*rules));
	struct fixture fixture;
	double best = 1e9;

	(void)ignored;
	fixture_fill(&fixture);
	for (size_t i = 0; i < count; i++) {
		rules[i] = fixture.rule_counts[0];
		snprintf(rules[i].rule.id, sizeof(rules[i].rule.id), "rule-%zu", i);
		rules[i].sum.last_hit_ns = i + 1;
	}
	fixture.counters.rules = rules;
	fixture.counters.rule_count = count;
	for (int round = 0; round < 3; round++) {
		double taken = milliseconds_of_print(&fixture.state, &fixture.counters);

		best = taken < best ? taken : best;
	}
	print_message("10,000 rules printed in %.1f ms\n", best);
	assert_true(best < 50 * slowness());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_nothing_was_applied_prints_that_alone),
		cmocka_unit_test(prints_the_state),
		cmocka_unit_test(counts_the_programs_of_others),
		cmocka_unit_test(prints_the_counters),
		cmocka_unit_test(prints_the_events_of_flows_with_their_meaning),
		cmocka_unit_test(without_flows_their_events_stay_and_the_limit_is_0),
		cmocka_unit_test(monitor_mode_is_not_enforcing),
		cmocka_unit_test(an_interface_without_the_program_is_0_and_not_enforcing),
		cmocka_unit_test(every_reason_switch_event_and_rule_is_there_with_zeros),
		cmocka_unit_test(label_values_are_escaped),
		cmocka_unit_test(no_series_is_printed_twice),
		cmocka_unit_test(samples_follow_help_and_type_of_their_family),
		cmocka_unit_test(promtool_finds_nothing_wrong),
		cmocka_unit_test(ten_thousand_rules_take_less_than_50_ms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
