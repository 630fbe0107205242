/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A whole Ethernet frame from a few words about it. */
#ifndef FRAME_H
#define FRAME_H

#include <stddef.h>

#include <linux/types.h>

#include "prefix.h"

#define FRAME_SIZE 128

struct frame_plan {
	struct address source, destination;  /* of one family */
	__u8 protocol;                       /* IANA number; 1 and 58 become an echo request */
	__u16 source_port, destination_port; /* host order; TCP and UDP */
	__u8 tcp_flags;
	__u16 vlan; /* id; 0: untagged */
};

#define FRAME_TCP_SYN 0x02
#define FRAME_TCP_ACK 0x10

/* Writes the frame, padded to 60 bytes; checksums are zero: nothing that judges it looks at them.
 * Returns its length. */
size_t frame_write(const struct frame_plan *plan, unsigned char frame[FRAME_SIZE]);

#endif
