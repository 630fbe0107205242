// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "memory.h"

#define HEAD        "profile: none\ninterfaces: [{name: eth0, sources: [a]}]\n"
#define ROLES       "roles: {a: [10.0.0.1], b: [\"2001:db8::1\"]}\n"
#define RULE(ports) "rules: [{id: r, from: a, to: b, protocol: tcp, ports: [" ports "]}]\n"

/* A configuration read from a file that is gone when the test sees it. */
struct reading {
	struct policy policy;
	struct diagnostics diagnostics;
	bool good;
};

static struct reading read_bytes(const char *text, size_t len)
{
	char path[] = "/tmp/directorgate-config-XXXXXX";
	struct reading reading = {0};
	AUTO_FD int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	reading.good = config_read(path, NULL, &reading.policy, &reading.diagnostics);
	unlink(path);
	return reading;
}

static struct reading read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void release(struct reading *reading)
{
	policy_free(&reading->policy);
	diagnostics_free(&reading->diagnostics);
}

static struct reading read_good(const char *text)
{
	struct reading reading = read_text(text);

	if (!reading.good)
		diagnostics_print(&reading.diagnostics, stderr);
	assert_true(reading.good);
	return reading;
}

/* Refused, and some error has these words. */
static void assert_refused(const char *text, const char *words)
{
	struct reading reading = read_text(text);
	bool found = false;

	assert_false(reading.good);
	for (size_t i = 0; i < reading.diagnostics.count; i++)
		found |= strstr(reading.diagnostics.items[i].message, words) != NULL;
	if (!found) {
		diagnostics_print(&reading.diagnostics, stderr);
		fail_msg("no error says \"%s\"", words);
	}
	release(&reading);
}

static void the_defaults_are_those_of_the_documentation(void **state)
{
	struct reading reading = read_good(HEAD ROLES);
	const struct policy *policy = &reading.policy;

	(void)state;
	assert_int_equal(policy->mode, MODE_ENFORCE);
	assert_true(policy->stateful);
	assert_true(policy->pickup);
	assert_int_equal(policy->pickup_grace, 300);
	assert_int_equal(policy->timeouts[FLOW_TCP_OPENING], 60);
	assert_int_equal(policy->timeouts[FLOW_TCP_OPEN], 86400);
	assert_int_equal(policy->timeouts[FLOW_TCP_CLOSING], 120);
	assert_int_equal(policy->timeouts[FLOW_UDP_OPENING], 30);
	assert_int_equal(policy->timeouts[FLOW_UDP_OPEN], 180);
	assert_int_equal(policy->timeouts[FLOW_OTHER], 600);
	assert_int_equal(policy->flow_limit, 262144);
	assert_int_equal(policy->opening_limit, 65536);
	assert_int_equal(policy->flow_key_count, 0);
	assert_int_equal(policy->interfaces[0].xdp, XDP_NATIVE);
	assert_int_equal(policy->interfaces[0].attach, ATTACH_EXCLUSIVE);
	assert_true(policy->pass[PASS_ARP]);
	assert_true(policy->pass[PASS_NEIGHBOUR_DISCOVERY]);
	assert_true(policy->pass[PASS_LINK_CONTROL]);
	assert_true(policy->pass[PASS_ICMP_ERRORS]);
	assert_false(policy->pass[PASS_PING]);
	assert_false(policy->pass[PASS_DHCP]);
	assert_int_equal(policy->rule_count, 0);
	assert_int_equal(policy->unfiltered_count, 0);
	release(&reading);
}

static void every_key_arrives_in_the_policy(void **state)
{
	struct reading reading =
		read_good("profile: none\nmode: monitor\nstateful: false\n"
			  "interfaces: [{name: eth0, xdp: native-or-generic, attach: shared}]\n"
			  "unfiltered: [mgmt0, mgmt1]\n" ROLES
			  "pass: {arp: false, neighbour-discovery: false, link-control: false, "
			  "icmp-errors: false, ping: true, dhcp: true}\n");
	const struct policy *policy = &reading.policy;

	(void)state;
	assert_int_equal(policy->mode, MODE_MONITOR);
	assert_false(policy->stateful);
	assert_int_equal(policy->interfaces[0].xdp, XDP_NATIVE_OR_GENERIC);
	assert_int_equal(policy->interfaces[0].attach, ATTACH_SHARED);
	assert_false(policy->interfaces[0].lists_sources);
	assert_int_equal(policy->interfaces[0].place_count, 1);
	assert_int_equal(policy->unfiltered_count, 2);
	assert_string_equal(policy->unfiltered[1].text, "mgmt1");
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		assert_int_equal(policy->pass[i], i == PASS_PING || i == PASS_DHCP);
	release(&reading);
}

