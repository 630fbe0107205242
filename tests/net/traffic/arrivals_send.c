// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arrivals.h"
#include "namespace.h"

#define BATCH           32
#define SENDERS         2 /* threads; each owns the next pair that nobody took */
#define TAKEN_POLL_US   100
#define TAKEN_POLLS_MAX 20000
#define REPEATS_MAX     20

static socklen_t socket_address(const struct address *address, struct sockaddr_storage *storage)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)storage;

	memset(storage, 0, sizeof(*storage));
	storage->ss_family = (sa_family_t)address->family;
	if (address->family == AF_INET) {
		memcpy(&ipv4->sin_addr, address->bytes, 4);
		return sizeof(*ipv4);
	}
	memcpy(&ipv6->sin6_addr, address->bytes, 16);
	return sizeof(*ipv6);
}

static void send_batch(int fd, struct mmsghdr *messages, unsigned count)
{
	unsigned done = 0;

	while (done < count) {
		int sent = sendmmsg(fd, messages + done, count - done, 0);

		if (sent < 0 && errno != EINTR && errno != ENOBUFS)
			arrivals_fail("sendmmsg");
		if (sent > 0)
			done += (unsigned)sent;
	}
}

/* Packets lost so far because a cable's queue was full. Moves the thread elsewhere. */
static unsigned long count_overflows(void)
{
	unsigned long overflows = 0;

	for (char **path = switches; *path; path++) {
		struct ifaddrs *interfaces;

		namespace_enter(*path);
		if (getifaddrs(&interfaces) < 0)
			arrivals_fail("getifaddrs");
		for (const struct ifaddrs *at = interfaces; at; at = at->ifa_next)
			if (at->ifa_addr && at->ifa_addr->sa_family == AF_PACKET)
				overflows += ((struct rtnl_link_stats *)at->ifa_data)->tx_dropped;
		freeifaddrs(interfaces);
	}
	return overflows;
}

/* Every given port of one protocol, from one address to another. */
static void send_ports(const struct endpoint *from, const struct endpoint *to,
		       enum protocol protocol)
{
	char packets[BATCH][PROBE_SIZE_MAX];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH] = {0};
	struct sockaddr_storage name;
	socklen_t name_len = socket_address(&to->address, &name);
	struct probe probe = {.source = from->address,
			      .destination = to->address,
			      .source_port = source_port,
			      .protocol = protocol == TCP ? IPPROTO_TCP : IPPROTO_UDP};
	unsigned fill = 0;

	for (unsigned port = 1; port <= UINT16_MAX; port++) {
		if (!ports_has(&ports, (uint16_t)port))
			continue;
		probe.destination_port = (uint16_t)port;
		parts[fill].iov_base = packets[fill];
		parts[fill].iov_len = probe_write(&probe, packets[fill]);
		messages[fill].msg_hdr = (struct msghdr){.msg_iov = &parts[fill],
							 .msg_iovlen = 1,
							 .msg_name = &name,
							 .msg_namelen = name_len};
		if (++fill == BATCH) {
			send_batch(from->raw, messages, fill);
			fill = 0;
		}
	}
	send_batch(from->raw, messages, fill);
}

/* Until the gateway's NIC, or a full queue before it, took everything that was sent. */
static void await_taken(int fd)
{
	for (int i = 0; i < TAKEN_POLLS_MAX; i++) {
		int outstanding = 0;

		if (ioctl(fd, SIOCOUTQ, &outstanding) < 0)
			arrivals_fail("SIOCOUTQ");
		if (!outstanding)
			return;
		usleep(TAKEN_POLL_US);
	}
}

static void send_flow(const struct endpoint *from, const struct endpoint *to,
		      enum protocol protocol)
{
	for (int i = 0; i < REPEATS_MAX; i++) {
		unsigned long before = count_overflows();

		send_ports(from, to, protocol);
		await_taken(from->raw);
		if (count_overflows() == before) {
			from->flows[to - endpoints].sent[protocol] = ports.packets;
			return;
		}
	}
}

bool arrivals_is_pair(const struct endpoint *from, const struct endpoint *to)
{
	return from->sends && to->receives && strcmp(from->name, to->name) &&
	       from->address.family == to->address.family;
}

static atomic_size_t next_pair;

static void *send_pairs(void *argument)
{
	(void)argument;
	/* Receivers first: they must keep up with what the senders make. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
	for (;;) {
		size_t pair = atomic_fetch_add(&next_pair, 1);
		const struct endpoint *from = &endpoints[pair / ENDPOINTS_MAX];
		const struct endpoint *to = &endpoints[pair % ENDPOINTS_MAX];

		if (pair >= endpoint_count * ENDPOINTS_MAX)
			return NULL;
		if (pair % ENDPOINTS_MAX >= endpoint_count || !arrivals_is_pair(from, to))
			continue;
		send_flow(from, to, TCP);
		send_flow(from, to, UDP);
	}
}

void arrivals_send(void)
{
	pthread_t threads[SENDERS];

	for (int i = 0; i < SENDERS; i++)
		if (pthread_create(&threads[i], NULL, send_pairs, NULL))
			arrivals_fail("pthread_create");
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
}
