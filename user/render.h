/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A completed policy in another firewall's language. Pure. */
#ifndef RENDER_H
#define RENDER_H

#include <stdio.h>

#include "error.h"
#include "policy.h"

/*
 * Prints the policy as a file for `nft -f`, which replaces what an earlier one loaded. The
 * README says where it differs. -EINVAL, nothing printed, when an interface's name cannot
 * be written in it.
 */
int render_nftables(const struct policy *policy, FILE *out, struct error *error);

#endif
