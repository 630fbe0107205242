// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "directorgate.bpf.c"

#include "kernel.h"
#include "program.h"

#define AS_SHAPE(name)                                                                             \
	{&name, sizeof(*name.type) / sizeof(int), sizeof(*name.key), sizeof(*name.value)},
const struct map_shape program_maps[PROGRAM_MAP_COUNT] = {PROGRAM_MAPS(AS_SHAPE)};

struct settings *program_settings(void)
{
	static struct settings *unprotected;

	if (!unprotected)
		unprotected = kernel_unprotect(&settings, sizeof(settings));
	return unprotected;
}

struct places *program_places(void)
{
	static struct places *unprotected;

	if (!unprotected)
		unprotected = kernel_unprotect(&places, sizeof(places));
	return unprotected;
}

struct constant_tables *program_tables(void)
{
	return kernel_unprotect(&tables, sizeof(tables));
}

int program_run(const void *start, const void *end)
{
	struct xdp_md context = {
		.data = (unsigned long)start,
		.data_end = (unsigned long)end,
	};

	return directorgate(&context);
}

struct judgement program_judgement(void)
{
	return judged;
}

void program_set_clock(__u64 now_ns)
{
	bench_clock_ns = now_ns;
}
