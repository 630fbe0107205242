// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The file around the policy's parts: tables, hooks and verdicts. */
#include "canonical.h"
#include "counters.h"
#include "render_steps.h"

const struct family_words render_families[FAMILY_COUNT] = {
	[FAMILY_IPV4] = {"ip", "ipv4_addr", "ipv4-", "named4", "home4", "opened4", "224.0.0.0",
			 "icmp"},
	[FAMILY_IPV6] = {"ip6", "ipv6_addr", "ipv6-", "named6", "home6", "opened6",
			 "ff00::", "ipv6-icmp"},
};

void render_refuse(const struct policy *policy, enum drop_reason reason, FILE *out)
{
	if (policy->mode == MODE_MONITOR)
		fprintf(out, "counter accept comment \"would drop: %s\"\n",
			counters_reason_label(reason));
	else
		fprintf(out, "counter drop comment \"%s\"\n", counters_reason_label(reason));
}

void render_check(const struct policy *policy, const char *match, enum drop_reason reason,
		  FILE *out)
{
	fprintf(out, "\t\t%s ", match);
	render_refuse(policy, reason, out);
}

void render_pass(const char *match, enum pass_switch pass_switch, FILE *out)
{
	fprintf(out, "\t\t%s counter accept comment \"%s\"\n", match,
		counters_switch_label(pass_switch));
}

static const char *default_verdict(const struct policy *policy)
{
	return policy->mode == MODE_MONITOR ? "accept" : "drop";
}

static bool plays_any_role(const struct policy *policy, enum family family)
{
	for (size_t i = ROLE_ANY + 1; i < policy->role_count; i++)
		for (size_t j = 0; j < policy->roles[i].prefix_count; j++)
			if (policy->roles[i].prefixes[j].address.family == family)
				return true;
	return false;
}

static void print_echo(const struct policy *policy, enum family family, const char *types,
		       FILE *out)
{
	const struct family_words *words = &render_families[family];

	if (!policy->pass[PASS_PING] || !plays_any_role(policy, family))
		return;
	fprintf(out, "\t\t%s %s saddr @%s %s daddr @%s ", types, words->header, words->named,
		words->header, words->named);
	fputs("counter accept comment \"ping\"\n", out);
}

/* Errors about packets of tracked connections, whose rule is there. */
static void print_errors(const struct policy *policy, const char *types, FILE *out)
{
	fprintf(out, "\t\t%s ct state related jump errors\n", types);
	render_check(policy, types, DROP_ICMP_UNRELATED, out);
}

static void print_icmp4(const struct policy *policy, FILE *out)
{
	fputs("\n\tchain icmp4 {\n", out);
	if (policy->pass[PASS_ICMP_ERRORS])
		print_errors(policy, "icmp type { 3, 11, 12 }", out);
	print_echo(policy, FAMILY_IPV4, "icmp type { 0, 8 }", out);
	fputs("\t\t", out);
	render_refuse(policy, DROP_ICMP_TYPE, out);
	fputs("\t}\n", out);
}

/* From this link: hop limits, and MLD's router alert where RFC 3810 puts it. */
static void print_discovery(FILE *out)
{
	static const char mld[] = "icmpv6 type { 130, 131, 132, 143 } ip6 hoplimit 1 "
				  "ip6 saddr { ::, fe80::/10 } ip6 nexthdr 0 @nh,328,8 0 ";
	static const char alert_first[] = "@nh,336,16 0x0502 @nh,368,8 { 0, 1 }";
	static const char alert_last[] = "@nh,336,32 0x01000502";

	render_pass("icmpv6 type { 133, 135, 136 } icmpv6 code 0 ip6 hoplimit 255",
		    PASS_NEIGHBOUR_DISCOVERY, out);
	render_pass("icmpv6 type 134 icmpv6 code 0 ip6 hoplimit 255 ip6 saddr fe80::/10",
		    PASS_NEIGHBOUR_DISCOVERY, out);
	fprintf(out, "\t\t%s%s counter accept comment \"neighbour-discovery\"\n", mld, alert_first);
	fprintf(out, "\t\t%s%s counter accept comment \"neighbour-discovery\"\n", mld, alert_last);
}

static void print_icmp6(const struct policy *policy, FILE *out)
{
	fputs("\n\tchain icmp6 {\n", out);
	if (policy->pass[PASS_ICMP_ERRORS])
		print_errors(policy, "icmpv6 type { 1, 2, 3, 4 }", out);
	if (policy->pass[PASS_NEIGHBOUR_DISCOVERY])
		print_discovery(out);
	render_check(policy, "icmpv6 type { 130-136, 143 }", DROP_NEIGHBOUR_DISCOVERY, out);
	print_echo(policy, FAMILY_IPV6, "icmpv6 type { 128, 129 }", out);
	fputs("\t\t", out);
	render_refuse(policy, DROP_ICMP_TYPE, out);
	fputs("\t}\n", out);
}

/* Behind an IPv6 header of each kind nftables reads past authentication. */
static void print_authenticated_jumps(FILE *out)
{
	static const char *const before[] = {"ip6", "hbh", "dst", "rt", "frag"};

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		fprintf(out, "\t\t%s nexthdr 51 goto authenticated\n", before[i]);
}

