// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Classes of ports against the plain question: which lists name this port? */
#include "compile_model.h"

#include "ports.h"

#define LIST_COUNT 40

struct lists {
	struct port_list items[LIST_COUNT];
	struct port_range *ranges[LIST_COUNT];
	size_t count;
};

static bool names(struct port_list list, unsigned port)
{
	size_t i;

	for (i = 0; i < list.count; i++)
		if (list.ranges[i].first <= port && port <= list.ranges[i].last)
			return true;
	return false;
}

/* The lists that name the port, one bit each. */
static __u64 named_by(const struct port_list *lists, size_t count, unsigned port)
{
	__u64 bits = 0;
	size_t i;

	for (i = 0; i < count; i++)
		bits |= (__u64)names(lists[i], port) << i;
	return bits;
}

/*
 * The lowest port of a class is named by the same lists as each of its ports, and
 * no other lowest port is.
 */
static void check_classes(const struct port_list *lists, size_t count, const __u16 *classes)
{
	AUTO_FREE __u64 *named = memory_zeroed(PORT_COUNT, sizeof(*named));
	AUTO_FREE __u16 *lowest = memory_zeroed(PORT_COUNT, sizeof(*lowest));
	size_t i, lowest_count = 0;
	unsigned port;

	for (port = 0; port < PORT_COUNT; port++)
		named[port] = port ? named_by(lists, count, port) : 0;
	for (port = 0; port < PORT_COUNT; port++) {
		assert_true(classes[port] <= port);
		assert_true((classes[port] == 0) == (named[port] == 0));
		assert_true(named[classes[port]] == named[port]);
		if (!port || classes[port] != port)
			continue;
		for (i = 0; i < lowest_count; i++)
			assert_true(named[lowest[i]] != named[port]);
		lowest[lowest_count++] = port;
	}
}

static void check_lists(const struct port_list *lists, size_t count)
{
	AUTO_FREE __u16 *classes = memory_zeroed(PORT_COUNT, sizeof(*classes));

	memset(classes, 0xff, PORT_COUNT * sizeof(*classes));
	ports_classify(lists, count, classes);
	check_classes(lists, count, classes);
}

static void no_list_names_nothing(void **state)
{
	(void)state;
	check_lists(NULL, 0);
}

static void overlapping_lists_part_each_other(void **state)
{
	static const struct port_range web[] = {{80, 80}, {443, 443}};
	static const struct port_range low[] = {{1, 1023}};
	static const struct port_range all[] = {{1, 65535}};
	static const struct port_range ends[] = {{1, 1}, {65535, 65535}};
	const struct port_list lists[] = {{web, 2},  {low, 1}, {all, 1},
					  {ends, 2}, {web, 2}, {NULL, 0}};
	AUTO_FREE __u16 *classes = memory_zeroed(PORT_COUNT, sizeof(*classes));

	(void)state;
	check_lists(lists, 6);
	ports_classify(lists, 6, classes);
	assert_int_equal(classes[443], 80);
	assert_int_equal(classes[1023], 2);
	assert_int_equal(classes[65534], 1024);
	assert_int_equal(classes[65535], 65535);
}

static void random_lists_agree_with_the_plain_question(void **state)
{
	unsigned seed;
	size_t i;

	(void)state;
	for (seed = 1; seed <= 40; seed++) {
		struct random random = {seed};
		struct lists lists = {.count = pick(&random, LIST_COUNT)};

		print_message("seed %u\r", seed);
		for (i = 0; i < lists.count; i++) {
			add_random_ports(&random, &lists.ranges[i], &lists.items[i].count);
			lists.items[i].ranges = lists.ranges[i];
		}
		check_lists(lists.items, lists.count);
		for (i = 0; i < lists.count; i++)
			free(lists.ranges[i]);
	}
	print_message("seeds 1 to 40\n");
}

