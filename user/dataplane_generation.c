// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/capability.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "capability.h"
#include "dataplane_generation.h"
#include "dataplane_kernel.h"
#include "dataplane_probe.h"
#include "dataplane_shared.h"
#include "memory.h"
#include "directorgate.skel.h"
#include "program-hash.h"

#define BATCH_ENTRIES 65536

static void set_settings(struct directorgate_bpf *skeleton, const struct generation_plan *plan,
			 size_t instance, const struct kernel_facts *kernel)
{
	const struct policy *policy = plan->policy;
	const struct tables *tables = plan->tables;
	struct settings *settings = &skeleton->rodata->settings;

	settings->generation = plan->number;
	settings->interface_slot = plan->interface_slots[instance];
	settings->ipv6_root = tables->ipv6_root;
	settings->ipv6_steps = tables->ipv6_steps;
	settings->source_class_bits = tables->source_class_bits;
	settings->destination_class_bits = tables->destination_class_bits;
	settings->monitor = policy->mode == MODE_MONITOR;
	settings->stateful = policy->stateful;
	settings->pickup = policy->pickup;
	settings->grace_until_ns = policy->pickup ? plan->grace_until_ns : 0;
	settings->opening_sets = OPENING_SETS(plan->opening_limit);
	memcpy(settings->opening_seeds, plan->opening_seeds, sizeof(settings->opening_seeds));
	settings->homes = tables->home_count > 1;
	settings->vlans = policy->interfaces[instance].lists_vlans;
	settings->source_ports = tables->source_ports;
	settings->multi_buffer = kernel->multi_buffer;
	settings->tick_ns = kernel->tick_ns;
	settings->clock_start_ns = kernel->clock_start_ns;
	settings->explain = plan->explain;
	for (int i = 0; i < FLOW_PHASE_COUNT; i++)
		settings->timeouts_ns[i] = policy->timeouts[i] * NANOSECONDS;
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		settings->pass[i] = policy->pass[i];
	skeleton->rodata->places = tables->places[instance];
	if (kernel->multi_buffer)
		bpf_program__set_flags(skeleton->progs.directorgate, PROGRAM_HAS_FRAGS);
}

/* A table's map: borrowed, or the generation's own of that size. */
static int place_map(struct bpf_map *map, int fd, __u32 entries)
{
	if (fd >= 0)
		return bpf_map__reuse_fd(map, fd);
	return bpf_map__set_max_entries(map, entries ? entries : 1);
}

/* What outlives the generation, where it is not its own; all instances have the same. */
static int place_lasting_maps(struct directorgate_bpf *skeleton,
			      const struct counter_maps *counters, const struct flow_maps *flows,
			      const struct generation_plan *plan)
{
	const struct {
		struct bpf_map *map;
		int fd;
		__u32 entries; /* when the generation makes it */
	} places[] = {
		{skeleton->maps.rule_counters, counters->rules, plan->rule_slot_count},
		{skeleton->maps.drop_counters, counters->drops,
		 DROP_REASON_STRIDE * plan->instance_count},
		{skeleton->maps.switch_counters, counters->switches,
		 PASS_SWITCH_STRIDE * plan->instance_count},
		{skeleton->maps.flow_counters, counters->flow_events, FLOW_EVENTS_MAX},
		{skeleton->maps.openings, flows->openings, OPENING_SETS(plan->opening_limit)},
		{skeleton->maps.flows4, flows->flows[FAMILY_IPV4], plan->flow_limit},
		{skeleton->maps.flows6, flows->flows[FAMILY_IPV6], plan->flow_limit},
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !err; i++)
		err = place_map(places[i].map, places[i].fd, places[i].entries);
	return err;
}

static int size_policy_maps(struct directorgate_bpf *skeleton, const struct generation_plan *plan)
{
	size_t rules = plan->tables->rule_entry_count;
	int err = bpf_map__set_max_entries(skeleton->maps.rules, rules ? rules : 1);

	return err ? err
		   : bpf_map__set_max_entries(skeleton->maps.address_nodes,
					      plan->tables->node_count);
}

static int share_policy_maps(struct directorgate_bpf *skeleton, struct directorgate_bpf *maps)
{
	int err = bpf_map__reuse_fd(skeleton->maps.rules, bpf_map__fd(maps->maps.rules));

	if (!err)
		err = bpf_map__reuse_fd(skeleton->maps.address_nodes,
					bpf_map__fd(maps->maps.address_nodes));
	if (!err)
		err = bpf_map__reuse_fd(skeleton->maps.rodata_tables,
					bpf_map__fd(maps->maps.rodata_tables));
	return err;
}

