// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which packets arrive where: sends a SYN and a datagram to every given port of
 * every receiving address from every sending one, answers each that arrives, and
 * reports what the target and then the sender itself saw. Tables of its own at
 * both ends; no socket of the kernel's takes part.
 *
 * usage: arrivals PORTS SOURCE-PORT SWITCH-NETNS-PATH... < hosts
 *
 * PORTS is "1-65535" or the like, with commas. A cable whose queue overflows in one
 * of the switches makes the sender repeat what it was sending: what a filter drops
 * must have been shown to it. A line of hosts is
 *   NAME NETNS-PATH send|receive|both ADDRESS
 * and a line of the output, tab-separated,
 *   NAME SOURCE TARGET DESTINATION tcp|udp SENT ARRIVED ANSWERED PORTS-ARRIVED PORTS-ANSWERED
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arrivals.h"
#include "namespace.h"

/*
 * Outstanding bytes of one sender. A packet counts until the gateway's NIC took it, so
 * this holds the sender back before a veth's ring of 256 packets overflows.
 */
#define SEND_BUFFER    (24 << 10)
#define RECEIVE_BUFFER (128 << 20)

struct endpoint endpoints[ENDPOINTS_MAX];
size_t endpoint_count;
struct port_set ports;
uint16_t source_port;
char **switches;

void arrivals_fail(const char *what)
{
	fprintf(stderr, "arrivals: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set_option(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)) < 0)
		arrivals_fail("setsockopt");
}

static void open_raw(struct endpoint *endpoint)
{
	bool ipv4 = endpoint->address.family == AF_INET;

	/* IPPROTO_RAW brings its own IP header, for both families. */
	endpoint->raw = socket(endpoint->address.family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (endpoint->raw < 0)
		arrivals_fail("raw socket");
	set_option(endpoint->raw, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER);
	if (!ipv4)
		set_option(endpoint->raw, IPPROTO_IPV6, IPV6_HDRINCL, 1);
}

/* One packet socket a namespace, whatever its number of addresses. */
static void open_packet(struct endpoint *endpoint)
{
	endpoint->packet = -1;
	for (const struct endpoint *earlier = endpoints; earlier < endpoint; earlier++)
		if (!strcmp(earlier->netns, endpoint->netns))
			return;
	endpoint->packet = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (endpoint->packet < 0)
		arrivals_fail("packet socket");
	set_option(endpoint->packet, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
	set_option(endpoint->packet, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
}

static void read_endpoint(const char *line)
{
	struct endpoint *endpoint = &endpoints[endpoint_count];
	char part[8];

	if (endpoint_count == ENDPOINTS_MAX ||
	    sscanf(line, "%31s %127s %7s %63s", endpoint->name, endpoint->netns, part,
		   endpoint->text) != 4 ||
	    !probe_parse_address(endpoint->text, &endpoint->address)) {
		fprintf(stderr, "arrivals: not a host: %s", line);
		exit(1);
	}
	endpoint->sends = strcmp(part, "receive");
	endpoint->receives = strcmp(part, "send");
	if (endpoint->sends)
		endpoint->flows = calloc(ENDPOINTS_MAX, sizeof(*endpoint->flows));
	namespace_enter(endpoint->netns);
	open_raw(endpoint);
	open_packet(endpoint);
	endpoint_count++;
}

static void print_flow(const struct endpoint *from, const struct endpoint *to,
		       enum protocol protocol)
{
	const struct flow *flow = &from->flows[to - endpoints];

	printf("%s\t%s\t%s\t%s\t%s\t%lu\t%lu\t%lu\t", from->name, from->text, to->name, to->text,
	       protocol == TCP ? "tcp" : "udp", flow->sent[protocol],
	       flow->arrived[protocol].packets, flow->answered[protocol].packets);
	ports_print(&flow->arrived[protocol], stdout);
	putchar('\t');
	ports_print(&flow->answered[protocol], stdout);
	putchar('\n');
}

static void print_report(void)
{
	for (size_t i = 0; i < endpoint_count; i++)
		for (size_t j = 0; j < endpoint_count; j++)
			for (int protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
				if (arrivals_is_pair(&endpoints[i], &endpoints[j]))
					print_flow(&endpoints[i], &endpoints[j],
						   (enum protocol)protocol);
}

int main(int argc, char **argv)
{
	char line[512];

	if (argc < 4 || !ports_parse(argv[1], &ports)) {
		fputs("usage: arrivals PORTS SOURCE-PORT SWITCH-NETNS-PATH... < hosts\n", stderr);
		return 64;
	}
	source_port = (uint16_t)atoi(argv[2]);
	switches = argv + 3;
	while (fgets(line, sizeof(line), stdin))
		read_endpoint(line);
	arrivals_receive();
	arrivals_send();
	arrivals_await_quiet();
	print_report();
	return arrivals_counted_everything() ? 0 : 1;
}
