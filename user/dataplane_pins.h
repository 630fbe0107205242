/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What outlives generations (counter maps, slots, the last apply), and how a
 * generation describes itself to those who come later.
 */
#ifndef DATAPLANE_PINS_H
#define DATAPLANE_PINS_H

#include <stdbool.h>
#include <stddef.h>

#include "dataplane_generation.h"
#include "dataplane_run.h"

/* A pinned map for reading, and how many entries a map has room for. To be closed. */
int pins_open_read_only(const char *path);
__u32 pins_room_of(int fd);

/*
 * Counter maps never shrink and lose nothing: when one is too small a larger one is
 * made beside it, NAME_1 beside NAME_0, and what was counted is the sum of all.
 */
enum counter_kind {
	COUNTER_RULES,
	COUNTER_DROPS,
	COUNTER_SWITCHES,
	COUNTER_FLOW_EVENTS,
	COUNTER_KIND_COUNT
};

/* The maps to count in from now on, with room for so many slots. To be closed. */
int pins_open_counters(const struct run *run, __u32 rule_slots, __u32 interface_slots,
		       struct counter_maps *maps, struct error *error);
void pins_close_counters(struct counter_maps *maps);

/* Called with each counter map's read-only fd and its entries. */
typedef int (*pins_visit)(int fd, __u32 entries, void *context);
int pins_visit_counters(const struct run *run, enum counter_kind kind, pins_visit visit,
			void *context);

/* What keeps a slot of its own, and how many names may have had one. */
enum slot_kind { SLOT_RULE, SLOT_INTERFACE };
#define PINS_RULE_IDS_MAX   131072
#define PINS_INTERFACES_MAX 4096

/*
 * The slots of names, which keep theirs for good; new names get the next. Names
 * are struct rule_id or struct interface_name. *needed: the highest slot + 1.
 */
int pins_take_slots(const struct run *run, enum slot_kind kind, const void *names, size_t count,
		    __u32 *slots, __u32 *needed, struct error *error);

/* A number that no generation under this run directory had yet: flows remember theirs. */
int pins_take_generation(const struct run *run, __u32 *number, struct error *error);

int pins_write_last_apply(const struct run *run, bool success);
void pins_read_last_apply(const struct run *run, struct last_apply *last_apply);

/* What a generation says of itself. */
struct description {
	struct generation_info info;
	struct generation_rule *rules;
	struct generation_role *roles;
	struct generation_interface *interfaces;
};

/* Pins the programs and the description; `info` last, so that a half-pinned one is told apart. */
int pins_write_generation(const struct run *run, const struct generation *generation,
			  const struct description *description, struct error *error);

/* -ENOENT when it is not whole. To be freed. */
int pins_read_generation(const struct run *run, __u32 number, struct description *description);
void pins_free_description(struct description *description);

/* What a pinned program was loaded for. */
struct pinned_program {
	__u32 generation; /* 0: it is not pinned */
	__u32 interface;  /* index into the description's interfaces */
};

/* The pinned program with this id: its fd, or -ENOENT. */
int pins_find_program(const struct run *run, __u32 program_id, struct pinned_program *pinned);

/* Is the program pinned, be it by another version with another layout? */
bool pins_hold_program(const struct run *run, __u32 program_id);

#endif
