/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One NIC: what is on it, and putting our program there by a pinned link. Beside others: see
 * dataplane_shared.h. */
#ifndef DATAPLANE_NIC_H
#define DATAPLANE_NIC_H

#include <stdbool.h>

#include "dataplane_dispatcher.h"
#include "dataplane_run.h"
#include "error.h"
#include "policy.h"

struct nic {
	char name[INTERFACE_NAME_SIZE];
	unsigned ifindex;      /* 0: there is no such interface */
	__u32 program_id;      /* on the NIC, whoever attached it; 0: none */
	bool generic;          /* how that is attached */
	char *pin;             /* where our link is, or would be */
	int link_fd;           /* our link; -1: none pinned */
	unsigned link_ifindex; /* 0: the NIC that it was made for is gone */
	__u32 link_program_id;
	struct dispatcher dispatcher; /* that is on the NIC; id 0: there is none */
};

/* The program on a NIC of this network namespace; 0: there is none. */
__u32 nic_runs(unsigned ifindex);

/*
 * Names our pins as their NICs are called now, so that one that was renamed keeps its filter.
 * For those who hold the lock.
 */
void nic_follow_names(const struct run *run);

/* Looks at the NIC and our pin for it. To be closed. */
int nic_inspect(const struct run *run, const char *name, struct nic *nic, struct error *error);
void nic_close(struct nic *nic);

/* Our link is on this very NIC. */
bool nic_is_linked(const struct nic *nic);

/* The NIC's dispatcher has a program of ours. */
bool nic_is_shared(const struct nic *nic);

/* The NIC carries a program that is not ours, alone or beside ours. */
bool nic_is_foreign(const struct nic *nic);

/* The kernel's name of a loaded program, "" when it may not be asked. */
void nic_program_name(__u32 program_id, char name[16]);

/* Is the way the program is attached now what the configuration asks for? */
bool nic_mode_fits(const struct nic *nic, enum xdp_mode xdp);

/* Puts the program on the NIC: by the link's atomic update where there is one, else by a new pinned
 * link. */
int nic_switch(struct nic *nic, enum xdp_mode xdp, int program_fd, struct error *error);

/* Takes our program off and removes the pin. */
void nic_detach(struct nic *nic);

#endif
