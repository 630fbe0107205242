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
	const char *rows;   /* sentence (P) and table row (T) of the page: "T1,P2" */
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
	const struct profile_rule *rules;
	size_t rule_count;
};

/* NULL when no page of that name is built in. */
const struct profile *profile_find(const char *name);

#endif
