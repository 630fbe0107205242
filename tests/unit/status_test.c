// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "memory.h"
#include "state_fixture.h"
#include "status.h"

#define POLICY                                                                                     \
	"policy: " FIXTURE_HASH "\n"                                                               \
	"profile: single-director, 3 rules\n"                                                      \
	"since: 2026-01-02T03:04:05Z (generation 7, version 0.1.0)\n"                              \
	"replies: "
#define FLOWS                                                                                      \
	"flows: limit 262144 (each family), openings 65536, 85.2 MiB, since 2026-01-02T03:04:05Z"
#define HEAD POLICY "need a flow (stateful)\n" FLOWS "\n\n"
#define PERIMETER                                                                                  \
	"interface: perimeter0 (ifindex 4)\n"                                                      \
	"  state: attached\n"                                                                      \
	"  xdp: native\n"                                                                          \
	"  attach: exclusive\n"                                                                    \
	"\n"
#define INSIDE                                                                                     \
	"interface: inside0 (ifindex 5)\n"                                                         \
	"  state: attached\n"                                                                      \
	"  xdp: generic\n"                                                                         \
	"  attach: exclusive\n"

static void assert_prints(const struct dataplane_state *state, const char *expected)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	status_print(state, out);
	fclose(out);
	assert_string_equal(text, expected);
}

static void assert_json(const struct dataplane_state *state, const char *expected)
{
	json_t *value = status_json(state);
	AUTO_FREE char *text = json_dumps(value, JSON_INDENT(1));

	json_decref(value);
	assert_string_equal(text, expected);
}

static void prints_what_is_in_force(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	assert_true(status_is_enforcing(&fixture.state));
	assert_prints(&fixture.state, "mode: enforce on 2 of 2 interfaces\n" HEAD PERIMETER INSIDE);
}

static void says_when_replies_need_no_flow(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.state.info.stateful = 0;
	fixture.state.flows = (struct flows_state){0};
	assert_prints(&fixture.state,
		      "mode: enforce on 2 of 2 interfaces\n" POLICY
		      "judged by rule and flag alone (stateless)\n\n" PERIMETER INSIDE);
}

static void says_until_when_replies_are_in_grace(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.state.flows.grace_until = 1767323345;
	assert_prints(&fixture.state,
		      "mode: enforce on 2 of 2 interfaces\n" POLICY "need a flow (stateful)\n" FLOWS
		      "; replies in grace until 2026-01-02T03:09:05Z\n"
		      "\n" PERIMETER INSIDE);
}

static void says_when_the_tables_of_flows_are_gone(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.state.flows = (struct flows_state){0};
	assert_prints(&fixture.state,
		      "mode: enforce on 2 of 2 interfaces\n" POLICY "need a flow (stateful)\n"
		      "flows: THE TABLES ARE NOT PINNED: run apply again\n"
		      "\n" PERIMETER INSIDE);
}

static void monitor_mode_says_dropping_nothing_and_counts_as_attached(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.state.info.monitor = 1;
	assert_true(status_is_attached(&fixture.state));
	assert_false(status_is_enforcing(&fixture.state));
	assert_prints(
		&fixture.state,
		"mode: monitor (dropping nothing) on 2 of 2 interfaces\n" HEAD PERIMETER INSIDE);
}

/* The second NIC as given, printed in `lines`. */
static void assert_second(struct interface_state second, const char *lines)
{
	AUTO_FREE char *expected =
		memory_format("mode: enforce on 1 of 2 interfaces, NOT ATTACHED EVERYWHERE: run "
			      "apply again\n" HEAD PERIMETER "interface: inside0%s",
			      lines);
	struct fixture fixture;

	fixture_fill(&fixture);
	strcpy(second.name, "inside0");
	fixture.interfaces[1] = second;
	assert_prints(&fixture.state, expected);
	assert_false(status_is_attached(&fixture.state));
	assert_false(status_is_enforcing(&fixture.state));
}

static void says_in_words_what_is_wrong_with_an_interface(void **ignored)
{
	(void)ignored;
	assert_second((struct interface_state){.ifindex = 5, .attachment = ATTACHMENT_ABSENT},
		      " (ifindex 5)\n  state: not attached\n  attach: exclusive\n");
	assert_second((struct interface_state){.ifindex = 5,
					       .attachment = ATTACHMENT_FOREIGN,
					       .program_id = 42,
					       .program_name = "xdp_filter"},
		      " (ifindex 5)\n  state: not attached: another program xdp_filter (id 42) is "
		      "there\n  attach: exclusive\n");
	assert_second((struct interface_state){.attachment = ATTACHMENT_NO_INTERFACE,
					       .attach = ATTACH_SHARED},
		      "\n  state: not attached: no such interface\n  attach: shared\n");
	assert_second(
		(struct interface_state){
			.ifindex = 5, .attachment = ATTACHMENT_STALE, .generation = 6},
		" (ifindex 5)\n  state: filtered by the program of generation 6 instead of 7\n"
		"  xdp: native\n  attach: exclusive\n");
	assert_second(
		(struct interface_state){.ifindex = 5, .attachment = ATTACHMENT_STALE},
		" (ifindex 5)\n  state: filtered by the program of another generation than 7\n"
		"  xdp: native\n  attach: exclusive\n");
	assert_second((struct interface_state){.ifindex = 5,
					       .attachment = ATTACHMENT_STALE,
					       .generation = 7},
		      " (ifindex 5)\n  state: filtered by the program of another interface\n"
		      "  xdp: native\n  attach: exclusive\n");
}

