/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A set of ports, and how many packets named one. */
#ifndef PORTS_H
#define PORTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct port_set {
	unsigned long packets; /* added so far, repetitions too */
	uint8_t bits[65536 / 8];
};

void ports_add(struct port_set *set, uint16_t port);
bool ports_has(const struct port_set *set, uint16_t port);

/* "80,443,5000-5100"; false when it is not that. Adds each port once. */
bool ports_parse(const char *text, struct port_set *set);

/* As ports_parse reads it; "-" for none. */
void ports_print(const struct port_set *set, FILE *out);

#endif
