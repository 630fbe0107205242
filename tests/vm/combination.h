/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Settings of the program in all combinations: constants to the verifier, so that each is another
 * program. */
#ifndef COMBINATION_H
#define COMBINATION_H

#include <stdbool.h>

#include <bpf/libbpf.h>

#include "dataplane_probe.h"
#include "layout.h"
#include "directorgate.skel.h"

/* A fifth of what the verifier allows: another kernel or compiler needs room, and loading time. */
#define INSTRUCTIONS_MAX 200000

/* A combination of settings: the pass switches from bit 0 on, then these. */
enum {
	MONITOR = PASS_SWITCH_COUNT,
	MULTI_BUFFER,
	SOURCE_PORTS,
	EXPLAIN,
	STATEFUL,
	PICKUP,
	HOMES,
	VLANS,
	SETTING_COUNT,
};
#define COMBINATION_COUNT (1u << SETTING_COUNT)
#define SWITCHES          ((1u << PASS_SWITCH_COUNT) - 1)

static inline bool has(unsigned combination, unsigned setting)
{
	return combination >> setting & 1;
}

static inline void set(struct directorgate_bpf *program, unsigned combination)
{
	struct settings *settings = &program->rodata->settings;

	settings->generation = 1;
	settings->source_class_bits = 8;
	settings->destination_class_bits = 8;
	settings->monitor = has(combination, MONITOR);
	settings->multi_buffer = has(combination, MULTI_BUFFER);
	settings->source_ports = has(combination, SOURCE_PORTS);
	settings->explain = has(combination, EXPLAIN);
	settings->stateful = has(combination, STATEFUL);
	settings->pickup = has(combination, PICKUP);
	settings->homes = has(combination, HOMES);
	settings->vlans = has(combination, VLANS);
	for (unsigned i = 0; i < PASS_SWITCH_COUNT; i++)
		settings->pass[i] = has(combination, i);
	if (settings->multi_buffer)
		bpf_program__set_flags(program->progs.directorgate, PROGRAM_HAS_FRAGS);
}

#endif
