/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packet tests' slow model as the packet fuzzer's second opinion: where both know as much,
 * they have to agree in every respect; and what the model drops, the program may never pass.
 */
#ifndef FUZZ_ORACLE_H
#define FUZZ_ORACLE_H

#include "layout.h"
#include "policy.h"

#include "steps.h"

/* An input begins, at DATAPLANE_BENCH_START_NS. The policy is what the steps' options say. */
void oracle_begin(const struct steps *steps, const struct policy *policy);

/* What the program said about a step's frame. Aborts where the model knows better. */
void oracle_judge(const struct step *step, size_t interface, __u64 now_ns,
		  const struct judgement *judgement);

/* The program forgot something that the model remembers. */
void oracle_forgets(void);

void oracle_end(void);

#endif
