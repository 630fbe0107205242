/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* dataplane_read_state() for those who hold the run directory open. */
#ifndef DATAPLANE_STATE_H
#define DATAPLANE_STATE_H

#include "dataplane.h"
#include "dataplane_pins.h"

/*
 * The description keeps the interfaces as configured; rules and roles move into
 * the state. Both are to be freed.
 */
int state_read(const struct run *run, struct dataplane_state *state,
	       struct description *description, struct error *error);

#endif
