// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "counters.h"
#include "explain.h"
#include "memory.h"

static const struct rule *rule_of(const struct explanation *explanation)
{
	if (explanation->judgement.verdict != VERDICT_RULE)
		return NULL;
	return &explanation->policy->rules[explanation->judgement.rule_slot];
}

static void print_side(const struct address *address, __u16 port, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format_address(address, text);
	if (port)
		fprintf(out, address->family == FAMILY_IPV6 ? "[%s]:%u" : "%s:%u", text, port);
	else
		fputs(text, out);
}

static const char *protocol_name(__u8 protocol, char number[4])
{
	if (protocol == 1)
		return "icmp echo";
	if (protocol == 58)
		return "icmpv6 echo";
	return policy_protocol_name(protocol, number);
}

static void print_packet(const struct frame_plan *packet, FILE *out)
{
	char number[4];

	fprintf(out, "packet:      %s ", protocol_name(packet->protocol, number));
	print_side(&packet->source, packet->source_port, out);
	fputs(" -> ", out);
	print_side(&packet->destination, packet->destination_port, out);
	if (packet->protocol == 6)
		fputs(packet->tcp_flags & FRAME_TCP_ACK ? " SYN,ACK" : " SYN", out);
	fputc('\n', out);
}

static const char *interface_of(const struct explanation *explanation)
{
	return explanation->policy->interfaces[explanation->place.interface].name;
}

static void print_place(const struct explanation *explanation, FILE *out)
{
	fprintf(out, "interface:   %s", interface_of(explanation));
	if (explanation->packet.vlan)
		fprintf(out, ", VLAN %u", explanation->packet.vlan);
	fputc('\n', out);
}

static void print_roles(const struct policy *policy, const char *label,
			const struct address *address, FILE *out)
{
	size_t count;
	AUTO_FREE size_t *roles = policy_roles_of(policy, address, &count);

	fputs(label, out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, i ? ", %s" : "%s", policy->roles[roles[i]].name);
	fputs(count ? "\n" : "no role\n", out);
}

static void print_verdict(const struct explanation *explanation, FILE *out)
{
	const struct judgement *judgement = &explanation->judgement;
	const struct rule *rule = rule_of(explanation);

	if (rule)
		fprintf(out, "verdict:     pass, %s of rule %s (%s -> %s, origin %s)\n",
			counters_direction_label(judgement->direction), rule->id,
			rule->from_name.text, rule->to_name.text, policy_rule_origin(rule));
	else if (judgement->verdict == VERDICT_SWITCH)
		fprintf(out, "verdict:     pass, by the switch %s\n",
			counters_switch_label(judgement->pass_switch));
	else
		fprintf(out, "verdict:     drop, %s: %s\n",
			counters_reason_label(judgement->reason),
			counters_reason_meaning(judgement->reason));
	if (explanation->policy->mode == MODE_MONITOR && judgement->verdict == VERDICT_DROP)
		fputs("mode:        monitor: it would be counted, and passes\n", out);
}

void explain_print(const struct explanation *explanation, FILE *out)
{
	const struct frame_plan *packet = &explanation->packet;

	print_packet(packet, out);
	print_place(explanation, out);
	print_roles(explanation->policy, "source:      ", &packet->source, out);
	print_roles(explanation->policy, "destination: ", &packet->destination, out);
	print_verdict(explanation, out);
}

static json_t *roles_json(const struct policy *policy, const struct address *address)
{
	size_t count;
	AUTO_FREE size_t *roles = policy_roles_of(policy, address, &count);
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(policy->roles[roles[i]].name));
	return array;
}

static const char *switch_of(const struct judgement *judgement)
{
	return judgement->verdict == VERDICT_SWITCH ? counters_switch_label(judgement->pass_switch)
						    : NULL;
}

json_t *explain_json(const struct explanation *explanation)
{
	const struct judgement *judgement = &explanation->judgement;
	const struct rule *rule = rule_of(explanation);
	const struct policy *policy = explanation->policy;
	bool dropped = judgement->verdict == VERDICT_DROP;

	return json_pack("{s:s, s:i, s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:s?}", "interface",
			 interface_of(explanation), "vlan", explanation->packet.vlan, "verdict",
			 dropped ? "drop" : "pass", "rule", rule ? rule->id : NULL, "reason",
			 dropped ? counters_reason_label(judgement->reason) : NULL, "direction",
			 rule ? counters_direction_label(judgement->direction) : NULL, "switch",
			 switch_of(judgement), "source_roles",
			 roles_json(policy, &explanation->packet.source), "destination_roles",
			 roles_json(policy, &explanation->packet.destination), "origin",
			 rule ? policy_rule_origin(rule) : NULL);
}
