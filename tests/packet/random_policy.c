// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "random_policy.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define ROLES_MOST 10

/* A role's name, or "any"; the page's roles come last. */
static const char *const site_roles[] = {"red",   "green", "blue",   "white", "black",
					 "brown", "grey",  "orange", "pink",  "violet"};
static const char *const page_roles[] = {
	"reverse-proxy-internal", "edge-internal",    "director",
	"front-end-pool",         "front-end-server", "internal-clients"};
static const char *const page_ids[] = {"rp-dir-8080",   "dir-fep-444",   "cli-dir-443",
				       "edge-dir-5061", "fep-edge-5061", "any-edge-50001"};

/* What is being written, and what was decided before. */
struct draft {
	FILE *out;
	struct random *random;
	bool page, gateway, groups;
	unsigned roles; /* of the site */
	unsigned rules;
};

static bool one_in(struct random *random, unsigned count)
{
	return pick(random, count) == 0;
}

static const char *word(bool choice)
{
	return choice ? "true" : "false";
}

static void print_ipv4(struct draft *draft)
{
	static const unsigned lens[] = {0, 8, 15, 16, 17, 20, 24, 28, 30, 31};
	struct random *random = draft->random;
	unsigned long address = 10ul << 24 | pick(random, 3) << 16 | pick(random, 3) << 8;
	unsigned len;

	if (one_in(random, 8))
		address = 172ul << 24 | pick(random, 1 << 24);
	address |= pick(random, 24);
	if (one_in(random, 6)) {
		unsigned long last = address + pick(random, 300);

		fprintf(draft->out, "%lu.%lu.%lu.%lu-%lu.%lu.%lu.%lu", address >> 24,
			address >> 16 & 255, address >> 8 & 255, address & 255, last >> 24,
			last >> 16 & 255, last >> 8 & 255, last & 255);
		return;
	}
	len = one_in(random, 2)
		      ? 32
		      : lens[one_in(random, 12) ? 0 : 1 + pick(random, COUNT_OF(lens) - 1)];
	address &= len ? ~0ul << (32 - len) : 0;
	fprintf(draft->out, "%lu.%lu.%lu.%lu/%u", address >> 24 & 255, address >> 16 & 255,
		address >> 8 & 255, address & 255, len);
}

static void print_ipv6(struct draft *draft)
{
	struct random *random = draft->random;
	unsigned net = pick(random, 3), subnet = pick(random, 3), host = pick(random, 24);

	switch (pick(random, 9)) {
	case 0:
		fprintf(draft->out, "\"2001:db8:%x::/48\"", net);
		return;
	case 1:
		fprintf(draft->out, "\"2001:db8:%x:%x::/64\"", net, subnet);
		return;
	case 2:
		fprintf(draft->out, "\"2001:db8:%x:%x::%x-2001:db8:%x:%x::%x\"", net, subnet, host,
			net, subnet, host + (unsigned)pick(random, 100));
		return;
	case 3:
		fprintf(draft->out, "\"2001:db8:%x:%x::%x/127\"", net, subnet, host & ~1u);
		return;
	case 4:
		fputs(one_in(random, 3) ? "\"::/0\"" : "\"2001:db8::/45\"", draft->out);
		return;
	case 5:
		fprintf(draft->out, one_in(random, 3) ? "\"fe80::/10\"" : "\"fe80::%x\"", host);
		return;
	default:
		fprintf(draft->out, "\"2001:db8:%x:%x::%x\"", net, subnet, host);
	}
}

static void print_prefixes(struct draft *draft, unsigned least)
{
	unsigned count = least + pick(draft->random, 5);

	for (unsigned i = 0; i < count; i++) {
		fputs(i ? ", " : "", draft->out);
		if (pick(draft->random, 5) < 3)
			print_ipv4(draft);
		else
			print_ipv6(draft);
	}
}

static void print_role(struct draft *draft, const char *name)
{
	fprintf(draft->out, "  %s: [", name);
	print_prefixes(draft, one_in(draft->random, 12) ? 0 : 1);
	fputs("]\n", draft->out);
}

