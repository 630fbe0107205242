/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers for the tests that try what nobody thought of. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <linux/types.h>

struct random {
	__u64 state; /* not 0 */
};

/* xorshift64*: a number below `limit`. */
static inline __u64 pick(struct random *random, __u64 limit)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return ((random->state * 0x2545f4914f6cdd1dull) >> 11) % limit;
}

#endif
