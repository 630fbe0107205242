// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * usage: stopwatch NETNS-PATH COMMAND...
 *
 * Runs a command in a network namespace; its output goes to standard error. Prints how many seconds
 * it took, seconds of processor time in it, the most memory that it had in KiB, and its exit code,
 * tab-separated. Small, so that what it occupies itself is no part of the peak, which exec hands
 * on.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../net/traffic/namespace.h"

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct rusage usage = {0};
	double start;
	int status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: stopwatch NETNS-PATH COMMAND...\n", stderr);
		return 64;
	}
	namespace_enter(argv[1]);
	start = now();
	pid = fork();
	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("stopwatch");
		return 1;
	}
	printf("%.6f\t%.6f\t%ld\t%d\n", now() - start,
	       seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
