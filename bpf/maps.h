/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The program's maps and constants. Policy maps are created to size, filled and
 * frozen by dataplane.c before the program is loaded; the program never writes
 * them. Counter maps are written by count.h, the table of openings by openings.h, those of
 * flows by flow.h alone; they are pinned, and outlive generations.
 */
#ifndef MAPS_H
#define MAPS_H

/* What differs between instances. Written by dataplane.c before load. */
const volatile struct settings settings = {};

/* Who is at home where on this instance's interface. Written by dataplane.c before load. */
const volatile struct places places = {};

/* Port classes and the IPv4 trie's first stride. Written by dataplane.c before load. */
const volatile struct constant_tables tables SEC(".rodata.tables") = {};

/* Classes, protocol and port → rule. Written by dataplane.c, read by find_rule(). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, struct rule_key);
	__type(value, struct rule_value);
} rules SEC(".maps");

/* Blocks of the address trie. Written by dataplane.c, read by classify.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE); /* which the kernel refuses together with RDONLY_PROG */
	__type(key, __u32);
	__type(value, union address_node);
} address_nodes SEC(".maps");

/* Packets and bytes per rule slot and direction. Written by count_rule(). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rule_counter);
} rule_counters SEC(".maps");

/* Packets and bytes per interface slot and drop reason. Written by count_drop(). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DROP_REASON_STRIDE);
	__type(key, __u32);
	__type(value, struct drop_counter);
} drop_counters SEC(".maps");

/* Packets and bytes per interface slot and pass switch. Written by count_switch(). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PASS_SWITCH_STRIDE);
	__type(key, __u32);
	__type(value, struct counter);
} switch_counters SEC(".maps");

/* What became of openings and flows. Written by count_flow(). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FLOW_EVENTS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} flow_counters SEC(".maps");

/* Sets of openings. Written by openings.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE); /* which also puts the first set on a page's start */
	__type(key, __u32);
	__type(value, struct opening_set);
} openings SEC(".maps");

/* Flows, a table for each family. Written by flow.h. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct flow_key4);
	__type(value, struct flow);
} flows4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct flow_key6);
	__type(value, struct flow);
} flows6 SEC(".maps");

/* Where settings.explain is set, for dataplane_bench.c: the last judgement, and the time. */
struct judgement judged = {};
__u64 bench_clock_ns = 0;

#endif
