// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

int(error_set)(struct error *error, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return code;
}

void error_add_line(struct error *error, const char *line)
{
	size_t len = strlen(error->text);

	snprintf(error->text + len, sizeof(error->text) - len, "%s%s", len ? "\n" : "", line);
}
