/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory for the many small parts of a YAML tree, freed all at once. */
#ifndef YAML_ARENA_H
#define YAML_ARENA_H

#include <stddef.h>

struct yaml_block;

/* `size` zeroed bytes, aligned for any node, from the last block or a new one. */
void *yaml_arena_take(struct yaml_block **blocks, size_t size);
void yaml_arena_free(struct yaml_block **blocks);

#endif
