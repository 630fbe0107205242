/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libxdp's dispatchers, read from the kernel and from libxdp's pins, which its protocol.org lays
 * down: xdp/dispatch-IFINDEX-ID/progN-link and progN-prog. libxdp's own reading asks for programs
 * by id, which takes CAP_SYS_ADMIN; pins can be read without.
 */
#ifndef DATAPLANE_DISPATCHER_H
#define DATAPLANE_DISPATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "dataplane.h"
#include "dataplane_run.h"

struct dispatcher {
	unsigned ifindex;
	__u32 id;      /* of the dispatcher program; 0: there is no dispatcher */
	bool attached; /* only in dispatcher_list_ours(): that NIC runs it */
	struct nic_program programs[NIC_PROGRAMS_MAX]; /* in the order that they run */
	size_t count;
};

/* The bpffs where libxdp has its pins. Not to be freed. */
const char *dispatcher_bpffs(void);

/* The pin of the program in one of the dispatcher's places; to be freed. */
char *dispatcher_program_pin(const struct dispatcher *dispatcher, unsigned place);

/* The program `id` on a NIC as a dispatcher; dispatcher->id is 0 where it is none. */
void dispatcher_read(const struct run *run, unsigned ifindex, __u32 id,
		     struct dispatcher *dispatcher);

size_t dispatcher_count_ours(const struct dispatcher *dispatcher);

/* NULL: it is not in there. */
const struct nic_program *dispatcher_find(const struct dispatcher *dispatcher, __u32 program_id);

/*
 * Those that hold programs of ours: on NICs of this network namespace, and what is left of some
 * that no NIC of it runs. To be freed.
 */
struct dispatcher *dispatcher_list_ours(const struct run *run, size_t *count);

/* Removes our pins in what is left of dispatchers that no NIC can run any more. */
void dispatcher_sweep(const struct run *run);

#endif
