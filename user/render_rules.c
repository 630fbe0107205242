// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Roles as sets; and each rule seen three ways: an opener's packet, an answer, an error about
 * either. */
#include <string.h>

#include "memory.h"
#include "render_steps.h"

#define ELEMENTS_A_LINE 4

enum {
	PROTOCOL_TCP = 6,
	PROTOCOL_AUTHENTICATION = 51, /* nftables looks behind it in IPv6, directorgate does not */
};

/* One way to see a rule. */
struct look {
	const char *chain;
	const char *object; /* what is looked at, before each match of it */
	const char *ports, *source_ports;
	bool swapped; /* the rule's `to` is the source */
};

static const struct look opening = {"openings", "", "dport", "sport", false};
static const struct look reply = {"replies", "", "sport", "dport", true};
static const struct look error = {"errors", "ct original ", "proto-dst", "proto-src", false};

/* ---- roles ---- */

static bool has_family(const struct role *role, enum family family)
{
	for (size_t i = 0; i < role->prefix_count; i++)
		if (role->prefixes[i].address.family == family)
			return true;
	return false;
}

static void print_set_head(const char *prefix, const char *name, enum family family, FILE *out)
{
	fprintf(out,
		"\n\tset %s%s {\n"
		"\t\ttype %s\n"
		"\t\tflags interval\n"
		"\t\tauto-merge\n"
		"\t\telements = {",
		prefix, name, render_families[family].type);
}

static void print_elements(const struct role *role, enum family family, size_t *printed, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < role->prefix_count; i++) {
		if (role->prefixes[i].address.family != family)
			continue;
		prefix_format(&role->prefixes[i], text);
		fprintf(out, "%s%s,", (*printed)++ % ELEMENTS_A_LINE ? " " : "\n\t\t\t", text);
	}
}

static void print_set_end(FILE *out)
{
	fputs("\n\t\t}\n\t}\n", out);
}

static void print_role(const struct role *role, enum family family, FILE *out)
{
	size_t printed = 0;

	if (!has_family(role, family))
		return;
	print_set_head(render_families[family].roles, role->name, family, out);
	print_elements(role, family, &printed, out);
	print_set_end(out);
}

static bool plays_any(const struct policy *policy, enum family family)
{
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++)
		if (has_family(&policy->roles[i], family))
			return true;
	return false;
}

static void print_named(const struct policy *policy, enum family family, FILE *out)
{
	size_t printed = 0;

	if (!plays_any(policy, family))
		return;
	print_set_head(render_families[family].named, "", family, out);
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++)
		print_elements(&policy->roles[i], family, &printed, out);
	print_set_end(out);
}

void render_roles(const struct policy *policy, FILE *out)
{
	AUTO_FREE bool *used = memory_zeroed(policy->role_count, sizeof(*used));

	for (size_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].enabled)
			used[policy->rules[i].from] = used[policy->rules[i].to] = true;
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++)
		for (enum family family = 0; used[i] && family < FAMILY_COUNT; family++)
			print_role(&policy->roles[i], family, out);
	for (enum family family = 0; policy->pass[PASS_PING] && family < FAMILY_COUNT; family++)
		print_named(policy, family, out);
}

/* ---- rules ---- */

/* `any` needs a condition only as a destination, which may be a group. */
static void print_sides(const struct policy *policy, const struct look *look,
			const struct rule *rule, enum family family, FILE *out)
{
	const struct family_words *words = &render_families[family];
	size_t source = look->swapped ? rule->to : rule->from;
	size_t destination = look->swapped ? rule->from : rule->to;

	if (source != ROLE_ANY)
		fprintf(out, "%s%s saddr @%s%s ", look->object, words->header, words->roles,
			policy->roles[source].name);
	if (destination != ROLE_ANY)
		fprintf(out, "%s%s daddr @%s%s ", look->object, words->header, words->roles,
			policy->roles[destination].name);
	else
		fprintf(out, "%s%s daddr < %s ", look->object, words->header, words->multicast);
}

static void print_ports(const char *keyword, const struct port_range *ports, size_t count,
			FILE *out)
{
	fprintf(out, "%s %s", keyword, count > 1 ? "{ " : "");
	for (size_t i = 0; i < count; i++) {
		fprintf(out, i ? ", %u" : "%u", ports[i].first);
		if (ports[i].last != ports[i].first)
			fprintf(out, "-%u", ports[i].last);
	}
	fputs(count > 1 ? " } " : " ", out);
}

/* Behind this protocol nftables reads on, so that the chain `authenticated` has its rules. */
static bool is_elsewhere(__u8 protocol, enum family family)
{
	return family == FAMILY_IPV6 && protocol == PROTOCOL_AUTHENTICATION;
}

static bool names_elsewhere(const struct rule *rule, enum family family)
{
	for (size_t i = 0; i < rule->protocol_count; i++)
		if (is_elsewhere(rule->protocols[i], family))
			return true;
	return false;
}

static void print_protocols(const char *keyword, const struct rule *rule, enum family family,
			    FILE *out)
{
	size_t count = 0;

	fprintf(out, "%s { ", keyword);
	for (size_t i = 0; i < rule->protocol_count; i++)
		if (!is_elsewhere(rule->protocols[i], family))
			fprintf(out, count++ ? ", %u" : "%u", rule->protocols[i]);
	fputs(" } ", out);
}

