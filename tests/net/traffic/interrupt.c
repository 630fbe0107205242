// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Preloaded into the command under test: interrupts it at the bpf() call INTERRUPT_AT, which is
 * COMMAND:N, the N-th of that command by linux/bpf.h's number. (Several threads load programs: the
 * N-th of all calls is another one in each run.) INTERRUPT_HOW=kill ends the process when the call
 * is done, as a crash would; =fail answers ENOMEM in its place; =trace does nothing. INTERRUPT_LOG
 * gets a line COMMAND:N for the call interrupted, or for every call when traced.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGUMENTS   6
#define COMMANDS    64
#define NAME_LENGTH 32

long syscall(long number, ...);

static atomic_uint calls[COMMANDS];

static void log_call(const char *name)
{
	const char *path = getenv("INTERRUPT_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s\n", name);
	close(fd);
}

/* The call is the one to interrupt. */
static int is_next(long command, const char *how)
{
	const char *at = getenv("INTERRUPT_AT");
	int trace = !strcmp(how, "trace");
	char name[NAME_LENGTH];

	if (command < 0 || command >= COMMANDS)
		return 0;
	snprintf(name, sizeof(name), "%ld:%u", command, ++calls[command]);
	if (!trace && (!at || strcmp(name, at)))
		return 0;
	log_call(name);
	return !trace;
}

/* libbpf calls bpf() through the C library's syscall(): this one. */
long syscall(long number, ...)
{
	long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	const char *how = getenv("INTERRUPT_HOW");
	long argument[ARGUMENTS], result;
	va_list arguments;
	int interrupt;

	va_start(arguments, number);
	for (int i = 0; i < ARGUMENTS; i++)
		argument[i] = va_arg(arguments, long);
	va_end(arguments);
	interrupt = number == SYS_bpf && how && is_next(argument[0], how);
	if (interrupt && !strcmp(how, "fail")) {
		errno = ENOMEM;
		return -1;
	}
	result = next(number, argument[0], argument[1], argument[2], argument[3], argument[4],
		      argument[5]);
	if (interrupt)
		kill(getpid(), SIGKILL);
	return result;
}