static void every_key_about_flows_arrives_in_the_policy(void **state)
{
	struct reading reading =
		read_good(HEAD ROLES "pickup: false\npickup-grace: 0s\n"
				     "timeouts: {tcp-opening: 1s, tcp-open: 365d, tcp-closing: "
				     "2m, udp-opening: 3h, udp-open: \"4d\", other: 5s}\n"
				     "flow-limit: 16777216\nopening-limit: 1024\n");
	const struct policy *policy = &reading.policy;

	(void)state;
	assert_false(policy->pickup);
	assert_int_equal(policy->pickup_grace, 0);
	assert_int_equal(policy->timeouts[FLOW_TCP_OPENING], 1);
	assert_int_equal(policy->timeouts[FLOW_TCP_OPEN], 31536000);
	assert_int_equal(policy->timeouts[FLOW_TCP_CLOSING], 120);
	assert_int_equal(policy->timeouts[FLOW_UDP_OPENING], 10800);
	assert_int_equal(policy->timeouts[FLOW_UDP_OPEN], 345600);
	assert_int_equal(policy->timeouts[FLOW_OTHER], 5);
	assert_int_equal(policy->flow_limit, 16777216);
	assert_int_equal(policy->opening_limit, 1024);
	release(&reading);
}

static void each_timeout_may_stand_alone(void **state)
{
	struct reading reading = read_good(HEAD ROLES "timeouts: {udp-open: 10m}\n");
	const unsigned *timeouts = reading.policy.timeouts;

	(void)state;
	assert_int_equal(timeouts[FLOW_UDP_OPEN], 600);
	assert_int_equal(timeouts[FLOW_TCP_OPEN], 86400);
	assert_int_equal(timeouts[FLOW_OTHER], 600);
	release(&reading);
	reading = read_good(HEAD ROLES "timeouts: {}\n");
	assert_int_equal(reading.policy.timeouts[FLOW_UDP_OPEN], 180);
	release(&reading);
}

static void keys_about_flows_are_remembered_where_they_stand(void **state)
{
	struct reading reading =
		read_good(HEAD ROLES "timeouts:\n  other: 1h\n  tcp-open: 40m\npickup: true\n");
	const struct policy *policy = &reading.policy;

	(void)state;
	assert_int_equal(policy->flow_key_count, 2);
	assert_string_equal(policy->flow_keys[0].text, "timeouts");
	assert_int_equal(policy->flow_keys[0].position.line, 4);
	assert_string_equal(policy->flow_keys[1].text, "pickup");
	assert_int_equal(policy->flow_keys[1].position.line, 7);
	assert_int_equal(policy->timeout_positions[FLOW_TCP_OPEN].line, 6);
	assert_int_equal(policy->timeout_positions[FLOW_TCP_OPEN].column, 13);
	assert_int_equal(policy->timeout_positions[FLOW_UDP_OPEN].line, 0);
	release(&reading);
}

static void a_refused_duration_changes_nothing(void **state)
{
	struct reading reading =
		read_text(HEAD ROLES "pickup-grace: 60\ntimeouts: {tcp-open: 0s, other: 366d}\n"
				     "flow-limit: 1023\n");
	const struct policy *policy = &reading.policy;

	(void)state;
	assert_false(reading.good);
	assert_int_equal(reading.diagnostics.error_count, 4);
	assert_int_equal(policy->pickup_grace, 300);
	assert_int_equal(policy->timeouts[FLOW_TCP_OPEN], 86400);
	assert_int_equal(policy->timeouts[FLOW_OTHER], 600);
	assert_int_equal(policy->flow_limit, 262144);
	release(&reading);
}

static void vlans_become_places(void **state)
{
	struct reading reading =
		read_good("profile: none\ninterfaces:\n  - name: eth0\n    vlans: [{id: 10, "
			  "sources: [a]}, {id: none, sources: [b, a]}]\n" ROLES);
	const struct interface *interface = &reading.policy.interfaces[0];

	(void)state;
	assert_true(interface->lists_vlans);
	assert_true(interface->lists_sources);
	assert_int_equal(interface->place_count, 2);
	assert_int_equal(interface->places[0].vlan, 10);
	assert_int_equal(interface->places[0].source_count, 1);
	assert_int_equal(interface->places[1].vlan, VLAN_NONE);
	assert_int_equal(interface->places[1].source_count, 2);
	assert_int_equal(interface->places[1].position.line, 4);
	assert_int_equal(interface->places[1].position.column, 37);
	release(&reading);
}