/* As many classes as there are ports: each port is told apart by the bits of its number. */
static void every_port_can_be_a_class_of_its_own(void **state)
{
	AUTO_FREE struct port_range *ranges = NULL;
	AUTO_FREE __u16 *classes = memory_zeroed(PORT_COUNT, sizeof(*classes));
	struct port_list lists[17];
	static const struct port_range all = {1, 65535};
	size_t starts[17], bit, count = 0;
	unsigned port;

	(void)state;
	for (bit = 0; bit < 16; bit++) {
		starts[bit] = count;
		for (port = 1u << bit; port < PORT_COUNT; port += 2u << bit)
			model_add_ports(&ranges, &count, port, port + (1u << bit) - 1);
	}
	starts[16] = count;
	for (bit = 0; bit < 16; bit++)
		lists[bit] =
			(struct port_list){ranges + starts[bit], starts[bit + 1] - starts[bit]};
	/* It divides nothing, but moves each of them. */
	lists[16] = (struct port_list){&all, 1};
	ports_classify(lists, 17, classes);
	for (port = 0; port < PORT_COUNT; port++)
		assert_int_equal(classes[port], port);
}

static void walking_a_list_finds_each_of_its_classes_once(void **state)
{
	static const struct port_range web[] = {{80, 80}, {443, 443}};
	static const struct port_range all[] = {{1, 65535}};
	const struct port_list lists[] = {{web, 2}, {all, 1}};
	AUTO_FREE __u16 *classes = memory_zeroed(PORT_COUNT, sizeof(*classes));
	AUTO_FREE __u16 *found = memory_zeroed(PORT_COUNT, sizeof(*found));
	AUTO_FREE struct port_steps *steps = memory_zeroed(1, sizeof(*steps));

	(void)state;
	ports_classify(lists, 2, classes);
	ports_step(classes, steps);
	assert_int_equal(ports_list(steps, lists[0], found), 1);
	assert_int_equal(found[0], 80);
	assert_int_equal(ports_list(steps, lists[1], found), 2);
	assert_int_equal(found[0], 1);
	assert_int_equal(found[1], 80);
}

/* Which rule minds source ports stands by the class of its ports, for its protocols alone. */
static void only_ports_of_rules_with_source_ports_mind_them(void **state)
{
	AUTO_FREE struct constant_tables *constants = memory_zeroed(1, sizeof(*constants));
	struct policy policy;
	struct rule *rule;

	(void)state;
	model_init(&policy);
	model_add_service(&policy, 0, 0, 6, 80);
	rule = model_add_service(&policy, 0, 0, 6, 53);
	model_add_ports(&rule->source_ports, &rule->source_port_count, 1024, 65535);
	rule = model_add_service(&policy, 0, 0, 17, 123);
	model_add_ports(&rule->source_ports, &rule->source_port_count, 123, 123);
	rule->enabled = false;
	rule = model_add_service(&policy, 0, 0, 6, 80);
	model_add_ports(&rule->source_ports, &rule->source_port_count, 1, 1);
	rule->enabled = false;
	model_add_rule(&policy, 0, 0, 89);
	assert_true(ports_fill(&policy, constants));
	assert_int_equal(constants->minds_source_port[PORT_TCP][53], 1);
	assert_int_equal(constants->minds_source_port[PORT_TCP][80], 0);
	assert_int_equal(constants->source_port_class[PORT_TCP][65535], 1024);
	assert_int_equal(constants->source_port_class[PORT_TCP][1023], 0);
	assert_int_equal(constants->port_class[PORT_UDP][123], 0);
	assert_int_equal(constants->source_port_class[PORT_UDP][123], 0);
	assert_int_equal(constants->protocol_named[6], 1);
	assert_int_equal(constants->protocol_named[17], 0);
	assert_int_equal(constants->protocol_named[89], 1);
	model_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_list_names_nothing),
		cmocka_unit_test(overlapping_lists_part_each_other),
		cmocka_unit_test(random_lists_agree_with_the_plain_question),
		cmocka_unit_test(every_port_can_be_a_class_of_its_own),
		cmocka_unit_test(walking_a_list_finds_each_of_its_classes_once),
		cmocka_unit_test(only_ports_of_rules_with_source_ports_mind_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
