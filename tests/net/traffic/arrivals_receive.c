// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "arrivals.h"

#define BATCH         32
#define PAUSE_US      1000
#define QUIET_NS      300000000ll
#define QUIET_LIMIT_S 20

static atomic_llong last_arrival_ns;
static atomic_ulong failures;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static struct endpoint *find_endpoint(const struct address *address)
{
	for (size_t i = 0; i < endpoint_count; i++)
		if (probe_same_address(&endpoints[i].address, address))
			return &endpoints[i];
	return NULL;
}

static void answer(int fd, const struct probe *probe, const char *frame,
		   const struct sockaddr_ll *from)
{
	struct probe back = probe_answer(probe);
	char reply[ETH_HLEN + PROBE_SIZE_MAX];
	size_t len;

	memcpy(reply, frame + ETH_ALEN, ETH_ALEN);
	memcpy(reply + ETH_ALEN, frame, ETH_ALEN);
	memcpy(reply + 2 * ETH_ALEN, frame + 2 * ETH_ALEN, 2);
	len = ETH_HLEN + probe_write(&back, reply + ETH_HLEN);
	if (sendto(fd, reply, len, 0, (const struct sockaddr *)from, sizeof(*from)) < 0)
		atomic_fetch_add(&failures, 1);
}

static void take_frame(int fd, const char *frame, size_t len, const struct sockaddr_ll *from)
{
	struct endpoint *source, *destination;
	struct probe probe;
	int protocol;

	if (len < ETH_HLEN || !probe_read(frame + ETH_HLEN, len - ETH_HLEN, &probe))
		return;
	source = find_endpoint(&probe.source);
	destination = find_endpoint(&probe.destination);
	if (!source || !destination || from->sll_pkttype != PACKET_HOST)
		return;
	atomic_store(&last_arrival_ns, now_ns());
	protocol = probe.protocol == IPPROTO_TCP ? TCP : UDP;
	if (probe.answer && destination->flows) {
		ports_add(&destination->flows[source - endpoints].answered[protocol],
			  probe.source_port);
	} else if (!probe.answer && source->flows && destination->receives) {
		ports_add(&source->flows[destination - endpoints].arrived[protocol],
			  probe.destination_port);
		answer(fd, &probe, frame, from);
	}
}

static void *receive(void *argument)
{
	int fd = *(int *)argument;
	char frames[BATCH][256];
	struct sockaddr_ll from[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];

	for (;;) {
		int count;

		memset(messages, 0, sizeof(messages));
		for (int i = 0; i < BATCH; i++) {
			parts[i] = (struct iovec){frames[i], sizeof(frames[i])};
			messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i],
							      .msg_iovlen = 1,
							      .msg_name = &from[i],
							      .msg_namelen = sizeof(from[i])};
		}
		/* Waking for every packet would cost more than the packet. */
		count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		if (count <= 0)
			usleep(PAUSE_US);
		for (int i = 0; i < count; i++)
			take_frame(fd, frames[i], messages[i].msg_len, &from[i]);
	}
	return NULL;
}

void arrivals_receive(void)
{
	pthread_t thread;

	for (size_t i = 0; i < endpoint_count; i++)
		if (endpoints[i].packet >= 0 &&
		    pthread_create(&thread, NULL, receive, &endpoints[i].packet))
			arrivals_fail("pthread_create");
}

void arrivals_await_quiet(void)
{
	long long limit = now_ns() + QUIET_LIMIT_S * 1000000000ll;

	atomic_store(&last_arrival_ns, now_ns());
	while (now_ns() - atomic_load(&last_arrival_ns) < QUIET_NS && now_ns() < limit)
		usleep(20000);
}

bool arrivals_counted_everything(void)
{
	bool all = atomic_load(&failures) == 0;

	for (size_t i = 0; i < endpoint_count; i++) {
		struct tpacket_stats statistics = {0};
		socklen_t len = sizeof(statistics);

		if (endpoints[i].packet < 0)
			continue;
		getsockopt(endpoints[i].packet, SOL_PACKET, PACKET_STATISTICS, &statistics, &len);
		if (statistics.tp_drops) {
			fprintf(stderr, "arrivals: %s: the counter itself missed %u packets\n",
				endpoints[i].name, statistics.tp_drops);
			all = false;
		}
	}
	return all;
}
