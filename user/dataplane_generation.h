/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One loaded generation: an instance of the program for each interface, and their shared policy
 * maps. */
#ifndef DATAPLANE_GENERATION_H
#define DATAPLANE_GENERATION_H

#include <stdbool.h>
#include <stddef.h>

#include "compile.h"
#include "dataplane_run.h"
#include "error.h"
#include "layout.h"
#include "policy.h"

#define NANOSECONDS 1000000000ull /* in a second */

struct directorgate_bpf; /* the skeleton */
struct xdp_program;      /* libxdp's */

/* Counter maps that outlive the generation; -1: the generation gets its own. */
struct counter_maps {
	int rules, drops, switches, flow_events;
};
#define COUNTER_MAPS_OWN ((struct counter_maps){-1, -1, -1, -1})

/* The table of openings, and those of flows by enum family, likewise. */
struct flow_maps {
	int openings, flows[2];
};
#define FLOW_MAPS_OWN ((struct flow_maps){-1, {-1, -1}})

struct generation_plan {
	const struct policy *policy;
	const struct tables *tables;
	__u32 number;
	const __u32 *rule_slots;      /* by index into policy.rules */
	const __u32 *interface_slots; /* one for each instance */
	size_t instance_count;
	struct counter_maps counters;
	struct flow_maps flows;
	const __u64 *opening_seeds;      /* OPENING_SEEDS of them; those of the table of openings */
	__u32 rule_slot_count;           /* size of the rule counters when they are its own */
	__u32 flow_limit, opening_limit; /* sizes of the flow tables */
	__u64 grace_until_ns;            /* CLOCK_MONOTONIC; 0: no grace */
	bool explain; /* leave judgements where generation_judged() finds them, and stop the clock
		       */
	bool attach;  /* to NICs: load for a dispatcher where an interface is shared */
	bool verbose; /* the whole verifier log on a refusal */
};

struct generation {
	struct directorgate_bpf *maps; /* what all instances share; its own program is not loaded */
	struct directorgate_bpf **instances;
	struct xdp_program **shared; /* by instance; NULL: its interface is not shared */
	size_t count;
};

/* Loads every instance; the policy maps are filled and frozen. Nothing is attached or pinned. */
int generation_load(const struct generation_plan *plan, struct generation *generation,
		    struct error *error);
void generation_close(struct generation *generation);

/* Of the program that is built in: SHA-256 of its object file. */
void generation_build_hash(char hash[HASH_SIZE]);

int generation_program_fd(const struct generation *generation, size_t instance);

/* Only where plan.explain was set: the last judgement, and the clock that it goes by. */
const struct judgement *generation_judged(const struct generation *generation, size_t instance);
void generation_set_clock(const struct generation *generation, __u64 now_ns);
struct counter_maps generation_counter_maps(const struct generation *generation);
struct flow_maps generation_flow_maps(const struct generation *generation);

#endif
