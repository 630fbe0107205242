/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel says that a NIC's driver can do with XDP. From Linux 6.3 on it does. */
#ifndef DATAPLANE_FEATURES_H
#define DATAPLANE_FEATURES_H

#include <stdbool.h>

struct features {
	bool known;        /* false: this kernel does not say, and the rest is false */
	bool native;       /* it would take a program as it is set up now */
	bool multi_buffer; /* and frames in several buffers, so of any size */
};

struct features features_read(unsigned ifindex);

#endif
