/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets in a row, each at its time and on its interface: what is remembered of the former decides. */
#ifndef PACKET_CONVERSATION_H
#define PACKET_CONVERSATION_H

#include "judge.h"

#define STEPS_MAX 24

/* Where the perimeter0 and inside0 of the site are in the configuration. */
enum { PERIMETER, INSIDE };

/* One packet; a step without an address is the end. */
struct step {
	double at; /* seconds since the beginning */
	size_t interface;
	struct frame frame;
	struct outcome outcome;
};

struct conversation {
	const char *name; /* a sentence */
	const char *settings; /* lines of the configuration more; NULL: none */
	unsigned grace;   /* seconds */
	struct step steps[STEPS_MAX];
	__u64 events[FLOW_EVENT_COUNT]; /* counted at the end */
};

static inline void take_step(struct gate *gate, const struct conversation *conversation,
			     const struct step *step)
{
	const struct built *built = build(&step->frame);
	char expected_text[OUTCOME_TEXT_SIZE], seen_text[OUTCOME_TEXT_SIZE];
	struct outcome seen;

	dataplane_bench_set_clock(gate->bench,
				  DATAPLANE_BENCH_START_NS + (__u64)(step->at * 1e9));
	seen = run_on(gate, step->interface, built->bytes, built->len);
	if (is_same_outcome(&step->outcome, &seen))
		return;
	outcome_print(&step->outcome, expected_text);
	outcome_print(&seen, seen_text);
	fail_msg("%s: step %td, at %g s: expected %s, saw %s", conversation->name,
		 step - conversation->steps + 1, step->at, expected_text, seen_text);
}

static inline void expect_events(struct gate *gate, const struct conversation *conversation)
{
	struct error error = {0};
	struct counters counters;

	if (dataplane_bench_counters(gate->bench, &counters, &error))
		fail_msg("%s", error.text);
	for (int i = 0; i < FLOW_EVENT_COUNT; i++)
		if (counters.flow_events[i] != conversation->events[i])
			fail_msg("%s: %llu %s, expected %llu", conversation->name,
				 counters.flow_events[i], counters_flow_event_label(i),
				 conversation->events[i]);
	counters_free(&counters);
}

/* A test's function; its initial state is the conversation. */
static inline void conversation_holds(void **state)
{
	const struct conversation *conversation = *state;
	struct site site = {"single-director", "enforce", "{ping: true}", .stateful = true,
			    .settings = conversation->settings};
	struct gate gate = {0};
	struct error error = {0};

	read_site(&site, &gate.policy, &gate.tables);
	if (dataplane_bench_open(&gate.policy, &gate.tables, conversation->grace, &gate.bench,
				 &error))
		fail_msg("%s", error.text);
	for (const struct step *step = conversation->steps; step->frame.from; step++)
		take_step(&gate, conversation, step);
	expect_events(&gate, conversation);
	dataplane_bench_close(gate.bench);
	compile_free(&gate.tables);
	policy_free(&gate.policy);
}

#endif
