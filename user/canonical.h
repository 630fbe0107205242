/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy as canonical text, and the hashes made of it. */
#ifndef CANONICAL_H
#define CANONICAL_H

#include <stdio.h>

#include "policy.h"

#define HASH_TEXT_SIZE 65 /* SHA-256 in hexadecimal, with the zero */

/* The whole configuration. It reads as the same policy and prints as itself. */
void canonical_print(const struct policy *policy, FILE *out);

/* Profile, roles, rules and pass alone: what two gateways with other interfaces share. */
void canonical_print_policy(const struct policy *policy, FILE *out);

/* SHA-256 of canonical_print_policy's text. */
void canonical_policy_hash(const struct policy *policy, char hash[HASH_TEXT_SIZE]);

/* SHA-256 of canonical_print's text: settings and interfaces as well. */
void canonical_config_hash(const struct policy *policy, char hash[HASH_TEXT_SIZE]);

#endif
