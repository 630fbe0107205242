/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets belong to the network namespace of the thread that opens them. */
#ifndef NAMESPACE_H
#define NAMESPACE_H

/* Moves the calling thread into the network namespace at `path`; ends the process when it cannot. */
void namespace_enter(const char *path);

#endif
