// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * usage: lpm_load CONFIG PIN
 *
 * Loads the yardstick lpm.bpf.c with a configuration's policy, for its last interface, and pins it
 * at PIN. Good for stateless policies in which no two prefixes begin with the same address.
 */
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "compile.h"
#include "config.h"
#include "memory.h"

#include "lpm.h"
#include "lpm.skel.h"

static bool read_policy(const char *path, struct policy *policy, struct tables *tables)
{
	struct diagnostics diagnostics = {0};
	struct error error = {0};

	if (!config_read(path, NULL, policy, &diagnostics)) {
		diagnostics_print(&diagnostics, stderr);
		return false;
	}
	if (!compile(policy, tables, &error))
		return true;
	fprintf(stderr, "lpm_load: %s\n", error.text);
	return false;
}

static size_t count_prefixes(const struct policy *policy, enum family family)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->role_count; i++)
		for (size_t j = 0; j < policy->roles[i].prefix_count; j++)
			count += policy->roles[i].prefixes[j].address.family == family;
	return count;
}

/* As user/dataplane_generation.c does. */
static void set_settings(struct lpm_bpf *skeleton, const struct policy *policy,
			 const struct tables *tables)
{
	const struct address nobody = {.family = FAMILY_IPV4, .bytes = {223, 255, 255, 255}};
	struct settings *settings = &skeleton->rodata->settings;
	size_t last = policy->interface_count - 1;

	settings->generation = 1;
	settings->source_class_bits = tables->source_class_bits;
	settings->destination_class_bits = tables->destination_class_bits;
	settings->homes = tables->home_count > 1;
	settings->vlans = policy->interfaces[last].lists_vlans;
	settings->source_ports = tables->source_ports;
	settings->multi_buffer = true;
	memcpy(settings->pass, policy->pass, sizeof(settings->pass));
	skeleton->rodata->places = tables->places[last];
	skeleton->rodata->other_leaf = compile_find_leaf(tables, &nobody);
	memcpy(skeleton->rodata_tables, tables->constants, sizeof(*tables->constants));
}

static int set_up(struct lpm_bpf *skeleton, const struct policy *policy,
		  const struct tables *tables)
{
	size_t entries[] = {tables->rule_entry_count, count_prefixes(policy, FAMILY_IPV4),
			    count_prefixes(policy, FAMILY_IPV6), policy->rule_count};
	struct bpf_map *maps[] = {skeleton->maps.rules, skeleton->maps.prefixes4,
				  skeleton->maps.prefixes6, skeleton->maps.rule_counters};

	set_settings(skeleton, policy, tables);
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (bpf_map__set_max_entries(maps[i], entries[i] ? entries[i] : 1))
			return -1;
	return lpm_bpf__load(skeleton);
}

static int add_prefix(const struct lpm_bpf *skeleton, const struct prefix *prefix, __u32 leaf)
{
	struct lpm_key4 key4 = {.len = prefix->len};
	struct lpm_key6 key6 = {.len = prefix->len};

	if (prefix->address.family == FAMILY_IPV4) {
		memcpy(&key4.address, prefix->address.bytes, sizeof(key4.address));
		return bpf_map_update_elem(bpf_map__fd(skeleton->maps.prefixes4), &key4, &leaf,
					   BPF_ANY);
	}
	memcpy(key6.address, prefix->address.bytes, sizeof(key6.address));
	return bpf_map_update_elem(bpf_map__fd(skeleton->maps.prefixes6), &key6, &leaf, BPF_ANY);
}

static int fill(const struct lpm_bpf *skeleton, const struct policy *policy,
		const struct tables *tables)
{
	int err = 0;

	for (size_t i = 0; i < tables->rule_entry_count && !err; i++) {
		const struct rule_entry *entry = &tables->rule_entries[i];
		struct rule_value value = {.slot = entry->rule};

		err = bpf_map_update_elem(bpf_map__fd(skeleton->maps.rules), &entry->key, &value,
					  BPF_ANY);
	}
	for (size_t i = 0; i < policy->role_count; i++) {
		const struct role *role = &policy->roles[i];

		for (size_t j = 0; j < role->prefix_count && !err; j++)
			err = add_prefix(skeleton, &role->prefixes[j],
					 compile_find_leaf(tables, &role->prefixes[j].address));
	}
	return err;
}

int main(int argc, char **argv)
{
	struct policy policy;
	struct tables tables;
	struct lpm_bpf *skeleton;

	if (argc != 3) {
		fputs("usage: lpm_load CONFIG PIN\n", stderr);
		return 64;
	}
	if (!read_policy(argv[1], &policy, &tables))
		return 1;
	skeleton = lpm_bpf__open();
	if (!skeleton || set_up(skeleton, &policy, &tables) || fill(skeleton, &policy, &tables) ||
	    bpf_obj_pin(bpf_program__fd(skeleton->progs.directorgate), argv[2])) {
		perror("lpm_load");
		return 1;
	}
	return 0;
}
