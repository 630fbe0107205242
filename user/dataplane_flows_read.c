// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The pinned tables of openings and flows → their sizes, and what stands in them. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "dataplane.h"
#include "dataplane_counters.h"
#include "dataplane_flows.h"
#include "memory.h"

#define WALK_ROOM 1024 /* entries at once: a bucket has one or two */

/* What the kernel charges for a map, in bytes. */
static __u64 memory_of(int fd)
{
	AUTO_FREE char *path = memory_format("/proc/self/fdinfo/%d", fd);
	AUTO_FREE char *line = NULL;
	FILE *file = fopen(path, "re");
	unsigned long long bytes = 0;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0)
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	if (file)
		fclose(file);
	return bytes;
}

/* The whole second that is nearest: both clocks are read, one after the other. */
static __u64 wall_time(__u64 monotonic_ns)
{
	return (__u64)(counters_wall_seconds(monotonic_ns) + 0.5);
}

int flows_read_state(const struct run *run, const struct generation_info *info,
		     struct flows_state *flows)
{
	struct flow_tables tables;
	int err = flows_open_pinned(run, &tables);
	__u64 since_ns = tables.origin.since_ns;
	__u64 grace_until_ns = since_ns + info->pickup_grace * NANOSECONDS;

	*flows = (struct flows_state){};
	if (err)
		return err == -ENOENT ? 0 : err;
	flows->kept = true;
	flows->flow_limit = pins_room_of(tables.maps.flows[FAMILY_IPV4]);
	flows->opening_limit = OPENINGS_OF(pins_room_of(tables.maps.openings));
	flows->memory_bytes = memory_of(tables.maps.openings) +
			      memory_of(tables.maps.flows[FAMILY_IPV4]) +
			      memory_of(tables.maps.flows[FAMILY_IPV6]);
	flows->since = wall_time(since_ns);
	if (info->pickup_grace && flows_now_ns() < grace_until_ns)
		flows->grace_until = wall_time(grace_until_ns);
	flows_close(&tables);
	return 0;
}

int flows_walk(int fd, __u32 room, flows_found found, void *context)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), position = 0, *from = NULL;
	AUTO_FREE char *keys = NULL;
	AUTO_FREE char *values = NULL;
	int stopped = 0, err = bpf_obj_get_info_by_fd(fd, &info, &len);

	while (!err && !stopped) {
		__u32 count = room;

		keys = memory_resize(keys, room, info.key_size);
		values = memory_resize(values, room, info.value_size);
		err = bpf_map_lookup_batch(fd, from, &position, keys, values, &count, NULL);
		from = &position;
		if (err == -ENOSPC && room < info.max_entries) {
			room *= 2; /* the bucket at `position` has more */
			err = 0;
		}
		if (err && err != -ENOENT)
			return err;
		for (__u32 i = 0; i < count && !stopped; i++)
			stopped = found(keys + (size_t)i * info.key_size,
					values + (size_t)i * info.value_size, context);
	}
	return err == -ENOENT ? stopped : err ? err : stopped;
}

/* What makes entries of what stands in one table. */
struct reader {
	const struct dataplane_state *state;
	struct slot_index index;
	__u64 now_ns;
	flow_visit visit;
	void *context;
};

static struct address address4(__u32 bits)
{
	struct address address = {.family = FAMILY_IPV4};
	__u32 ordered = htonl(bits);

	memcpy(address.bytes, &ordered, sizeof(ordered));
	return address;
}

static struct address address6(__u64 high, __u64 low)
{
	struct address address = {.family = FAMILY_IPV6};
	__u64 ordered[] = {htobe64(high), htobe64(low)};

	memcpy(address.bytes, ordered, sizeof(ordered));
	return address;
}

static struct flow_entry entry4(const struct flow_key4 *key)
{
	return (struct flow_entry){
		.opener = address4(key->opener),
		.responder = address4(key->responder),
		.opener_port = key->opener_port,
		.responder_port = key->responder_port,
		.protocol = key->protocol,
	};
}

