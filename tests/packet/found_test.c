// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What random_test found: its shortest form, as it printed it, with what is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "trial.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define STEPS_MOST      16

struct found_step {
	__u64 after_ns;
	bool applied;
	unsigned interface;
	const char *outcome; /* as outcome_print() has it */
	const char *frame;   /* hexadecimal */
};

struct found {
	const char *name; /* a sentence */
	struct policies policies;
	struct found_step steps[STEPS_MOST];
};

/* clang-format off */
static const struct found rows[] = {
	{"a FIN before a blind RST is not forgotten when the connection goes on", {{
		"profile: none\n"
		"interfaces:\n"
		"  - name: port0\n"
		"roles:\n"
		"  servers: [10.1.2.2]\n"
		"  edge: [172.36.219.158]\n"
		"rules:\n"
		"  - {id: sip, from: servers, to: edge, protocol: tcp, ports: [5061]}\n"
		"pickup-grace: 0s\n"
		"timeouts: {tcp-open: 60s, tcp-closing: 120s}\n",
	}}, {
		{0u, 0, 0, "pass sip opening",
		 "02000000000102000000000208004500002812340000400600000a010202ac24db9ed51e13c539e07918f0ebeab65018040000000000"},
		{0u, 0, 0, "pass sip reply",
		 "020000000001020000000002080045000028123400004006"
		 "0000ac24db9e0a01020213c5d51ef0ebeab639e079195010040000000000"},
		{0u, 0, 0, "pass sip opening",
		 "02000000000102000000000208004500002812340000400600000a010202ac24db9ed51e13c539e07918f0ebeab65011040000000000"},
		{0u, 0, 0, "pass sip reply",
		 "0200000000010200000000020800450000281234000040060000ac24db9e0a01020213c5d51ef0ebeab639e079185015040000000000"},
		{0u, 0, 0, "pass sip reply",
		 "02000000000102000000000208004500002b1234000040060000ac24db9e0a01020213c5d51ef0ebeab639e0791a5010040000000000a5a5a5"},
		{0u, 0, 0, "pass sip reply",
		 "0200000000010200000000020800450000281234000040060000ac24db9e0a01020213c5d51ef0ebeab939e079185011040000000000"},
		{90000000000u, 0, 0, "pass sip reply",
		 "0200000000010200000000020800450000281234000040060000ac24db9e0a01020213c5d51ef0ebeaba39e079175010040000000000"},
	}},
	{"a protocol that no rule names is unknown, also where it has ports", {{
		"profile: none\n"
		"interfaces:\n"
		"  - name: port0\n"
		"roles:\n"
		"  clients: [0.0.0.0/0]\n"
		"  servers: [172.111.61.15/32]\n"
		"rules:\n"
		"  - {id: web, from: clients, to: servers, protocol: tcp, ports: [80]}\n",
	}}, {
		{0u, 0, 0, "drop unknown-protocol",
		 "02000000000102000000000286dd60000000001a1140ec22412ea3e4244ec0b36b963f5fac8220010db800010001000000000000000413c529db001a0000a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"},
	}},
};
/* clang-format on */

static struct step read_step(const struct found_step *found)
{
	struct step step = {.after_ns = found->after_ns,
			    .applied = found->applied,
			    .interface = found->interface,
			    .len = strlen(found->frame) / 2};

	step.bytes = memory_zeroed(step.len, 1);
	for (size_t i = 0; i < step.len; i++)
		assert_int_equal(sscanf(found->frame + 2 * i, "%2hhx", &step.bytes[i]), 1);
	return step;
}

static void expect(const char *who, size_t step, const char *expected,
		   const struct outcome *outcome)
{
	char text[OUTCOME_TEXT_SIZE];

	outcome_print(outcome, text);
	if (strcmp(text, expected) != 0)
		fail_msg("frame %zu: expected %s, %s says %s", step + 1, expected, who, text);
}

static void both_say_what_is_right(void **state)
{
	const struct found *found = *state;
	struct trial *trial = trial_open(&found->policies, true);
	struct difference difference;

	assert_non_null(trial);
	for (size_t i = 0; i < STEPS_MOST && found->steps[i].frame; i++) {
		struct step step = read_step(&found->steps[i]);

		trial_step(trial, &step, &difference);
		free(step.bytes);
		expect("the program", i, found->steps[i].outcome, &difference.program);
		expect("the model", i, found->steps[i].outcome, &difference.model);
	}
	trial_close(trial);
}

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(rows)];

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		tests[i] = (struct CMUnitTest){.name = rows[i].name,
					       .test_func = both_say_what_is_right,
					       .initial_state = (void *)&rows[i]};
	return cmocka_run_group_tests_name("found", tests, NULL, NULL);
}
