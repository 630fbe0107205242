// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "memory.h"
#include "shrink.h"

#define SECONDS_MOST 60 /* it is small enough by then, and the suite has a limit */

struct shrinking {
	struct failure *failure;
	time_t end;
};

/* Whether the frames fit the policies that are left. */
static bool fits(const struct trial *trial, const struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->count; i++) {
		const struct step *step = &sequence->steps[i];
		const struct policy *policy = trial_policy(trial, step->applied);

		if (!policy || step->interface >= policy->interface_count)
			return false;
	}
	return true;
}

static void cut(struct sequence *sequence, size_t count)
{
	while (sequence->count > count)
		free(sequence->steps[--sequence->count].bytes);
}

/* Whether the two differ about this as well; then the sequence ends where they do. */
static bool differ(struct shrinking *shrinking, const struct policies *policies,
		   struct sequence *sequence)
{
	struct difference difference = {0};
	struct trial *trial;
	bool agree = true;

	if (time(NULL) >= shrinking->end)
		return false;
	trial = trial_open(policies, false);
	if (!trial)
		return false;
	if (fits(trial, sequence))
		agree = trial_run(trial, sequence, NULL, &difference);
	if (!agree)
		cut(sequence, difference.step + 1);
	trial_close(trial);
	return !agree;
}

/* Takes the sequence in place of the failure's, if they differ about it; else forgets it. */
static bool take(struct shrinking *shrinking, const struct policies *policies,
		 struct sequence sequence)
{
	if (!differ(shrinking, policies, &sequence)) {
		sequence_free(&sequence);
		return false;
	}
	sequence_free(&shrinking->failure->sequence);
	shrinking->failure->sequence = sequence;
	return true;
}

/* Tries without `count` frames from `first` on. */
static bool drop_frames(struct shrinking *shrinking, size_t first, size_t count)
{
	struct failure *failure = shrinking->failure;
	AUTO_FREE bool *kept = memory_zeroed(failure->sequence.count, sizeof(*kept));

	for (size_t i = 0; i < failure->sequence.count; i++)
		kept[i] = i < first || i >= first + count;
	return take(shrinking, &failure->policies, sequence_copy(&failure->sequence, kept));
}

/* Ever smaller pieces, but for the last frame, which is the one that they differ about. */
static void shrink_frames(struct shrinking *shrinking)
{
	const struct sequence *sequence = &shrinking->failure->sequence;

	for (size_t piece = sequence->count - 1; piece > 0; piece /= 2)
		for (size_t end = sequence->count - 1; end > 0;) {
			size_t first = end > piece ? end - piece : 0;

			drop_frames(shrinking, first, end - first);
			end = first < sequence->count ? first : sequence->count - 1;
		}
}

/* Tries one of the two policies alone. */
static void shrink_policies(struct shrinking *shrinking)
{
	struct policies *policies = &shrinking->failure->policies;

	for (int i = 0; i < 2 && policies->texts[1]; i++) {
		const struct policies alone = {{policies->texts[i], NULL}};
		struct sequence sequence = sequence_copy(&shrinking->failure->sequence, NULL);

		for (size_t step = 0; step < sequence.count; step++)
			sequence.steps[step].applied = false;
		if (!take(shrinking, &alone, sequence))
			continue;
		free(policies->texts[!i]);
		*policies = alone;
	}
}

/* Tries another text for a policy. */
static bool replace(struct shrinking *shrinking, int which, char *text)
{
	struct failure *failure = shrinking->failure;
	struct policies policies = failure->policies;

	policies.texts[which] = text;
	if (!take(shrinking, &policies, sequence_copy(&failure->sequence, NULL))) {
		free(text);
		return false;
	}
	free(failure->policies.texts[which]);
	failure->policies = policies;
	return true;
}

/* Tries a policy without some of its text. */
static bool drop_text(struct shrinking *shrinking, int which, size_t first, size_t end)
{
	const char *text = shrinking->failure->policies.texts[which];

	return replace(shrinking, which, memory_format("%.*s%s", (int)first, text, text + end));
}

/* Lines, from the last on, so that rules go before their roles. */
static void shrink_lines(struct shrinking *shrinking, int which)
{
	size_t end = strlen(shrinking->failure->policies.texts[which]);

	while (end > 0) {
		const char *text = shrinking->failure->policies.texts[which];
		size_t first = end - 1;

		while (first > 0 && text[first - 1] != '\n')
			first--;
		drop_text(shrinking, which, first, end);
		end = first;
	}
}