static void assert_ports(const char *text, const char *wanted)
{
	AUTO_FREE char *config = memory_format(HEAD ROLES "rules: [{id: r, from: a, to: b, "
							  "protocol: udp, ports: [%s]}]\n",
					       text);
	struct reading reading = read_good(config);
	const struct rule *rule = &reading.policy.rules[0];
	char got[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < rule->port_count; i++)
		len += snprintf(got + len, sizeof(got) - len, "%s%u-%u", i ? " " : "",
				rule->ports[i].first, rule->ports[i].last);
	assert_string_equal(got, wanted);
	release(&reading);
}

/* VLANs 1, 2, ... on a line each, from line 5 on. To be freed. */
static char *list_vlans(unsigned count)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fputs("profile: none\n" ROLES "interfaces:\n  - name: eth0\n    vlans:\n", out);
	for (unsigned i = 1; i <= count; i++)
		fprintf(out, "      - {id: %u, sources: [a]}\n", i);
	fclose(out);
	return text;
}

static void an_interface_lists_255_vlans_at_most(void **state)
{
	AUTO_FREE char *most = list_vlans(255), *more = list_vlans(257);
	struct reading reading = read_good(most);

	(void)state;
	assert_int_equal(reading.policy.interfaces[0].place_count, 255);
	release(&reading);
	reading = read_text(more);
	assert_false(reading.good);
	assert_int_equal(reading.diagnostics.error_count, 1);
	assert_int_equal(reading.diagnostics.items[0].position.line, 5 + 256);
	assert_string_equal(reading.diagnostics.items[0].message,
			    "expected at most 255 VLANs of an interface, found one more");
	release(&reading);
}

static void ports_are_sorted_and_merged(void **state)
{
	(void)state;
	assert_ports("22", "22-22");
	assert_ports("\"22\", '80-90'", "22-22 80-90");
	assert_ports("100-200, 150-250, 10, 11, 1000-1000", "10-11 100-250 1000-1000");
	assert_ports("5, 1-10, 6, 1-3", "1-10");
	assert_ports("1-65535, 65535", "1-65535");
	assert_ports("65535, 65534", "65534-65535");
	assert_ports("1, 3, 5", "1-1 3-3 5-5");
}

static void protocols_are_words_and_numbers(void **state)
{
	struct reading reading = read_good(
		HEAD ROLES
		"rules:\n"
		"  - {id: r, from: a, to: b, protocol: [udp, 6, tcp, \"17\"], ports: [1]}\n"
		"  - {id: s, from: a, to: any, protocol: gre}\n"
		"  - {id: t, from: any, to: b, protocol: 200}\n");
	const struct policy *policy = &reading.policy;

	(void)state;
	assert_int_equal(policy->rules[0].protocol_count, 2);
	assert_int_equal(policy->rules[0].protocols[0], 6);
	assert_int_equal(policy->rules[0].protocols[1], 17);
	assert_int_equal(policy->rules[1].protocols[0], 47);
	assert_int_equal(policy->rules[1].port_count, 0);
	assert_int_equal(policy->rules[1].to, ROLE_ANY);
	assert_int_equal(policy->rules[2].protocols[0], 200);
	release(&reading);
}

static void prefixes_of_a_role_are_sorted_without_equals(void **state)
{
	struct reading reading = read_good(
		HEAD "roles: {a: [\"::1\", 10.0.0.2, 10.0.0.1-10.0.0.2, 10.0.0.2], b: []}\n");
	const struct role *role = &reading.policy.roles[policy_find_role(&reading.policy, "a")];

	(void)state;
	assert_int_equal(role->prefix_count, 3);
	assert_int_equal(role->prefixes[0].address.bytes[3], 1);
	assert_int_equal(role->prefixes[1].address.bytes[3], 2);
	assert_int_equal(role->prefixes[2].address.family, FAMILY_IPV6);
	assert_int_equal(role->position.line, 3);
	assert_int_equal(role->position.column, 9);
	release(&reading);
}

static void what_puppet_and_ansible_write_is_read(void **state)
{
	struct reading reading =
		read_good("---\nprofile: none\ninterfaces:\n- name: eth0\n  sources: &1\n  - a\n"
			  "- name: eth1\n  sources: *1\nroles:\n  a:\n  - 10.0.0.1\n  b: [ ]\n"
			  "rules:\n- &r\n  id: r\n  from: a\n  to: b\n  protocol: tcp\n"
			  "  ports: &p\n  - '22'\n- id: s\n  from: a\n  to: b\n  protocol: udp\n"
			  "  ports: *p\n...\n");

	(void)state;
	assert_string_equal(reading.policy.interfaces[1].places[0].source_names[0].text, "a");
	assert_int_equal(reading.policy.rules[1].ports[0].first, 22);
	release(&reading);
	reading = read_good(
		"\xef\xbb\xbf{\"profile\": \"none\", \"stateful\": false, \"interfaces\": "
		"[{\"name\": \"eth0\"}],\r\n \"roles\": {\"a\": [\"::/0\"]}}\r\n");
	assert_false(reading.policy.stateful);
	release(&reading);
}

