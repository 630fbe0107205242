// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of openings: what there is room for stays, the oldest gives way, and nobody picks a
 * set. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "judge.h"

#define LIMIT    1024
#define PAUSE_NS 1000000000000ull /* longer than an opening of TCP lasts */
#define FLOOD    20000
#define FDS_MAX  1024

static struct gate narrow;
static __u64 now_ns = DATAPLANE_BENCH_START_NS;

static int open_table(void **ignored)
{
	struct site site = {"single-director", "enforce", "{}", .stateful = true,
			    .settings = "opening-limit: 1024\n"};
	struct error error = {0};

	(void)ignored;
	read_site(&site, &narrow.policy, &narrow.tables);
	assert_int_equal(narrow.policy.opening_limit, LIMIT);
	if (dataplane_bench_open(&narrow.policy, &narrow.tables, 0, &narrow.bench, &error))
		fail_msg("%s", error.text);
	return 0;
}

static int close_table(void **ignored)
{
	(void)ignored;
	dataplane_bench_close(narrow.bench);
	compile_free(&narrow.tables);
	policy_free(&narrow.policy);
	return 0;
}

static void wait_ns(__u64 ns)
{
	now_ns += ns;
	dataplane_bench_set_clock(narrow.bench, now_ns);
}

static __u64 count(enum flow_event event)
{
	struct counters counters;
	struct error error = {0};
	__u64 events;

	if (dataplane_bench_counters(narrow.bench, &counters, &error))
		fail_msg("%s", error.text);
	events = counters.flow_events[event];
	counters_free(&counters);
	return events;
}

/* Who opens, by its number; several ways to be many. */
struct pattern {
	const char *name, *address; /* with %u, twice for IPv4 */
	const char *director;
	int first_port; /* 0: each has its own */
};

static const struct pattern patterns[] = {
	{"addresses in a row", "10.30.%u.%u", DIRECTOR4, OPENER_PORT},
	{"ports in a row", "10.30.5.6", DIRECTOR4, 0},
	{"IPv6 addresses in a row", "2001:db8:30::%x:%x", DIRECTOR6, OPENER_PORT},
	{"IPv6 networks in a row", "2001:db8:30:%x%02x::1", DIRECTOR6, OPENER_PORT},
};

static bool passes(const struct pattern *pattern, unsigned number, bool answers)
{
	char address[64];
	struct frame frame = {.to_port = 443};
	int port = pattern->first_port ? pattern->first_port : (int)(1024 + number);
	const struct built *built;

	snprintf(address, sizeof(address), pattern->address, number / 256, number % 256);
	frame.from = answers ? pattern->director : address;
	frame.to = answers ? address : pattern->director;
	frame.from_port = answers ? 443 : port;
	frame.to_port = answers ? port : 443;
	frame.flags = answers ? SYN | ACK : SYN;
	built = build(&frame);
	return run(&narrow, built->bytes, built->len).verdict == VERDICT_RULE;
}

static unsigned count_answered(const struct pattern *pattern, unsigned first, unsigned end)
{
	unsigned answered = 0;

	for (unsigned i = first; i < end; i++)
		answered += passes(pattern, i, true);
	return answered;
}

/* With half as many as the limit, a set of four has two at the mean: one in 27 finds no place. */
#define MANY (LIMIT / 2)

static void few_give_way_while_half_is_free(void **ignored)
{
	(void)ignored;
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		__u64 evictions = count(FLOW_EVENT_EVICTION);
		unsigned answered;

		wait_ns(PAUSE_NS);
		for (unsigned n = 0; n < MANY; n++)
			assert_true(passes(&patterns[i], n, false));
		evictions = count(FLOW_EVENT_EVICTION) - evictions;
		answered = count_answered(&patterns[i], 0, MANY);
		if (answered + evictions != MANY || evictions > MANY / 8)
			fail_msg("%s: %u of %u are remembered, %llu gave way", patterns[i].name,
				 answered, MANY, evictions);
	}
}

