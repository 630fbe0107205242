// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Interfaces and VLANs by the names of their devices, and who is at home there. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "layout.h"
#include "memory.h"
#include "render_steps.h"

#define VLAN_ID_LEN_LEAST 2 /* a point and one digit */

/* Everything else has a meaning of its own between the quotes of some version of nft. */
static bool is_plain(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-@+", *c))
			return false;
	return true;
}

int render_check_names(const struct policy *policy, struct error *error)
{
	for (size_t i = 0; i < policy->interface_count; i++)
		if (!is_plain(policy->interfaces[i].name))
			return error_set(error, -EINVAL,
					 "interface \"%s\" cannot be rendered: expected a name of "
					 "letters, digits and . _ - @ +",
					 policy->interfaces[i].name);
	return 0;
}

/* Whether a device of one of its VLANs can be called NAME.ID. */
static bool has_vlan_names(const struct interface *interface)
{
	return strlen(interface->name) + VLAN_ID_LEN_LEAST < INTERFACE_NAME_SIZE;
}

/* What the interface brings in: its own frames, and as NAME.ID those of its VLANs. */
static void print_devices(const struct interface *interface, FILE *out)
{
	fprintf(out, "\"%s\"", interface->name);
	if (has_vlan_names(interface))
		fprintf(out, ", \"%s.*\"", interface->name);
}

void render_listed(const struct policy *policy, FILE *out)
{
	fputs("\t# The policy's interfaces, and as NAME.ID their VLANs.\n"
	      "\tset listed {\n"
	      "\t\ttype ifname\n"
	      "\t\tflags interval\n"
	      "\t\tauto-merge\n"
	      "\t\telements = {\n",
	      out);
	for (size_t i = 0; i < policy->interface_count; i++) {
		fputs("\t\t\t", out);
		print_devices(&policy->interfaces[i], out);
		fputs(",\n", out);
	}
	fputs("\t\t}\n\t}\n", out);
}

static char *format_place(const struct interface *interface, const struct place *place)
{
	if (place->vlan <= VLAN_NONE)
		return memory_copy_string(interface->name);
	return memory_format("%s.%d", interface->name, place->vlan);
}

/* Refuses what the interface brings in, but from its places [0, place_count) that `excepted` marks.
 */
static void refuse_devices(const struct policy *policy, const struct interface *interface,
			   const bool *excepted, enum drop_reason reason, FILE *out)
{
	size_t count = 0;

	fputs("\t\tiifname { ", out);
	print_devices(interface, out);
	fputs(" }", out);
	for (size_t i = 0; i < interface->place_count; i++) {
		AUTO_FREE char *name = format_place(interface, &interface->places[i]);

		if (!excepted[i] || strlen(name) >= INTERFACE_NAME_SIZE)
			continue;
		fprintf(out, count++ ? ", \"%s\"" : " iifname != { \"%s\"", name);
	}
	fputs(count > 0 ? " } " : " ", out);
	render_refuse(policy, reason, out);
}

void render_vlans(const struct policy *policy, FILE *out)
{
	for (size_t i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];
		AUTO_FREE bool *excepted = memory_zeroed(interface->place_count, sizeof(*excepted));

		if (!interface->lists_vlans)
			continue;
		memset(excepted, true, interface->place_count);
		refuse_devices(policy, interface, excepted, DROP_VLAN, out);
	}
}

/*
 * What comes in by this interface from an address of the home: refused, but where it
 * is at home. `first` is the number of the interface's first place.
 */
static void refuse_strangers(const struct policy *policy, const struct interface *interface,
			     __u32 first, const __u32 *home, size_t home_count, FILE *out)
{
	AUTO_FREE bool *excepted = memory_zeroed(interface->place_count, sizeof(*excepted));
	size_t count = 0;

	for (size_t i = 0; i < home_count; i++)
		if (home[i] >= first && home[i] - first < interface->place_count) {
			excepted[home[i] - first] = true;
			count++;
		}
	if (count < interface->place_count || count == 0)
		refuse_devices(policy, interface, excepted, DROP_SPOOFED_SOURCE, out);
}

static void print_home(const struct policy *policy, const struct home_ranges *homes, __u32 home,
		       FILE *out)
{
	size_t count;
	const __u32 *members = sets_members(&homes->places, home, &count);
	__u32 first = 0;

	fprintf(out, "\n\tchain home-%u {\n", home);
	if (home == HOME_NOWHERE) {
		fputs("\t\t# the gateway's own addresses never arrive\n\t\t", out);
		render_refuse(policy, DROP_SPOOFED_SOURCE, out);
	}
	for (size_t i = 0; home != HOME_NOWHERE && i < policy->interface_count; i++) {
		refuse_strangers(policy, &policy->interfaces[i], first, members, count, out);
		first += policy->interfaces[i].place_count;
	}
	fputs("\t}\n", out);
}

static void print_range(const struct home_range *range, FILE *out)
{
	char first[PREFIX_TEXT_SIZE], last[PREFIX_TEXT_SIZE];

	prefix_format_address(&range->first, first);
	prefix_format_address(&range->last, last);
	if (strcmp(first, last) == 0)
		fprintf(out, "\t\t\t%s : jump home-%u,\n", first, range->home);
	else
		fprintf(out, "\t\t\t%s-%s : jump home-%u,\n", first, last, range->home);
}

static void print_map(const struct home_ranges *homes, enum family family, FILE *out)
{
	const struct family_words *words = &render_families[family];

	if (homes->counts[family] == 0)
		return;
	fprintf(out,
		"\n\tmap %s {\n"
		"\t\ttype %s : verdict\n"
		"\t\tflags interval\n"
		"\t\telements = {\n",
		words->homes, words->type);
	for (size_t i = 0; i < homes->counts[family]; i++)
		print_range(&homes->ranges[family][i], out);
	fputs("\t\t}\n\t}\n", out);
}

void render_homes(const struct policy *policy, const struct home_ranges *homes, FILE *out)
{
	AUTO_FREE bool *used = memory_zeroed(homes->places.count, sizeof(*used));

	for (enum family family = 0; family < FAMILY_COUNT; family++)
		for (size_t i = 0; i < homes->counts[family]; i++)
			used[homes->ranges[family][i].home] = true;
	for (size_t i = 0; i < homes->places.count; i++)
		if (used[i])
			print_home(policy, homes, i, out);
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		print_map(homes, family, out);
}