/* Whatever a text was cut to, reading ends, and nothing leaks or is read beyond it. */
static void every_beginning_of_a_text_is_read_or_refused(void **state)
{
	static const char text[] =
		"profile: {name: none, without: [], override: {}}\n"
		"interfaces: [{name: eth0, sources: &s [a]}, {name: eth1, sources: *s}]\n"
		"roles: {a: [10.0.0.1-10.0.0.9, \"2001:db8::/32\"], b: []}\n"
		"rules:\n  - {id: r, from: a, to: b, protocol: [tcp, 17], ports: [1-3, 22]}\n"
		"pass: {ping: true}\ntimeouts: {tcp-open: 24h}\npickup-grace: 90s\n"
		"flow-limit: 4096\n";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct reading reading = read_bytes(text, len);

		assert_int_equal(reading.good, reading.diagnostics.error_count == 0);
		release(&reading);
	}
}

static void every_byte_changed_is_read_or_refused(void **state)
{
	static const char text[] = HEAD ROLES RULE("22, 5000-5100");
	static const char bytes[] = "\0\xff{}[]:,-*&!'\"#% \n\tx0";

	(void)state;
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
			char changed[sizeof(text)];
			struct reading reading;

			memcpy(changed, text, sizeof(text));
			changed[at] = bytes[i];
			reading = read_bytes(changed, sizeof(text) - 1);
			assert_int_equal(reading.good, reading.diagnostics.error_count == 0);
			release(&reading);
		}
	}
}

static void nesting_is_eight_levels_deep_at_most(void **state)
{
	(void)state;
	assert_refused("x: [[[[[[[1]]]]]]]\n", "unknown key \"x\"");
	assert_refused("x: [[[[[[[[1]]]]]]]]\n", "nested deeper than 8 levels");
	assert_refused("y: &y [[[1]]]\nx: [[[[*y]]]]\n", "unknown key \"x\"");
	assert_refused("y: &y [[[1]]]\nx: [[[[[*y]]]]]\n", "nested deeper than 8 levels");
}

static void aliases_have_a_budget(void **state)
{
	AUTO_FREE char *list = memory_zeroed(2 * 50000 + 1, 1);
	AUTO_FREE char *few = NULL, *many = NULL;

	(void)state;
	for (size_t i = 0; i < 50000; i++)
		memcpy(list + 2 * i, "1,", 2);
	few = memory_format("x: &x [%s]\ny: [*x,*x,*x,*x,*x,*x,*x,*x,*x,*x]\n", list);
	many = memory_format("x: &x [%s]\ny: [*x,*x,*x,*x,*x,*x,*x,*x,*x,*x,"
			     "*x,*x,*x,*x,*x,*x,*x,*x,*x,*x]\n",
			     list);
	assert_refused(few, "unknown key \"y\"");
	assert_refused(many, "stand for more than 1,000,000 values");
}

static void a_nul_hides_nothing(void **state)
{
	static const char text[] = HEAD ROLES "\0rules: nonsense\n";
	struct reading reading = read_bytes(text, sizeof(text) - 1);

	(void)state;
	assert_false(reading.good);
	assert_int_equal(reading.diagnostics.items[0].position.line, 4);
	assert_int_equal(reading.diagnostics.items[0].position.column, 1);
	release(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_those_of_the_documentation),
		cmocka_unit_test(every_key_arrives_in_the_policy),
		cmocka_unit_test(every_key_about_flows_arrives_in_the_policy),
		cmocka_unit_test(each_timeout_may_stand_alone),
		cmocka_unit_test(keys_about_flows_are_remembered_where_they_stand),
		cmocka_unit_test(a_refused_duration_changes_nothing),
		cmocka_unit_test(vlans_become_places),
		cmocka_unit_test(an_interface_lists_255_vlans_at_most),
		cmocka_unit_test(ports_are_sorted_and_merged),
		cmocka_unit_test(protocols_are_words_and_numbers),
		cmocka_unit_test(prefixes_of_a_role_are_sorted_without_equals),
		cmocka_unit_test(what_puppet_and_ansible_write_is_read),
		cmocka_unit_test(every_beginning_of_a_text_is_read_or_refused),
		cmocka_unit_test(every_byte_changed_is_read_or_refused),
		cmocka_unit_test(nesting_is_eight_levels_deep_at_most),
		cmocka_unit_test(aliases_have_a_budget),
		cmocka_unit_test(a_nul_hides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
