// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* ICMP and ICMPv6, each type by its switch. */
#include "model_judge.h"

enum icmp {
	ECHO_REPLY = 0,
	UNREACHABLE = 3,
	ECHO = 8,
	TIME_EXCEEDED = 11,
	PARAMETER_PROBLEM = 12,
};

enum icmpv6 {
	UNREACHABLE6 = 1,
	PARAMETER_PROBLEM6 = 4,
	ECHO6 = 128,
	ECHO_REPLY6 = 129,
	MLD_QUERY = 130,
	MLD_DONE = 132,
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
	NEIGHBOUR_SOLICITATION = 135,
	NEIGHBOUR_ADVERTISEMENT = 136,
	MLD_REPORT2 = 143,
};

static bool is_ipv6(const struct packet *packet)
{
	return packet->from.family == FAMILY_IPV6;
}

static bool is_error(const struct packet *packet)
{
	int type = packet->type;

	if (is_ipv6(packet))
		return type >= UNREACHABLE6 && type <= PARAMETER_PROBLEM6;
	return type == UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM;
}

static bool is_echo(const struct packet *packet)
{
	int type = packet->type;

	return is_ipv6(packet) ? type == ECHO6 || type == ECHO_REPLY6
			       : type == ECHO || type == ECHO_REPLY;
}

static bool is_mld(const struct packet *packet)
{
	int type = packet->type;

	return is_ipv6(packet) && ((type >= MLD_QUERY && type <= MLD_DONE) || type == MLD_REPORT2);
}

static bool is_discovery(const struct packet *packet)
{
	int type = packet->type;

	return is_ipv6(packet) && type >= ROUTER_SOLICITATION && type <= NEIGHBOUR_ADVERTISEMENT;
}

static bool is_unspecified(const struct address *address)
{
	static const struct address none = {.family = FAMILY_IPV6};

	return model_is_same(address, &none);
}

bool model_may_have_no_source(const struct packet *packet)
{
	if (packet->protocol != MODEL_ICMPV6 || !is_unspecified(&packet->from) ||
	    !model_is_group(&packet->to))
		return false;
	return packet->type == NEIGHBOUR_SOLICITATION || is_mld(packet);
}

static bool may_ping(const struct model *model, const struct packet *packet)
{
	return model->policy->pass[PASS_PING] && model_plays_some(model->policy, &packet->from) &&
	       model_plays_some(model->policy, &packet->to);
}

/* The receiver sent what the error quotes, and might. */
static bool is_related(const struct model *model, const struct packet *packet)
{
	struct packet quoted;

	if (model_read_quote(packet->quote, packet->from.family, &quoted) ||
	    !model_is_same(&quoted.from, &packet->to) || model_is_martian(&quoted))
		return false;
	if (quoted.protocol == (is_ipv6(packet) ? MODEL_ICMPV6 : MODEL_ICMP))
		return is_echo(&quoted) && may_ping(model, &quoted);
	return model_may_be_sent(model, &quoted);
}

static bool is_from_this_link(const struct packet *packet)
{
	bool link_local = model_is_link_local(&packet->from);

	if (is_mld(packet))
		return packet->hop_limit == 1 && packet->router_alert &&
		       (link_local || is_unspecified(&packet->from));
	return packet->hop_limit == 255 && packet->code == 0 &&
	       (link_local || packet->type != ROUTER_ADVERTISEMENT);
}

/* The reason why the type is not let through, or none; then the switch that lets it. */
static enum drop_reason judge_type(const struct model *model, const struct packet *packet,
				   enum pass_switch *pass_switch)
{
	const bool *pass = model->policy->pass;

	if (is_error(packet)) {
		*pass_switch = PASS_ICMP_ERRORS;
		return pass[PASS_ICMP_ERRORS] ? DROP_NONE : DROP_ICMP_TYPE;
	}
	if (is_echo(packet)) {
		*pass_switch = PASS_PING;
		return pass[PASS_PING] ? DROP_NONE : DROP_ICMP_TYPE;
	}
	if (!is_discovery(packet) && !is_mld(packet))
		return DROP_ICMP_TYPE;
	*pass_switch = PASS_NEIGHBOUR_DISCOVERY;
	return pass[PASS_NEIGHBOUR_DISCOVERY] && is_from_this_link(packet)
		       ? DROP_NONE
		       : DROP_NEIGHBOUR_DISCOVERY;
}

struct outcome model_judge_icmp(const struct model *model, const struct packet *packet)
{
	enum pass_switch pass_switch;
	enum drop_reason reason = judge_type(model, packet, &pass_switch);

	if (reason)
		return model_drops(reason);
	if (!model_source_is_at_home(model, packet))
		return model_drops(DROP_SPOOFED_SOURCE);
	if (is_echo(packet) && !may_ping(model, packet))
		return model_drops(DROP_ICMP_TYPE);
	if (is_error(packet) && !is_related(model, packet))
		return model_drops(DROP_ICMP_UNRELATED);
	return model_switches(pass_switch);
}
