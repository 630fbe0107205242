// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "memory.h"
#include "yaml_arena.h"

#define BLOCK_SIZE (64 * 1024)

struct yaml_block {
	struct yaml_block *next;
	size_t used, size;
	_Alignas(8) char bytes[];
};

static struct yaml_block *add_block(struct yaml_block **blocks, size_t size)
{
	struct yaml_block *block = memory_zeroed(1, sizeof(*block) + size);

	block->size = size;
	block->next = *blocks;
	*blocks = block;
	return block;
}

void *yaml_arena_take(struct yaml_block **blocks, size_t size)
{
	size_t rounded = (size + 7) / 8 * 8;
	struct yaml_block *block = *blocks;
	void *taken;

	if (!block || block->size - block->used < rounded)
		block = add_block(blocks, rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE);
	taken = block->bytes + block->used;
	block->used += rounded;
	return taken;
}

void yaml_arena_free(struct yaml_block **blocks)
{
	while (*blocks) {
		struct yaml_block *block = *blocks;

		*blocks = block->next;
		free(block);
	}
}
