// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The floor: one program for Linux 5.15 and newer. All that its object wants of a kernel is held
 * against the release that brought it; what is newer has to be probed, and the program has to load
 * without it.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/bpf.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "layout.h"
#include "memory.h"
#include "directorgate.skel.h"

#define RELEASE(major, minor) ((major) << 8 | (minor))
#define FLOOR                 RELEASE(5, 15)

/* Helpers are numbered in the order in which they came: bpf_task_pt_regs() is the last of 5.15. */
#define FLOOR_LAST_HELPER 175

#define HELPER_XDP_GET_BUFF_LEN 188
#define HELPER_OF_NO_KERNEL     100000

/* What the program may call, and since when programs for XDP may. */
static const struct {
	unsigned number, release;
	bool probed; /* dataplane_probe.c asks for it, and settings leave the call out */
} helpers[] = {
	{BPF_FUNC_map_lookup_elem, RELEASE(4, 8), false},
	{BPF_FUNC_map_update_elem, RELEASE(4, 8), false},
	{BPF_FUNC_sk_lookup_udp, RELEASE(5, 0), false},
	{BPF_FUNC_sk_release, RELEASE(5, 0), false},
	{BPF_FUNC_skc_lookup_tcp, RELEASE(5, 2), false},
	{BPF_FUNC_jiffies64, RELEASE(5, 6), false},
	{HELPER_XDP_GET_BUFF_LEN, RELEASE(5, 18), true},
};

static const struct {
	enum bpf_map_type type;
	unsigned release;
} map_types[] = {
	{BPF_MAP_TYPE_HASH, RELEASE(3, 19)},
	{BPF_MAP_TYPE_ARRAY, RELEASE(3, 19)},
	{BPF_MAP_TYPE_PERCPU_ARRAY, RELEASE(4, 6)},
	{BPF_MAP_TYPE_LRU_HASH, RELEASE(4, 10)},
};

static const struct {
	unsigned flag, release;
} map_flags[] = {
	{BPF_F_RDONLY_PROG, RELEASE(5, 2)},
	{BPF_F_MMAPABLE, RELEASE(5, 5)},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The object as bpftool put it into the skeleton, in memory of one's own. */
static unsigned char *copy_object(size_t *len)
{
	const void *bytes = directorgate_bpf__elf_bytes(len);
	unsigned char *copy = memory_zeroed(*len, 1);

	memcpy(copy, bytes, *len);
	return copy;
}

/* Calls `visit` with each section of instructions. */
static void visit_code(unsigned char *object, void (*visit)(struct bpf_insn *code, size_t count))
{
	const Elf64_Ehdr *header = (const void *)object;
	const Elf64_Shdr *sections = (const void *)(object + header->e_shoff);
	size_t visited = 0;

	for (unsigned i = 0; i < header->e_shnum; i++) {
		if (!(sections[i].sh_flags & SHF_EXECINSTR) || !sections[i].sh_size)
			continue;
		visit((void *)(object + sections[i].sh_offset),
		      sections[i].sh_size / sizeof(struct bpf_insn));
		visited++;
	}
	assert_int_equal(visited, 2); /* the program, and its subprograms */
}

static bool is_helper_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == 0;
}

/* The row of helpers, or -1. */
static int find_helper(unsigned number)
{
	for (size_t i = 0; i < COUNT(helpers); i++)
		if (helpers[i].number == number)
			return i;
	return -1;
}

static unsigned calls[COUNT(helpers)];

static void check_helpers(struct bpf_insn *code, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int row = find_helper(code[i].imm);

		if (!is_helper_call(&code[i]))
			continue;
		if (row < 0)
			fail_msg("the program calls helper %d: which release brought it to XDP?",
				 code[i].imm);
		calls[row]++;
	}
}

static void every_helper_is_of_the_floor_or_probed(void **state)
{
	size_t len;
	AUTO_FREE unsigned char *object = copy_object(&len);

	(void)state;
	visit_code(object, check_helpers);
	for (size_t i = 0; i < COUNT(helpers); i++) {
		assert_int_not_equal(calls[i], 0); /* a row of no use */
		assert_int_equal(helpers[i].release > FLOOR, helpers[i].probed);
		assert_int_equal(helpers[i].number > FLOOR_LAST_HELPER, helpers[i].probed);
	}
}

/* Additions from the beginning, the others since 5.12; arm64 compiles those natively since 5.18
 * only. */
static bool is_old_atomic(int operation)
{
	switch (operation & ~BPF_FETCH) {
	case BPF_ADD:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		return true;
	}
	return operation == BPF_XCHG || operation == BPF_CMPXCHG;
}

/* What an instruction has that -mcpu=v3, all of it older than the floor, has not; or NULL. */
static const char *newer_part(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	if (class == BPF_LDX && BPF_MODE(insn->code) == 0x80)
		return "a load that extends the sign (6.6)";
	if (class == BPF_JMP32 && operation == BPF_JA)
		return "a long jump (6.6)";
	if (class == BPF_JMP && operation == 0xe0)
		return "may_goto (6.9)";
	if (class == BPF_ALU64 && operation == BPF_END)
		return "an unconditional byte swap (6.6)";
	if ((class == BPF_ALU || class == BPF_ALU64) && insn->off)
		return "signed division, or a move that extends the sign (6.6)";
	if (class == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC && !is_old_atomic(insn->imm))
		return "a load that acquires or a store that releases (6.15)";
	if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL)
		return "a call of a kernel function (5.13, for XDP 6.0)";
	if (insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg == BPF_PSEUDO_FUNC)
		return "a callback (5.13)";
	return NULL;
}

