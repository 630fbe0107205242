/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The steps of render_nftables(), and what they share. */
#ifndef RENDER_STEPS_H
#define RENDER_STEPS_H

#include "home_ranges.h"
#include "reasons.h"
#include "render.h"

/* How nftables writes what differs between the families. */
struct family_words {
	const char *header;    /* of addresses: "ip" or "ip6" */
	const char *type;      /* of a set's elements */
	const char *roles;     /* begins the name of a role's set */
	const char *named;     /* the set of all roles' addresses */
	const char *homes;     /* the map from addresses to their homes */
	const char *opened;    /* the set of TCP's latest openings */
	const char *multicast; /* the first address that plays not even `any` */
	const char *icmp;      /* protocol */
};

#define FAMILY_COUNT 2

extern const struct family_words render_families[FAMILY_COUNT]; /* by enum family */

/* Ends a rule that refuses: counts and drops, or in monitor mode counts and lets go. */
void render_refuse(const struct policy *policy, enum drop_reason reason, FILE *out);

/* A line that refuses what matches. */
void render_check(const struct policy *policy, const char *match, enum drop_reason reason,
		  FILE *out);

/* A line that lets pass what matches, in the name of a switch. */
void render_pass(const char *match, enum pass_switch pass_switch, FILE *out);

/* -EINVAL when nftables would read an interface's name otherwise. */
int render_check_names(const struct policy *policy, struct error *error);

/* The set of what the policy's interfaces are called, with their VLANs' devices. */
void render_listed(const struct policy *policy, FILE *out);

/* Rules against the VLANs that an interface does not list. */
void render_vlans(const struct policy *policy, FILE *out);

/* A map from addresses to their homes for each family that has some, and a chain for each home. */
void render_homes(const struct policy *policy, const struct home_ranges *homes, FILE *out);

/* The chain `headers`, of checks that ask no connection, and those that it jumps to. */
void render_headers(const struct policy *policy, const struct home_ranges *homes, FILE *out);

/* Lines that let pass what `dhcp` does, in both chains that packets go through. */
void render_dhcp(const struct policy *policy, FILE *out);

/* A set for each role that a rule names, and for `ping` one of what plays any role. */
void render_roles(const struct policy *policy, FILE *out);

/* The chains `openings`, `replies`, `errors` and `authenticated`: a line for each rule and family.
 */
void render_rules(const struct policy *policy, FILE *out);

#endif
