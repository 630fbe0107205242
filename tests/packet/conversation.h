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

/*
 * Loading a program takes long in an emulated machine, so that conversations with the
 * same settings share one, but for the grace, which is over soon. Each begins when all that the
 * former left is long forgotten.
 */
struct stage {
	const char *settings;
	unsigned grace;
	struct gate gate;
	unsigned played; /* so many conversations */
	double begins;   /* the latest, in seconds after the clock's start */
};

#define STAGES_MAX 8
#define PAUSE      400000 /* seconds: longer than any timeout */

static struct stage stages[STAGES_MAX];

static inline bool is_same_text(const char *left, const char *right)
{
	return !strcmp(left ? left : "", right ? right : "");
}

static inline void open_stage(struct stage *stage, const struct conversation *conversation)
{
	struct site site = {"single-director", "enforce", "{ping: true}", .stateful = true,
			    .settings = conversation->settings};
	struct gate *gate = &stage->gate;
	struct error error = {0};

	read_site(&site, &gate->policy, &gate->tables);
	if (dataplane_bench_open(&gate->policy, &gate->tables, conversation->grace, &gate->bench,
				 &error))
		fail_msg("%s", error.text);
	stage->settings = conversation->settings;
	stage->grace = conversation->grace;
}

static inline struct stage *find_stage(const struct conversation *conversation)
{
	for (size_t i = 0; i < STAGES_MAX; i++) {
		struct stage *stage = &stages[i];

		if (!stage->gate.bench)
			open_stage(stage, conversation);
		if (stage->grace == conversation->grace && !(stage->grace && stage->played) &&
		    is_same_text(stage->settings, conversation->settings))
			return stage;
	}
	fail_msg("more than %d kinds of settings", STAGES_MAX);
	return NULL;
}

/* A group's teardown. */
static inline int close_stages(void **state)
{
	(void)state;
	for (size_t i = 0; i < STAGES_MAX; i++) {
		if (!stages[i].gate.bench)
			continue;
		dataplane_bench_close(stages[i].gate.bench);
		compile_free(&stages[i].gate.tables);
		policy_free(&stages[i].gate.policy);
	}
	return 0;
}

static inline void take_step(struct stage *stage, const struct conversation *conversation,
			     const struct step *step)
{
	const struct built *built = build(&step->frame);
	char expected_text[OUTCOME_TEXT_SIZE], seen_text[OUTCOME_TEXT_SIZE];
	double at = stage->begins + step->at;
	struct outcome seen;

	dataplane_bench_set_clock(stage->gate.bench, DATAPLANE_BENCH_START_NS + (__u64)(at * 1e9));
	seen = run_on(&stage->gate, step->interface, built->bytes, built->len);
	if (is_same_outcome(&step->outcome, &seen))
		return;
	outcome_print(&step->outcome, expected_text);
	outcome_print(&seen, seen_text);
	fail_msg("%s: step %td, at %g s: expected %s, saw %s", conversation->name,
		 step - conversation->steps + 1, step->at, expected_text, seen_text);
}

static inline void read_events(struct stage *stage, __u64 events[FLOW_EVENT_COUNT])
{
	struct error error = {0};
	struct counters counters;

	if (dataplane_bench_counters(stage->gate.bench, &counters, &error))
		fail_msg("%s", error.text);
	memcpy(events, counters.flow_events, sizeof(counters.flow_events));
	counters_free(&counters);
}

/* A test's function; its initial state is the conversation. */
static inline void conversation_holds(void **state)
{
	const struct conversation *conversation = *state;
	struct stage *stage = find_stage(conversation);
	__u64 before[FLOW_EVENT_COUNT], after[FLOW_EVENT_COUNT];

	stage->begins = (double)PAUSE * stage->played++;
	read_events(stage, before);
	for (const struct step *step = conversation->steps; step->frame.from; step++)
		take_step(stage, conversation, step);
	read_events(stage, after);
	for (int i = 0; i < FLOW_EVENT_COUNT; i++)
		if (after[i] - before[i] != conversation->events[i])
			fail_msg("%s: %llu %s, expected %llu", conversation->name,
				 after[i] - before[i], counters_flow_event_label(i),
				 conversation->events[i]);
}

#endif
