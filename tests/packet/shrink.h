/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a long case that fails to a short one. */
#ifndef PACKET_SHRINK_H
#define PACKET_SHRINK_H

#include "trial.h"

/* Policies and frames about which the program and the model differ. */
struct failure {
	struct policies policies;
	struct sequence sequence; /* its last frame is the first that they differ about */
};

/* Takes away frames, policies, lines and words of them, and time, while the two still differ. */
void shrink(struct failure *failure);

/* As a row for tests/packet/found_test.c, to stderr. */
void failure_print(const struct failure *failure);

void failure_free(struct failure *failure);

#endif
