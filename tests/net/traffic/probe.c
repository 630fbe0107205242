// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

#include "probe.h"

/* In the sequence number or the datagram: tells our packets from the kernel's. */
#define MARK_QUESTION 0x64676171u
#define MARK_ANSWER   0x64676161u

struct question_datagram {
	struct udphdr header;
	uint32_t mark;
};

static size_t address_size(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

static uint32_t sum_bytes(const void *bytes, size_t len, uint32_t sum)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)byte[i] << 8 | byte[i + 1];
	return sum;
}

/* RFC 1071. Every length here is even. */
static uint16_t fold_sum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static uint16_t transport_checksum(const struct probe *probe, const void *segment, size_t len)
{
	size_t size = address_size(&probe->source);
	uint32_t sum = (uint32_t)len + probe->protocol;

	sum = sum_bytes(probe->source.bytes, size, sum);
	sum = sum_bytes(probe->destination.bytes, size, sum);
	return fold_sum(sum_bytes(segment, len, sum));
}

static size_t write_tcp(const struct probe *probe, void *segment)
{
	struct tcphdr tcp = {
		.source = htons(probe->source_port),
		.dest = htons(probe->destination_port),
		.seq = htonl(probe->answer ? MARK_ANSWER : MARK_QUESTION),
		.ack_seq = htonl(probe->answer ? MARK_QUESTION + 1 : 0),
		.doff = sizeof(tcp) / 4,
		.syn = 1,
		.ack = probe->answer,
		.window = htons(1024),
	};

	tcp.check = transport_checksum(probe, &tcp, sizeof(tcp));
	memcpy(segment, &tcp, sizeof(tcp));
	return sizeof(tcp);
}

static size_t write_udp(const struct probe *probe, void *segment)
{
	struct question_datagram datagram = {
		.header =
			{
				.source = htons(probe->source_port),
				.dest = htons(probe->destination_port),
				.len = htons(sizeof(datagram)),
			},
		.mark = htonl(probe->answer ? MARK_ANSWER : MARK_QUESTION),
	};

	datagram.header.check = transport_checksum(probe, &datagram, sizeof(datagram));
	memcpy(segment, &datagram, sizeof(datagram));
	return sizeof(datagram);
}

static size_t write_ipv4(const struct probe *probe, void *packet, size_t payload)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons((uint16_t)(sizeof(ip) + payload)),
		.ttl = 64,
		.protocol = probe->protocol,
	};

	memcpy(&ip.saddr, probe->source.bytes, 4);
	memcpy(&ip.daddr, probe->destination.bytes, 4);
	ip.check = fold_sum(sum_bytes(&ip, sizeof(ip), 0));
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip) + payload;
}

static size_t write_ipv6(const struct probe *probe, void *packet, size_t payload)
{
	struct ip6_hdr ip = {
		.ip6_flow = htonl(6u << 28),
		.ip6_plen = htons((uint16_t)payload),
		.ip6_nxt = probe->protocol,
		.ip6_hlim = 64,
	};

	memcpy(&ip.ip6_src, probe->source.bytes, 16);
	memcpy(&ip.ip6_dst, probe->destination.bytes, 16);
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip) + payload;
}

size_t probe_write(const struct probe *probe, void *packet)
{
	bool ipv4 = probe->source.family == AF_INET;
	char *segment = (char *)packet + (ipv4 ? sizeof(struct iphdr) : sizeof(struct ip6_hdr));
	size_t len = probe->protocol == IPPROTO_TCP ? write_tcp(probe, segment)
						    : write_udp(probe, segment);

	return ipv4 ? write_ipv4(probe, packet, len) : write_ipv6(probe, packet, len);
}

static bool read_tcp(const char *segment, size_t len, struct probe *probe)
{
	struct tcphdr tcp;

	if (len < sizeof(tcp))
		return false;
	memcpy(&tcp, segment, sizeof(tcp));
	probe->source_port = ntohs(tcp.source);
	probe->destination_port = ntohs(tcp.dest);
	probe->answer = tcp.ack;
	return tcp.syn && tcp.seq == htonl(tcp.ack ? MARK_ANSWER : MARK_QUESTION);
}

static bool read_udp(const char *segment, size_t len, struct probe *probe)
{
	struct question_datagram datagram;

	if (len < sizeof(datagram))
		return false;
	memcpy(&datagram, segment, sizeof(datagram));
	probe->source_port = ntohs(datagram.header.source);
	probe->destination_port = ntohs(datagram.header.dest);
	probe->answer = datagram.mark == htonl(MARK_ANSWER);
	return probe->answer || datagram.mark == htonl(MARK_QUESTION);
}

static size_t read_ipv4(const void *packet, size_t len, struct probe *probe)
{
	struct iphdr ip;

	if (len < sizeof(ip))
		return 0;
	memcpy(&ip, packet, sizeof(ip));
	probe->source.family = probe->destination.family = AF_INET;
	memcpy(probe->source.bytes, &ip.saddr, 4);
	memcpy(probe->destination.bytes, &ip.daddr, 4);
	probe->protocol = ip.protocol;
	return sizeof(ip);
}

static size_t read_ipv6(const void *packet, size_t len, struct probe *probe)
{
	struct ip6_hdr ip;

	if (len < sizeof(ip))
		return 0;
	memcpy(&ip, packet, sizeof(ip));
	probe->source.family = probe->destination.family = AF_INET6;
	memcpy(probe->source.bytes, &ip.ip6_src, 16);
	memcpy(probe->destination.bytes, &ip.ip6_dst, 16);
	probe->protocol = ip.ip6_nxt;
	return sizeof(ip);
}

bool probe_read(const void *packet, size_t len, struct probe *probe)
{
	const uint8_t *bytes = packet;
	size_t header = 0;

	memset(probe, 0, sizeof(*probe));
	if (len && bytes[0] == 0x45)
		header = read_ipv4(packet, len, probe);
	else if (len && bytes[0] >> 4 == 6)
		header = read_ipv6(packet, len, probe);
	if (!header)
		return false;
	if (probe->protocol == IPPROTO_TCP)
		return read_tcp((const char *)packet + header, len - header, probe);
	return probe->protocol == IPPROTO_UDP &&
	       read_udp((const char *)packet + header, len - header, probe);
}

struct probe probe_answer(const struct probe *probe)
{
	return (struct probe){
		.source = probe->destination,
		.destination = probe->source,
		.source_port = probe->destination_port,
		.destination_port = probe->source_port,
		.protocol = probe->protocol,
		.answer = true,
	};
}

bool probe_same_address(const struct address *a, const struct address *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, address_size(a));
}

bool probe_parse_address(const char *text, struct address *address)
{
	struct address parsed = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

	if (inet_pton(parsed.family, text, parsed.bytes) != 1)
		return false;
	*address = parsed;
	return true;
}
