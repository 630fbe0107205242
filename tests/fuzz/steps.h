/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An input of the packet fuzzer: what the program is set to, then steps. Each lets time pass
 * and a frame arrive.
 *
 *   options   16 bits, lowest byte first     each step:
 *   switches  8 bits, PASS_ARP the lowest      where    8 bits
 *   steps                                      pause    8 bits, of which the lowest four count
 *                                              length   16 bits, lowest byte first
 *                                              frame
 */
#ifndef FUZZ_STEPS_H
#define FUZZ_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEPS_MAX      32 /* what an input has more is not looked at */
#define STEPS_HEAD_LEN 3
#define STEP_HEAD_LEN  4
#define FRAME_MAX      2048 /* of one buffer */

enum option {
	OPTION_MONITOR = 1,
	OPTION_STATEFUL = 2,
	OPTION_PICKUP = 4,
	OPTION_GRACE = 8,         /* for GRACE_SECONDS */
	OPTION_MULTI_BUFFER = 16, /* the kernel has it */
	OPTION_EXPLAIN = 32,
	OPTION_FEW_FLOWS = 64, /* two of each kind */
	OPTION_HOMES = 128,    /* and VLANs, as SITE_TRUNK has them */
};

enum where {
	WHERE_INTERFACE = 3,     /* modulo how many there are */
	WHERE_SOCKET_SHIFT = 2,  /* an index into step_socket_states */
	WHERE_SOCKET = 7,        /* after the shift */
	WHERE_MORE_BUFFERS = 32, /* STEP_MORE_LEN bytes of the frame stand elsewhere */
	WHERE_NO_ROOM = 64,      /* for an opening or flow */
	WHERE_APPLY = 128,       /* another generation of the same policy is in force before it */
};

#define STEP_MORE_LEN 4096
#define GRACE_SECONDS 300

/* States as of TCP; 0: no socket. */
extern const uint8_t step_socket_states[WHERE_SOCKET + 1];

#define PAUSE_COUNT 16
extern const uint64_t step_pauses_ns[PAUSE_COUNT];

struct step {
	uint8_t where, pause;
	uint16_t len;
	const uint8_t *frame;
};

struct steps {
	uint16_t options;
	uint8_t switches;
	struct step items[STEPS_MAX];
	size_t count;
};

/* The frames stay where they are. False when there is not even a head. */
bool steps_read(struct steps *steps, const uint8_t *bytes, size_t len);

/* Writes as many steps as `room` holds; returns the length. */
size_t steps_write(const struct steps *steps, uint8_t *bytes, size_t room);

#endif
