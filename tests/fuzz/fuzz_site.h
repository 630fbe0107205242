/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The policy that the packet fuzzer judges by: the packet tests' site, with all that the page has.
 */
#ifndef FUZZ_SITE_H
#define FUZZ_SITE_H

#include "compile.h"
#include "policy.h"

/* With `homes` its interfaces are those of SITE_TRUNK. Ends the process when the text is not good.
 */
void fuzz_site_read(bool homes, struct policy *policy, struct tables *tables);

#endif
