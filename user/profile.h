/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pages that are built in: today Microsoft's "Port summary - Single Director". */
#ifndef PROFILE_H
#define PROFILE_H

#include <stddef.h>

#include <linux/types.h>

struct profile_rule {
	const char *id, *from, *to;
	__u8 protocol;
	__u16 port;
	const char *application;
	const char *rows;   /* sentence (P) and table row (T) of the page: "T1,P2"; or "option NAME" */
	const char *note;   /* an oddity of the page, or NULL */
	const char *option; /* only with this option; NULL: always */
};

struct profile {
	const char *name;
	const char *title;
	const char *const *roles;
	size_t role_count;
	const char *const *options;
	size_t option_count;
	const struct profile_rule *rules; /* the options' rules after the page's */
	size_t rule_count;
};

/* All that `profile` may name; the last is `none`, which has no roles and no rules. */
extern const struct profile profiles[];
extern const size_t profile_count;

/* NULL when there is no profile of that name. */
const struct profile *profile_find(const char *name);

#endif