#define SHARED                                                                                     \
	"  attach: shared\n"                                                                       \
	"  programs, in the order that they run:\n"
#define SHARED_INSIDE                                                                              \
	"interface: inside0 (ifindex 5)\n"                                                         \
	"  state: attached\n"                                                                      \
	"  xdp: generic\n" SHARED

static void names_everyone_on_a_shared_interface(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	fixture_share(&fixture);
	assert_prints(&fixture.state,
		      "mode: enforce on 2 of 2 interfaces\n" HEAD PERIMETER SHARED_INSIDE
		      "    xdpfilt_alw_all (id 41), priority 10\n"
		      "    directorgate (id 42), priority 20, ours\n");
	for (int i = 0; i < 2; i++)
		fixture.interfaces[1].programs[i].order_known = false;
	assert_prints(&fixture.state,
		      "mode: enforce on 2 of 2 interfaces\n" HEAD PERIMETER SHARED_INSIDE
		      "    xdpfilt_alw_all (id 41)\n"
		      "    directorgate (id 42), ours\n");
}

/* inside0 as fixture_share() has it but for its attachment, printed in `lines`. */
static void assert_shared(enum attachment attachment, const char *lines)
{
	struct fixture fixture;

	fixture_fill(&fixture);
	fixture_share(&fixture);
	fixture.interfaces[1].attachment = attachment;
	if (attachment == ATTACHMENT_BYPASSED)
		fixture.interfaces[1].programs[0].hands_on = false;
	assert_second(fixture.interfaces[1], lines);
}

static void says_loudly_what_others_did_to_a_shared_interface(void **ignored)
{
	(void)ignored;
	assert_second((struct interface_state){.ifindex = 5,
					       .attachment = ATTACHMENT_ABSENT,
					       .attach = ATTACH_SHARED},
		      " (ifindex 5)\n  state: NOT ATTACHED: somebody took its dispatcher off "
		      "(xdp-loader unload, ip link set xdp off): every packet passes\n"
		      "  attach: shared\n");
	assert_shared(
		ATTACHMENT_FOREIGN,
		" (ifindex 5)\n  state: NOT ATTACHED: only programs of others run there\n" SHARED
		"    xdpfilt_alw_all (id 41), priority 10\n"
		"    directorgate (id 42), priority 20, ours\n");
	assert_shared(ATTACHMENT_BYPASSED,
		      " (ifindex 5)\n  state: BYPASSED: xdpfilt_alw_all (id 41) runs before it and "
		      "hands on nothing that it passes\n  xdp: generic\n" SHARED
		      "    xdpfilt_alw_all (id 41), priority 10, hands on nothing that it passes\n"
		      "    directorgate (id 42), priority 20, ours\n");
	assert_shared(ATTACHMENT_DOUBLE,
		      " (ifindex 5)\n  state: filtered by the programs of two generations at once: "
		      "what passes must satisfy both\n  xdp: generic\n" SHARED
		      "    xdpfilt_alw_all (id 41), priority 10\n"
		      "    directorgate (id 42), priority 20, ours\n");
}

static void says_where_no_dispatcher_can_be_read(void **ignored)
{
	(void)ignored;
	assert_second((struct interface_state){.ifindex = 5,
					       .attachment = ATTACHMENT_FOREIGN,
					       .attach = ATTACH_SHARED,
					       .program_id = 42,
					       .program_name = "xdp_dispatcher"},
		      " (ifindex 5)\n  state: not attached: another program xdp_dispatcher (id 42) "
		      "is there, and no dispatcher can be read\n  attach: shared\n");
}

static void names_unlisted_interfaces_and_a_failed_apply(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	strcpy(fixture.unlisted[0], "eth7");
	strcpy(fixture.unlisted[1], "wlan0");
	fixture.state.unlisted_count = 2;
	fixture.state.last_apply = (struct last_apply){.at = 1767323105, .success = 0};
	assert_prints(&fixture.state,
		      "mode: enforce on 2 of 2 interfaces\n" HEAD PERIMETER INSIDE
		      "\nunfiltered: eth7, wlan0\n"
		      "  neither in interfaces nor in unfiltered: all that enters there passes\n"
		      "\nlast apply: FAILED at 2026-01-02T03:05:05Z\n");
}

