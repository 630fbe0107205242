/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For the tests that measure time. */
#ifndef TESTS_SLOWNESS_H
#define TESTS_SLOWNESS_H

#include <stdlib.h>

/* How many times as long as on a machine of its own may be taken here: an emulator says so. */
static inline double slowness(void)
{
	const char *times = getenv("SLOWNESS");

	return times ? atof(times) : 1;
}

#endif
