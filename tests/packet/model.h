/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The slow, obvious model: what must become of a frame, by plain loops over roles, rules,
 * prefixes and a list of flows. Written from the README and the design alone; it shares no
 * code with bpf/ and none with what compiles policies. It knows no sockets: in a test run none
 * of the gateway's matches.
 */
#ifndef PACKET_MODEL_H
#define PACKET_MODEL_H

#include <stddef.h>

#include "outcome.h"
#include "policy.h"

struct model;

/* The policy stays the caller's. For `grace` seconds from start_ns replies need no flow. */
struct model *model_open(const struct policy *policy, __u64 start_ns, unsigned grace);

/* The outcome of one Ethernet frame on an interface of the policy. Time never goes back. */
struct outcome model_judge(struct model *model, size_t interface, const void *frame, size_t len,
			   __u64 now_ns);

/* Another policy is in force from now on; conversations stay. The grace counts from start_ns. */
void model_apply(struct model *model, const struct policy *policy, __u64 start_ns, unsigned grace);

void model_close(struct model *model);

#endif