static void print_roles(struct draft *draft)
{
	fputs("roles:\n", draft->out);
	for (unsigned i = 0; i < draft->roles; i++)
		print_role(draft, site_roles[i]);
	for (size_t i = 0; draft->page && i < COUNT_OF(page_roles); i++)
		print_role(draft, page_roles[i]);
	if (draft->groups)
		fputs("  groups: [224.0.0.0/30, 224.0.0.18, 239.255.255.255, 255.255.255.255, "
		      "\"ff02::/120\", \"ff02::1:2\"]\n",
		      draft->out);
	if (draft->gateway)
		print_role(draft, "gateway");
}

/* One of the site's or the page's roles; those that may be at home somewhere. */
static const char *home_role(struct draft *draft)
{
	unsigned count = draft->roles + (draft->page ? COUNT_OF(page_roles) : 0);
	unsigned role = pick(draft->random, count);

	return role < draft->roles ? site_roles[role] : page_roles[role - draft->roles];
}

static const char *rule_role(struct draft *draft)
{
	if (one_in(draft->random, 9))
		return "any";
	if (draft->gateway && one_in(draft->random, 8))
		return "gateway";
	return home_role(draft);
}

/* Names may not repeat in a list: each role once, in or out. */
static void print_sources(struct draft *draft)
{
	unsigned count = draft->roles + (draft->page ? COUNT_OF(page_roles) : 0);
	const char *separator = "";

	fputs("sources: [", draft->out);
	for (unsigned i = 0; i < count; i++) {
		if (!one_in(draft->random, 3))
			continue;
		fprintf(draft->out, "%s%s", separator,
			i < draft->roles ? site_roles[i] : page_roles[i - draft->roles]);
		separator = ", ";
	}
	fputs("]", draft->out);
}

static void print_vlans(struct draft *draft)
{
	static const char *const ids[] = {"none", "1", "10", "4094"};

	fputs("    vlans:\n", draft->out);
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		if (i != 2 && one_in(draft->random, 2))
			continue;
		fprintf(draft->out, "      - {id: %s, ", ids[i]);
		print_sources(draft);
		fputs("}\n", draft->out);
	}
}

static void print_interfaces(struct draft *draft, bool homes)
{
	/* few, for each takes long to load */
	static const unsigned interface_counts[] = {1, 1, 1, 1, 2, 2, 2, 3};
	unsigned count = interface_counts[pick(draft->random, COUNT_OF(interface_counts))];

	fputs("interfaces:\n", draft->out);
	for (unsigned i = 0; i < count; i++) {
		fprintf(draft->out, "  - name: port%u\n", i);
		if (!homes || one_in(draft->random, 6))
			continue;
		if (one_in(draft->random, 3)) {
			print_vlans(draft);
			continue;
		}
		fputs("    ", draft->out);
		print_sources(draft);
		fputs("\n", draft->out);
	}
}

static void print_ports(struct draft *draft)
{
	static const char *const ports[] = {
		"53",        "80",      "443",       "5061",    "67-68",   "80-90", "1",    "65535",
		"1024-1100", "500-600", "5060-5062", "546-547", "60-1030", "8080",  "50001"};
	unsigned count = 1 + pick(draft->random, 3);

	for (unsigned i = 0; i < count; i++)
		fprintf(draft->out, "%s%s", i ? ", " : "",
			ports[pick(draft->random, COUNT_OF(ports))]);
}

static const char *other_protocol(struct draft *draft)
{
	static const char *const protocols[] = {"gre", "esp", "ospf", "112",      "[gre, ospf]",
						"51",  "4",   "253",  "[41, 132]"};

	return protocols[pick(draft->random, COUNT_OF(protocols))];
}

static const char *port_protocol(struct draft *draft)
{
	static const char *const protocols[] = {"tcp", "tcp", "tcp",       "tcp",
						"udp", "udp", "[tcp, udp]"};

	return protocols[pick(draft->random, COUNT_OF(protocols))];
}

static void print_service(struct draft *draft)
{
	static const char *const sources[] = {"1024-65535", "1-1023", "53",
					      "400-2000, 50000-60000"};

	if (one_in(draft->random, 6)) {
		fprintf(draft->out, "protocol: %s}\n", other_protocol(draft));
		return;
	}
	fprintf(draft->out, "protocol: %s, ports: [", port_protocol(draft));
	print_ports(draft);
	fputs("]", draft->out);
	if (one_in(draft->random, 5))
		fprintf(draft->out, ", source-ports: [%s]",
			sources[pick(draft->random, COUNT_OF(sources))]);
	fputs("}\n", draft->out);
}

