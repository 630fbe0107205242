/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A YAML text as a tree of nodes that know where they stand. Strict: one document, no
 * tags, no merge keys, no duplicate keys, bounded nesting and aliases.
 */
#ifndef YAML_TREE_H
#define YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "diagnostics.h"

#define YAML_TREE_DEPTH_MAX 8
#define YAML_TREE_ALIASED_MAX 1000000 /* nodes that all aliases together may stand for */

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAPPING };

/*
 * A list's nodes are first, first->next, ...; a mapping's keys likewise, each a
 * scalar with its value. An alias is a node of its own with the anchor's children.
 */
struct yaml_node {
	struct position position;
	struct yaml_node *next;
	union {
		const char *text;        /* scalar; no NUL inside */
		struct yaml_node *first; /* list, mapping */
	};
	struct yaml_node *value; /* of a key */
	size_t count;            /* children */
	unsigned weight;         /* nodes that this one stands for, aliases followed */
	enum yaml_kind kind;
	unsigned char height; /* levels of lists and mappings from here down */
	bool quoted;          /* scalar in quotes, or a block of text */
	bool open;            /* still being read */
};

struct yaml_tree {
	struct yaml_node *root; /* NULL when the text could not be read to its end */
	struct yaml_block *blocks;
};

/*
 * Reads a text that config_text_check() found good. `file` is the name for
 * positions. What is wrong goes to the diagnostics; a tree may be there all the same.
 */
void yaml_tree_read(struct yaml_tree *tree, const char *file, const char *text, size_t len,
		    struct diagnostics *diagnostics);
void yaml_tree_free(struct yaml_tree *tree);

#endif
