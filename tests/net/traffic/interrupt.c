// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Preloaded into the command under test: interrupts it at its INTERRUPT_AT-th bpf() call.
 * INTERRUPT_HOW=kill ends the process there, as a crash would; =fail answers
 * ENOMEM once; =trace does nothing. INTERRUPT_LOG gets a line with the number of
 * bpf()'s command for the call interrupted, or for every call when traced.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGUMENTS 6

long syscall(long number, ...);

static long calls;

static void log_command(long command)
{
	const char *path = getenv("INTERRUPT_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%ld\n", command);
	close(fd);
}

/* True when the call is to fail. Does not return when the process is to die. */
static int interrupt(long command)
{
	const char *at = getenv("INTERRUPT_AT"), *how = getenv("INTERRUPT_HOW");
	int trace = how && !strcmp(how, "trace");

	if (!how || (!trace && (!at || ++calls != atol(at))))
		return 0;
	log_command(command);
	if (trace)
		return 0;
	if (!strcmp(how, "kill"))
		kill(getpid(), SIGKILL);
	return 1;
}

/* libbpf calls bpf() through the C library's syscall(): this one. */
long syscall(long number, ...)
{
	long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long argument[ARGUMENTS];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < ARGUMENTS; i++)
		argument[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_bpf && interrupt(argument[0])) {
		errno = ENOMEM;
		return -1;
	}
	return next(number, argument[0], argument[1], argument[2], argument[3], argument[4],
		    argument[5]);
}
