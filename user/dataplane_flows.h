/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of openings and flows: pinned, they outlive generations; detach forgets them. */
#ifndef DATAPLANE_FLOWS_H
#define DATAPLANE_FLOWS_H

#include <stdbool.h>

#include "dataplane.h"
#include "dataplane_generation.h"
#include "dataplane_run.h"
#include "error.h"
#include "policy.h"

struct flow_tables {
	struct flow_maps maps; /* where fresh, none yet: the generation makes them */
	struct flow_origin origin;
	bool fresh;   /* not pinned yet */
	bool renewed; /* origin.since_ns is another than the pinned one */
};

/*
 * The pinned tables where they have the sizes that the policy wants, else what fresh ones begin
 * with; none for a policy without flows. To be closed.
 */
int flows_open(const struct run *run, const struct policy *policy, struct flow_tables *tables,
	       struct error *error);
void flows_close(struct flow_tables *tables);

/* CLOCK_MONOTONIC, which openings and flows go by. */
__u64 flows_now_ns(void);

/* The secret of a table of openings. */
int flows_draw_seeds(__u64 seeds[OPENING_SEEDS], struct error *error);

/* The grace begins now, as if they were just made. */
void flows_renew(struct flow_tables *tables);

/* The pinned tables for reading, of whatever sizes; -ENOENT: there are none. To be closed. */
int flows_open_pinned(const struct run *run, struct flow_tables *tables);

/* For a policy with flows; where no tables are pinned, flows->kept is false. */
int flows_read_state(const struct run *run, const struct generation_info *info,
		     struct flows_state *flows);

/*
 * Calls `found` with each entry of a table, until it returns other than 0, which is returned. The
 * kernel is asked for `room` entries at once, and for more where a bucket has more. A table that
 * changes meanwhile shows what it had at one moment or another.
 */
typedef int (*flows_found)(const void *key, const void *value, void *context);
int flows_walk(int fd, __u32 room, flows_found found, void *context);

/* Pins fresh tables, the generation's, in place of former ones; takes away what the policy has no
 * use for. */
int flows_keep(const struct run *run, const struct policy *policy, const struct flow_tables *tables,
	       struct flow_maps maps, struct error *error);

/* Is what is pinned what flows_keep() leaves behind? */
bool flows_are_kept(const struct run *run, const struct policy *policy);

void flows_forget(const struct run *run);

#endif
