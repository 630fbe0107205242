/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The arrival test's two halves: what sends, and what counts and answers. */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "ports.h"
#include "probe.h"

#define ENDPOINTS_MAX 64

enum protocol { TCP, UDP, PROTOCOL_COUNT };

/* One address of one host. */
struct endpoint {
	char name[32], netns[128], text[64];
	struct address address;
	bool sends, receives;
	int raw, packet;    /* sockets in the host's namespace; packet: -1 if an earlier line has it */
	struct flow *flows; /* by index of the destination, when it sends */
};

/* What became of the probes from one address to another. One thread writes each member. */
struct flow {
	struct port_set arrived[PROTOCOL_COUNT], answered[PROTOCOL_COUNT];
	unsigned long sent[PROTOCOL_COUNT]; /* in a pass without loss */
};

extern struct endpoint endpoints[ENDPOINTS_MAX];
extern size_t endpoint_count;
extern struct port_set ports;
extern uint16_t source_port;
extern char **switches; /* paths of namespaces, NULL at the end */

/* "arrivals: what: why" by errno, and the end of the process. */
void arrivals_fail(const char *what) __attribute__((noreturn));

/* Whether one is to send to the other. */
bool arrivals_is_pair(const struct endpoint *from, const struct endpoint *to);

/* Sends everything, and returns when it has. */
void arrivals_send(void);

/* Starts to count and to answer, in threads that never end. */
void arrivals_receive(void);

/* Until nothing arrived for a while. */
void arrivals_await_quiet(void);

/* A counter that missed packets proves nothing: then false, and a line says which. */
bool arrivals_counted_everything(void);

#endif