/* Items of lists, each with the comma before it or, the first one, behind. */
static void shrink_items(struct shrinking *shrinking, int which)
{
	for (size_t i = 0; shrinking->failure->policies.texts[which][i];) {
		const char *text = shrinking->failure->policies.texts[which] + i;
		size_t len = 1 + strcspn(text + 1, ",[]{}\n");
		bool dropped = false;

		if (*text == ',' && strchr(",]}", text[len]))
			dropped = drop_text(shrinking, which, i, i + len);
		else if (*text == '[' && text[len] == ',')
			dropped = drop_text(shrinking, which, i + 1, i + len + 2);
		i += !dropped;
	}
}

/* A policy without the page, where what is left of it does nothing for the case. */
static void shrink_page(struct shrinking *shrinking, int which)
{
	static const char page[] = "profile:\n  name: single-director\n";
	const char *text = shrinking->failure->policies.texts[which];

	if (strncmp(text, page, strlen(page)) == 0)
		replace(shrinking, which, memory_format("profile: none\n%s", text + strlen(page)));
}

static void shrink_text(struct shrinking *shrinking, int which)
{
	if (!shrinking->failure->policies.texts[which])
		return;
	shrink_lines(shrinking, which);
	shrink_page(shrinking, which);
	shrink_lines(shrinking, which);
	shrink_items(shrinking, which);
	shrink_lines(shrinking, which);
}

/* Takes away the time before each frame. */
static void shrink_times(struct shrinking *shrinking)
{
	struct failure *failure = shrinking->failure;

	for (size_t i = 0; i < failure->sequence.count; i++) {
		struct sequence sequence = sequence_copy(&failure->sequence, NULL);
		__u64 before_ns = i ? sequence.steps[i - 1].after_ns : 0;
		__u64 gap_ns = sequence.steps[i].after_ns - before_ns;

		for (size_t j = i; j < sequence.count; j++)
			sequence.steps[j].after_ns -= gap_ns;
		take(shrinking, &failure->policies, sequence);
	}
}

void shrink(struct failure *failure)
{
	struct shrinking shrinking = {failure, time(NULL) + SECONDS_MOST};

	shrink_frames(&shrinking);
	shrink_policies(&shrinking);
	shrink_text(&shrinking, 1);
	shrink_text(&shrinking, 0);
	shrink_frames(&shrinking);
	shrink_times(&shrinking);
}

static void print_text(const char *text)
{
	fputs("\t\t\"", stderr);
	for (; *text; text++) {
		if (*text == '"')
			fputs("\\\"", stderr);
		else if (*text != '\n')
			fputc(*text, stderr);
		else
			fputs(text[1] ? "\\n\"\n\t\t\"" : "\\n", stderr);
	}
	fputs("\",\n", stderr);
}

static void print_step(const struct step *step, const struct difference *difference, bool agree)
{
	char program[OUTCOME_TEXT_SIZE], model[OUTCOME_TEXT_SIZE];

	outcome_print(&difference->program, program);
	outcome_print(&difference->model, model);
	fprintf(stderr, "\t\t{%lluu, %d, %u, \"%s\",\n\t\t \"", (unsigned long long)step->after_ns,
		step->applied, step->interface, model);
	for (size_t i = 0; i < step->len; i++)
		fprintf(stderr, "%02x", step->bytes[i]);
	fputs("\"},\n", stderr);
	if (!agree)
		fprintf(stderr, "\t\t/* that is the model; the program: %s, %s */\n", program,
			difference->passed ? "passed on" : "not passed on");
}

void failure_print(const struct failure *failure)
{
	struct trial *trial = trial_open(&failure->policies, true);
	struct difference difference;

	if (!trial)
		return;
	fputs("{\"...\", {{\n", stderr);
	print_text(failure->policies.texts[0]);
	if (failure->policies.texts[1])
		print_text(failure->policies.texts[1]);
	fputs("\t}}, {\n", stderr);
	for (size_t i = 0; i < failure->sequence.count; i++) {
		const struct step *step = &failure->sequence.steps[i];
		bool agree = trial_step(trial, step, &difference);

		print_step(step, &difference, agree);
	}
	fputs("\t}},\n", stderr);
	trial_close(trial);
}

void failure_free(struct failure *failure)
{
	free(failure->policies.texts[0]);
	free(failure->policies.texts[1]);
	sequence_free(&failure->sequence);
}