static int fill_rules(int fd, const struct generation_plan *plan)
{
	const struct tables *tables = plan->tables;
	size_t batch =
		tables->rule_entry_count < BATCH_ENTRIES ? tables->rule_entry_count : BATCH_ENTRIES;
	AUTO_FREE struct rule_key *keys = memory_zeroed(batch, sizeof(*keys));
	AUTO_FREE struct rule_value *values = memory_zeroed(batch, sizeof(*values));

	for (size_t done = 0; done < tables->rule_entry_count;) {
		size_t left = tables->rule_entry_count - done;
		/* cppcheck-suppress knownConditionTrueFalse ; it is true of the last batch */
		__u32 count = left < batch ? left : batch;

		for (__u32 i = 0; i < count; i++) {
			const struct rule_entry *entry = &tables->rule_entries[done + i];

			keys[i] = entry->key;
			values[i].slot = plan->rule_slots[entry->rule];
		}
		if (bpf_map_update_batch(fd, keys, values, &count, NULL))
			return -errno;
		done += count;
	}
	return 0;
}

static int fill_nodes(int fd, const struct tables *tables)
{
	size_t len = tables->node_count * sizeof(*tables->nodes);
	void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	memcpy(memory, tables->nodes, len);
	munmap(memory, len);
	return 0;
}

static int fill_policy_maps(struct directorgate_bpf *skeleton, const struct generation_plan *plan)
{
	int rules = bpf_map__fd(skeleton->maps.rules);
	int nodes = bpf_map__fd(skeleton->maps.address_nodes);
	int err = fill_rules(rules, plan);

	if (!err)
		err = fill_nodes(nodes, plan->tables);
	if (!err)
		err = bpf_map_freeze(rules);
	if (!err)
		err = bpf_map_freeze(nodes);
	return err;
}

static int refused(const struct generation_plan *plan, size_t instance, int err,
		   struct error *error)
{
	return kernel_refused("directorgate", plan->policy->interfaces[instance].name, err,
			      plan->verbose, error);
}

static bool is_shared(const struct generation_plan *plan, size_t instance)
{
	return plan->attach && plan->policy->interfaces[instance].attach == ATTACH_SHARED;
}

static int load_program(const struct generation_plan *plan, struct generation *generation,
			size_t index, struct error *error)
{
	struct directorgate_bpf *skeleton = generation->instances[index];
	int err;

	error->text[0] = '\0';
	if (is_shared(plan, index))
		err = shared_load(skeleton->obj, skeleton->progs.directorgate,
				  &generation->shared[index], error);
	else
		err = directorgate_bpf__load(skeleton);
	if (err == -EACCES && !capability_is_held(CAP_PERFMON))
		return error_set(
			error, err,
			"the verifier lets this user's programs look at no more than a "
			"fixed place of a packet: CAP_PERFMON is needed beside CAP_BPF and "
			"CAP_NET_ADMIN");
	return err && !error->text[0] ? refused(plan, index, err, error) : err;
}

static int open_skeleton(struct directorgate_bpf **skeleton, struct error *error)
{
	kernel_listen();
	*skeleton = directorgate_bpf__open();
	return *skeleton ? 0
			 : error_set(error, -errno, "cannot open the built-in program: %s",
				     strerror(errno));
}

/* The maps, by a program that is not loaded. */
static int make_maps(const struct generation_plan *plan, struct generation *generation,
		     struct error *error)
{
	struct directorgate_bpf *maps;
	int err = open_skeleton(&maps, error);

	if (err)
		return err;
	generation->maps = maps;
	bpf_program__set_autoload(maps->progs.directorgate, false);
	memcpy(maps->rodata_tables, plan->tables->constants, sizeof(*plan->tables->constants));
	err = place_lasting_maps(maps, &plan->counters, &plan->flows, plan);
	if (!err)
		err = size_policy_maps(maps, plan);
	if (!err)
		err = directorgate_bpf__load(maps);
	if (err)
		return refused(plan, 0, err, error);
	err = fill_policy_maps(maps, plan);
	return err ? error_set(error, err, "cannot fill the policy maps: %s", strerror(-err)) : 0;
}

static int load_instance(const struct generation_plan *plan, struct generation *generation,
			 size_t index, const struct kernel_facts *kernel, struct error *error)
{
	struct counter_maps counters = generation_counter_maps(generation);
	struct flow_maps flows = generation_flow_maps(generation);
	struct directorgate_bpf *skeleton;
	int err = open_skeleton(&skeleton, error);

	if (err)
		return err;
	generation->instances[index] = skeleton;
	set_settings(skeleton, plan, index, kernel);
	err = place_lasting_maps(skeleton, &counters, &flows, plan);
	if (!err)
		err = share_policy_maps(skeleton, generation->maps);
	return err ? refused(plan, index, err, error)
		   : load_program(plan, generation, index, error);
}