/* "tcp " or "udp " says the protocol too, where there is but one. */
static const char *header_of(const struct look *look, const struct rule *rule)
{
	if (look == &error)
		return look->object;
	if (rule->protocol_count > 1)
		return "th ";
	return rule->protocols[0] == PROTOCOL_TCP ? "tcp " : "udp ";
}

static void print_service(const struct look *look, const struct rule *rule, enum family family,
			  FILE *out)
{
	const char *header = header_of(look, rule);

	/* Where authentication is tracked, it is as the protocol behind it. */
	if (look == &error && !names_elsewhere(rule, family))
		print_protocols("ct protocol", rule, family, out);
	if (look != &error && (rule->port_count == 0 || rule->protocol_count > 1))
		print_protocols("meta l4proto", rule, family, out);
	if (rule->port_count > 0) {
		fputs(header, out);
		print_ports(look->ports, rule->ports, rule->port_count, out);
	}
	if (rule->source_port_count > 0) {
		fputs(header, out);
		print_ports(look->source_ports, rule->source_ports, rule->source_port_count, out);
	}
}

/* What may open is remembered where replies ask for it. */
static void print_verdict(const struct policy *policy, const struct look *look,
			  const struct rule *rule, FILE *out)
{
	fprintf(out, "counter %s comment \"%s: %s%s\"\n",
		look == &opening && policy->stateful ? "goto opened" : "accept", rule->id,
		rule->origin == ORIGIN_PAGE ? "page " : "", policy_rule_origin(rule));
}

static bool plays(const struct policy *policy, size_t role, enum family family)
{
	return role == ROLE_ANY || has_family(&policy->roles[role], family);
}

/* Whether the chain of this look has a line for the rule. */
static bool is_seen(const struct policy *policy, const struct look *look, const struct rule *rule,
		    enum family family)
{
	if (!plays(policy, rule->from, family) || !plays(policy, rule->to, family))
		return false;
	if (look == &reply && !policy->stateful && rule->port_count == 0)
		return false;
	return look == &error || rule->protocol_count > 1 ||
	       !is_elsewhere(rule->protocols[0], family);
}

static void print_rule(const struct policy *policy, const struct look *look,
		       const struct rule *rule, enum family family, FILE *out)
{
	if (!is_seen(policy, look, rule, family))
		return;
	fputs("\t\t", out);
	if (look == &error)
		fprintf(out, "meta l4proto %s ", render_families[family].icmp);
	print_sides(policy, look, rule, family, out);
	print_service(look, rule, family, out);
	print_verdict(policy, look, rule, out);
}

/* Why no chain has a line for the rule. */
static void print_absence(const struct policy *policy, const struct rule *rule, FILE *out)
{
	bool ipv4 = plays(policy, rule->from, FAMILY_IPV4) && plays(policy, rule->to, FAMILY_IPV4);
	bool ipv6 = plays(policy, rule->from, FAMILY_IPV6) && plays(policy, rule->to, FAMILY_IPV6);

	if (!rule->enabled)
		fprintf(out, "\t\t# %s: switched off\n", rule->id);
	else if (!ipv4 && !ipv6)
		fprintf(out, "\t\t# %s: nobody\n", rule->id);
}

static void print_chain(const struct policy *policy, const struct look *look, FILE *out)
{
	fprintf(out, "\n\tchain %s {\n", look->chain);
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (look == &opening)
			print_absence(policy, rule, out);
		for (enum family family = 0; rule->enabled && family < FAMILY_COUNT; family++)
			print_rule(policy, look, rule, family, out);
	}
	fputs("\t}\n", out);
}

static void print_authenticated_rule(const struct policy *policy, const struct rule *rule,
				     FILE *out)
{
	if (!rule->enabled || !names_elsewhere(rule, FAMILY_IPV6))
		return;
	if (!plays(policy, rule->from, FAMILY_IPV6) || !plays(policy, rule->to, FAMILY_IPV6))
		return;
	fputs("\t\t", out);
	print_sides(policy, &opening, rule, FAMILY_IPV6, out);
	print_verdict(policy, &opening, rule, out);
	if (!policy->stateful)
		return;
	fputs("\t\tct state established ", out);
	print_sides(policy, &reply, rule, FAMILY_IPV6, out);
	print_verdict(policy, &reply, rule, out);
}

static void print_authenticated(const struct policy *policy, FILE *out)
{
	fputs("\n\t# IPv6 with an authentication header, behind which nothing is judged.\n"
	      "\tchain authenticated {\n",
	      out);
	for (size_t i = 0; i < policy->rule_count; i++)
		print_authenticated_rule(policy, &policy->rules[i], out);
	fputs("\t\t", out);
	render_refuse(policy, DROP_NO_RULE, out);
	fputs("\t}\n", out);
}

void render_rules(const struct policy *policy, FILE *out)
{
	print_chain(policy, &opening, out);
	print_chain(policy, &reply, out);
	if (policy->pass[PASS_ICMP_ERRORS])
		print_chain(policy, &error, out);
	print_authenticated(policy, out);
}
