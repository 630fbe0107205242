// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Streams of datagrams that run while something else happens. Each is counted out where it
 * is sent and in where it arrives, and never has more than a few on their way, so
 * that a missing one was taken by the gateway and not by a full queue.
 *
 * usage: stream COUNT STREAM...
 *
 * STREAM is NAME,FROM-NETNS-PATH,TO-NETNS-PATH,ADDRESS,PORT,PACE: `whole` sends as fast as the
 * datagrams arrive, and stops at the first that does not; `timed` sends one a millisecond, whatever
 * arrives, and a number one in so many microseconds. Runs until SIGTERM, and until the `whole`
 * streams sent COUNT; then prints a line of NAME SENT ARRIVED each, tab-separated.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "namespace.h"

#define STREAMS_MAX    8
#define WINDOW         96 /* on their way at once: well under a veth's ring of 256 */
#define BATCH          32
#define STALL_S        2 /* a datagram that takes longer is lost */
#define TIMED_PAUSE_US 1000
#define RECEIVE_BUFFER (32 << 20)
#define SETTLE_US      300000

struct stream {
	char name[32], from[128], to[128], address[64], pace[16];
	unsigned short port;
	bool whole;
	unsigned pause_us; /* after each, unless it is whole */
	int sender, receiver;
	pthread_t thread;
	atomic_ulong sent, arrived;
};

static struct stream streams[STREAMS_MAX];
static int stream_count;
static unsigned long count;
static volatile sig_atomic_t stopping;

static void stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_socket(const struct stream *stream, const char *netns, bool sends)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(stream->port)};
	int size = RECEIVE_BUFFER, fd;

	namespace_enter(netns);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || inet_pton(AF_INET, stream->address, &address.sin_addr) != 1)
		fail(stream->name);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		fail("SO_RCVBUFFORCE");
	if ((sends ? connect : bind)(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail(stream->address);
	return fd;
}

/* Datagrams of 8 bytes; what they say does not matter. */
static void prepare(struct mmsghdr *messages, struct iovec *part)
{
	static char payload[8];

	*part = (struct iovec){payload, sizeof(payload)};
	memset(messages, 0, BATCH * sizeof(*messages));
	for (int i = 0; i < BATCH; i++)
		messages[i].msg_hdr = (struct msghdr){.msg_iov = part, .msg_iovlen = 1};
}

static void *receive(void *argument)
{
	struct stream *stream = argument;
	struct mmsghdr messages[BATCH];
	struct iovec part;

	prepare(messages, &part);
	for (;;) {
		int received = recvmmsg(stream->receiver, messages, BATCH, MSG_WAITFORONE, NULL);

		if (received > 0)
			atomic_fetch_add(&stream->arrived, (unsigned long)received);
	}
	return NULL;
}

static bool over(const struct stream *stream)
{
	return stopping && (!stream->whole || atomic_load(&stream->sent) >= count);
}

/* False when what is on its way does not arrive. */
static bool await_window(struct stream *stream)
{
	time_t limit = time(NULL) + STALL_S + 1;

	while (atomic_load(&stream->sent) - atomic_load(&stream->arrived) > WINDOW - BATCH) {
		if (time(NULL) > limit)
			return false;
		sched_yield();
	}
	return true;
}

static void *send_stream(void *argument)
{
	struct stream *stream = argument;
	struct mmsghdr messages[BATCH];
	struct iovec part;

	prepare(messages, &part);
	while (!over(stream)) {
		int sent;

		if (stream->whole && !await_window(stream))
			break;
		sent = sendmmsg(stream->sender, messages, stream->whole ? BATCH : 1, 0);
		if (sent > 0)
			atomic_fetch_add(&stream->sent, (unsigned long)sent);
		if (!stream->whole)
			usleep(stream->pause_us);
	}
	return NULL;
}

static void read_stream(const char *text)
{
	struct stream *stream = &streams[stream_count++];

	if (stream_count > STREAMS_MAX ||
	    sscanf(text, "%31[^,],%127[^,],%127[^,],%63[^,],%hu,%15s", stream->name, stream->from,
		   stream->to, stream->address, &stream->port, stream->pace) != 6) {
		fprintf(stderr, "stream: not a stream: %s\n", text);
		exit(64);
	}
	stream->whole = !strcmp(stream->pace, "whole");
	stream->pause_us = strcmp(stream->pace, "timed") ? atoi(stream->pace) : TIMED_PAUSE_US;
	stream->receiver = open_socket(stream, stream->to, false);
	stream->sender = open_socket(stream, stream->from, true);
}

static void start_all(void)
{
	pthread_t receiver;

	for (int i = 0; i < stream_count; i++)
		if (pthread_create(&receiver, NULL, receive, &streams[i]) ||
		    pthread_create(&streams[i].thread, NULL, send_stream, &streams[i]))
			fail("pthread_create");
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: stream COUNT STREAM...\n", stderr);
		return 64;
	}
	count = strtoul(argv[1], NULL, 10);
	for (int i = 2; i < argc; i++)
		read_stream(argv[i]);
	signal(SIGTERM, stop);
	start_all();
	for (int i = 0; i < stream_count; i++)
		pthread_join(streams[i].thread, NULL);
	usleep(SETTLE_US);
	for (int i = 0; i < stream_count; i++)
		printf("%s\t%lu\t%lu\n", streams[i].name, atomic_load(&streams[i].sent),
		       atomic_load(&streams[i].arrived));
	return 0;
}
