/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The policy: the whole validated model from one configuration. Reading fills
 * it with what the text says; policy_complete() adds the page's part, resolves
 * names and checks. No system calls.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "diagnostics.h"
#include "flows.h"
#include "prefix.h"
#include "reasons.h"

#define ROLE_NONE ((size_t)-1)
#define VLAN_ALL  (-1) /* a place without `vlans`: whatever tag a frame carries */
#define VLAN_NONE 0    /* `id: none`: untagged, or VLAN id 0 */

/* Entries of a flow table. */
#define FLOW_LIMIT_LEAST 1024
#define FLOW_LIMIT_MOST  16777216

/* A word of the configuration that names a role, a rule or an option. */
struct name {
	char *text;
	struct position position;
};

struct port_range {
	__u16 first, last; /* 1 to 65535, host order */
};

/* An origin on the page, or the site's own. */
enum origin { ORIGIN_PAGE, ORIGIN_OPTION, ORIGIN_SITE };

struct role {
	char *name;
	struct position position;
	bool page;               /* one of the page's six */
	struct prefix *prefixes; /* sorted, without equal ones; none: nobody */
	size_t prefix_count;
};

struct rule {
	char *id;
	struct position position;
	struct name from_name, to_name; /* as written */
	size_t from, to;                /* indices into policy.roles; set by policy_complete */
	__u8 *protocols;                /* IANA numbers, ascending */
	size_t protocol_count;
	struct port_range *ports; /* ascending, merged; none: the protocols have no ports */
	size_t port_count;
	struct port_range *source_ports; /* ascending, merged; none: any */
	size_t source_port_count;
	enum origin origin;
	const char *page_rows;   /* "T1,P2" or "option cls-to-director"; NULL for a site rule */
	const char *page_note;   /* oddity worth a line in listings; NULL: none */
	const char *application; /* "SIP/MTLS"; NULL for a site rule */
	bool enabled;            /* false: switched off by `without` */
	bool overridden;         /* `override` changed from or ports */
};

enum xdp_mode { XDP_NATIVE, XDP_GENERIC, XDP_NATIVE_OR_GENERIC };
enum attach_mode { ATTACH_EXCLUSIVE, ATTACH_SHARED };
enum mode { MODE_ENFORCE, MODE_MONITOR };

/* Where on an interface which roles are at home. */
struct place {
	int vlan; /* VLAN_ALL, VLAN_NONE or 1 to 4094 */
	struct position position;
	struct name *source_names;
	size_t source_count;
	size_t *sources; /* indices into policy.roles; set by policy_complete */
};

struct interface {
	char *name;
	struct position position;
	enum xdp_mode xdp;
	enum attach_mode attach;
	bool lists_sources;   /* `sources` or `vlans` was given */
	bool lists_vlans;     /* `vlans` was given */
	struct place *places; /* one with VLAN_ALL, or one for each of `vlans`, at most 255 */
	size_t place_count;
};

/* An entry of `override`. */
struct override {
	struct name rule;
	struct name from;         /* text NULL: not given */
	struct port_range *ports; /* NULL: not given */
	size_t port_count;
};

/* `profile:` as written. */
struct profile_choice {
	struct name name; /* "single-director" or "none" */
	struct name *options;
	size_t option_count;
	struct name *without;
	size_t without_count;
	struct override *overrides;
	size_t override_count;
};

struct policy {
	struct profile_choice profile;
	enum mode mode;
	bool stateful;         /* a reply needs a flow; else rule and flag are enough */
	bool pickup;           /* an opener's packet in mid-stream makes an opening */
	unsigned pickup_grace; /* seconds after attaching to empty tables; replies need no flow */
	unsigned timeouts[FLOW_PHASE_COUNT]; /* seconds */
	unsigned flow_limit, opening_limit;  /* flows of each family; openings of both */
	struct position timeout_positions[FLOW_PHASE_COUNT]; /* line 0: not given */
	struct name *flow_keys; /* those about flows that the configuration has */
	size_t flow_key_count;
	struct interface *interfaces;
	size_t interface_count;
	struct name *unfiltered;
	size_t unfiltered_count;
	struct role *roles; /* roles[ROLE_ANY] is `any`, always there after policy_complete */
	size_t role_count;
	struct rule *rules; /* after policy_complete: the page's, the options', then the site's */
	size_t rule_count;
	bool pass[PASS_SWITCH_COUNT];
};

/* After policy_complete `any` is the first role; it has no prefixes of its own. */
#define ROLE_ANY 0

/* The reserved name for this machine's own addresses. */
#define ROLE_GATEWAY "gateway"

/* An empty policy with every default set. */
void policy_init(struct policy *policy);
void policy_free(struct policy *policy);

/*
 * Adds `any`, the profile's roles' marks and rules, applies options, `without`
 * and `override`, resolves all names and reports what is wrong or suspicious.
 * True when there was no error.
 */
bool policy_complete(struct policy *policy, struct diagnostics *diagnostics);

/* Index of the role, or ROLE_NONE. */
size_t policy_find_role(const struct policy *policy, const char *name);

/* The roles that the address plays, ascending, `any` among them for a unicast address; count in
 * *count. To be freed. */
size_t *policy_roles_of(const struct policy *policy, const struct address *address, size_t *count);

/* "tcp", "udp", "ospf", ... by the table that the reader uses, or the number in decimal. */
const char *policy_protocol_name(__u8 protocol, char number[4]);

/* IANA number of a protocol's name, or -1. */
int policy_protocol_number(const char *name);

/* The names of `protocol` that have ports. */
bool policy_protocol_has_ports(__u8 protocol);

const char *policy_mode_name(enum mode mode);   /* "enforce", "monitor" */
const char *policy_xdp_name(enum xdp_mode xdp); /* "native", "generic", "native-or-generic" */
const char *policy_attach_name(enum attach_mode attach); /* "exclusive", "shared" */
const char *policy_origin_name(enum origin origin);      /* "page", "option", "site" */

/* The origin as the JSON outputs have it: "T1,P2", "option cls-to-director" or "site". */
const char *policy_rule_origin(const struct rule *rule);

#endif