static void says_that_nothing_is_applied(void **ignored)
{
	struct dataplane_state state = {0};

	(void)ignored;
	assert_false(status_is_attached(&state));
	assert_prints(&state, "nothing is applied: every packet passes\n");
	state.last_apply.at = 1767323045;
	assert_prints(&state, "nothing is applied: every packet passes\n"
			      "last apply: FAILED at 2026-01-02T03:04:05Z\n");
}

static void json_holds_the_same(void **ignored)
{
	struct fixture fixture;

	(void)ignored;
	fixture_fill(&fixture);
	fixture.interfaces[1].attachment = ATTACHMENT_NO_INTERFACE;
	fixture.interfaces[1].ifindex = 0;
	fixture.state.flows.grace_until = 1767323345;
	strcpy(fixture.unlisted[0], "eth7");
	fixture.state.unlisted_count = 1;
	assert_json(&fixture.state, "{\n"
				    " \"mode\": \"enforce\",\n"
				    " \"policy_hash\": \"" FIXTURE_HASH "\",\n"
				    " \"applied_at\": \"2026-01-02T03:04:05Z\",\n"
				    " \"profile\": \"single-director\",\n"
				    " \"generation\": 7,\n"
				    " \"version\": \"0.1.0\",\n"
				    " \"enforcing\": false,\n"
				    " \"flows\": {\n"
				    "  \"limit\": 262144,\n"
				    "  \"opening_limit\": 65536,\n"
				    "  \"memory_bytes\": 89338675,\n"
				    "  \"since\": \"2026-01-02T03:04:05Z\",\n"
				    "  \"grace_until\": \"2026-01-02T03:09:05Z\"\n"
				    " },\n"
				    " \"interfaces\": [\n"
				    "  {\n"
				    "   \"name\": \"perimeter0\",\n"
				    "   \"ifindex\": 4,\n"
				    "   \"attached\": true,\n"
				    "   \"xdp\": \"native\",\n"
				    "   \"attach\": \"exclusive\",\n"
				    "   \"problem\": null,\n"
				    "   \"programs\": []\n"
				    "  },\n"
				    "  {\n"
				    "   \"name\": \"inside0\",\n"
				    "   \"ifindex\": null,\n"
				    "   \"attached\": false,\n"
				    "   \"xdp\": null,\n"
				    "   \"attach\": \"exclusive\",\n"
				    "   \"problem\": \"not attached: no such interface\",\n"
				    "   \"programs\": []\n"
				    "  }\n"
				    " ],\n"
				    " \"unlisted\": [\n"
				    "  \"eth7\"\n"
				    " ],\n"
				    " \"last_apply\": {\n"
				    "  \"at\": \"2026-01-02T03:04:05Z\",\n"
				    "  \"success\": true\n"
				    " }\n"
				    "}");
}

static void json_has_everyone_on_an_interface(void **ignored)
{
	struct fixture fixture;
	json_t *status, *programs;
	AUTO_FREE char *text = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	fixture_share(&fixture);
	fixture.interfaces[1].programs[0].order_known = false;
	status = status_json(&fixture.state);
	programs = json_object_get(json_array_get(json_object_get(status, "interfaces"), 1),
				   "programs");
	text = json_dumps(programs, 0);
	json_decref(status);
	assert_string_equal(text, "[{\"name\": \"xdpfilt_alw_all\", \"id\": 41, \"ours\": false, "
				  "\"priority\": null, \"hands_on\": null}, "
				  "{\"name\": \"directorgate\", \"id\": 42, \"ours\": true, "
				  "\"priority\": 20, \"hands_on\": true}]");
}

static void json_of_nothing_is_nulls(void **ignored)
{
	struct dataplane_state state = {0};

	(void)ignored;
	assert_json(&state, "{\n"
			    " \"mode\": null,\n"
			    " \"policy_hash\": null,\n"
			    " \"applied_at\": null,\n"
			    " \"profile\": null,\n"
			    " \"generation\": null,\n"
			    " \"version\": null,\n"
			    " \"enforcing\": false,\n"
			    " \"flows\": null,\n"
			    " \"interfaces\": [],\n"
			    " \"unlisted\": [],\n"
			    " \"last_apply\": null\n"
			    "}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_is_in_force),
		cmocka_unit_test(says_when_replies_need_no_flow),
		cmocka_unit_test(says_until_when_replies_are_in_grace),
		cmocka_unit_test(says_when_the_tables_of_flows_are_gone),
		cmocka_unit_test(monitor_mode_says_dropping_nothing_and_counts_as_attached),
		cmocka_unit_test(says_in_words_what_is_wrong_with_an_interface),
		cmocka_unit_test(names_everyone_on_a_shared_interface),
		cmocka_unit_test(says_loudly_what_others_did_to_a_shared_interface),
		cmocka_unit_test(says_where_no_dispatcher_can_be_read),
		cmocka_unit_test(names_unlisted_interfaces_and_a_failed_apply),
		cmocka_unit_test(says_that_nothing_is_applied),
		cmocka_unit_test(json_holds_the_same),
		cmocka_unit_test(json_has_everyone_on_an_interface),
		cmocka_unit_test(json_of_nothing_is_nulls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