static void print_rule(struct draft *draft, const char *from, const char *to)
{
	fprintf(draft->out, "  - {id: rule-%u, from: %s, to: %s, ", draft->rules++, from, to);
	print_service(draft);
}

static void print_rules(struct draft *draft)
{
	unsigned count = 3 + pick(draft->random, 16);

	fputs("rules:\n", draft->out);
	for (unsigned i = 0; i < count; i++) {
		const char *from = rule_role(draft), *to = rule_role(draft);

		if (draft->groups && one_in(draft->random, 7))
			to = "groups";
		print_rule(draft, from, to);
		/* and the other way round, where a packet may open and answer */
		if (one_in(draft->random, 4))
			print_rule(draft, to, from);
	}
}

static void print_profile(struct draft *draft)
{
	struct random *random = draft->random;
	const char *id = page_ids[pick(random, COUNT_OF(page_ids))];

	if (!draft->page) {
		fputs("profile: none\n", draft->out);
		return;
	}
	fputs("profile:\n  name: single-director\n", draft->out);
	if (one_in(random, 2))
		fputs("  options: [cls-to-director]\n", draft->out);
	if (one_in(random, 2))
		fprintf(draft->out, "  without: [%s]\n",
			page_ids[pick(random, COUNT_OF(page_ids) - 1)]);
	else if (one_in(random, 2))
		fprintf(draft->out, "  override: {%s: {ports: [443, 5060-5070]}}\n", id);
	else
		fprintf(draft->out, "  override: {%s: {from: %s}}\n", id, home_role(draft));
}

static void print_switches(struct draft *draft)
{
#define AS_LABEL(id, label, initially, meaning) label,
	static const char *const labels[] = {PASS_SWITCHES(AS_LABEL)};
#undef AS_LABEL

	fputs("pass:\n", draft->out);
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		fprintf(draft->out, "  %s: %s\n", labels[i], word(!one_in(draft->random, 4)));
}

/* Times that a sequence lives to see, and now and then the usual ones. */
static void print_times(struct draft *draft)
{
#define AS_LABEL(id, label, seconds, meaning) label,
	static const char *const labels[] = {FLOW_PHASES(AS_LABEL)};
#undef AS_LABEL
	struct random *random = draft->random;
	bool pickup = !one_in(random, 3);

	fprintf(draft->out, "stateful: true\npickup: %s\n", word(pickup));
	if (pickup && one_in(random, 2))
		fprintf(draft->out, "pickup-grace: %us\n", (unsigned)pick(random, 120));
	if (one_in(random, 6))
		return;
	fputs("timeouts: {", draft->out);
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (!one_in(random, 5))
			fprintf(draft->out, "%s: %us, ", labels[i],
				1 + (unsigned)pick(random, 30));
	fputs("}\n", draft->out);
}

char *random_policy(struct random *random)
{
	struct draft draft = {.random = random,
			      .page = one_in(random, 4),
			      .gateway = one_in(random, 2),
			      .groups = one_in(random, 2),
			      .roles = 2 + pick(random, ROLES_MOST - 1)};
	char *text = NULL;
	size_t len;

	draft.out = open_memstream(&text, &len);
	print_profile(&draft);
	fprintf(draft.out, "mode: %s\n", one_in(random, 8) ? "monitor" : "enforce");
	print_interfaces(&draft, !one_in(random, 3));
	print_roles(&draft);
	print_rules(&draft);
	print_switches(&draft);
	if (!one_in(random, 5))
		print_times(&draft);
	else
		fputs("stateful: false\n", draft.out);
	fclose(draft.out);
	return text;
}

char *random_change(struct random *random, const char *text)
{
	static const char rule[] = "  - {id: rule-", first[] = "  - {id: rule-0,";
	char *changed = NULL;
	size_t len;
	FILE *out = open_memstream(&changed, &len);

	while (*text) {
		size_t line_len = strcspn(text, "\n") + 1;
		bool may_go = strncmp(text, rule, strlen(rule)) == 0 &&
			      strncmp(text, first, strlen(first)) != 0;

		if (!may_go || one_in(random, 2))
			fwrite(text, 1, line_len, out);
		text += line_len;
	}
	fclose(out);
	return changed;
}
