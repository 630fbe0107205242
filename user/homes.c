// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "homes.h"
#include "memory.h"

struct site {
	size_t interface; /* index into policy.interfaces */
	unsigned place;   /* index into places.homes */
};

/* A site lists a role. */
struct listing {
	size_t role;
	__u32 site;
};

struct listings {
	struct listing *items;
	size_t count;
};

static void add_site(struct homes *homes, size_t interface, unsigned place)
{
	struct site *site = memory_append(&homes->sites, &homes->site_count, sizeof(*site));

	*site = (struct site){interface, place};
}

/* Place 0 is the whole interface, and on one with VLANs none of those that it lists. */
static unsigned place_of(const struct interface *interface, size_t index)
{
	return interface->lists_vlans ? index + 1 : 0;
}

static void list_sites(struct homes *homes, const struct policy *policy, struct listings *listings)
{
	const struct interface *interface;
	struct listing *listing;
	size_t i, j, k;

	for (i = 0; i < policy->interface_count; i++) {
		interface = &policy->interfaces[i];
		for (j = 0; j < interface->place_count; j++) {
			add_site(homes, i, place_of(interface, j));
			for (k = 0; k < interface->places[j].source_count; k++) {
				listing = memory_append(&listings->items, &listings->count,
							sizeof(*listing));
				listing->role = interface->places[j].sources[k];
				listing->site = homes->site_count - 1;
			}
		}
	}
}

static int compare(const void *left, const void *right)
{
	const struct listing *a = left, *b = right;

	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	return (a->site > b->site) - (a->site < b->site);
}

/* The set of the sites of listings of one role. */
static __u32 gather(struct sets *sets, const struct listing *listings, size_t count)
{
	__u32 *sites = sets_scratch(sets, count);
	size_t i, site_count = 0;

	for (i = 0; i < count; i++)
		if (!site_count || sites[site_count - 1] != listings[i].site)
			sites[site_count++] = listings[i].site;
	return sets_intern(sets, sites, site_count);
}

static void gather_roles(struct homes *homes, const struct listings *listings)
{
	const struct listing *items = listings->items;
	size_t first, end;

	for (first = 0; first < listings->count; first = end) {
		end = first + 1;
		while (end < listings->count && items[end].role == items[first].role)
			end++;
		homes->set_of_role[items[first].role] =
			gather(&homes->sets, &items[first], end - first);
	}
}

void homes_init(struct homes *homes, const struct policy *policy)
{
	size_t role, gateway = policy_find_role(policy, ROLE_GATEWAY);
	struct listings listings = {0};

	memset(homes, 0, sizeof(*homes));
	sets_init(&homes->sets);
	homes->count = 1;
	homes->set_of_role = memory_zeroed(policy->role_count, sizeof(__u32));
	for (role = 0; role < policy->role_count; role++)
		homes->set_of_role[role] = HOMES_UNDECIDED;
	list_sites(homes, policy, &listings);
	if (listings.count)
		qsort(listings.items, listings.count, sizeof(*listings.items), compare);
	gather_roles(homes, &listings);
	if (gateway != ROLE_NONE)
		homes->set_of_role[gateway] = SETS_EMPTY;
	free(listings.items);
}

void homes_free(struct homes *homes)
{
	free(homes->sites);
	sets_free(&homes->sets);
	free(homes->set_of_role);
	free(homes->home_of_set);
}

__u32 homes_choose(struct homes *homes, __u32 chosen, size_t role)
{
	__u32 own = homes->set_of_role[role];

	if (own == HOMES_UNDECIDED)
		return chosen;
	if (chosen == HOMES_UNDECIDED)
		return own;
	/* Only the gateway brings the empty set. */
	if (chosen == SETS_EMPTY || own == SETS_EMPTY)
		return SETS_EMPTY;
	return sets_union(&homes->sets, chosen, own);
}

__u32 homes_number(struct homes *homes, __u32 chosen)
{
	while (homes->home_of_set_count <= chosen)
		memory_append(&homes->home_of_set, &homes->home_of_set_count, sizeof(__u32));
	if (homes->home_of_set[chosen] == HOME_ANYWHERE)
		homes->home_of_set[chosen] = homes->count++;
	return homes->home_of_set[chosen];
}

const struct interface *homes_blame(const struct policy *policy)
{
	const struct interface *interface = policy->interfaces, *most = interface;

	for (; interface < policy->interfaces + policy->interface_count; interface++)
		if (interface->place_count > most->place_count)
			most = interface;
	return most;
}

static void add_home(struct places *places, unsigned place, __u32 home)
{
	places->homes[place][home / 64] |= 1ull << home % 64;
}

static void number_places(const struct interface *interface, struct places *places)
{
	size_t i;

	for (i = 0; i < interface->place_count; i++) {
		if (interface->lists_vlans)
			places->of_vlan[interface->places[i].vlan] = place_of(interface, i);
		add_home(places, place_of(interface, i), HOME_ANYWHERE);
	}
}

void homes_fill(const struct homes *homes, const struct policy *policy, struct places *places)
{
	const struct site *site;
	const __u32 *sites;
	size_t set, i, count;

	for (i = 0; i < policy->interface_count; i++)
		number_places(&policy->interfaces[i], &places[i]);
	for (set = 0; set < homes->home_of_set_count; set++) {
		sites = sets_members(&homes->sets, set, &count);
		if (homes->home_of_set[set] == HOME_ANYWHERE)
			continue;
		for (i = 0; i < count; i++) {
			site = &homes->sites[sites[i]];
			add_home(&places[site->interface], site->place, homes->home_of_set[set]);
		}
	}
}
