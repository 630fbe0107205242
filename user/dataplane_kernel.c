// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/libbpf.h>

#include "dataplane_kernel.h"
#include "memory.h"

#define LOG_BEGIN "-- BEGIN PROG LOAD LOG --\n"
#define LOG_END   "-- END PROG LOAD LOG --"
#define SPEAKER   "libbpf: "

#define EXCERPT_LINES 4
#define EXCERPT_WIDTH 160 /* bytes of a line; the verifier prints longer ones of registers */

struct words {
	char *text;
	size_t len;
};

/* What libbpf had to say since this thread's last load began. Its callback is given no context. */
static _Thread_local struct words said;

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	AUTO_FREE char *line = NULL;
	int len;

	if (level == LIBBPF_DEBUG)
		return 0;
	len = vasprintf(&line, format, arguments);
	if (len < 0)
		return 0;
	said.text = memory_resize(said.text, said.len + len + 1, 1);
	memcpy(said.text + said.len, line, len + 1);
	said.len += len;
	return len;
}

void kernel_listen(void)
{
	kernel_forget();
	libbpf_set_print(keep);
}

void kernel_forget(void)
{
	free(said.text);
	said.text = NULL;
	said.len = 0;
}

/* Neither the statistics at the end of the verifier's log nor what follows from the cause. */
static bool is_telling(const char *line)
{
	static const char *const others[] = {"processed ", "verification time ", "stack depth ",
					     SPEAKER "failed to load "};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strncmp(line, others[i], strlen(others[i])))
			return false;
	return *line != '\n';
}

static void append_line(const char *line, char *text, size_t size)
{
	size_t used = strlen(text), len;

	if (!strncmp(line, SPEAKER, strlen(SPEAKER)))
		line += strlen(SPEAKER);
	len = strcspn(line, "\n");
	snprintf(text + used, size - used, "\n  %.*s",
		 (int)(len < EXCERPT_WIDTH ? len : EXCERPT_WIDTH), line);
}

static void append_last_lines(const char *start, const char *end, char *text, size_t size)
{
	const char *last[EXCERPT_LINES];
	size_t count = 0;

	for (const char *line = start; line < end; line += strcspn(line, "\n") + 1)
		if (is_telling(line))
			last[count++ % EXCERPT_LINES] = line;
	for (size_t i = count < EXCERPT_LINES ? 0 : count - EXCERPT_LINES; i < count; i++)
		append_line(last[i % EXCERPT_LINES], text, size);
}

void kernel_excerpt(const char *words, char *text, size_t size)
{
	const char *begin = strstr(words, LOG_BEGIN);
	const char *end = begin ? strstr(begin, LOG_END) : NULL;

	text[0] = '\0';
	if (end)
		append_last_lines(begin + strlen(LOG_BEGIN), end, text, size);
	else
		append_last_lines(words, words + strlen(words), text, size);
}

int kernel_refused(const char *program, const char *interface, int err, bool verbose,
		   struct error *error)
{
	const char *words = said.text ? said.text : "";
	bool judged = strstr(words, LOG_BEGIN);
	char excerpt[EXCERPT_LINES * (EXCERPT_WIDTH + 3) + 1];
	struct utsname kernel = {};

	uname(&kernel);
	if (verbose)
		fputs(words, stderr);
	if (err == -EPERM && !judged)
		return error_set(error, err,
				 "the kernel lets this user load no program: root, or CAP_BPF, "
				 "CAP_NET_ADMIN and CAP_PERFMON, are needed");
	kernel_excerpt(words, excerpt, sizeof(excerpt));
	return error_set(error, err, "kernel %s refused the program %s for interface %s (%s)%s%s",
			 kernel.release, program, interface, strerror(-err), excerpt,
			 verbose  ? ""
			 : judged ? "\n-v shows the verifier's whole log"
				  : "\n-v shows all that libbpf said");
}
