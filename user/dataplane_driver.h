/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A NIC's driver: how it is set up, and why it refuses a program. */
#ifndef DATAPLANE_DRIVER_H
#define DATAPLANE_DRIVER_H

#include <stdbool.h>

#include "error.h"
#include "policy.h"

/* -EINVAL, and what mends it, where the driver would refuse the program or hide frames from it. */
int driver_require(unsigned ifindex, const struct interface *interface, struct error *error);

/*
 * Puts into words why the kernel refused to attach the program (`err`), natively or by `flags`
 * (XDP_FLAGS_*_MODE) otherwise, and returns err. Only netlink tells, so it tries once more that
 * way.
 */
int driver_explain(unsigned ifindex, const char *name, int program_fd, unsigned flags, int err,
		   struct error *error);

/* The same for who attaches by netlink, through libbpf: the kernel's words are kept from now on. */
void driver_listen(void);
bool driver_was_heard(void);
int driver_explain_heard(const char *name, int err, struct error *error);

#endif
