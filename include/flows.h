/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is remembered of a conversation. It is named by its opener: a key's source
 * is the side that opens. Integers are in host order, also addresses and ports.
 */
#ifndef DIRECTORGATE_FLOWS_H
#define DIRECTORGATE_FLOWS_H

/* X(id, label, default time in seconds, meaning). The order is ABI: append, never reorder or reuse.
 */
#define FLOW_PHASES(X)                                                                             \
	X(TCP_OPENING, "tcp-opening", 60, "TCP, until the opener acknowledges an answer")          \
	X(TCP_OPEN, "tcp-open", 86400, "TCP, answered and acknowledged")                           \
	X(TCP_CLOSING, "tcp-closing", 120, "TCP, after RST or a FIN from both sides")              \
	X(UDP_OPENING, "udp-opening", 30, "UDP, until the first answer")                           \
	X(UDP_OPEN, "udp-open", 180, "UDP, answered")                                              \
	X(OTHER, "other", 600, "any other protocol, answered or not")

/* X(id, label, meaning). The order is ABI: append, never reorder or reuse. */
#define FLOW_EVENTS(X)                                                                             \
	X(OPENING, "openings", "openings that were remembered")                                    \
	X(PROMOTION, "promotions", "openings that were answered and became flows")                 \
	X(END, "ends", "TCP flows that saw RST, or FIN from both sides")                           \
	X(FAILURE, "failures", "openings and flows that there was no room or no time for")         \
	X(GRACE_REPLY, "grace_replies",                                                            \
	  "replies that passed by rule and flag alone, soon after attaching")                      \
	X(SOCKET_REPLY, "socket_replies", "packets proven by a socket of the gateway's own")       \
	X(EVICTION, "evictions", "openings that gave way to newer ones before their time")

#define AS_PHASE_ENUM(id, label, seconds, meaning) FLOW_##id,
enum flow_phase { FLOW_PHASES(AS_PHASE_ENUM) FLOW_PHASE_COUNT };
#undef AS_PHASE_ENUM

#define AS_EVENT_ENUM(id, label, meaning) FLOW_EVENT_##id,
enum flow_event { FLOW_EVENTS(AS_EVENT_ENUM) FLOW_EVENT_COUNT };
#undef AS_EVENT_ENUM

/* flow_counters[event]: __u64 on each CPU; room for events to come. */
#define FLOW_EVENTS_MAX 16

struct flow_key4 {
	__u32 opener, responder;
	__u16 opener_port, responder_port; /* 0: the protocol has no ports */
	__u8 protocol;                     /* IANA number */
	__u8 padding[3];
};

/*
 * Addresses as struct ip_address of the program: the first bit is the highest of `high`. In
 * the table of openings an IPv4 address is IPv4-mapped (RFC 4291, section 2.5.5.2), which no packet
 * of IPv6 may carry.
 */
#define IPV4_MAPPED_LOW 0xffff00000000ull

struct flow_key6 {
	__u64 opener_high, opener_low, responder_high, responder_low;
	__u16 opener_port, responder_port;
	__u8 protocol;
	__u8 padding[3];
};

/* What an opening knows of its answer, for TCP. One that carries nothing may be a keep-alive probe.
 */
enum opening_answer { ANSWER_NONE, ANSWER_FULL, ANSWER_EMPTY };

struct opening_state {
	__u32 acknowledgement; /* TCP: what the opener has to acknowledge */
	__u32 answer;          /* enum opening_answer */
};

/* An opening that no answer has proven yet. */
struct opening {
	struct flow_key6 key;
	struct opening_state state;
};

/*
 * Openings of both families stand in sets of a few, which a hash of the key chooses; in a full
 * set the oldest gives way. What a look-up compares first is one cache line. In a flood each
 * packet finds another set, and what they cost is their memory: so a set is small, and there are
 * no more than the limit wants.
 */
#define OPENING_WAYS 4

struct opening_set {
	__u32 locked; /* 1: a processor is at work here, and nobody else may read or write */
	__u8 protocols[OPENING_WAYS];
	__u16 tags[OPENING_WAYS]; /* low bits of the hash */
	/* CLOCK_MONOTONIC_COARSE of the opener's last packet, to a second; 0: the way is free */
	__u64 seen_ns[OPENING_WAYS];
	__u8 padding[16];
	struct opening ways[OPENING_WAYS];
};

#define OPENING_SETS(limit) (((limit) + OPENING_WAYS - 1) / OPENING_WAYS)
#define OPENINGS_OF(sets)   ((sets)*OPENING_WAYS)

/* The hash's secret, two numbers for each pair of a key's words. Who knew it could fill one set. */
#define OPENING_SEEDS 10

/* What goes with the tables, as long as they are there: the only entry of `flow_origin`. */
struct flow_origin {
	__u64 since_ns; /* CLOCK_MONOTONIC: when they were made, empty, or the grace begun anew */
	__u64 opening_seeds[OPENING_SEEDS];
};

/*
 * A proven flow. `judged` remembers for each direction which generation let a
 * packet pass, and from which place: generation << 32 | place. 0: none did yet.
 */
struct flow {
	__u64 seen_ns; /* CLOCK_MONOTONIC_COARSE of the last packet, to a second */
	__u64 judged[2];
	__u32 rule_slot;
	__u8 phase; /* enum flow_phase */
	__u8 fins;  /* bit by direction */
	__u8 padding[2];
};

_Static_assert(sizeof(struct flow_key4) == 16, "flow_key4 has no hidden padding");
_Static_assert(sizeof(struct flow_key6) == 40, "flow_key6 has no hidden padding");
_Static_assert(sizeof(struct opening) == 48, "opening has no hidden padding");
_Static_assert(sizeof(struct opening_set) == 256,
	       "what stands before the openings is a cache line");
_Static_assert(sizeof(struct flow) == 32, "flow has no hidden padding");

#endif
