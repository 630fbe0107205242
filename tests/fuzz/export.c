// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

#include "export.h"
#include "steps.h"

#define INPUT_MAX 4096 /* longer ones are no good to a fuzzer */

struct export
{
	struct steps steps;
	uint8_t frames[STEPS_MAX][FRAME_MAX];
	__u64 clock_ns; /* of the step before */
};

static unsigned files; /* written by this process */

static bool lists_sources(const struct policy *policy)
{
	for (size_t i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].lists_sources)
			return true;
	return false;
}

struct export *export_open(const struct policy *policy, unsigned grace)
{
	struct export *export;

	if (!getenv("FUZZ_EXPORT"))
		return NULL;
	export = memory_zeroed(1, sizeof(*export));
	export->steps.options = OPTION_MULTI_BUFFER | OPTION_EXPLAIN |
				(policy->mode == MODE_MONITOR ? OPTION_MONITOR : 0) |
				(policy->stateful ? OPTION_STATEFUL : 0) |
				(policy->pickup ? OPTION_PICKUP : 0) | (grace ? OPTION_GRACE : 0) |
				(lists_sources(policy) ? OPTION_HOMES : 0);
	for (int i = 0; i < PASS_SWITCH_COUNT; i++)
		export->steps.switches |= policy->pass[i] << i;
	return export;
}

/* The longest pause that is not longer than what passed. */
static uint8_t pause_of(__u64 passed_ns)
{
	uint8_t pause = 0;

	while (pause + 1 < PAUSE_COUNT && step_pauses_ns[pause + 1] <= passed_ns)
		pause++;
	return pause;
}

void export_frame(struct export *export, size_t interface, __u64 clock_ns, const void *frame,
		  size_t len)
{
	size_t i;

	if (!export || export->steps.count == STEPS_MAX)
		return;
	i = export->steps.count++;
	export->steps.items[i] = (struct step){
		.where = interface | (len > FRAME_MAX ? WHERE_MORE_BUFFERS : 0),
		.pause = i ? pause_of(clock_ns - export->clock_ns) : 0,
		.len = len < FRAME_MAX ? len : FRAME_MAX,
		.frame = export->frames[i],
	};
	memcpy(export->frames[i], frame, export->steps.items[i].len);
	export->clock_ns = clock_ns;
}

void export_end(struct export *export)
{
	AUTO_FREE char *path = NULL;
	uint8_t input[INPUT_MAX];
	size_t len;
	FILE *file;

	if (!export || !export->steps.count)
		return;
	path = memory_format("%s/%s-%u", getenv("FUZZ_EXPORT"), program_invocation_short_name,
			     files++);
	file = memory_there(fopen(path, "w"));
	len = steps_write(&export->steps, input, sizeof(input));
	fwrite(input, 1, len, file);
	fclose(file);
	export->steps.count = 0;
}

void export_close(struct export *export)
{
	export_end(export);
	free(export);
}
