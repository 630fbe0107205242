/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DATAPLANE_DESCRIBE_H
#define DATAPLANE_DESCRIBE_H

#include "dataplane.h"
#include "dataplane_pins.h"

/* Fills the description of generation `number`; slots by index into policy.rules and .interfaces.
 */
void describe(struct description *description, const struct apply_request *request, __u32 number,
	      const __u32 *rule_slots, const __u32 *interface_slots);

#endif
