// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "policy_builder.h"

#include "canonical.h"

static const char page_text[] =
	"profile: single-director\n"
	"mode: enforce\n"
	"stateful: false\n"
	"interfaces:\n"
	"  - name: inside0\n"
	"    xdp: native\n"
	"    attach: exclusive\n"
	"unfiltered: []\n"
	"roles:\n"
	"  director: [10.20.1.10]\n"
	"  edge-internal: [10.10.0.20]\n"
	"  front-end-pool: [10.20.2.20]\n"
	"  front-end-server: [10.20.3.30]\n"
	"  internal-clients: [10.30.0.0/16]\n"
	"  reverse-proxy-internal: [10.10.0.10]\n"
	"rules: []\n"
	"pass: {arp: true, neighbour-discovery: true, link-control: true, icmp-errors: true, "
	"ping: false, dhcp: false}\n";

static const char full_text[] =
	"profile:\n"
	"  name: single-director\n"
	"  options: [cls-to-director]\n"
	"  without: [cli-dir-443, cli-dir-80]\n"
	"  override:\n"
	"    any-edge-50001: {from: edge-internal}\n"
	"    any-edge-50002: {ports: [7-9, 11]}\n"
	"    any-edge-50003: {from: director, ports: [1]}\n"
	"mode: monitor\n"
	"stateful: true\n"
	"pickup: true\n"
	"pickup-grace: 90s\n"
	"timeouts: {tcp-opening: 1m, tcp-open: 36h, tcp-closing: 2m, udp-opening: 30s, "
	"udp-open: 3m, other: 10m}\n"
	"flow-limit: 4096\n"
	"opening-limit: 65536\n"
	"interfaces:\n"
	"  - name: \"0#\\\"\"\n"
	"    xdp: generic\n"
	"    attach: shared\n"
	"    vlans:\n"
	"      - {id: none, sources: []}\n"
	"      - {id: 10, sources: [director, edge-internal]}\n"
	"  - name: inside0\n"
	"    xdp: native-or-generic\n"
	"    attach: exclusive\n"
	"    sources: [director]\n"
	"unfiltered: [mgmt0, \"on\"]\n"
	"roles:\n"
	"  \"10\": []\n"
	"  director: [10.20.1.10, \"2001:db8::/64\", \"2001:db8::\"]\n"
	"  edge-internal: [10.10.0.20]\n"
	"  front-end-pool: [10.20.2.20]\n"
	"  front-end-server: [10.20.3.30]\n"
	"  internal-clients:\n"
	"    - 10.0.0.1\n"
	"    - 10.0.0.2/31\n"
	"    - 10.0.0.4/31\n"
	"    - 10.0.0.6\n"
	"    - 10.30.0.0/16\n"
	"  reverse-proxy-internal: [10.10.0.10]\n"
	"rules:\n"
	"  - {id: z, from: any, to: director, protocol: [tcp, udp], ports: [53, 60-70], "
	"source-ports: [1024-65535]}\n"
	"  - {id: a, from: any, to: director, protocol: [gre, ospf, 250]}\n"
	"pass: {arp: false, neighbour-discovery: true, link-control: true, icmp-errors: true, "
	"ping: true, dhcp: false}\n";

static void add_protocols(struct rule *rule, const char *numbers)
{
	rule->protocol_count = 0;
	free(rule->protocols);
	rule->protocols = NULL;
	for (const char *number = numbers; *number; number++) {
		__u8 *protocol =
			memory_append(&rule->protocols, &rule->protocol_count, sizeof(*protocol));

		*protocol = (__u8)*number;
	}
}

static void fill_interfaces(struct policy *policy)
{
	struct interface *interface = &policy->interfaces[0];
	struct place *place = interface->places;

	interface->xdp = XDP_NATIVE_OR_GENERIC;
	interface->lists_sources = true;
	add_name(&place->source_names, &place->source_count, "director");
	interface = add_interface(policy, "0#\"", "edge-internal");
	interface->xdp = XDP_GENERIC;
	interface->attach = ATTACH_SHARED;
	interface->lists_vlans = true;
	interface->places->vlan = 10;
	add_name(&interface->places->source_names, &interface->places->source_count, "director");
	place = memory_append(&interface->places, &interface->place_count, sizeof(*place));
	place->vlan = VLAN_NONE;
	add_name(&policy->unfiltered, &policy->unfiltered_count, "mgmt0");
	add_name(&policy->unfiltered, &policy->unfiltered_count, "on");
}

