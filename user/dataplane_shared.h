/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * `attach: shared`: our program in libxdp's dispatcher, beside those of others. The only file that
 * calls libxdp.
 */
#ifndef DATAPLANE_SHARED_H
#define DATAPLANE_SHARED_H

#include "dataplane_nic.h"

/*
 * Before programs that ask for no priority (50): what they redirect or send back is judged too.
 * After xdp-filter (10).
 */
#define SHARED_RUN_PRIORITY 20

struct bpf_object;
struct bpf_program;
struct xdp_program;

/* Can a dispatcher be used at all, by this user on this kernel? -EPERM, -ENOSYS, ... and why not.
 */
int shared_require(struct error *error);

/* Does what the NIC runs run in the mode that is asked for? */
int shared_require_mode(const struct nic *nic, enum xdp_mode xdp, struct error *error);

/* Has the NIC's dispatcher a place for a new program of ours? */
int shared_require_room(const struct nic *nic, struct error *error);

/*
 * Loads the object, whose program is to replace a dispatcher's function, and tries that in a
 * dispatcher on no NIC. *loaded is set, to be closed before the object, once the kernel took the
 * program. The error has no text where the verifier refused the program.
 */
int shared_load(struct bpf_object *object, struct bpf_program *program, struct xdp_program **loaded,
		struct error *error);
void shared_close(struct xdp_program *program);

/* Adds the program, which is pinned by now, to what the NIC runs. */
int shared_add(const struct run *run, const struct nic *nic, enum xdp_mode xdp,
	       struct xdp_program *program, struct error *error);

/* Takes programs of ours out: that one, or all but that one; others' stay. */
int shared_remove(const struct run *run, const struct nic *nic, __u32 program_id,
		  struct error *error);
int shared_remove_all_but(const struct run *run, const struct nic *nic, __u32 program_id,
			  struct error *error);

__u32 shared_program_id(const struct xdp_program *program);

#endif
