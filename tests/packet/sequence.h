/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Frames one after the other, each at its time and on its interface. */
#ifndef PACKET_SEQUENCE_H
#define PACKET_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

struct step {
	__u64 after_ns;     /* since the clock's start */
	bool applied;       /* by now the second policy is in force */
	unsigned interface; /* index into the policy's */
	size_t len;
	unsigned char *bytes;
};

struct sequence {
	struct step *steps;
	size_t count;
};

/* A copy of the step, with bytes of its own. */
void sequence_add(struct sequence *sequence, struct step step);

/* A copy of the steps that are kept; NULL: of all. */
struct sequence sequence_copy(const struct sequence *sequence, const bool *kept);

void sequence_free(struct sequence *sequence);

#endif
