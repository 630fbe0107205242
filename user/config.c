// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "config.h"
#include "config_sections.h"
#include "config_text.h"
#include "error.h"
#include "memory.h"

static void read_mode(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	const char *words[] = {policy_mode_name(MODE_ENFORCE), policy_mode_name(MODE_MONITOR)};
	int choice = config_read_choice(reader, node, words, sizeof(words) / sizeof(*words));
	struct policy *policy = target;

	if (choice >= 0)
		policy->mode = choice;
}

static void read_pass(struct config_reader *reader, const struct yaml_node *node, void *target)
{
#define AS_FIELD(id, label, initially, meaning)                                                    \
	{label, config_read_bool, PASS_##id * sizeof(bool), false},
	static const struct config_field switches[] = {PASS_SWITCHES(AS_FIELD)};
#undef AS_FIELD
	struct policy *policy = target;

	if (config_is(reader, node, YAML_MAPPING, "a mapping of switches, like {ping: true}"))
		config_read_fields(reader, node, "pass", switches,
				   sizeof(switches) / sizeof(*switches), policy->pass);
}

/* clang-format off */
#define AS_FIELD(key, read, member) {key, read, offsetof(struct policy, member), false},
static const struct config_field fields[] = {
	{"profile", config_read_profile, 0, true},
	{"mode", read_mode, 0, false},
	{"stateful", config_read_bool, offsetof(struct policy, stateful), false},
	CONFIG_FLOW_FIELDS(AS_FIELD)
	{"interfaces", config_read_interfaces, 0, true},
	{"unfiltered", config_read_unfiltered, 0, false},
	{"roles", config_read_roles, 0, true},
	{"rules", config_read_rules, 0, false},
	{"pass", read_pass, 0, false},
};
#undef AS_FIELD
/* clang-format on */

/* Whether the names that are left can be looked up without blaming what is right. */
static bool read_root(struct config_reader *reader, const struct yaml_node *root)
{
	if (!config_is(reader, root, YAML_MAPPING,
		       "a mapping with keys like profile, interfaces and roles"))
		return false;
	config_read_fields(reader, root, "a configuration", fields,
			   sizeof(fields) / sizeof(*fields), reader->policy);
	config_note_flow_keys(reader, root);
	for (const struct yaml_node *key = root->first; key; key = key->next)
		if (strcmp(key->text, "roles") == 0)
			return key->value->kind == YAML_MAPPING;
	return false;
}

static void read_text(struct config_reader *reader, const char *file, const char *text, size_t len)
{
	struct yaml_tree tree;
	bool complete;

	if (!config_text_check(file, text, len, reader->diagnostics))
		return;
	yaml_tree_read(&tree, file, text, len, reader->diagnostics);
	complete = tree.root && read_root(reader, tree.root);
	yaml_tree_free(&tree);
	if (complete)
		policy_complete(reader->policy, reader->diagnostics);
}

/* The folder of a path, without the slash; "." for a bare name and for standard input. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return memory_copy_string(".");
	return memory_format("%.*s", (int)(slash - path), path);
}

bool config_read(const char *path, const char *base, struct policy *policy,
		 struct diagnostics *diagnostics)
{
	AUTO_FREE char *folder = base ? memory_copy_string(base) : folder_of(path);
	struct config_reader reader = {policy, diagnostics, folder};
	AUTO_FREE char *text = NULL;
	struct error error;
	const char *file = strcmp(path, "-") == 0 ? "<stdin>" : path;
	size_t len;

	policy_init(policy);
	if (config_text_read(path, &text, &len, &error)) {
		file = diagnostics_add_text(diagnostics, file, "", 0);
		diagnostics_error(diagnostics, (struct position){file, 0, 0}, "%s", error.text);
		return false;
	}
	file = diagnostics_add_text(diagnostics, file, text, len);
	read_text(&reader, file, text, len);
	diagnostics_sort(diagnostics);
	return diagnostics->error_count == 0;
}
