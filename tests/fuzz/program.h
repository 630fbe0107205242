/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The program of bpf/, compiled for this machine: its maps, its constants and one call. */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#ifndef __VMLINUX_H__
#include <stddef.h>
#endif

#include "layout.h"

/* Every map of bpf/maps.h. A look-up in one that is missing here ends the run. */
#define PROGRAM_MAPS(X)                                                                            \
	X(rules)                                                                                   \
	X(address_nodes)                                                                           \
	X(rule_counters)                                                                           \
	X(drop_counters)                                                                           \
	X(switch_counters)                                                                         \
	X(flow_counters)                                                                           \
	X(openings)                                                                                \
	X(flows4)                                                                                  \
	X(flows6)

#define AS_MAP_ENUM(name) MAP_##name,
enum program_map { PROGRAM_MAPS(AS_MAP_ENUM) PROGRAM_MAP_COUNT };
#undef AS_MAP_ENUM

/* A map as bpf/maps.h declares it. */
struct map_shape {
	const void *object; /* what the program calls it by */
	int type;           /* enum bpf_map_type */
	int key_size, value_size;
};

extern const struct map_shape program_maps[PROGRAM_MAP_COUNT];

/* The constants, which can be written here. */
struct settings *program_settings(void);
struct places *program_places(void);
struct constant_tables *program_tables(void);

/* Judges the bytes from `start` to `end`, which the program must not leave; returns an enum
 * xdp_action. */
int program_run(const void *start, const void *end);

/* What it left in `judged`. */
struct judgement program_judgement(void);
void program_set_clock(__u64 now_ns);

#endif
