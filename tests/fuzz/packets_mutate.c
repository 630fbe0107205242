// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How the packet fuzzer changes an input: libFuzzer's own ways on all of it or inside one
 * frame, and a few that make conversations: a frame answered, repeated, moved, lengths that agree.
 */
#include <stdint.h>
#include <string.h>

#include "random.h"
#include "steps.h"

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t max_len);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max_len, unsigned seed);

/* libFuzzer seeds it for each change, so that a run can be had again. */
static struct random dice;

enum { LINK_LEN = 14, TAG_LEN = 4, IPV4_LEN = 20, IPV6_LEN = 40 };
enum { TCP = 6, UDP = 17, ICMP = 1, ICMPV6 = 58 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

/* Where the headers stand in a frame without IP options and extension headers. */
struct place {
	uint8_t *ip, *transport;
	size_t ip_len, transport_len; /* from there to the frame's end */
	int version;                  /* 0: it is no IP packet */
	uint8_t protocol;
};

static struct place locate(uint8_t *frame, size_t len)
{
	struct place place = {0};
	size_t at = LINK_LEN, header_len;

	while (at + TAG_LEN <= len && (frame[at - 2] == 0x81 || frame[at - 2] == 0x88))
		at += TAG_LEN;
	if (at >= len)
		return place;
	header_len = frame[at] >> 4 == 6 ? IPV6_LEN : IPV4_LEN;
	if (len - at < header_len + 8 || (frame[at] >> 4 != 4 && frame[at] >> 4 != 6))
		return place;
	return (struct place){
		.ip = frame + at,
		.transport = frame + at + header_len,
		.ip_len = len - at,
		.transport_len = len - at - header_len,
		.version = frame[at] >> 4,
		.protocol = frame[at + (header_len == IPV6_LEN ? 6 : 9)],
	};
}

static void put_short(uint8_t *at, size_t number)
{
	at[0] = number >> 8;
	at[1] = number;
}

/* Each length is what follows. */
static void mend_lengths(uint8_t *frame, size_t len)
{
	struct place place = locate(frame, len);

	if (place.version == 4)
		put_short(place.ip + 2, place.ip_len);
	if (place.version == 6)
		put_short(place.ip + 4, place.transport_len);
	if (place.version && place.protocol == UDP)
		put_short(place.transport + 4, place.transport_len);
}

static void swap(uint8_t *left, uint8_t *right, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = left[i];

		left[i] = right[i];
		right[i] = byte;
	}
}

static void add(uint8_t number[4], uint32_t more)
{
	uint32_t sum =
		((uint32_t)number[0] << 24 | number[1] << 16 | number[2] << 8 | number[3]) + more;

	for (int i = 0; i < 4; i++)
		number[i] = sum >> (24 - 8 * i);
}

/* The acknowledgement becomes what the other side sent, and the flags go one step on. */
static void answer_tcp(uint8_t *tcp, size_t len)
{
	uint8_t *sequence = tcp + 4, *acknowledgement = tcp + 8, *flags = tcp + 13;
	size_t header_len;

	if (len < 20)
		return;
	header_len = (tcp[12] >> 4) * 4u;
	swap(sequence, acknowledgement, 4);
	add(acknowledgement, len > header_len ? len - header_len : 0);
	if (*flags & (SYN | FIN))
		add(acknowledgement, 1);
	*flags = *flags == SYN    ? SYN | ACK
		 : pick(&dice, 8) ? ACK
		 : pick(&dice, 2) ? FIN | ACK
				  : RST | ACK;
}

/* Makes the frame its own answer. */
static void answer(uint8_t *frame, size_t len)
{
	struct place place = locate(frame, len);

	if (place.version == 4)
		swap(place.ip + 12, place.ip + 16, 4);
	if (place.version == 6)
		swap(place.ip + 8, place.ip + 24, 16);
	if (place.version && (place.protocol == TCP || place.protocol == UDP))
		swap(place.transport, place.transport + 2, 2);
	if (place.version && place.protocol == TCP)
		answer_tcp(place.transport, place.transport_len);
}

/* A copy of the step's frame, which may be changed; valid until the next call. */
static uint8_t *own(struct step *step)
{
	static uint8_t frame[FRAME_MAX];

	if (step->len)
		memcpy(frame, step->frame, step->len);
	step->frame = frame;
	return frame;
}

static void mutate_frame(struct step *step)
{
	uint8_t *frame = own(step);

	step->len = LLVMFuzzerMutate(frame, step->len, FRAME_MAX);
	if (pick(&dice, 4))
		mend_lengths(frame, step->len);
}

/* An error that its answerer sends about the frame. */
static void quote(struct step *step)
{
	struct place place = locate(own(step), step->len);
	uint8_t quoted[64], *at = place.transport;
	size_t len = place.ip_len < sizeof(quoted) ? place.ip_len : sizeof(quoted);

	if (!place.version)
		return;
	memcpy(quoted, place.ip, len);
	if (place.version == 4)
		swap(place.ip + 12, place.ip + 16, 4);
	else
		swap(place.ip + 8, place.ip + 24, 16);
	place.ip[place.version == 4 ? 9 : 6] = place.version == 4 ? ICMP : ICMPV6;
	if ((size_t)(at - step->frame) + 8 + len > FRAME_MAX)
		return;
	memset(at, 0, 8);
	at[0] = place.version == 4 ? 3 : 1 + pick(&dice, 4);
	memcpy(at + 8, quoted, len);
	step->len = at - step->frame + 8 + len;
	mend_lengths((uint8_t *)step->frame, step->len);
}

/* Puts a copy of one step behind it, which is then changed. */
static struct step *repeat(struct steps *steps, size_t index)
{
	struct step *step = &steps->items[index];

	if (steps->count == STEPS_MAX)
		return step;
	memmove(step + 1, step, (steps->count - index) * sizeof(*step));
	steps->count++;
	return step + 1;
}

static void change(struct steps *steps)
{
	size_t index = pick(&dice, steps->count);
	struct step *step = &steps->items[index];

	switch (pick(&dice, 8)) {
	case 0:
	case 1:
		step = repeat(steps, index);
		answer(own(step), step->len);
		break;
	case 2:
		step = repeat(steps, index);
		step->pause = pick(&dice, PAUSE_COUNT);
		break;
	case 3:
		quote(repeat(steps, index));
		break;
	case 4:
		step->where = pick(&dice, 2) ? pick(&dice, 256) : pick(&dice, 4);
		step->pause = pick(&dice, PAUSE_COUNT);
		break;
	case 5:
		steps->options ^= 1 << pick(&dice, 8);
		steps->switches ^= pick(&dice, 4) ? 0 : 1 << pick(&dice, 6);
		break;
	default:
		mutate_frame(step);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max_len, unsigned seed)
{
	static uint8_t copy[STEPS_HEAD_LEN + STEPS_MAX * (STEP_HEAD_LEN + FRAME_MAX)];
	struct steps steps;

	dice.state = seed | 1;
	if (pick(&dice, 4) == 0 || len > sizeof(copy))
		return LLVMFuzzerMutate(bytes, len, max_len);
	memcpy(copy, bytes, len);
	if (!steps_read(&steps, copy, len) || !steps.count)
		return LLVMFuzzerMutate(bytes, len, max_len);
	change(&steps);
	return steps_write(&steps, bytes, max_len);
}
