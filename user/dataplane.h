/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's side: generations, links, pins and counter maps. Only
 * dataplane*.c include libbpf and libxdp. Functions return 0 or a negative
 * errno with the error set; on failure outputs and the running firewall stay as
 * they were.
 */
#ifndef DATAPLANE_H
#define DATAPLANE_H

#include <stdbool.h>
#include <stddef.h>

#include "compile.h"
#include "counters.h"
#include "error.h"
#include "layout.h"
#include "policy.h"
#include "prefix.h"

#define DATAPLANE_RUN "/run/directorgate"

enum attachment {
	ATTACHMENT_LIVE,        /* our program of the generation in force */
	ATTACHMENT_STALE,       /* our program of another generation, or of another interface */
	ATTACHMENT_DOUBLE,      /* shared: several programs of ours, all of which must let pass */
	ATTACHMENT_BYPASSED,    /* shared: a program before ours hands nothing on */
	ATTACHMENT_ABSENT,      /* the interface exists, nothing of ours is on it */
	ATTACHMENT_FOREIGN,     /* the interface carries somebody else's program */
	ATTACHMENT_NO_INTERFACE /* no such interface */
};

/* Places in libxdp's dispatcher. */
#define NIC_PROGRAMS_MAX 10

/* One of the XDP programs that a NIC runs. */
struct nic_program {
	__u32 id;
	char name[16];    /* "" where it may not be asked */
	unsigned place;   /* in the dispatcher */
	bool ours;        /* applied under this run directory */
	bool order_known; /* it is in a dispatcher, and this user may read that */
	__u32 priority;   /* the lowest runs first */
	bool hands_on;    /* what it passes goes to the next program */
	__u32 generation; /* of ours; 0: another version's */
	__u32 interface;  /* of ours: index into that generation's interfaces */
};

struct interface_state {
	char name[INTERFACE_NAME_SIZE];
	__u32 slot;       /* its part of the drop and switch counters */
	unsigned ifindex; /* 0: no such interface */
	enum attachment attachment;
	bool generic;            /* attached in generic mode */
	enum attach_mode attach; /* as configured */
	__u32 generation;        /* of the program that is there; 0: unknown */
	__u32 program_id;        /* of the program that is there; 0: none */
	char program_name[16];
	struct nic_program programs[NIC_PROGRAMS_MAX]; /* in the order that they run */
	size_t program_count;
	bool has_dispatcher; /* what is there is libxdp's dispatcher with these programs in it */
};

/* The table of openings, and those of flows: one for IPv4 and one for IPv6. */
struct flows_state {
	bool kept;                       /* false: there are none, and the rest is 0 */
	__u32 flow_limit, opening_limit; /* entries of one table */
	__u64 memory_bytes;              /* of all, by the kernel's account */
	__u64 since;                     /* seconds since 1970: when they were made, empty */
	__u64 grace_until;               /* likewise; 0: replies need a flow now */
};

/* What the kernel holds under one run directory. */
struct dataplane_state {
	bool applied; /* false: nothing is in force, and of the rest only last_apply counts */
	struct generation_info info;
	struct generation_rule *rules;
	struct generation_role *roles;
	struct interface_state
		*interfaces; /* info.interface_count - info.unfiltered_count of them */
	size_t interface_count;
	char (*unlisted)[INTERFACE_NAME_SIZE]; /* NICs that are neither listed nor unfiltered, nor
						  loopback */
	size_t unlisted_count;
	struct flows_state flows;
	struct last_apply last_apply;
};

int dataplane_read_state(const char *run, struct dataplane_state *state, struct error *error);
void dataplane_free_state(struct dataplane_state *state);
int dataplane_read_counters(const char *run, const struct dataplane_state *state,
			    struct counters *counters, struct error *error);

/* An opening or a flow. */
struct flow_entry {
	struct address opener, responder;
	__u16 opener_port, responder_port; /* 0: the protocol has no ports */
	__u8 protocol;                     /* IANA number */
	enum flow_phase phase;
	__u64 age_seconds; /* of the last packet, up to a second too high */
	bool expired;      /* older than its phase lasts: counts as not there */
	const char *rule;  /* id; NULL: an opening, or its rule is gone */
};

/*
 * Calls `visit` with each entry of all tables, openings first, in no order; until it returns other
 * than 0, which is returned. Holds up nobody: what changes meanwhile may be missing, or come twice.
 */
typedef int (*flow_visit)(const struct flow_entry *entry, void *context);
int dataplane_visit_flows(const char *run, const struct dataplane_state *state, flow_visit visit,
			  void *context, struct error *error);

/* What is to be put in force. */
struct apply_request {
	const struct policy *policy;
	const struct tables *tables;
	char policy_hash[HASH_SIZE];
	char config_hash[HASH_SIZE];
	bool grace_anew; /* replies need no flow for a while, as after attaching */
	bool verbose;    /* the verifier's whole log on a refusal */
};

struct apply_result {
	bool changed;
	__u32 generation;
	struct error warnings; /* lines for the user: counters restart, unlisted interfaces, ... */
};

/* Serialised by a lock in the run directory, which is waited for. */
int dataplane_apply(const char *run, const struct apply_request *request,
		    struct apply_result *result, struct error *error);

/* Remembers that an apply failed before it reached dataplane_apply(); best effort. */
void dataplane_note_failure(const char *run);

/* Takes our programs off every interface and removes the pins; *count interfaces were attached. */
int dataplane_detach(const char *run, size_t *count, struct error *error);

/* A private generation on no interface, for explain and the tests. */
struct dataplane_bench;

/* Its clock when it is opened, in nanoseconds. It stands still until it is set. */
#define DATAPLANE_BENCH_START_NS 3600000000000ull

/* With empty flow tables; for `grace` seconds replies need no flow, as after attaching. */
int dataplane_bench_open(const struct policy *policy, const struct tables *tables, unsigned grace,
			 struct dataplane_bench **bench, struct error *error);
/*
 * Puts another policy in force, as apply does: flows stay, counters begin anew. The grace counts
 * from when the bench was opened, and the clock has to be set again.
 */
int dataplane_bench_apply(struct dataplane_bench *bench, const struct policy *policy,
			  const struct tables *tables, unsigned grace, struct error *error);
void dataplane_bench_set_clock(struct dataplane_bench *bench, __u64 now_ns);
/*
 * Runs the program of one interface (an index into policy.interfaces) on one Ethernet
 * frame (at least 14 bytes). judgement.rule_slot is an index into policy.rules here.
 */
int dataplane_bench_run(struct dataplane_bench *bench, size_t interface, const void *frame,
			size_t len, struct judgement *judgement, bool *passed, struct error *error);
/* The private generation's own counters; rules and interfaces by index into the policy's. */
int dataplane_bench_counters(struct dataplane_bench *bench, struct counters *counters,
			     struct error *error);
void dataplane_bench_close(struct dataplane_bench *bench);

#endif
