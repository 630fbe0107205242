/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keys, values and constants that user space writes and the program reads, or
 * the other way round. Integers are in host order. No logic.
 */
#ifndef DIRECTORGATE_LAYOUT_H
#define DIRECTORGATE_LAYOUT_H

#ifndef __VMLINUX_H__
#include <stdbool.h>
#include <linux/types.h>
#endif

#include "flows.h"
#include "reasons.h"

/* The pinned maps' layout. Another number replaces them, and counters restart. */
#define LAYOUT_VERSION 3

enum port_protocol { PORT_TCP, PORT_UDP, PORT_PROTOCOL_COUNT };

/* The key of `rules`. Compared as bytes: the padding is zero. */
struct rule_key {
	__u16 source_class;
	__u16 destination_class;
	__u16 port;        /* lowest port of the class of ports; 0: the protocol has no ports */
	__u16 source_port; /* lowest port of the class of source ports; 0: not minded */
	__u8 protocol;     /* IANA number */
	__u8 padding[3];
};
_Static_assert(sizeof(struct rule_key) == 12, "rule_key has no hidden padding");

struct rule_value {
	__u32 slot; /* index into rule_counters */
};
_Static_assert(sizeof(struct rule_value) == 4, "rule_value has no hidden padding");

/*
 * An entry of the address trie is a leaf (NODE_LEAF set) or the index of a node.
 * A leaf holds, from the lowest bit: the source class in settings.source_class_bits
 * bits, the destination class in settings.destination_class_bits bits, then the home
 * (see struct places); NODE_NAMED tells that the address plays a role other than `any`.
 */
#define NODE_LEAF       (1u << 31)
#define NODE_NAMED      (1u << 30)
#define NODE_CLASS_BITS 30
#define NODE_ENTRIES    16

/*
 * IPv6: compare the address under the mask; where it differs the answer is
 * `mismatch` (a leaf); where it agrees and stride is 0 it is the entry `match`;
 * else bits [shift, shift + stride) choose one of 2^stride entries, which stand
 * in the blocks that follow this one.
 */
struct address_skip {
	__u64 high, low;           /* the address, its first bit the highest of `high` */
	__u64 mask_high, mask_low; /* ones from the first bit on */
	__u32 mismatch;
	__u32 match;
	__u8 shift;  /* 0 to 124; a multiple of 4, of 8 when stride is 8 */
	__u8 stride; /* 0, 4 or 8 */
	__u8 padding[22];
};

/*
 * One block of the address trie. An IPv4 node is 16 blocks in a row, 256 entries
 * by one byte of the address. An IPv6 node is an address_skip and its entries.
 */
union address_node {
	__u32 entries[NODE_ENTRIES];
	struct address_skip skip;
};
_Static_assert(sizeof(union address_node) == 64, "a node block is one cache line");

/* Longest way through the IPv6 trie: each node goes at least a nibble deeper. */
#define ADDRESS6_STEPS 32

/* Constant while a generation lives; shared by its instances (.rodata.tables). */
struct constant_tables {
	__u32 ipv4_first[65536]; /* entries by the first 16 bits of an IPv4 address */
	/* lowest port of its class; 0: no rule names this port */
	__u16 port_class[PORT_PROTOCOL_COUNT][65536];
	/* lowest port of its class of source ports; 0: no rule names this source port */
	__u16 source_port_class[PORT_PROTOCOL_COUNT][65536];
	/* by port_class: some rule that names this port minds the source port */
	__u8 minds_source_port[PORT_PROTOCOL_COUNT][65536];
	__u8 protocol_named[256]; /* by IANA number: some rule names this protocol */
};

#define VLAN_ID_COUNT 4096
#define PLACES_MAX    256 /* of one interface */
#define HOMES_MAX     256

/* An address whose home is this may send from everywhere. */
#define HOME_ANYWHERE 0

/*
 * The places of one interface (.rodata), and who is at home there. Place 0 is the
 * whole interface, where it lists no VLANs; else each VLAN that it lists has one of
 * its own, and `of_vlan` is 0 for the others. A home is a set of places, numbered
 * by compile: bit `home` of `homes[place]` tells that the place is in it.
 */
struct places {
	__u8 of_vlan[VLAN_ID_COUNT]; /* by VLAN id, untagged as 0 */
	__u64 homes[PLACES_MAX][HOMES_MAX / 64];
};

/* Constant for one instance of the program (.rodata), so that the verifier prunes. First what every
 * packet asks for. */