/* So few that no five of them meet in one of 256 sets. */
#define FEW 20

static void the_oldest_gives_way(void **ignored)
{
	const struct pattern *pattern = &patterns[0];

	(void)ignored;
	wait_ns(PAUSE_NS);
	for (unsigned i = 0; i < FEW; i++)
		passes(pattern, i, false);
	assert_int_equal(count_answered(pattern, 0, FEW), FEW);
	wait_ns(10000000);
	for (unsigned i = FEW; i < FLOOD; i++)
		passes(pattern, i, false);
	wait_ns(10000000);
	for (unsigned i = FLOOD; i < FLOOD + FEW; i++)
		passes(pattern, i, false);
	assert_int_equal(count_answered(pattern, 0, FEW), 0);
	assert_int_equal(count_answered(pattern, FLOOD, FLOOD + FEW), FEW);
}

static void what_expired_is_no_eviction(void **ignored)
{
	__u64 evictions;

	(void)ignored;
	wait_ns(PAUSE_NS);
	evictions = count(FLOW_EVENT_EVICTION);
	for (unsigned i = 0; i < FEW; i++)
		passes(&patterns[1], i, false);
	assert_int_equal(count(FLOW_EVENT_EVICTION), evictions);
}

/* The table, among this process's own descriptors. */
static int find_table(void)
{
	for (int fd = 3; fd < FDS_MAX; fd++) {
		struct bpf_map_info info = {};
		__u32 len = sizeof(info);

		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, "openings"))
			return fd;
	}
	fail_msg("no table");
	return -1;
}

#define EACH 30000

static pthread_mutex_t building = PTHREAD_MUTEX_INITIALIZER; /* build() has one frame for all */

/* A SYN whose source port tells its address, and the other way round. */
static struct built build_opening(unsigned number)
{
	char address[64];
	struct frame frame = {
		.from = address, .to = DIRECTOR4, .to_port = 443, .from_port = 2000 + number};
	struct built built;

	snprintf(address, sizeof(address), "10.30.%u.%u", number / 256, number % 256);
	pthread_mutex_lock(&building);
	built = *build(&frame);
	pthread_mutex_unlock(&building);
	return built;
}

/* Sends from addresses that are all even, or all odd. */
static void *flood(void *parity)
{
	for (unsigned i = 0; i < EACH; i++) {
		struct built built = build_opening(2 * (i % 4096) + *(unsigned *)parity);
		struct judgement judgement;
		struct error error;
		bool passed;

		dataplane_bench_run(narrow.bench, 0, built.bytes, built.len, &judgement, &passed,
				    &error);
	}
	return NULL;
}

static void check_set(const struct opening_set *set)
{
	assert_int_equal(set->locked, 0);
	for (int i = 0; i < OPENING_WAYS; i++) {
		const struct flow_key6 *key = &set->ways[i].key;

		if (set->seen_ns[i] != now_ns)
			continue;
		assert_int_equal(key->responder_port, 443);
		assert_int_equal(2000 + (key->opener_low & 0xffff), key->opener_port);
		for (int j = 0; j < i; j++)
			assert_true(set->tags[i] != set->tags[j] || set->seen_ns[j] != now_ns);
	}
}

static void processors_do_not_mix_openings(void **ignored)
{
	unsigned parities[] = {0, 1};
	int fd = find_table();
	pthread_t threads[2];

	(void)ignored;
	wait_ns(PAUSE_NS);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, flood, &parities[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (__u32 i = 0; i < OPENING_SETS(LIMIT); i++) {
		struct opening_set set;

		assert_int_equal(bpf_map_lookup_elem(fd, &i, &set), 0);
		check_set(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_give_way_while_half_is_free),
		cmocka_unit_test(the_oldest_gives_way),
		cmocka_unit_test(what_expired_is_no_eviction),
		cmocka_unit_test(processors_do_not_mix_openings),
	};

	return cmocka_run_group_tests(tests, open_table, close_table);
}
