/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The same frames to the real program and to the model. */
#ifndef PACKET_TRIAL_H
#define PACKET_TRIAL_H

#include <stdbool.h>

#include "model.h"
#include "sequence.h"

/* Policies as texts: the one that is loaded, and the one that may be applied later. */
struct policies {
	char *texts[2]; /* the second may be NULL */
};

/* A policy that is loaded, and the model of it. */
struct trial;

/* What became of the frames so far. */
struct tally {
	size_t packets, passed;
	size_t reasons[DROP_REASON_COUNT];
	size_t directions[DIRECTION_COUNT];
	size_t switches[PASS_SWITCH_COUNT];
};

/* Where the two differ. */
struct difference {
	size_t step; /* index into the sequence */
	struct outcome program, model;
	bool passed; /* what the program told the NIC */
};

/* NULL: a text is no good configuration, or the kernel refuses it, as stderr then tells if asked.
 */
struct trial *trial_open(const struct policies *policies, bool tell);
void trial_close(struct trial *trial);

/* NULL: there is no second. */
const struct policy *trial_policy(const struct trial *trial, int which);

/* One frame at its time, by the second policy where the step says so. True when both agree on it;
 * `difference` has both outcomes either way. */
bool trial_step(struct trial *trial, const struct step *step, struct difference *difference);

/*
 * The frames of the sequence, all at their times. True when both agree on all; else
 * the first difference, whose rules live as long as the trial. The tally may be NULL.
 */
bool trial_run(struct trial *trial, const struct sequence *sequence, struct tally *tally,
	       struct difference *difference);

#endif
