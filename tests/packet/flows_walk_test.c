// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading a table of the kernel's: each entry once, in buckets of any size, while it changes. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <netinet/in.h>

#include <bpf/bpf.h>

#include "dataplane_flows.h"
#include "memory.h"

#define ROOM   65536
#define FILLED 40000 /* fewer than the table has room for, so that nothing is evicted */

static int make_table(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "walked", sizeof(struct flow_key4),
				sizeof(struct flow), ROOM, NULL);

	assert_true(fd >= 0);
	return fd;
}

static void put(int fd, __u32 number)
{
	struct flow_key4 key = {.opener = number, .protocol = IPPROTO_TCP};
	struct flow flow = {.seen_ns = number, .rule_slot = ~number};

	bpf_map_update_elem(fd, &key, &flow, BPF_ANY);
}

static void take_out(int fd, __u32 number)
{
	struct flow_key4 key = {.opener = number, .protocol = IPPROTO_TCP};

	bpf_map_delete_elem(fd, &key);
}

static int tick_off(const void *key, const void *value, void *context)
{
	const struct flow_key4 *flow_key = key;
	const struct flow *flow = value;
	unsigned char *seen = context;

	assert_true(flow_key->opener < FILLED);
	assert_int_equal(flow->seen_ns, flow_key->opener);
	assert_int_equal(flow->rule_slot, ~flow_key->opener);
	seen[flow_key->opener]++;
	return 0;
}

static void assert_sees_each_once(int fd, __u32 room)
{
	AUTO_FREE unsigned char *seen = memory_zeroed(FILLED, 1);

	assert_int_equal(flows_walk(fd, room, tick_off, seen), 0);
	for (__u32 i = 0; i < FILLED; i++)
		assert_int_equal(seen[i], 1);
}

/* With room for one entry, every bucket that has two is more than the kernel can give back. */
static void sees_each_entry_once_however_many_fit(void **ignored)
{
	AUTO_FD int fd = make_table();

	(void)ignored;
	for (__u32 i = 0; i < FILLED; i++)
		put(fd, i);
	assert_sees_each_once(fd, 1);
	assert_sees_each_once(fd, 2);
	assert_sees_each_once(fd, 1024);
	assert_sees_each_once(fd, 2 * ROOM);
}

static int refuse(const void *key, const void *value, void *context)
{
	(void)key;
	(void)value;
	return ++*(int *)context == 7 ? -EINTR : 0;
}

static void ends_where_the_visitor_wants(void **ignored)
{
	AUTO_FD int fd = make_table();
	int calls = 0;

	(void)ignored;
	assert_int_equal(flows_walk(fd, 1024, refuse, &calls), 0);
	assert_int_equal(calls, 0);
	for (__u32 i = 0; i < 7; i++)
		put(fd, i);
	assert_int_equal(flows_walk(fd, 1024, refuse, &calls), -EINTR);
	assert_int_equal(calls, 7);
}

static void what_is_no_table_is_an_error(void **ignored)
{
	int calls = 0;

	(void)ignored;
	assert_true(flows_walk(-1, 1024, refuse, &calls) < 0);
	assert_int_equal(calls, 0);
}

struct changer {
	int fd;
	atomic_bool over;
};

/* Lets entries come and go, but for the first half. */
static void *change(void *context)
{
	struct changer *changer = context;

	while (!changer->over)
		for (__u32 i = FILLED / 2; i < FILLED; i++) {
			put(changer->fd, i);
			take_out(changer->fd, i);
		}
	return NULL;
}

static void sees_what_stays_while_the_rest_changes(void **ignored)
{
	AUTO_FD int fd = make_table();
	struct changer changer = {.fd = fd};
	pthread_t thread;

	(void)ignored;
	for (__u32 i = 0; i < FILLED / 2; i++)
		put(fd, i);
	assert_int_equal(pthread_create(&thread, NULL, change, &changer), 0);
	for (int round = 0; round < 20; round++) {
		AUTO_FREE unsigned char *seen = memory_zeroed(FILLED, 1);

		assert_int_equal(flows_walk(fd, 8, tick_off, seen), 0);
		for (__u32 i = 0; i < FILLED / 2; i++)
			assert_int_equal(seen[i], 1);
	}
	changer.over = true;
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_each_entry_once_however_many_fit),
		cmocka_unit_test(ends_where_the_visitor_wants),
		cmocka_unit_test(what_is_no_table_is_an_error),
		cmocka_unit_test(sees_what_stays_while_the_rest_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
