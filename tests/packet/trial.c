// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "compile.h"
#include "config.h"
#include "dataplane.h"
#include "memory.h"
#include "trial.h"

/* One policy, read and compiled. */
struct ruling {
	struct policy policy;
	struct tables tables;
	struct diagnostics diagnostics;
	unsigned grace;
};

struct trial {
	struct ruling *rulings[2];   /* the second may be NULL */
	const struct policy *policy; /* in force */
	struct dataplane_bench *bench;
	struct model *model;
};

static void forget(struct ruling *ruling)
{
	if (!ruling)
		return;
	if (ruling->tables.constants)
		compile_free(&ruling->tables);
	policy_free(&ruling->policy);
	diagnostics_free(&ruling->diagnostics);
	free(ruling);
}

static bool read_text(struct ruling *ruling, const char *text, bool tell)
{
	AUTO_FD int fd = memfd_create("policy.yaml", MFD_CLOEXEC);
	AUTO_FREE char *path = memory_format("/proc/self/fd/%d", fd);
	struct error error = {0};

	if (fd < 0 || dprintf(fd, "%s", text) < 0)
		return false;
	if (!config_read(path, NULL, &ruling->policy, &ruling->diagnostics)) {
		if (tell)
			diagnostics_print(&ruling->diagnostics, stderr);
		return false;
	}
	if (compile(&ruling->policy, &ruling->tables, &error) == 0)
		return true;
	if (tell)
		fprintf(stderr, "%s\n", error.text);
	return false;
}

static struct ruling *rule_by(const char *text, bool tell)
{
	struct ruling *ruling = memory_zeroed(1, sizeof(*ruling));

	if (read_text(ruling, text, tell)) {
		ruling->grace = ruling->policy.pickup ? ruling->policy.pickup_grace : 0;
		return ruling;
	}
	forget(ruling);
	return NULL;
}

static bool open_bench(struct trial *trial, bool tell)
{
	struct ruling *ruling = trial->rulings[0];
	struct error error = {0};

	if (dataplane_bench_open(&ruling->policy, &ruling->tables, ruling->grace, &trial->bench,
				 &error) == 0)
		return true;
	if (tell)
		fprintf(stderr, "%s\n", error.text);
	return false;
}

struct trial *trial_open(const struct policies *policies, bool tell)
{
	struct trial *trial = memory_zeroed(1, sizeof(*trial));
	bool good = true;

	for (int i = 0; i < 2 && policies->texts[i]; i++) {
		trial->rulings[i] = rule_by(policies->texts[i], tell);
		good = good && trial->rulings[i];
	}
	if (!good || !open_bench(trial, tell)) {
		trial_close(trial);
		return NULL;
	}
	trial->policy = &trial->rulings[0]->policy;
	trial->model =
		model_open(trial->policy, DATAPLANE_BENCH_START_NS, trial->rulings[0]->grace);
	return trial;
}

void trial_close(struct trial *trial)
{
	if (trial->model)
		model_close(trial->model);
	dataplane_bench_close(trial->bench);
	forget(trial->rulings[0]);
	forget(trial->rulings[1]);
	free(trial);
}

const struct policy *trial_policy(const struct trial *trial, int which)
{
	return trial->rulings[which] ? &trial->rulings[which]->policy : NULL;
}

static void apply(struct trial *trial)
{
	struct ruling *next = trial->rulings[1];
	struct error error = {0};

	if (dataplane_bench_apply(trial->bench, &next->policy, &next->tables, next->grace,
				  &error)) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	model_apply(trial->model, &next->policy, DATAPLANE_BENCH_START_NS, next->grace);
	trial->policy = &next->policy;
}

static bool is_same(const struct outcome *left, const struct outcome *right)
{
	return left->verdict == right->verdict && left->reason == right->reason &&
	       left->direction == right->direction && left->pass_switch == right->pass_switch &&
	       strcmp(left->rule ? left->rule : "", right->rule ? right->rule : "") == 0;
}

static void count(struct tally *tally, const struct outcome *outcome)
{
	tally->packets++;
	tally->passed += outcome->verdict != VERDICT_DROP;
	if (outcome->verdict == VERDICT_DROP)
		tally->reasons[outcome->reason]++;
	else if (outcome->verdict == VERDICT_RULE)
		tally->directions[outcome->direction]++;
	else
		tally->switches[outcome->pass_switch]++;
}

static void run_program(struct trial *trial, const struct step *step, struct outcome *outcome,
			bool *passed)
{
	struct judgement judgement = {0};
	struct error error = {0};

	dataplane_bench_set_clock(trial->bench, DATAPLANE_BENCH_START_NS + step->after_ns);
	if (dataplane_bench_run(trial->bench, step->interface, step->bytes, step->len, &judgement,
				passed, &error)) {
		fprintf(stderr, "%s\n", error.text);
		judgement = (struct judgement){.reason = DROP_INTERNAL};
	}
	*outcome = outcome_of(&judgement, trial->policy);
}

bool trial_step(struct trial *trial, const struct step *step, struct difference *difference)
{
	bool monitor;

	if (step->applied && trial->policy == &trial->rulings[0]->policy)
		apply(trial);
	monitor = trial->policy->mode == MODE_MONITOR;
	run_program(trial, step, &difference->program, &difference->passed);
	difference->model = model_judge(trial->model, step->interface, step->bytes, step->len,
					DATAPLANE_BENCH_START_NS + step->after_ns);
	return is_same(&difference->program, &difference->model) &&
	       difference->passed == (monitor || difference->model.verdict != VERDICT_DROP);
}

bool trial_run(struct trial *trial, const struct sequence *sequence, struct tally *tally,
	       struct difference *difference)
{
	for (size_t i = 0; i < sequence->count; i++) {
		difference->step = i;
		if (!trial_step(trial, &sequence->steps[i], difference))
			return false;
		if (tally)
			count(tally, &difference->model);
	}
	return true;
}