/* IPv4-mapped, in the table of openings, where no other such stands. */
static struct address address_of(__u64 high, __u64 low)
{
	return !high && low >> 32 == IPV4_MAPPED_LOW >> 32 ? address4(low) : address6(high, low);
}

static struct flow_entry entry6(const struct flow_key6 *key)
{
	return (struct flow_entry){
		.opener = address_of(key->opener_high, key->opener_low),
		.responder = address_of(key->responder_high, key->responder_low),
		.opener_port = key->opener_port,
		.responder_port = key->responder_port,
		.protocol = key->protocol,
	};
}

static enum flow_phase opening_phase(__u8 protocol)
{
	return protocol == IPPROTO_TCP   ? FLOW_TCP_OPENING
	       : protocol == IPPROTO_UDP ? FLOW_UDP_OPENING
					 : FLOW_OTHER;
}

static void set_age(const struct reader *reader, __u64 seen_ns, struct flow_entry *entry)
{
	__u64 age_ns = reader->now_ns > seen_ns ? reader->now_ns - seen_ns : 0;

	entry->age_seconds = age_ns / NANOSECONDS;
	entry->expired = entry->age_seconds >= reader->state->info.timeouts[entry->phase];
}

static int take_openings(const void *key, const void *value, void *context)
{
	const struct opening_set *set = value;
	const struct reader *reader = context;
	int stopped = 0;

	(void)key;
	for (int i = 0; i < OPENING_WAYS && !stopped; i++) {
		struct flow_entry entry = entry6(&set->ways[i].key);

		if (!set->seen_ns[i])
			continue;
		entry.phase = opening_phase(entry.protocol);
		set_age(reader, set->seen_ns[i], &entry);
		stopped = reader->visit(&entry, reader->context);
	}
	return stopped;
}

static int take_flow(struct flow_entry entry, const struct flow *flow, const struct reader *reader)
{
	const struct slot_index *index = &reader->index;

	entry.phase = flow->phase < FLOW_PHASE_COUNT ? flow->phase : FLOW_OTHER;
	if (flow->rule_slot < index->rule_slots && index->rules[flow->rule_slot])
		entry.rule = reader->state->rules[index->rules[flow->rule_slot] - 1].id;
	set_age(reader, flow->seen_ns, &entry);
	return reader->visit(&entry, reader->context);
}

static int take_flow4(const void *key, const void *value, void *context)
{
	return take_flow(entry4(key), value, context);
}

static int take_flow6(const void *key, const void *value, void *context)
{
	return take_flow(entry6(key), value, context);
}

static int read_tables(const struct flow_maps *maps, struct reader *reader)
{
	int err = flows_walk(maps->openings, WALK_ROOM, take_openings, reader);

	if (!err)
		err = flows_walk(maps->flows[FAMILY_IPV4], WALK_ROOM, take_flow4, reader);
	if (!err)
		err = flows_walk(maps->flows[FAMILY_IPV6], WALK_ROOM, take_flow6, reader);
	return err;
}

/* The lock is not held while entries are printed: an apply need not wait for a slow reader. */
int dataplane_visit_flows(const char *run_path, const struct dataplane_state *state,
			  flow_visit visit, void *context, struct error *error)
{
	struct reader reader = {
		.state = state,
		.now_ns = flows_now_ns(),
		.visit = visit,
		.context = context,
	};
	struct flow_tables tables;
	struct run run;
	int err = run_open_read(run_path, &run, error);

	if (err)
		return err;
	err = flows_open_pinned(&run, &tables);
	run_close(&run);
	if (!err) {
		counters_index_rules(state, &reader.index);
		err = read_tables(&tables.maps, &reader);
		free(reader.index.rules);
		flows_close(&tables);
	}
	return err ? error_set(error, err, "cannot read the tables of openings and flows: %s",
			       strerror(-err))
		   : 0;
}
