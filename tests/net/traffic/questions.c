// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Asks many echo servers at once, from many namespaces, and says which answered.
 *
 * usage: questions SECONDS < lines
 *
 * A line is KEY NETNS-PATH tcp|udp ADDRESS PORT SOURCE-PORT, with a tab after KEY, the last 0 for
 * any. Prints a line KEY yes|no each, tab-separated, in that order. SECONDS is the patience with
 * all of them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "namespace.h"

#define QUESTIONS_MAX 1024
#define WORD          "question\n"

struct question {
	char key[128], netns[128], protocol[8], address[64];
	unsigned short port, source_port;
	bool asked, answered;
};

static struct question questions[QUESTIONS_MAX];
static struct pollfd sockets[QUESTIONS_MAX];
static int count;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static socklen_t read_address(const char *text, unsigned short port, struct sockaddr_in6 *address)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(port);
		return sizeof(*ipv4);
	}
	if (inet_pton(AF_INET6, text, &address->sin6_addr) != 1)
		fail(text);
	address->sin6_family = AF_INET6;
	address->sin6_port = htons(port);
	return sizeof(*address);
}

static void take_source_port(int fd, const struct question *question)
{
	bool ipv6 = strchr(question->address, ':');
	struct sockaddr_in6 any;
	socklen_t len = read_address(ipv6 ? "::" : "0.0.0.0", question->source_port, &any);
	int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&any, len))
		fail("bind");
}

static int begin(const struct question *question)
{
	struct sockaddr_in6 address;
	socklen_t len = read_address(question->address, question->port, &address);
	int type = strcmp(question->protocol, "udp") ? SOCK_STREAM : SOCK_DGRAM, fd;

	namespace_enter(question->netns);
	fd = socket(address.sin6_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail("socket");
	if (question->source_port)
		take_source_port(fd, question);
	if (connect(fd, (struct sockaddr *)&address, len) && errno != EINPROGRESS)
		fail(question->key);
	return fd;
}

static void read_questions(void)
{
	struct question *question = questions;

	while (count < QUESTIONS_MAX &&
	       scanf(" %127[^\t] %127s %7s %63s %hu %hu", question->key, question->netns,
		     question->protocol, question->address, &question->port,
		     &question->source_port) == 6) {
		sockets[count].fd = begin(question);
		sockets[count].events = POLLOUT;
		question = &questions[++count];
	}
	if (!feof(stdin))
		fail("a line that cannot be read, or too many");
}

/* The socket can be written to, or read, or has failed. Returns whether that was all. */
static bool go_on(struct question *question, struct pollfd *poll)
{
	char answer[sizeof(WORD)];
	ssize_t len;

	if (!question->asked) {
		question->asked = true;
		poll->events = POLLIN;
		return send(poll->fd, WORD, strlen(WORD), MSG_NOSIGNAL) < 0;
	}
	len = recv(poll->fd, answer, sizeof(answer), 0);
	question->answered = len == (ssize_t)strlen(WORD) && !memcmp(answer, WORD, len);
	return true;
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void await_answers(long patience)
{
	long end = milliseconds() + patience, left;
	int open = count;

	while (open && (left = end - milliseconds()) > 0) {
		if (poll(sockets, count, left) < 0)
			fail("poll");
		for (int i = 0; i < count; i++) {
			if (sockets[i].fd < 0 || !sockets[i].revents ||
			    !go_on(&questions[i], &sockets[i]))
				continue;
			close(sockets[i].fd);
			sockets[i].fd = -1; /* which poll passes over */
			open--;
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: questions SECONDS < lines\n", stderr);
		return 64;
	}
	read_questions();
	await_answers(atol(argv[1]) * 1000);
	for (int i = 0; i < count; i++)
		printf("%s\t%s\n", questions[i].key, questions[i].answered ? "yes" : "no");
	return 0;
}
