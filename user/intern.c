// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "intern.h"
#include "memory.h"

#define FIRST_SLOT_COUNT 64
#define HASH_FACTOR      0x9e3779b97f4a7c15ull

static __u64 mix(__u64 hash, __u64 word)
{
	hash ^= word;
	return (hash << 29 | hash >> 35) * HASH_FACTOR;
}

__u32 intern_hash(const void *bytes, size_t len)
{
	const char *at = bytes;
	__u64 hash = len, word = 0;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	if (len)
		memcpy(&word, at, len);
	hash = mix(hash, word);
	return hash ^ hash >> 32;
}

__u32 intern_find(const struct intern_table *table, __u32 hash, intern_equal *equal,
		  const void *things, const void *thing)
{
	const struct intern_slot *slot;
	size_t i;

	if (!table->slot_count)
		return INTERN_NONE;
	for (i = hash;; i++) {
		slot = &table->slots[i & (table->slot_count - 1)];
		if (!slot->number_plus_one)
			return INTERN_NONE;
		if (slot->hash == hash && equal(things, slot->number_plus_one - 1, thing))
			return slot->number_plus_one - 1;
	}
}

static void put(struct intern_table *table, struct intern_slot added)
{
	size_t mask = table->slot_count - 1;
	size_t i = added.hash & mask;

	while (table->slots[i].number_plus_one)
		i = (i + 1) & mask;
	table->slots[i] = added;
}

static void grow(struct intern_table *table)
{
	AUTO_FREE struct intern_slot *old = table->slots;
	size_t i, old_count = table->slot_count;

	table->slot_count = old_count ? old_count * 2 : FIRST_SLOT_COUNT;
	table->slots = memory_zeroed(table->slot_count, sizeof(*table->slots));
	for (i = 0; i < old_count; i++)
		if (old[i].number_plus_one)
			put(table, old[i]);
}

void intern_add(struct intern_table *table, __u32 hash, __u32 number)
{
	if (table->used * 2 >= table->slot_count)
		grow(table);
	put(table, (struct intern_slot){.hash = hash, .number_plus_one = number + 1});
	table->used++;
}

void intern_free(struct intern_table *table)
{
	free(table->slots);
	memset(table, 0, sizeof(*table));
}
