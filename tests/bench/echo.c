// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * usage: echo SERVER-NETNS CLIENT-NETNS SERVER-ADDRESS PORT SECONDS
 *
 * One byte there and one back, over one TCP connection, as often as it goes. Prints
 * questions answered a second. The server runs on the second CPU, the client on the first.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../net/traffic/namespace.h"

#define TIMEOUT_S 5

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

/* In the caller's namespace; no question waits for company, and none for ever. */
static int open_socket(void)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		fail("socket");
	return fd;
}

static void *serve(void *argument)
{
	int client = accept(*(int *)argument, NULL, NULL);
	char byte;

	run_on(1);
	while (client >= 0 && read(client, &byte, 1) == 1)
		if (write(client, &byte, 1) != 1)
			break;
	return NULL;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double ask(int fd, double seconds)
{
	double start = now(), end = start;
	unsigned long answers = 0;
	char byte = 0;

	while (end - start < seconds) {
		for (int i = 0; i < 50; i++, answers++)
			if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
				fail("question");
		end = now();
	}
	return (double)answers / (end - start);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	pthread_t thread;
	int listener, client;

	if (argc != 6 || inet_pton(AF_INET, argv[3], &address.sin_addr) != 1) {
		fputs("usage: echo SERVER-NETNS CLIENT-NETNS SERVER-ADDRESS PORT SECONDS\n",
		      stderr);
		return 64;
	}
	address.sin_port = htons((unsigned short)atoi(argv[4]));
	namespace_enter(argv[1]);
	listener = open_socket();
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1) ||
	    pthread_create(&thread, NULL, serve, &listener))
		fail("listen");
	namespace_enter(argv[2]);
	run_on(0);
	client = open_socket();
	if (connect(client, (struct sockaddr *)&address, sizeof(address)))
		fail(argv[3]);
	printf("%.0f\n", ask(client, atof(argv[5])));
	return 0;
}
