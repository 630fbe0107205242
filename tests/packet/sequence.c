// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "sequence.h"

void sequence_add(struct sequence *sequence, struct step step)
{
	const unsigned char *bytes = step.bytes;

	step.bytes = memory_there(malloc(step.len));
	memcpy(step.bytes, bytes, step.len);
	*(struct step *)memory_append(&sequence->steps, &sequence->count,
				      sizeof(*sequence->steps)) = step;
}

struct sequence sequence_copy(const struct sequence *sequence, const bool *kept)
{
	struct sequence copy = {0};

	for (size_t i = 0; i < sequence->count; i++)
		if (!kept || kept[i])
			sequence_add(&copy, sequence->steps[i]);
	return copy;
}

void sequence_free(struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->count; i++)
		free(sequence->steps[i].bytes);
	free(sequence->steps);
	*sequence = (struct sequence){0};
}
