// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A crowd that opens connections and never keeps one: SYNs from many addresses and ports that
 * nobody has, as fast as the gateway takes them.
 *
 * usage: flood NIC GATEWAY-MAC PREFIX ADDRESS PORT FIRST COUNT [ack] [rst]
 *
 * Opener i, from FIRST on, has address PREFIX/16 + i and a port by i >> 16. With `ack` and `rst`
 * each sends one of these too, some time after its SYN; the ACK acknowledges a guess.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH       32
#define SEND_BUFFER (24 << 10) /* as in arrivals.c: less than a veth's ring */
#define LAG         1024 /* openers between a SYN and what follows it: its answer comes first */
#define FIRST_PORT  1024
#define COUNT_MAX   10000000ul

struct segment {
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

/* What TCP's checksum covers besides the segment. */
struct pseudo_header {
	__be32 source, destination;
	__be16 protocol, len;
	struct tcphdr tcp;
} __attribute__((packed));

static int wire;
static struct sockaddr_ll next_hop = {.sll_family = AF_PACKET, .sll_halen = ETH_ALEN};
static struct in_addr prefix, destination;
static uint16_t port;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* RFC 1071, of an even length. */
static uint16_t checksum(const void *bytes, size_t len)
{
	const uint8_t *byte = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)byte[i] << 8 | byte[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static struct segment build(unsigned long opener, bool syn, bool ack, bool rst)
{
	struct segment segment = {
		.ip =
			{
				.version = 4,
				.ihl = sizeof(struct iphdr) / 4,
				.tot_len = htons(sizeof(segment)),
				.ttl = 64,
				.protocol = IPPROTO_TCP,
				.saddr = htonl((ntohl(prefix.s_addr) & ~0xffffu) |
					       (opener & 0xffff)),
				.daddr = destination.s_addr,
			},
		.tcp =
			{
				.source = htons((uint16_t)(FIRST_PORT + (opener >> 16))),
				.dest = htons(port),
				.seq = htonl((uint32_t)opener + !syn),
				.ack_seq = ack ? htonl((uint32_t)random()) : 0,
				.doff = sizeof(struct tcphdr) / 4,
				.syn = syn,
				.ack = ack,
				.rst = rst,
				.window = htons(1024),
			},
	};
	struct pseudo_header covered = {segment.ip.saddr, segment.ip.daddr, htons(IPPROTO_TCP),
					htons(sizeof(struct tcphdr)), segment.tcp};

	segment.ip.check = checksum(&segment.ip, sizeof(segment.ip));
	segment.tcp.check = checksum(&covered, sizeof(covered));
	return segment;
}

static struct segment segments[BATCH];
static unsigned fill;

static void send_segments(void)
{
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH] = {0};

	for (unsigned i = 0; i < fill; i++) {
		parts[i] = (struct iovec){&segments[i], sizeof(segments[i])};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i],
						      .msg_iovlen = 1,
						      .msg_name = &next_hop,
						      .msg_namelen = sizeof(next_hop)};
	}
	for (unsigned done = 0; done < fill;) {
		int sent = sendmmsg(wire, messages + done, fill - done, 0);

		if (sent < 0 && errno != EINTR && errno != ENOBUFS)
			fail("sendmmsg");
		if (sent > 0)
			done += (unsigned)sent;
	}
	fill = 0;
}

static void add(struct segment segment)
{
	segments[fill++] = segment;
	if (fill == BATCH)
		send_segments();
}

static void open_wire(const char *nic, const char *mac)
{
	const struct ether_addr *address = ether_aton(mac);
	int size = SEND_BUFFER;

	wire = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (wire < 0 || setsockopt(wire, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		fail("packet socket");
	next_hop.sll_ifindex = (int)if_nametoindex(nic);
	next_hop.sll_protocol = htons(ETH_P_IP);
	if (!address || !next_hop.sll_ifindex)
		fail(nic);
	memcpy(next_hop.sll_addr, address, ETH_ALEN);
}

static bool is_wanted(int argc, char **argv, const char *word)
{
	for (int i = 8; i < argc; i++)
		if (!strcmp(argv[i], word))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	bool ack = is_wanted(argc, argv, "ack"), rst = is_wanted(argc, argv, "rst");
	unsigned long first, count;

	if (argc < 8 || !inet_aton(argv[3], &prefix) || !inet_aton(argv[4], &destination)) {
		fputs("usage: flood NIC GATEWAY-MAC PREFIX ADDRESS PORT FIRST COUNT [ack] [rst]\n",
		      stderr);
		return 64;
	}
	open_wire(argv[1], argv[2]);
	port = (uint16_t)atoi(argv[5]);
	first = strtoul(argv[6], NULL, 10);
	count = strtoul(argv[7], NULL, 10);
	if (first > COUNT_MAX || count > COUNT_MAX)
		return 64;
	for (unsigned long i = 0; i < count + LAG; i++) {
		if (i < count)
			add(build(first + i, true, false, false));
		if (ack && i >= LAG)
			add(build(first + i - LAG, false, true, false));
		if (rst && i >= LAG)
			add(build(first + i - LAG, false, false, true));
	}
	send_segments();
	return 0;
}
