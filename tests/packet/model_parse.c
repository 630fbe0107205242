// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* IP packets, whole ones and the starts that ICMP errors quote. */
#include <string.h>

#include "model_packet.h"

#define IPV4_LEN           20
#define IPV6_LEN           40
#define UDP_LEN            8
#define ICMP_LEN           8
#define TCP_LEN            20
#define QUOTED_LEN         8 /* of the transport header, at least */
#define EXTENSIONS_MOST    8
#define EXTENSION_BYTES    512
#define SHORTEST_EXTENSION 8

enum extension { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60 };

/* A quote is cut by whoever quotes it, and says nothing of link addresses. */
struct reading {
	bool quoted;
	bool to_group_mac;
};

static struct address read_address(enum family family, const unsigned char *bytes)
{
	struct address address = {.family = family};

	memcpy(address.bytes, bytes, family == FAMILY_IPV6 ? 16 : 4);
	return address;
}

/* No-operation and router alert pass, and an end of the list. */
static bool has_harmless_options(const unsigned char *options, size_t len)
{
	for (size_t i = 0; i < len;) {
		if (options[i] == 0)
			return true;
		if (options[i] == 1) {
			i++;
			continue;
		}
		if (options[i] != 148 || i + 4 > len || options[i + 1] != 4)
			return false;
		i += 4;
	}
	return true;
}

static enum drop_reason read_ipv4(const struct reading *reading, struct span *rest,
				  struct packet *packet)
{
	const unsigned char *ip = rest->bytes;
	size_t header_len, total_len;

	if (rest->len < IPV4_LEN)
		return DROP_TRUNCATED;
	packet->from = read_address(FAMILY_IPV4, ip + 12);
	packet->to = read_address(FAMILY_IPV4, ip + 16);
	if (reading->to_group_mac && !model_is_group(&packet->to))
		return DROP_LINK_ADDRESS;
	header_len = (ip[0] & 15) * 4;
	total_len = model_number(ip + 2, 2);
	if (ip[0] >> 4 != 4 || header_len < IPV4_LEN || total_len < header_len)
		return DROP_MALFORMED;
	if (total_len > rest->len && !reading->quoted)
		return DROP_MALFORMED;
	if (total_len < rest->len)
		rest->len = total_len;
	if (header_len > rest->len)
		return DROP_TRUNCATED;
	if (!has_harmless_options(ip + IPV4_LEN, header_len - IPV4_LEN))
		return DROP_IP_OPTIONS;
	if (model_number(ip + 6, 2) & 0x3fff)
		return DROP_FRAGMENT;
	packet->hop_limit = ip[8];
	packet->protocol = ip[9];
	*rest = (struct span){ip + header_len, rest->len - header_len};
	return DROP_NONE;
}

/* Hop-by-hop options as MLD has them (RFC 3810, section 5): a router alert and padding, no more. */
static bool has_router_alert(const unsigned char *header, size_t len)
{
	bool alert = false;

	if (len != SHORTEST_EXTENSION)
		return false;
	for (size_t i = 2; i < len;) {
		const unsigned char *option = header + i;

		if (option[0] == 0) { /* one byte of padding */
			i++;
			continue;
		}
		if (i + 2 > len || i + 2 + option[1] > len)
			return false;
		if (option[0] == 5 && option[1] == 2)
			alert = true;
		else if (option[0] != 1)
			return false;
		i += 2 + option[1];
	}
	return alert;
}

static bool is_extension(int kind)
{
	return kind == HOP_BY_HOP || kind == ROUTING || kind == FRAGMENT || kind == DESTINATION;
}

/* Kinds that are extension headers, or nothing at all, and are not let through. */
static bool is_refused(int kind)
{
	static const int refused[] = {59, 135, 139, 140, 253, 254};

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (refused[i] == kind)
			return true;
	return false;
}

/* In a later fragment what follows is no header; in a first one it is. */
static enum drop_reason judge_fragment(const unsigned char *header)
{
	unsigned offset = model_number(header + 2, 2) >> 3;
	bool more = header[3] & 1;

	if (offset > 0)
		return DROP_FRAGMENT;
	if (header[0] == FRAGMENT)
		return DROP_EXTENSION_HEADERS;
	return more ? DROP_FRAGMENT : DROP_NONE;
}

/* How many headers were walked, and what is to be known of them. */
struct walk {
	int count, fragments;
	size_t len;
};

/* What is wrong with one header, which is there in full. */
static enum drop_reason judge_extension(int kind, const unsigned char *header,
					const struct walk *walk)
{
	if (walk->len > EXTENSION_BYTES || walk->fragments > 1)
		return DROP_EXTENSION_HEADERS;
	if (kind == HOP_BY_HOP && walk->count > 1)
		return DROP_EXTENSION_HEADERS;
	if (kind == ROUTING && (header[2] == 0 || header[3] != 0))
		return DROP_EXTENSION_HEADERS;
	return kind == FRAGMENT ? judge_fragment(header) : DROP_NONE;
}

/* Walks the extension headers; the last next header is the protocol. */
static enum drop_reason walk_extensions(struct span *rest, int kind, struct packet *packet)
{
	struct walk walk = {0};