struct settings {
	__u64 timeouts_ns[FLOW_PHASE_COUNT];
	__u64 tick_ns;                /* what one jiffy takes */
	__u64 clock_start_ns;         /* CLOCK_MONOTONIC_COARSE at jiffy 0; may be below 0 */
	__u64 grace_until_ns;         /* CLOCK_MONOTONIC: until then replies need no flow */
	__u32 generation;             /* at least 1 */
	__u32 interface_slot;         /* this interface's part of drop_counters, switch_counters */
	__u32 ipv6_root;              /* entry */
	__u32 ipv6_steps;             /* at most so many nodes from there to a leaf */
	__u32 source_class_bits;      /* how many bits of a leaf are the source class */
	__u32 destination_class_bits; /* likewise */
	bool stateful;                /* replies need a flow */
	bool pickup;                  /* an opener's packet in mid-stream makes an opening */
	bool homes;                   /* some address has another home than HOME_ANYWHERE */
	bool vlans;                   /* this interface lists VLANs */
	bool monitor;                 /* count what would be dropped, and pass it */
	bool source_ports;            /* some rule minds source ports */
	bool multi_buffer;            /* the kernel has bpf_xdp_get_buff_len() (5.18) */
	bool explain;                 /* leave the last judgement in `judged` */
	bool pass[PASS_SWITCH_COUNT];
	__u32 opening_sets;                 /* of the table of openings */
	__u64 opening_seeds[OPENING_SEEDS]; /* of struct flow_origin */
};

struct counter {
	__u64 packets;
	/* Of whole frames, without FCS; of the first buffer where a frame has several and was
	 * dropped before its IP length was read. */
	__u64 bytes;
};

/* One rule's counters on one CPU. */
struct rule_counter {
	struct counter directions[DIRECTION_COUNT];
	__u64 last_hit_ns; /* CLOCK_MONOTONIC_COARSE; 0: never */
};
_Static_assert(sizeof(struct rule_counter) == 40, "rule_counter has no hidden padding");

/* One drop reason's counters on one interface and CPU. */
struct drop_counter {
	struct counter dropped;
	struct counter would_drop; /* monitor mode */
};
_Static_assert(sizeof(struct drop_counter) == 32, "drop_counter has no hidden padding");

/* drop_counters[slot * DROP_REASON_STRIDE + reason]: room for reasons to come. */
#define DROP_REASON_STRIDE 64
_Static_assert(DROP_REASON_COUNT <= DROP_REASON_STRIDE, "reasons fit their stride");

/* switch_counters[slot * PASS_SWITCH_STRIDE + switch]: struct counter. */
#define PASS_SWITCH_STRIDE 16
_Static_assert(PASS_SWITCH_COUNT <= PASS_SWITCH_STRIDE, "switches fit their stride");

enum verdict { VERDICT_DROP, VERDICT_RULE, VERDICT_SWITCH };

/* What the program decided about the last packet, for `explain` and the tests. */
struct judgement {
	__u32 verdict;     /* enum verdict, before monitor mode softens it */
	__u32 reason;      /* enum drop_reason, when dropped */
	__u32 rule_slot;   /* when passed by a rule */
	__u32 direction;   /* enum direction, when passed by a rule */
	__u32 pass_switch; /* enum pass_switch, when passed by a switch */
};

#define RULE_ID_SIZE        64 /* with the terminating zero */
#define ROLE_NAME_SIZE      64 /* likewise */
#define INTERFACE_NAME_SIZE 16 /* likewise: IFNAMSIZ */

/* The key of `rule_slots`; zero-padded. */
struct rule_id {
	char text[RULE_ID_SIZE];
};

/* The key of `interface_slots`; zero-padded. */
struct interface_name {
	char text[INTERFACE_NAME_SIZE];
};

#define HASH_SIZE    65 /* a SHA-256 in hexadecimal, with the terminating zero */
#define VERSION_SIZE 32

/*
 * What a generation was made from: the only entry of its `generation_info`. Read
 * by status, counters and export, so that no state file can disagree with the kernel.
 */
struct generation_info {
	__u32 generation;
	__u32 rule_count;      /* entries of generation_rules */
	__u32 role_count;      /* entries of generation_roles */
	__u32 interface_count; /* entries of generation_interfaces */
	__u32 unfiltered_count;
	__u32 stateful;
	__u64 applied_at; /* seconds since 1970 */
	__u32 monitor;
	__u32 pickup_grace;               /* seconds; 0: none */
	__u32 timeouts[FLOW_PHASE_COUNT]; /* seconds */
	char policy_hash[HASH_SIZE];
	char config_hash[HASH_SIZE]; /* interfaces and settings as well */
	char build_hash[HASH_SIZE];  /* of the program's object file */
	char version[VERSION_SIZE];
	char profile[ROLE_NAME_SIZE];
};

struct generation_rule {
	char id[RULE_ID_SIZE];
	char from[ROLE_NAME_SIZE];
	char to[ROLE_NAME_SIZE];
	__u32 slot;
	__u32 page; /* enum origin */
};

struct generation_role {
	char name[ROLE_NAME_SIZE];
	__u32 prefix_counts[2]; /* by enum family */
};

struct generation_interface {
	char name[INTERFACE_NAME_SIZE];
	__u32 slot;
	__u32 xdp;        /* enum xdp_mode, as configured */
	__u32 attach;     /* enum attach_mode */
	__u32 unfiltered; /* listed as open on purpose; then the rest is 0 */
};

/* The only entry of `last_apply`. */
struct last_apply {
	__u64 at; /* seconds since 1970; 0: none yet */
	__u32 success;
	__u32 padding;
};

#endif
