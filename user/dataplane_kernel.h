/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why this kernel refused the program. */
#ifndef DATAPLANE_KERNEL_H
#define DATAPLANE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Keeps what libbpf says from now on, and prints none of it. */
void kernel_listen(void);
void kernel_forget(void);

/*
 * Why a load failed, in short, from what libbpf said: the last lines of the verifier's log that
 * tell, or of all, where no verifier had a word. Each follows a newline and two spaces.
 */
void kernel_excerpt(const char *words, char *text, size_t size);

/*
 * The error of a program that did not load, after kernel_listen(): kernel, program, interface,
 * excerpt. With `verbose` all that libbpf said goes to stderr before. Returns err, a negative
 * errno.
 */
int kernel_refused(const char *program, const char *interface, int err, bool verbose,
		   struct error *error);

#endif
