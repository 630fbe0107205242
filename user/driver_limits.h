/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a NIC's driver would refuse, or hide from XDP, known before a program is attached. */
#ifndef DRIVER_LIMITS_H
#define DRIVER_LIMITS_H

#include <stdbool.h>

#include "error.h"
#include "policy.h"

struct driver_facts {
	const char *interface;
	char driver[32];
	unsigned page_size;
	unsigned mtu;
	unsigned channels, channels_max; /* combined ones; 0: it has none */
	unsigned receive_channels;       /* those for receiving alone; likewise */
	bool rxvlan;                     /* takes VLAN tags out of frames */
	bool lro;                        /* joins frames to larger ones */
	bool features_known;             /* the kernel says what the driver can do, Linux 6.3 */
	bool native;                     /* that it would take a program as it is set up now */
	bool multi_buffer;               /* and frames in several buffers */
};

/* -EINVAL, with the command that mends it, where the interface cannot be as it is. */
int driver_limits_check(const struct driver_facts *facts, const struct interface *interface,
			struct error *error);

#endif
