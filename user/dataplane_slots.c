// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Slots and the counter maps that they index: what keeps its place for good. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane_pins.h"
#include "memory.h"

#define SLOT_BATCH            4096
#define RULE_SLOTS_FIRST      256 /* room in the first map of rule counters */
#define INTERFACE_SLOTS_FIRST 16  /* likewise of drop and switch counters */

static const struct {
	const char *name;
	__u32 value_size;
	__u32 entries_per_slot;
	__u32 first_slots;
} kinds[COUNTER_KIND_COUNT] = {
	[COUNTER_RULES] = {"rule_counters", sizeof(struct rule_counter), 1, RULE_SLOTS_FIRST},
	[COUNTER_DROPS] = {"drop_counters", sizeof(struct drop_counter), DROP_REASON_STRIDE,
			   INTERFACE_SLOTS_FIRST},
	[COUNTER_SWITCHES] = {"switch_counters", sizeof(struct counter), PASS_SWITCH_STRIDE,
			      INTERFACE_SLOTS_FIRST},
	[COUNTER_FLOW_EVENTS] = {"flow_counters", sizeof(__u64), FLOW_EVENTS_MAX, 1},
};

static char *counter_path(const struct run *run, enum counter_kind kind, unsigned number)
{
	AUTO_FREE char *name = memory_format("%s_%u", kinds[kind].name, number);

	return run_counters_path(run, name);
}

__u32 pins_room_of(int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.max_entries;
}

static int make_counters(const struct run *run, enum counter_kind kind, unsigned number,
			 __u32 slots, struct error *error)
{
	AUTO_FREE char *path = counter_path(run, kind, number);
	__u32 room = kinds[kind].first_slots;
	int fd;

	while (room < slots)
		room *= 2;
	fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, kinds[kind].name, sizeof(__u32),
			    kinds[kind].value_size, room * kinds[kind].entries_per_slot, NULL);
	if (fd >= 0 && bpf_obj_pin(fd, path)) {
		close(fd);
		fd = -1;
	}
	return fd < 0 ? error_set(error, -errno, "cannot make the counters %s: %s", path,
				  strerror(errno))
		      : fd;
}

/* The newest map when it has room, else a larger one that becomes the newest. */
static int open_counters(const struct run *run, enum counter_kind kind, __u32 slots,
			 struct error *error)
{
	int newest = -1;
	unsigned number;

	for (number = 0;; number++) {
		AUTO_FREE char *path = counter_path(run, kind, number);
		int fd = bpf_obj_get(path);

		if (fd < 0 && errno == ENOENT)
			break;
		if (fd < 0) {
			int err = -errno;

			memory_close_pointer(&newest);
			return error_set(error, err, "cannot open the counters %s: %s", path,
					 strerror(-err));
		}
		if (newest >= 0)
			close(newest);
		newest = fd;
	}
	if (newest >= 0 && pins_room_of(newest) >= slots * kinds[kind].entries_per_slot)
		return newest;
	if (newest >= 0)
		close(newest);
	return make_counters(run, kind, number, slots, error);
}

int pins_open_counters(const struct run *run, __u32 rule_slots, __u32 interface_slots,
		       struct counter_maps *maps, struct error *error)
{
	*maps = COUNTER_MAPS_OWN;
	maps->rules = open_counters(run, COUNTER_RULES, rule_slots, error);
	if (maps->rules >= 0)
		maps->drops = open_counters(run, COUNTER_DROPS, interface_slots, error);
	if (maps->drops >= 0)
		maps->switches = open_counters(run, COUNTER_SWITCHES, interface_slots, error);
	if (maps->switches >= 0)
		maps->flow_events = open_counters(run, COUNTER_FLOW_EVENTS, 1, error);
	if (maps->flow_events >= 0)
		return 0;
	pins_close_counters(maps);
	return -EIO;
}

void pins_close_counters(struct counter_maps *maps)
{
	memory_close_pointer(&maps->rules);
	memory_close_pointer(&maps->drops);
	memory_close_pointer(&maps->switches);
	memory_close_pointer(&maps->flow_events);
	*maps = COUNTER_MAPS_OWN;
}

int pins_visit_counters(const struct run *run, enum counter_kind kind, pins_visit visit,
			void *context)
{
	int err = 0;

	for (unsigned number = 0; !err; number++) {
		AUTO_FREE char *path = counter_path(run, kind, number);
		AUTO_FD int fd = pins_open_read_only(path);

		if (fd < 0)
			return errno == ENOENT ? 0 : -errno;
		err = visit(fd, pins_room_of(fd), context);
	}
	return err;
}

/* Of one kind of name. The kernel makes 16 bytes of buckets for each that there may be. */
static const struct {
	const char *map;
	size_t key_size;
	__u32 most;
} names_of[] = {
	[SLOT_RULE] = {"rule_slots", sizeof(struct rule_id), PINS_RULE_IDS_MAX},
	[SLOT_INTERFACE] = {"interface_slots", sizeof(struct interface_name), PINS_INTERFACES_MAX},
};

static int open_slots(const struct run *run, enum slot_kind kind)
{
	const char *map = names_of[kind].map;
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	AUTO_FREE char *path = run_counters_path(run, map);
	int fd = bpf_obj_get(path);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, map, names_of[kind].key_size, sizeof(__u32),
			    names_of[kind].most, &options);
	if (fd >= 0 && bpf_obj_pin(fd, path)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* One more than the highest slot that was ever given. */
static int find_next_slot(int fd, size_t key_size, __u32 *next)
{
	AUTO_FREE void *keys = memory_zeroed(SLOT_BATCH, key_size);
	AUTO_FREE __u32 *slots = memory_zeroed(SLOT_BATCH, sizeof(*slots));
	AUTO_FREE void *position = memory_zeroed(1, key_size);
	void *from = NULL;
	int err = 0;

	*next = 0;
	while (!err) {
		__u32 count = SLOT_BATCH;

		err = bpf_map_lookup_batch(fd, from, position, keys, slots, &count, NULL);
		if (err && err != -ENOENT)
			return err;
		for (__u32 i = 0; i < count; i++)
			if (slots[i] >= *next)
				*next = slots[i] + 1;
		from = position;
	}
	return 0;
}

static int take_slot(int fd, const void *name, __u32 *slot, __u32 *next)
{
	int err = bpf_map_lookup_elem(fd, name, slot);

	if (err != -ENOENT)
		return err;
	*slot = (*next)++;
	return bpf_map_update_elem(fd, name, slot, BPF_NOEXIST);
}

int pins_take_slots(const struct run *run, enum slot_kind kind, const void *names, size_t count,
		    __u32 *slots, __u32 *needed, struct error *error)
{
	const size_t key_size = names_of[kind].key_size;
	AUTO_FD int fd = open_slots(run, kind);
	int err = fd < 0 ? -errno : find_next_slot(fd, key_size, needed);

	for (size_t i = 0; i < count && !err; i++)
		err = take_slot(fd, (const char *)names + i * key_size, &slots[i], needed);
	if (err == -E2BIG)
		return error_set(error, err,
				 "%s: more than %u different names since the machine booted",
				 names_of[kind].map, names_of[kind].most);
	if (err)
		return error_set(error, err, "cannot give slots in %s: %s", names_of[kind].map,
				 strerror(-err));
	return 0;
}
