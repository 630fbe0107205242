/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The steps of policy_complete(), a file each. */
#ifndef POLICY_STEPS_H
#define POLICY_STEPS_H

#include "policy.h"

/* Marks the page's roles; adds its rules before the site's, as options, `without` and `override`
 * want them. */
void policy_add_page(struct policy *policy, struct diagnostics *diagnostics);

/* Names of roles to indices, for rules and interfaces. `any` is in its place. */
void policy_resolve(struct policy *policy, struct diagnostics *diagnostics);

/* What is no error, but hardly what was meant. For a policy without errors. */
void policy_warn(const struct policy *policy, struct diagnostics *diagnostics);

/*
 * "unknown KIND "word"", with the candidate that is near enough, or with `expected`
 * when none is.
 */
void policy_report_unknown(struct diagnostics *diagnostics, const struct name *name,
			   const char *kind, const char *const *candidates, size_t count,
			   const char *expected);

/* Errors for words that a list has twice; `noun` says what they name. */
void policy_report_repeated(struct diagnostics *diagnostics, const struct name *names, size_t count,
			    const char *noun);

#endif
