/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef PACKET_RANDOM_POLICY_H
#define PACKET_RANDOM_POLICY_H

#include "random.h"

/*
 * A configuration that nobody would write: roles that overlap, rules both ways, ranges, groups,
 * trunks, short times. One fact a line, so that lines can be taken away. To be freed.
 */
char *random_policy(struct random *random);

/* The same with some of its rules gone. To be freed. */
char *random_change(struct random *random, const char *text);

#endif
