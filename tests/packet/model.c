// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One frame from its first byte to its outcome. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "model_judge.h"

#define SECOND_NS 1000000000ull

struct model *model_open(const struct policy *policy, __u64 start_ns, unsigned grace)
{
	struct model *model = memory_zeroed(1, sizeof(*model));

	model_apply(model, policy, start_ns, grace);
	return model;
}

void model_apply(struct model *model, const struct policy *policy, __u64 start_ns, unsigned grace)
{
	model->policy = policy;
	model->flows.policy = policy;
	model->grace_until_ns = grace ? start_ns + grace * SECOND_NS : 0;
}

void model_close(struct model *model)
{
	model_forget(&model->flows);
	free(model);
}

static bool is_icmp(const struct packet *packet)
{
	return packet->protocol == (packet->from.family == FAMILY_IPV6 ? MODEL_ICMPV6 : MODEL_ICMP);
}

static bool goes_between(const struct packet *packet, int from_port, int to_port)
{
	return packet->from_port == from_port && packet->to_port == to_port;
}

static bool is_dhcp4(const struct packet *packet)
{
	static const struct address broadcast = {.family = FAMILY_IPV4,
						 .bytes = {255, 255, 255, 255}};

	return model_is_same(&packet->to, &broadcast) &&
	       (goes_between(packet, 68, 67) || goes_between(packet, 67, 68));
}

static bool is_dhcp6(const struct packet *packet)
{
	static const struct address servers = {.family = FAMILY_IPV6,
					       .bytes = {0xff, 2, [13] = 1, [15] = 2}};
	bool on_link = model_is_link_local(&packet->from);

	if (goes_between(packet, 546, 547))
		return on_link &&
		       (model_is_link_local(&packet->to) || model_is_same(&packet->to, &servers));
	return goes_between(packet, 547, 546) && on_link && model_is_link_local(&packet->to);
}

static bool is_dhcp(const struct model *model, const struct packet *packet)
{
	if (!model->policy->pass[PASS_DHCP] || packet->protocol != MODEL_UDP)
		return false;
	return packet->from.family == FAMILY_IPV6 ? is_dhcp6(packet) : is_dhcp4(packet);
}

/* A client that asks for an address has none yet. */
static bool is_dhcp_from_nobody(const struct model *model, const struct packet *packet)
{
	static const struct address nobody = {.family = FAMILY_IPV4};

	return is_dhcp(model, packet) && model_is_same(&packet->from, &nobody) &&
	       goes_between(packet, 68, 67);
}

static bool is_martian(const struct model *model, const struct packet *packet)
{
	return model_is_martian(packet) && !is_dhcp_from_nobody(model, packet) &&
	       !model_may_have_no_source(packet);
}

static bool has_odd_flags(const struct packet *packet)
{
	bool fin = packet->flags & MODEL_FIN, syn = packet->flags & MODEL_SYN;
	bool rst = packet->flags & MODEL_RST, ack = packet->flags & MODEL_ACK;

	if (packet->protocol != MODEL_TCP)
		return false;
	return !(syn || ack || rst || fin) || (syn && fin) || (syn && rst) || (fin && !ack);
}

static bool has_unknown_ports(const struct policy *policy, const struct packet *packet)
{
	int protocol = packet->protocol;

	if (protocol != MODEL_TCP && protocol != MODEL_UDP)
		return false;
	return !model_names_port(policy, protocol, packet->to_port) &&
	       !model_names_port(policy, protocol, packet->from_port);
}

static struct outcome judge_packet(struct model *model, const struct packet *packet)
{
	if (is_martian(model, packet))
		return model_drops(DROP_MARTIAN);
	if (has_odd_flags(packet))
		return model_drops(DROP_TCP_FLAGS);
	if (is_icmp(packet))
		return model_judge_icmp(model, packet);
	if (is_dhcp(model, packet))
		return model_switches(PASS_DHCP);
	if (!model_names_protocol(model->policy, packet->protocol))
		return model_drops(DROP_UNKNOWN_PROTOCOL);
	if (has_unknown_ports(model->policy, packet))
		return model_drops(DROP_UNKNOWN_PORT);
	if (!model_source_is_at_home(model, packet))
		return model_drops(DROP_SPOOFED_SOURCE);
	return model_judge_by_rules(model, packet);
}

static struct outcome judge_ip(struct model *model, struct span rest, const struct link *link)
{
	struct packet packet;
	enum drop_reason reason = model_read_packet(rest, link, &packet);

	return reason ? model_drops(reason) : judge_packet(model, &packet);
}

static bool accepts_vlan(const struct interface *interface, const struct link *link)
{
	if (!interface->lists_vlans)
		return true;
	if (link->kind == LINK_CONTROL && link->vlan == VLAN_NONE)
		return true;
	if (link->id_count > 1)
		return false;
	for (size_t i = 0; i < interface->place_count; i++)
		if (interface->places[i].vlan == link->vlan)
			return true;
	return false;
}

static struct outcome judge_by_switch(const struct model *model, enum pass_switch pass_switch,
				      enum drop_reason otherwise)
{
	return model->policy->pass[pass_switch] ? model_switches(pass_switch)
						: model_drops(otherwise);
}

struct outcome model_judge(struct model *model, size_t interface, const void *frame, size_t len,
			   __u64 now_ns)
{
	struct span rest = {frame, len};
	struct link link;
	enum drop_reason reason = model_read_link(&rest, &link);

	if (reason)
		return model_drops(reason);
	model->flows.now_ns = now_ns;
	model->interface = interface;
	model->vlan = link.vlan;
	if (link.kind == LINK_OTHER)
		return model_drops(DROP_NOT_IP);
	if (!accepts_vlan(&model->policy->interfaces[interface], &link))
		return model_drops(DROP_VLAN);
	if (link.kind == LINK_ARP)
		return judge_by_switch(model, PASS_ARP, DROP_ARP);
	if (link.kind == LINK_CONTROL)
		return judge_by_switch(model, PASS_LINK_CONTROL, DROP_LINK_CONTROL);
	return judge_ip(model, rest, &link);
}