static void fill_profile(struct policy *policy)
{
	struct profile_choice *profile = &policy->profile;
	struct override *override = add_override(policy, "any-edge-50003");

	add_port(&override->ports, &override->port_count, 1, 1);
	override->from = name_of("director", 1);
	add_override(policy, "any-edge-50001")->from = name_of("edge-internal", 1);
	override = add_override(policy, "any-edge-50002");
	add_port(&override->ports, &override->port_count, 7, 9);
	add_port(&override->ports, &override->port_count, 11, 11);
	add_name(&profile->options, &profile->option_count, "cls-to-director");
	add_name(&profile->without, &profile->without_count, "cli-dir-80");
	add_name(&profile->without, &profile->without_count, "cli-dir-443");
}

static void fill_rest(struct policy *policy)
{
	struct role *director = &policy->roles[2], *clients = &policy->roles[5];
	struct rule *rule = add_rule(policy, "z", "any", "director", 53, 53);
	struct error error;

	add_port(&rule->ports, &rule->port_count, 60, 70);
	add_port(&rule->source_ports, &rule->source_port_count, 1024, 65535);
	add_protocols(rule, "\x06\x11");
	rule = add_rule(policy, "a", "any", "director", 53, 53);
	rule->port_count = 0;
	add_protocols(rule, "\x2f\x59\xfa");
	prefix_read("2001:db8::", &director->prefixes, &director->prefix_count, &error);
	prefix_read("2001:db8::/64", &director->prefixes, &director->prefix_count, &error);
	prefix_read("10.0.0.1-10.0.0.6", &clients->prefixes, &clients->prefix_count, &error);
	clients->prefix_count = prefix_sort(clients->prefixes, clients->prefix_count);
	director->prefix_count = prefix_sort(director->prefixes, director->prefix_count);
	add_role(policy, "10", NULL);
	policy->mode = MODE_MONITOR;
	policy->stateful = true;
	policy->pickup_grace = 90;
	policy->timeouts[FLOW_TCP_OPEN] = 36 * 60 * 60;
	policy->flow_limit = 4096;
	policy->pass[PASS_ARP] = false;
	policy->pass[PASS_PING] = true;
}

static char *print(const struct policy *policy)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	canonical_print(policy, out);
	fclose(out);
	return text;
}

static void a_policy_of_defaults_prints_them_all(void **state)
{
	struct policy policy;
	AUTO_FREE char *text = NULL;

	(void)state;
	build_page(&policy);
	complete(&policy);
	text = print(&policy);
	assert_string_equal(text, page_text);
	policy_free(&policy);
}

static void everything_prints_sorted_but_the_rules(void **state)
{
	struct policy policy;
	AUTO_FREE char *text = NULL;

	(void)state;
	build_page(&policy);
	fill_interfaces(&policy);
	fill_profile(&policy);
	fill_rest(&policy);
	complete(&policy);
	text = print(&policy);
	assert_string_equal(text, full_text);
	policy_free(&policy);
}

static void nothing_prints_as_empty_lists(void **state)
{
	struct policy policy;
	AUTO_FREE char *text = NULL;

	(void)state;
	build_none(&policy);
	complete(&policy);
	text = print(&policy);
	assert_non_null(strstr(text, "profile: none\n"));
	assert_non_null(strstr(text, "roles: {}\nrules: []\n"));
	policy_free(&policy);
}

static void without_pickup_no_grace_is_printed(void **state)
{
	struct policy policy;
	AUTO_FREE char *text = NULL;

	(void)state;
	build_page(&policy);
	policy.stateful = true;
	policy.pickup = false;
	complete(&policy);
	text = print(&policy);
	assert_non_null(strstr(text, "stateful: true\npickup: false\ntimeouts: {"));
	policy_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_of_defaults_prints_them_all),
		cmocka_unit_test(everything_prints_sorted_but_the_rules),
		cmocka_unit_test(nothing_prints_as_empty_lists),
		cmocka_unit_test(without_pickup_no_grace_is_printed),
	};

	return cmocka_run_group_tests_name("canonical", tests, NULL, NULL);
}
