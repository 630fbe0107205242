/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many different packets in one test run: see spread.bpf.c. */
#ifndef SPREAD_H
#define SPREAD_H

#include <stdbool.h>

#include <linux/types.h>

/* A file of addresses as they stand in packets. 0 or negative errno. */
int spread_add_addresses(const char *name, bool ipv6, const char *path);

/* The program that writes the next address at `offset` of the frame and jumps to `fd`; negative:
 * errno is set. The same one each time that it is asked for the same. */
int spread_program(int fd, const char *addresses, __u32 offset);

#endif
