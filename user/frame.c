// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "frame.h"

#define FRAME_LEAST       60 /* bytes, without FCS (IEEE 802.3) */
#define HOP_LIMIT         64
#define ECHO_REQUEST_IPV4 8
#define ECHO_REQUEST_IPV6 128
#define ECHO_LEN          8

static size_t write_tcp(const struct frame_plan *plan, unsigned char *to)
{
	struct tcphdr tcp = {
		.th_sport = htons(plan->source_port),
		.th_dport = htons(plan->destination_port),
		.th_off = sizeof(tcp) / 4,
		.th_flags = plan->tcp_flags,
	};

	memcpy(to, &tcp, sizeof(tcp));
	return sizeof(tcp);
}

static size_t write_udp(const struct frame_plan *plan, unsigned char *to)
{
	struct udphdr udp = {
		.uh_sport = htons(plan->source_port),
		.uh_dport = htons(plan->destination_port),
		.uh_ulen = htons(sizeof(udp)),
	};

	memcpy(to, &udp, sizeof(udp));
	return sizeof(udp);
}

static size_t write_transport(const struct frame_plan *plan, unsigned char *to)
{
	switch (plan->protocol) {
	case IPPROTO_TCP:
		return write_tcp(plan, to);
	case IPPROTO_UDP:
		return write_udp(plan, to);
	case IPPROTO_ICMP:
		to[0] = ECHO_REQUEST_IPV4;
		return ECHO_LEN;
	case IPPROTO_ICMPV6:
		to[0] = ECHO_REQUEST_IPV6;
		return ECHO_LEN;
	default:
		return 0;
	}
}

static size_t write_ipv4(const struct frame_plan *plan, unsigned char *to)
{
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = HOP_LIMIT, .protocol = plan->protocol};
	size_t len = sizeof(ip) + write_transport(plan, to + sizeof(ip));

	ip.tot_len = htons(len);
	memcpy(&ip.saddr, plan->source.bytes, sizeof(ip.saddr));
	memcpy(&ip.daddr, plan->destination.bytes, sizeof(ip.daddr));
	memcpy(to, &ip, sizeof(ip));
	return len;
}

static size_t write_ipv6(const struct frame_plan *plan, unsigned char *to)
{
	struct ipv6hdr ip = {.version = 6, .nexthdr = plan->protocol, .hop_limit = HOP_LIMIT};
	size_t len = write_transport(plan, to + sizeof(ip));

	ip.payload_len = htons(len);
	memcpy(&ip.saddr, plan->source.bytes, sizeof(ip.saddr));
	memcpy(&ip.daddr, plan->destination.bytes, sizeof(ip.daddr));
	memcpy(to, &ip, sizeof(ip));
	return sizeof(ip) + len;
}

/* The ethertype of what follows, behind a tag where there is a VLAN (IEEE 802.1Q). */
static size_t write_type(const struct frame_plan *plan, bool ipv6, unsigned char *to)
{
	const __be16 words[] = {htons(ETH_P_8021Q), htons(plan->vlan),
				htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP)};
	const __be16 *first = plan->vlan ? words : words + 2;
	size_t len = (words + 3 - first) * sizeof(*words);

	memcpy(to, first, len);
	return len;
}

size_t frame_write(const struct frame_plan *plan, unsigned char frame[FRAME_SIZE])
{
	/* Locally administered: to 02:00:00:00:00:01 from 02:00:00:00:00:02. */
	static const unsigned char addresses[2 * ETH_ALEN] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	bool ipv6 = plan->source.family == FAMILY_IPV6;
	size_t len = sizeof(addresses);

	memset(frame, 0, FRAME_SIZE);
	memcpy(frame, addresses, sizeof(addresses));
	len += write_type(plan, ipv6, frame + len);
	len += ipv6 ? write_ipv6(plan, frame + len) : write_ipv4(plan, frame + len);
	return len < FRAME_LEAST ? FRAME_LEAST : len;
}
