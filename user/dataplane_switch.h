/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Putting a loaded generation on its NICs, and taking programs of ours off. */
#ifndef DATAPLANE_SWITCH_H
#define DATAPLANE_SWITCH_H

#include <stddef.h>

#include "dataplane_generation.h"
#include "dataplane_nic.h"
#include "dataplane_run.h"
#include "error.h"
#include "policy.h"

/* NICs that run a program of ours. */
size_t switch_count_attached(const struct run *run);

/* Can the NIC take a program as this interface asks for? -EBUSY, ... where it cannot. */
int switch_require(const struct nic *nic, const struct interface *interface, struct error *error);

/* Is there room for a new program beside the former ones? -E2BIG where there is none. */
int switch_require_room(const struct policy *policy, const struct nic *nics, struct error *error);

/*
 * Puts every instance on its NIC, which `nics` has by index into policy.interfaces; or, where one
 * cannot be, puts back what was there. A shared NIC runs its former program too until
 * switch_finish(). Adds a line to the warnings for each gap.
 */
int switch_to(const struct run *run, const struct policy *policy, struct nic *nics,
	      const struct generation *generation, struct error *warnings, struct error *error);

/* Takes the former programs off the shared NICs. */
int switch_finish(const struct run *run, const struct policy *policy, const struct nic *nics,
		  const struct generation *generation, struct error *error);

/*
 * Takes our programs off the interfaces that the policy does not list; all of them without one.
 * *count had one. Goes on where one cannot be taken off, and returns that error.
 */
int switch_detach_others(const struct run *run, const struct policy *policy, size_t *count,
			 struct error *error);

#endif
