// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Addresses, roles, rules and homes: who may do what, and from where. */
#include <string.h>

#include "model_packet.h"

static size_t address_len(const struct address *address)
{
	return address->family == FAMILY_IPV6 ? 16 : 4;
}

static bool covers(const struct prefix *prefix, const struct address *address)
{
	if (prefix->address.family != address->family)
		return false;
	for (unsigned bit = 0; bit < prefix->len; bit++) {
		unsigned differ = prefix->address.bytes[bit / 8] ^ address->bytes[bit / 8];

		if (differ & 0x80 >> bit % 8)
			return false;
	}
	return true;
}

/* As covers(), of a prefix that stands here as text. */
static bool is_in(const struct address *address, const char *first_bytes, unsigned prefix_len)
{
	struct prefix prefix = {.address.family = address->family, .len = prefix_len};

	memcpy(prefix.address.bytes, first_bytes, (prefix_len + 7) / 8);
	return covers(&prefix, address);
}

bool model_is_same(const struct address *left, const struct address *right)
{
	return left->family == right->family &&
	       memcmp(left->bytes, right->bytes, address_len(left)) == 0;
}

bool model_is_group(const struct address *address)
{
	if (address->family == FAMILY_IPV6)
		return is_in(address, "\xff", 8);
	return is_in(address, "\xe0", 4) || is_in(address, "\xff\xff\xff\xff", 32);
}

bool model_is_link_local(const struct address *address)
{
	return address->family == FAMILY_IPV6 && is_in(address, "\xfe\x80", 10);
}

#define ZEROS  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define MAPPED "\0\0\0\0\0\0\0\0\0\0\xff\xff"

static bool is_no_source(const struct address *from)
{
	if (from->family == FAMILY_IPV6)
		return is_in(from, ZEROS, 128) || is_in(from, ZEROS "\x01", 128) ||
		       is_in(from, "\xff", 8) || is_in(from, MAPPED, 96) ||
		       is_in(from, "\xfe\xc0", 10);
	return is_in(from, "\0", 8) || is_in(from, "\x7f", 8) || is_in(from, "\xa9\xfe", 16) ||
	       is_in(from, "\xe0", 4) || is_in(from, "\xf0", 4);
}

static bool is_no_destination(const struct address *to)
{
	if (to->family == FAMILY_IPV6)
		return is_in(to, ZEROS, 128) || is_in(to, ZEROS "\x01", 128) ||
		       is_in(to, MAPPED, 96);
	if (is_in(to, "\xff\xff\xff\xff", 32))
		return false;
	return is_in(to, "\0", 8) || is_in(to, "\x7f", 8) || is_in(to, "\xf0", 4);
}

bool model_is_martian(const struct packet *packet)
{
	return model_is_same(&packet->from, &packet->to) || is_no_source(&packet->from) ||
	       is_no_destination(&packet->to);
}

struct packet model_swap(const struct packet *packet)
{
	struct packet swapped = *packet;

	swapped.from = packet->to;
	swapped.to = packet->from;
	swapped.from_port = packet->to_port;
	swapped.to_port = packet->from_port;
	return swapped;
}

bool model_plays(const struct policy *policy, size_t role, const struct address *address)
{
	if (role == ROLE_ANY)
		return !model_is_group(address);
	for (size_t i = 0; i < policy->roles[role].prefix_count; i++)
		if (covers(&policy->roles[role].prefixes[i], address))
			return true;
	return false;
}

bool model_plays_some(const struct policy *policy, const struct address *address)
{
	for (size_t role = 0; role < policy->role_count; role++)
		if (role != ROLE_ANY && model_plays(policy, role, address))
			return true;
	return false;
}

static bool names(const struct rule *rule, int protocol)
{
	for (size_t i = 0; i < rule->protocol_count; i++)
		if (rule->protocols[i] == protocol)
			return rule->enabled;
	return false;
}

static bool has_ports(int protocol)
{
	return protocol == MODEL_TCP || protocol == MODEL_UDP;
}

static bool lists(const struct port_range *ranges, size_t count, int port)
{
	for (size_t i = 0; i < count; i++)
		if (ranges[i].first <= port && port <= ranges[i].last)
			return true;
	return false;
}

static bool names_ports_of(const struct rule *rule, const struct packet *packet)
{
	if (!has_ports(packet->protocol))
		return true;
	if (!lists(rule->ports, rule->port_count, packet->to_port))
		return false;
	return rule->source_port_count == 0 ||
	       lists(rule->source_ports, rule->source_port_count, packet->from_port);
}

const struct rule *model_find_rule(const struct policy *policy, const struct packet *packet)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (names(rule, packet->protocol) && names_ports_of(rule, packet) &&
		    model_plays(policy, rule->from, &packet->from) &&
		    model_plays(policy, rule->to, &packet->to))
			return rule;
	}
	return NULL;
}

bool model_names_protocol(const struct policy *policy, int protocol)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		if (names(&policy->rules[i], protocol))
			return true;
	return false;
}

bool model_names_port(const struct policy *policy, int protocol, int port)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if (names(rule, protocol) && lists(rule->ports, rule->port_count, port))
			return true;
	}
	return false;
}

/* Length of the role's longest prefix that covers the address; -1: none does. */
static int longest_of_role(const struct role *role, const struct address *address)
{
	int len = -1;

	for (size_t i = 0; i < role->prefix_count; i++)
		if (role->prefixes[i].len > len && covers(&role->prefixes[i], address))
			len = role->prefixes[i].len;
	return len;
}

/* Likewise of all roles that are at home in the place. */
static int longest_of_place(const struct policy *policy, const struct place *place,
			    const struct address *address)
{
	int longest = -1;

	for (size_t i = 0; i < place->source_count; i++) {
		int len = longest_of_role(&policy->roles[place->sources[i]], address);

		longest = len > longest ? len : longest;
	}
	return longest;
}

/* Likewise of the gateway's own. */
static int longest_of_gateway(const struct policy *policy, const struct address *address)
{
	for (size_t role = 0; role < policy->role_count; role++)
		if (strcmp(policy->roles[role].name, "gateway") == 0)
			return longest_of_role(&policy->roles[role], address);
	return -1;
}

bool model_is_at_home(const struct policy *policy, const struct address *address, size_t interface,
		      int vlan)
{
	int nowhere = longest_of_gateway(policy, address);
	int somewhere = -1, here = -1;

	for (size_t i = 0; i < policy->interface_count; i++)
		for (size_t j = 0; j < policy->interfaces[i].place_count; j++) {
			const struct place *place = &policy->interfaces[i].places[j];
			int len = longest_of_place(policy, place, address);
			bool is_here =
				i == interface && (place->vlan == VLAN_ALL || place->vlan == vlan);

			somewhere = len > somewhere ? len : somewhere;
			here = is_here && len > here ? len : here;
		}
	if (nowhere >= 0 && nowhere >= somewhere)
		return false;
	return here == somewhere;
}