/* A TCP packet that matches and that its opener sent; swapped: that goes to one. */
static void print_opened_jump(enum family family, bool swapped, const char *match,
			      const char *chain, FILE *out)
{
	const struct family_words *words = &render_families[family];
	const char *opener = swapped ? "d" : "s", *responder = swapped ? "s" : "d";

	fprintf(out, "\t\t%s%s %saddr . %s %saddr . tcp %sport . tcp %sport @%s jump %s\n", match,
		words->header, opener, words->header, responder, opener, responder, words->opened,
		chain);
}

static void print_openings_jumps(const struct policy *policy, FILE *out)
{
	if (!policy->stateful || policy->pickup) {
		fputs("\t\tjump openings\n", out);
		return;
	}
	fputs("\t\tmeta l4proto != tcp jump openings\n"
	      "\t\ttcp flags & (syn | ack) == syn jump openings\n"
	      "\t\tmeta l4proto tcp ct status confirmed jump openings\n",
	      out);
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		print_opened_jump(family, false, "", "openings", out);
}

/* What answers has ACK or RST. */
static void print_replies_jumps(const struct policy *policy, FILE *out)
{
	static const char answers[] = "tcp flags & (ack | rst) != 0 ";

	if (!policy->stateful) {
		fprintf(out, "\t\t%sjump replies\n\t\tmeta l4proto udp jump replies\n", answers);
		return;
	}
	fprintf(out,
		"\t\t%sct state established jump replies\n"
		"\t\tmeta l4proto != tcp ct state established jump replies\n",
		answers);
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		print_opened_jump(family, true, answers, "replies", out);
}

static void print_opened_set(const struct policy *policy, enum family family, FILE *out)
{
	const struct family_words *words = &render_families[family];

	fprintf(out,
		"\n\tset %s {\n"
		"\t\ttype %s . %s . inet_service . inet_service\n"
		"\t\tflags dynamic,timeout\n"
		"\t\ttimeout %us\n"
		"\t\tsize %u\n"
		"\t}\n",
		words->opened, words->type, words->type, policy->timeouts[FLOW_TCP_OPENING],
		policy->opening_limit);
}

/*
 * What a rule lets open. Connection tracking follows no TCP conversation whose packets come
 * in an order that it does not expect: so openers are remembered besides, as long as an
 * opening is, until it has seen both sides.
 */
static void print_opened(const struct policy *policy, FILE *out)
{
	if (!policy->stateful)
		return;
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		print_opened_set(policy, family, out);
	fputs("\n\tchain opened {\n", out);
	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		const struct family_words *words = &render_families[family];

		fprintf(out,
			"\t\ttcp flags & rst == 0 ct state { new, invalid } "
			"update @%s { %s saddr . %s daddr . tcp sport . tcp dport }\n",
			words->opened, words->header, words->header);
	}
	fputs("\t\taccept\n\t}\n", out);
}

static void print_judge(const struct policy *policy, FILE *out)
{
	fprintf(out,
		"\n\t# After connection tracking, before NAT (-100).\n"
		"\tchain judge {\n"
		"\t\ttype filter hook prerouting priority -150; policy %s;\n"
		"\t\tiifname != @listed accept\n",
		default_verdict(policy));
	render_check(policy, "meta l4proto udp ct state invalid", DROP_MALFORMED, out);
	render_dhcp(policy, out);
	print_authenticated_jumps(out);
	fputs("\t\tmeta nfproto ipv4 meta l4proto icmp @th,56,8 >= 0 goto icmp4\n"
	      "\t\tmeta nfproto ipv6 meta l4proto ipv6-icmp @th,56,8 >= 0 goto icmp6\n",
	      out);
	print_openings_jumps(policy, out);
	print_replies_jumps(policy, out);
	fputs("\t\t", out);
	render_refuse(policy, DROP_NO_RULE, out);
	fputs("\t}\n", out);
}

static void print_head(const struct policy *policy, FILE *out)
{
	char hash[HASH_TEXT_SIZE];

	canonical_policy_hash(policy, hash);
	fprintf(out,
		"#!/usr/sbin/nft -f\n"
		"# Policy %s,\n"
		"# rendered by directorgate, whose README says what differs from it.\n"
		"\n"
		"table inet directorgate\n"
		"delete table inet directorgate\n"
		"\n"
		"table inet directorgate {\n",
		hash);
}

/* A table of its own, and only where it is wanted: not every kernel has this family. */
static void print_arp(const struct policy *policy, FILE *out)
{
	if (policy->pass[PASS_ARP])
		return;
	fputs("\n"
	      "table arp directorgate\n"
	      "delete table arp directorgate\n"
	      "\n"
	      "table arp directorgate {\n",
	      out);
	render_listed(policy, out);
	fprintf(out, "\n\tchain judge {\n"
		     "\t\ttype filter hook input priority 0; policy accept;\n"
		     "\t\tiifname @listed ");
	render_refuse(policy, DROP_ARP, out);
	fputs("\t}\n}\n", out);
}

int render_nftables(const struct policy *policy, FILE *out, struct error *error)
{
	struct home_ranges homes;
	int err = render_check_names(policy, error);

	if (err)
		return err;
	home_ranges_find(policy, &homes);
	print_head(policy, out);
	render_listed(policy, out);
	render_roles(policy, out);
	render_homes(policy, &homes, out);
	print_opened(policy, out);
	render_rules(policy, out);
	print_icmp4(policy, out);
	print_icmp6(policy, out);
	render_headers(policy, &homes, out);
	print_judge(policy, out);
	fputs("}\n", out);
	print_arp(policy, out);
	home_ranges_free(&homes);
	return 0;
}
