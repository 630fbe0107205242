// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>

#include "output.h"

int output_finish(struct error *error)
{
	if (fflush(stdout) || ferror(stdout))
		return error_set(error, -EIO, "cannot write to standard output");
	return 0;
}

int output_json(json_t *value, struct error *error)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	json_decref(value);
	putchar('\n');
	return output_finish(error);
}
