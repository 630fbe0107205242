/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stdbool.h>

/* Does this process have the capability (CAP_... of linux/capability.h) in effect? */
bool capability_is_held(unsigned capability);

#endif
