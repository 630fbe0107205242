/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a completed policy will enforce, as a table for people and as JSON. */
#ifndef POLICY_LISTING_H
#define POLICY_LISTING_H

#include <stdio.h>

#include <jansson.h>

#include "policy.h"

/* The rules with their origin, what is odd about the page, and who plays the roles. */
void policy_listing_print(const struct policy *policy, FILE *out);

/* An array of the rules, the page's first; to be released. */
json_t *policy_listing_json(const struct policy *policy);

#endif