	while (is_extension(kind)) {
		const unsigned char *header = rest->bytes;
		enum drop_reason reason;
		size_t len;

		if (walk.count++ == EXTENSIONS_MOST)
			return DROP_EXTENSION_HEADERS;
		if (rest->len < SHORTEST_EXTENSION)
			return DROP_TRUNCATED;
		len = kind == FRAGMENT ? 8 : (header[1] + 1) * 8;
		if (len > rest->len)
			return DROP_MALFORMED;
		walk.len += len;
		walk.fragments += kind == FRAGMENT;
		reason = judge_extension(kind, header, &walk);
		if (reason)
			return reason;
		if (kind == HOP_BY_HOP)
			packet->router_alert = has_router_alert(header, len);
		kind = header[0];
		*rest = (struct span){header + len, rest->len - len};
	}
	packet->protocol = kind;
	return is_refused(kind) ? DROP_EXTENSION_HEADERS : DROP_NONE;
}

static enum drop_reason read_ipv6(const struct reading *reading, struct span *rest,
				  struct packet *packet)
{
	const unsigned char *ip = rest->bytes;
	size_t payload_len;

	if (rest->len < IPV6_LEN)
		return DROP_TRUNCATED;
	packet->from = read_address(FAMILY_IPV6, ip + 8);
	packet->to = read_address(FAMILY_IPV6, ip + 24);
	if (reading->to_group_mac && !model_is_group(&packet->to))
		return DROP_LINK_ADDRESS;
	payload_len = model_number(ip + 4, 2);
	if (ip[0] >> 4 != 6)
		return DROP_MALFORMED;
	*rest = (struct span){ip + IPV6_LEN, rest->len - IPV6_LEN};
	if (payload_len > rest->len && !reading->quoted)
		return DROP_MALFORMED;
	if (payload_len < rest->len)
		rest->len = payload_len;
	packet->hop_limit = ip[7];
	return walk_extensions(rest, ip[6], packet);
}

static enum drop_reason read_ip(const struct reading *reading, enum family family,
				struct span *rest, struct packet *packet)
{
	*packet = (struct packet){0};
	return family == FAMILY_IPV6 ? read_ipv6(reading, rest, packet)
				     : read_ipv4(reading, rest, packet);
}

static void read_ports(const unsigned char *bytes, struct packet *packet)
{
	packet->from_port = model_number(bytes, 2);
	packet->to_port = model_number(bytes + 2, 2);
}

static enum drop_reason read_tcp(struct span rest, struct packet *packet)
{
	size_t header_len;

	if (rest.len < TCP_LEN)
		return DROP_TRUNCATED;
	header_len = (rest.bytes[12] >> 4) * 4;
	if (header_len < TCP_LEN || header_len > rest.len)
		return DROP_MALFORMED;
	read_ports(rest.bytes, packet);
	packet->sequence = model_number(rest.bytes + 4, 4);
	packet->acknowledgement = model_number(rest.bytes + 8, 4);
	packet->flags = rest.bytes[13];
	packet->data_len = rest.len - header_len;
	return DROP_NONE;
}

static enum drop_reason read_udp(struct span rest, struct packet *packet)
{
	size_t len;

	if (rest.len < UDP_LEN)
		return DROP_TRUNCATED;
	len = model_number(rest.bytes + 4, 2);
	if (len < UDP_LEN || len > rest.len)
		return DROP_MALFORMED;
	read_ports(rest.bytes, packet);
	return DROP_NONE;
}

static enum drop_reason read_icmp(struct span rest, struct packet *packet)
{
	if (rest.len < ICMP_LEN)
		return DROP_TRUNCATED;
	packet->type = rest.bytes[0];
	packet->code = rest.bytes[1];
	packet->quote = (struct span){rest.bytes + ICMP_LEN, rest.len - ICMP_LEN};
	return DROP_NONE;
}

static bool is_icmp(const struct packet *packet)
{
	return packet->protocol == (packet->from.family == FAMILY_IPV6 ? MODEL_ICMPV6 : MODEL_ICMP);
}

enum drop_reason model_read_packet(struct span rest, const struct link *link, struct packet *packet)
{
	const struct reading reading = {.to_group_mac = link->to_group};
	enum drop_reason reason = read_ip(
		&reading, link->kind == LINK_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4, &rest, packet);

	if (reason)
		return reason;
	if (packet->protocol == MODEL_TCP)
		return read_tcp(rest, packet);
	if (packet->protocol == MODEL_UDP)
		return read_udp(rest, packet);
	return is_icmp(packet) ? read_icmp(rest, packet) : DROP_NONE;
}

enum drop_reason model_read_quote(struct span rest, enum family family, struct packet *packet)
{
	const struct reading reading = {.quoted = true};
	enum drop_reason reason = read_ip(&reading, family, &rest, packet);

	if (reason)
		return reason;
	if (rest.len < QUOTED_LEN)
		return DROP_TRUNCATED;
	if (packet->protocol == MODEL_TCP || packet->protocol == MODEL_UDP)
		read_ports(rest.bytes, packet);
	if (is_icmp(packet))
		packet->type = rest.bytes[0];
	return DROP_NONE;
}
