// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory.h"

#include "fuzz_site.h"
#include "packet/site.h"

void fuzz_site_read(bool homes, struct policy *policy, struct tables *tables)
{
	const struct site site = {
		.profile = "{name: single-director, options: [cls-to-director]}",
		.mode = "enforce",
		.pass = "{}",
		.stateful = true,
		.interfaces = homes ? sites[SITE_TRUNK].interfaces : NULL,
	};

	read_site(&site, policy, tables);
}