/* The instances, which several threads load: a verifier works on each for long. */
struct crew {
	const struct generation_plan *plan;
	struct generation *generation;
	const struct kernel_facts *kernel;
	atomic_size_t next;
	pthread_mutex_t lock; /* of what follows */
	int err;              /* of the first instance that failed */
	size_t failed;        /* which it was */
	struct error error;
};

static void report(struct crew *crew, size_t index, int err, const struct error *error)
{
	pthread_mutex_lock(&crew->lock);
	if (!crew->err || index < crew->failed) {
		crew->err = err;
		crew->failed = index;
		crew->error = *error;
	}
	pthread_mutex_unlock(&crew->lock);
}

static void *work(void *context)
{
	struct crew *crew = context;
	int err = 0;

	while (!err) {
		size_t index = atomic_fetch_add(&crew->next, 1);
		struct error error;

		if (index >= crew->plan->instance_count)
			break;
		err = load_instance(crew->plan, crew->generation, index, crew->kernel, &error);
		if (err)
			report(crew, index, err, &error);
	}
	kernel_forget();
	return NULL;
}

#define THREADS_MAX 16

/* Beside this one, which loads too. libxdp is not asked to load two programs at a time. */
static size_t threads_for(const struct generation_plan *plan)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t count = processors > THREADS_MAX ? THREADS_MAX : processors > 1 ? processors : 1;

	for (size_t i = 0; i < plan->instance_count; i++)
		if (is_shared(plan, i))
			return 0;
	return (count < plan->instance_count ? count : plan->instance_count) - 1;
}

/* A thread that cannot be had leaves its work to the others. */
static int load_all(const struct generation_plan *plan, struct generation *generation,
		    const struct kernel_facts *kernel, struct error *error)
{
	struct crew crew = {
		.plan = plan,
		.generation = generation,
		.kernel = kernel,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	size_t wanted = threads_for(plan), count = 0;
	pthread_t threads[THREADS_MAX];

	while (count < wanted && !pthread_create(&threads[count], NULL, work, &crew))
		count++;
	work(&crew);
	while (count)
		pthread_join(threads[--count], NULL);
	if (crew.err)
		*error = crew.error;
	return crew.err;
}

int generation_load(const struct generation_plan *plan, struct generation *generation,
		    struct error *error)
{
	struct kernel_facts kernel;
	int err;

	*generation = (struct generation){
		.instances = memory_zeroed(plan->instance_count, sizeof(void *)),
		.shared = memory_zeroed(plan->instance_count, sizeof(void *)),
		.count = plan->instance_count,
	};
	kernel_listen();
	err = probe_kernel(&kernel);
	if (err)
		err = kernel_refused("probe", plan->policy->interfaces[0].name, err, plan->verbose,
				     error);
	if (!err)
		err = make_maps(plan, generation, error);
	if (!err)
		err = load_all(plan, generation, &kernel, error);
	kernel_forget();
	if (err)
		generation_close(generation);
	return err;
}

void generation_close(struct generation *generation)
{
	for (size_t i = 0; i < generation->count; i++) {
		shared_close(generation->shared[i]);
		directorgate_bpf__destroy(generation->instances[i]);
	}
	directorgate_bpf__destroy(generation->maps);
	free(generation->instances);
	free(generation->shared);
	*generation = (struct generation){};
}

void generation_build_hash(char hash[HASH_SIZE])
{
	_Static_assert(sizeof(PROGRAM_HASH) == HASH_SIZE, "a SHA-256");
	memcpy(hash, PROGRAM_HASH, HASH_SIZE);
}

int generation_program_fd(const struct generation *generation, size_t instance)
{
	return bpf_program__fd(generation->instances[instance]->progs.directorgate);
}

const struct judgement *generation_judged(const struct generation *generation, size_t instance)
{
	return &generation->instances[instance]->bss->judged;
}

void generation_set_clock(const struct generation *generation, __u64 now_ns)
{
	for (size_t i = 0; i < generation->count; i++)
		generation->instances[i]->bss->bench_clock_ns = now_ns;
}

struct counter_maps generation_counter_maps(const struct generation *generation)
{
	const struct directorgate_bpf *maps = generation->maps;

	return (struct counter_maps){
		.rules = bpf_map__fd(maps->maps.rule_counters),
		.drops = bpf_map__fd(maps->maps.drop_counters),
		.switches = bpf_map__fd(maps->maps.switch_counters),
		.flow_events = bpf_map__fd(maps->maps.flow_counters),
	};
}

struct flow_maps generation_flow_maps(const struct generation *generation)
{
	const struct directorgate_bpf *maps = generation->maps;

	return (struct flow_maps){
		.openings = bpf_map__fd(maps->maps.openings),
		.flows = {bpf_map__fd(maps->maps.flows4), bpf_map__fd(maps->maps.flows6)},
	};
}
