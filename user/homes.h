/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where addresses are at home: sets of sites. A site is a place of some interface:
 * the whole of it, or a VLAN that it lists. A role decides when a site lists it, and
 * the gateway does: the most specific prefix of a deciding role says where an address
 * is at home.
 */
#ifndef HOMES_H
#define HOMES_H

#include "layout.h"
#include "policy.h"
#include "sets.h"

#define HOMES_UNDECIDED ((__u32)-1) /* in place of a set of sites */

struct site;

struct homes {
	struct site *sites; /* of all interfaces in a row */
	size_t site_count;
	struct sets sets;   /* of sites by index; the empty one is nowhere */
	__u32 *set_of_role; /* the sites that list the role, or HOMES_UNDECIDED */
	__u32 *home_of_set; /* HOME_ANYWHERE: no prefix had this set yet */
	size_t home_of_set_count;
	size_t count; /* of homes, HOME_ANYWHERE among them */
};

void homes_init(struct homes *homes, const struct policy *policy);
void homes_free(struct homes *homes);

/*
 * The sites that one more role of a prefix adds to those that its other roles chose,
 * at first HOMES_UNDECIDED: the union, but nowhere with the gateway among them.
 */
__u32 homes_choose(struct homes *homes, __u32 chosen, size_t role);

/* The home that this set of sites is; a new number when no prefix had it before. */
__u32 homes_number(struct homes *homes, __u32 chosen);

/* The interface with most places, to blame. */
const struct interface *homes_blame(const struct policy *policy);

/* For at most HOMES_MAX homes: who is at home where, by index into policy.interfaces. */
void homes_fill(const struct homes *homes, const struct policy *policy, struct places *places);

#endif
