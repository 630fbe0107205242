/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Values of a configuration: nodes of the YAML tree to what the policy holds. Each
 * function reports what is wrong with its value and then leaves the target as it was.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "diagnostics.h"
#include "policy.h"
#include "yaml_tree.h"

struct config_reader {
	struct policy *policy;
	struct diagnostics *diagnostics;
	const char *base; /* the folder that files are relative to */
};

/* What may stand under a key; `read` gets the target's address plus `offset`. */
struct config_field {
	const char *key;
	void (*read)(struct config_reader *reader, const struct yaml_node *value, void *target);
	size_t offset;
	bool required;
};

/* "expected EXPECTED, found ..." at the node. */
void config_expected(struct config_reader *reader, const struct yaml_node *node,
		     const char *expected);

/* True when the node is of that kind; else config_expected(). */
bool config_is(struct config_reader *reader, const struct yaml_node *node, enum yaml_kind kind,
	       const char *expected);

/* Reads a mapping with these keys alone. `noun` is what it describes: "a rule". */
void config_read_fields(struct config_reader *reader, const struct yaml_node *node,
			const char *noun, const struct config_field *fields, size_t count,
			void *target);

/* Text that is there: not null, and neither a boolean nor a number unless quoted. */
bool config_is_text(struct config_reader *reader, const struct yaml_node *node,
		    const char *expected);

/* The scalar's text, or a part of it, as a decimal number without ornaments. */
bool config_read_number(struct config_reader *reader, const struct yaml_node *node,
			const char *text, unsigned least, unsigned most, const char *noun,
			unsigned *value);

/* true or false; target is a bool. */
void config_read_bool(struct config_reader *reader, const struct yaml_node *node, void *target);

/* Index of the word among these, or -1. */
int config_read_choice(struct config_reader *reader, const struct yaml_node *node,
		       const char *const *words, size_t count);

/* An id of a rule or the name of a role; `noun` is "a rule id". */
bool config_read_name(struct config_reader *reader, const struct yaml_node *node, const char *noun,
		      struct name *name);

/* A list of names; `noun` is one of them. */
void config_read_names(struct config_reader *reader, const struct yaml_node *node,
		       const char *noun, struct name **names, size_t *count);

#endif
