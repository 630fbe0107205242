/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Classes of ports that no rule tells apart. A class is named by its lowest port;
 * 0 is the class of the ports that no rule names.
 */
#ifndef PORTS_H
#define PORTS_H

#include "layout.h"
#include "policy.h"

#define PORT_COUNT 65536

/* The ports that one rule names: ascending ranges that do not overlap. */
struct port_list {
	const struct port_range *ranges;
	size_t count;
};

/* Two ports get the same class when the same lists name them. Writes all of `classes`. */
void ports_classify(const struct port_list *lists, size_t count, __u16 classes[PORT_COUNT]);

/* For walking classes: by port, the first port from it on that is the lowest of its class. */
struct port_steps {
	__u32 next[PORT_COUNT + 1]; /* PORT_COUNT: none */
};

void ports_step(const __u16 classes[PORT_COUNT], struct port_steps *steps);

/* Writes the classes of the ports in a list that ports_classify() saw; returns how many. */
size_t ports_list(const struct port_steps *steps, struct port_list list, __u16 found[PORT_COUNT]);

/*
 * Fills port_class, source_port_class, minds_source_port and protocol_named for
 * the policy's enabled rules. Returns whether some rule minds source ports.
 */
bool ports_fill(const struct policy *policy, struct constant_tables *constants);

/* TCP or UDP by its IANA number; PORT_PROTOCOL_COUNT when it has no ports. */
enum port_protocol ports_protocol(__u8 protocol);

/* A rule's `ports` and `source-ports`. */
struct port_list ports_of(const struct rule *rule);
struct port_list ports_source_of(const struct rule *rule);

#endif
