/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The packets that the net tests send and recognise: a SYN or a datagram, and its answer. */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
	int family;        /* AF_INET, AF_INET6 */
	uint8_t bytes[16]; /* network order; IPv4 uses the first four */
};

struct probe {
	struct address source, destination;
	uint16_t source_port, destination_port; /* host order */
	uint8_t protocol;                       /* IPPROTO_TCP, IPPROTO_UDP */
	bool answer;                            /* a SYN-ACK, or the datagram that comes back */
};

#define PROBE_SIZE_MAX 64

/* Writes the IP packet, checksums right; returns its length, at most PROBE_SIZE_MAX. */
size_t probe_write(const struct probe *probe, void *packet);

/* Reads an IP packet; false when it is none of ours. */
bool probe_read(const void *packet, size_t len, struct probe *probe);

/* The answer to a probe. */
struct probe probe_answer(const struct probe *probe);

/* Equal family and bytes. */
bool probe_same_address(const struct address *a, const struct address *b);

/* "10.0.0.1" or "2001:db8::1"; false when it is neither. */
bool probe_parse_address(const char *text, struct address *address);

#endif
