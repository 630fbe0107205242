// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "steps.h"

#define MILLISECONDS 1000000ull
#define SECONDS      1000000000ull

/* None, ESTABLISHED, SYN_RECV, FIN_WAIT1, TIME_WAIT, CLOSE (UDP: not connected), LISTEN,
 * NEW_SYN_RECV. */
const uint8_t step_socket_states[WHERE_SOCKET + 1] = {0, 1, 3, 4, 6, 7, 10, 12};

/* Below and above the resolution of time, and each phase's default. */
const uint64_t step_pauses_ns[PAUSE_COUNT] = {
	0,
	1 * MILLISECONDS,
	600 * MILLISECONDS,
	1 * SECONDS,
	2 * SECONDS,
	29 * SECONDS,
	31 * SECONDS,
	59 * SECONDS,
	61 * SECONDS,
	119 * SECONDS,
	121 * SECONDS,
	179 * SECONDS,
	301 * SECONDS,
	601 * SECONDS,
	3600 * SECONDS,
	86401 * SECONDS,
};

bool steps_read(struct steps *steps, const uint8_t *bytes, size_t len)
{
	size_t at = STEPS_HEAD_LEN;

	*steps = (struct steps){0};
	if (len < STEPS_HEAD_LEN)
		return false;
	steps->options = bytes[0] | bytes[1] << 8;
	steps->switches = bytes[2];
	while (steps->count < STEPS_MAX && at + STEP_HEAD_LEN <= len) {
		struct step *step = &steps->items[steps->count++];
		size_t left = len - at - STEP_HEAD_LEN;
		size_t frame_len = (bytes[at + 2] | bytes[at + 3] << 8) % (FRAME_MAX + 1);

		*step = (struct step){
			.where = bytes[at],
			.pause = bytes[at + 1],
			.len = frame_len < left ? frame_len : left,
			.frame = bytes + at + STEP_HEAD_LEN,
		};
		at += STEP_HEAD_LEN + step->len;
	}
	return true;
}

size_t steps_write(const struct steps *steps, uint8_t *bytes, size_t room)
{
	size_t at = STEPS_HEAD_LEN;

	if (room < STEPS_HEAD_LEN)
		return 0;
	bytes[0] = steps->options;
	bytes[1] = steps->options >> 8;
	bytes[2] = steps->switches;
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];

		if (at + STEP_HEAD_LEN + step->len > room)
			break;
		bytes[at] = step->where;
		bytes[at + 1] = step->pause;
		bytes[at + 2] = step->len;
		bytes[at + 3] = step->len >> 8;
		if (step->len)
			memcpy(bytes + at + STEP_HEAD_LEN, step->frame, step->len);
		at += STEP_HEAD_LEN + step->len;
	}
	return at;
}
