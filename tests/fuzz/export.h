/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packet tests' frames as inputs of the packet fuzzer: where FUZZ_EXPORT names a folder,
 * what a bench judges between two looks at its counters becomes a file there.
 */
#ifndef FUZZ_EXPORT_H
#define FUZZ_EXPORT_H

#include <stddef.h>

#include "policy.h"

/* NULL when FUZZ_EXPORT is not set; the others do nothing then. */
struct export *export_open(const struct policy *policy, unsigned grace);
void export_frame(struct export *export, size_t interface, __u64 clock_ns, const void *frame,
		  size_t len);
void export_end(struct export *export);
void export_close(struct export *export);

#endif