static void check_instructions(struct bpf_insn *code, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (newer_part(&code[i]))
			fail_msg("instruction %zu of %zu is %s", i, count, newer_part(&code[i]));
		i += code[i].code == (BPF_LD | BPF_IMM | BPF_DW); /* is two */
	}
}

static void every_instruction_is_of_the_floor(void **state)
{
	size_t len;
	AUTO_FREE unsigned char *object = copy_object(&len);

	(void)state;
	visit_code(object, check_instructions);
}

static unsigned release_of_type(const struct bpf_map *map)
{
	for (size_t i = 0; i < COUNT(map_types); i++)
		if (map_types[i].type == bpf_map__type(map))
			return map_types[i].release;
	fail_msg("map %s is of type %d: which release brought it?", bpf_map__name(map),
		 bpf_map__type(map));
	return 0;
}

static void check_flags(const struct bpf_map *map)
{
	unsigned left = bpf_map__map_flags(map);

	for (size_t i = 0; i < COUNT(map_flags); i++) {
		if (left & map_flags[i].flag)
			assert_true(map_flags[i].release <= FLOOR);
		left &= ~map_flags[i].flag;
	}
	if (left)
		fail_msg("map %s has the flags %#x: which release brought them?",
			 bpf_map__name(map), left);
}

static void every_map_and_its_flags_are_of_the_floor(void **state)
{
	struct directorgate_bpf *program = directorgate_bpf__open();
	struct bpf_map *map;

	(void)state;
	assert_non_null(program);
	bpf_object__for_each_map(map, program->obj)
	{
		assert_true(release_of_type(map) <= FLOOR);
		check_flags(map);
	}
	assert_int_equal(bpf_program__flags(program->progs.directorgate), 0);
	directorgate_bpf__destroy(program);
}

static const struct btf_type *resolve(const struct btf *btf, unsigned id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (btf_is_mod(type) || btf_is_typedef(type))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* Numbers since 5.6, memory of a known size since 5.12; nothing else, and no tags (6.8). */
static bool is_argument_of_the_floor(const struct btf *btf, unsigned id)
{
	const struct btf_type *type = resolve(btf, id);

	if (btf_is_ptr(type))
		return btf_is_struct(resolve(btf, type->type));
	return btf_is_int(type) || btf_is_enum(type);
}

static void every_global_function_has_arguments_of_the_floor(void **state)
{
	struct directorgate_bpf *program = directorgate_bpf__open();
	const struct btf *btf;
	unsigned functions = 0;

	(void)state;
	assert_non_null(program);
	btf = bpf_object__btf(program->obj);
	for (unsigned id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id), *prototype;
		const char *name = btf__name_by_offset(btf, type->name_off);

		assert_false(btf_is_decl_tag(type));
		if (!btf_is_func(type) || btf_vlen(type) != BTF_FUNC_GLOBAL)
			continue;
		prototype = btf__type_by_id(btf, type->type);
		for (unsigned i = 0; i < btf_vlen(prototype); i++)
			if (!is_argument_of_the_floor(btf, btf_params(prototype)[i].type))
				fail_msg("%s(): argument %u", name, i + 1);
		functions++;
	}
	assert_true(functions > 1);
	directorgate_bpf__destroy(program);
}

static void spoil_probed_calls(struct bpf_insn *code, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int row = find_helper(code[i].imm);

		if (is_helper_call(&code[i]) && row >= 0 && helpers[row].probed)
			code[i].imm = HELPER_OF_NO_KERNEL;
	}
}

static int ignore(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static void set_constants(struct bpf_object *program, bool multi_buffer)
{
	struct directorgate_bpf *layout = NULL;
	typeof(*layout->rodata) constants = {
		.settings = {.stateful = true, .multi_buffer = multi_buffer}};
	struct bpf_map *map;

	bpf_object__for_each_map(map, program) if (strstr(bpf_map__name(map), ".rodata") &&
						   bpf_map__value_size(map) == sizeof(constants))
		assert_int_equal(bpf_map__set_initial_value(map, &constants, sizeof(constants)), 0);
}

/* Loads the program as a kernel without the probed helpers sees it. */
static int load_without_probed_helpers(bool multi_buffer)
{
	size_t len;
	AUTO_FREE unsigned char *object = copy_object(&len);
	struct bpf_object *program;
	int err;

	visit_code(object, spoil_probed_calls);
	program = bpf_object__open_mem(object, len, NULL);
	assert_non_null(program);
	set_constants(program, multi_buffer);
	libbpf_set_print(ignore);
	err = bpf_object__load(program);
	bpf_object__close(program);
	return err;
}

static void the_program_loads_without_what_is_probed(void **state)
{
	(void)state;
	assert_int_equal(load_without_probed_helpers(false), 0);
	/* Else nothing was spoiled. */
	assert_int_not_equal(load_without_probed_helpers(true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_helper_is_of_the_floor_or_probed),
		cmocka_unit_test(every_instruction_is_of_the_floor),
		cmocka_unit_test(every_map_and_its_flags_are_of_the_floor),
		cmocka_unit_test(every_global_function_has_arguments_of_the_floor),
		cmocka_unit_test(the_program_loads_without_what_is_probed),
	};

	return cmocka_run_group_tests_name("floor", tests, NULL, NULL);
}
