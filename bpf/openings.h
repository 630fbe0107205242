/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of openings. A flood writes an entry for each packet, which the kernel's LRU hash
 * makes dear: so sets of a few ways in an array, each under a lock of its own.
 */
#ifndef OPENINGS_H
#define OPENINGS_H

static __always_inline enum flow_phase opening_phase(__u8 protocol)
{
	return protocol == PROTOCOL_TCP   ? FLOW_TCP_OPENING
	       : protocol == PROTOCOL_UDP ? FLOW_UDP_OPENING
					  : FLOW_OTHER;
}

static __always_inline struct flow_key6 opening_key(const struct packet *packet,
						    enum direction direction)
{
	struct flow_key6 key = key6(packet, direction);

	if (packet->kind == LINK_IPV4) {
		key.opener_low |= IPV4_MAPPED_LOW;
		key.responder_low |= IPV4_MAPPED_LOW;
	}
	return key;
}

/*
 * Pairs of words, each with a secret added, multiplied and summed up: of this sum the high half is
 * a universal hash (Thorup, "High Speed Hashing for Integers and Strings", pair-multiply-shift), in
 * which nobody outside finds keys that meet.
 */
static __always_inline __u64 hash_pair(__u32 seed, __u32 left, __u32 right)
{
	return (settings.opening_seeds[seed] + left) * (settings.opening_seeds[seed + 1] + right);
}

/* Numbers in a row have sums in a row: the last lines, which map no two to one, scatter them. */
static __always_inline __u32 hash_key(const struct flow_key6 *key, bool ipv6)
{
	__u32 ports = (__u32)key->opener_port << 16 | key->responder_port, hash;
	__u64 sum = hash_pair(0, key->opener_low, key->responder_low) +
		    hash_pair(2, ports, key->protocol);

	if (ipv6)
		sum += hash_pair(4, key->opener_low >> 32, key->responder_low >> 32) +
		       hash_pair(6, key->opener_high, key->responder_high) +
		       hash_pair(8, key->opener_high >> 32, key->responder_high >> 32);
	hash = sum >> 32;
	hash = (hash ^ hash >> 16) * 0x85ebca6bu;
	return hash ^ hash >> 13;
}

static __always_inline struct opening_set *find_set(__u32 hash)
{
	__u32 index = (__u64)hash * settings.opening_sets >> 32;

	return bpf_map_lookup_elem(&openings, &index);
}

/* Asks for the set's line long before it is wanted: in a flood of openings it is in no cache. */
static __always_inline void touch_opening(const struct packet *packet)
{
	struct flow_key6 key = opening_key(packet, DIRECTION_OPENING);
	struct opening_set *set = find_set(hash_key(&key, packet->kind == LINK_IPV6));

	if (set)
		asm volatile("" : : "r"(*(volatile __u32 *)&set->locked));
}

/*
 * A lock of our own: bpf_spin_lock() and its counterpart, two calls with interrupts off, take three
 * times as long. Where another processor is not done after that many looks, it is busy with this
 * set for longer than a packet takes: then the table fails for this packet.
 */
#define LOCK_TRIES 8

static __always_inline bool lock_set(struct opening_set *set)
{
	for (int i = 0; i < LOCK_TRIES; i++)
		if (!__sync_lock_test_and_set(&set->locked, 1))
			return true;
	return false;
}

static __always_inline void unlock_set(struct opening_set *set)
{
	__sync_lock_test_and_set(&set->locked, 0);
}

static __always_inline bool is_key(const struct flow_key6 *left, const struct flow_key6 *right)
{
	return left->opener_low == right->opener_low &&
	       left->responder_low == right->responder_low &&
	       left->opener_port == right->opener_port &&
	       left->responder_port == right->responder_port && left->protocol == right->protocol &&
	       left->opener_high == right->opener_high &&
	       left->responder_high == right->responder_high;
}

/* 1 where the number is negative, else 0. */
static __always_inline __u64 is_negative(__s64 number)
{
	__u64 bit = (__u64)number >> 63;

	asm volatile("" : "+r"(bit)); /* or clang makes a branch of it */
	return bit;
}

/* Without a branch, at which the verifier would go on both ways with a number that it knows. */
static __always_inline __u32 find_oldest(const struct opening_set *set)
{
	__u64 oldest = set->seen_ns[0], way = 0;

	for (__u32 i = 1; i < OPENING_WAYS; i++) {
		__u64 older = is_negative(set->seen_ns[i] - oldest);

		oldest += older * (set->seen_ns[i] - oldest);
		way += older * (i - way);
	}
	return way % OPENING_WAYS;
}

/* The highest bit of four, for each of the numbers that they make: two bits each. */
#define HIGHEST_BITS 0xffffaa50u

/* The way with that tag, the last of them; or, where there is none, the oldest. Likewise. */
static __always_inline __u32 choose_way(const struct opening_set *set, __u16 tag)
{
	__u32 alike = 0;

	_Static_assert(OPENING_WAYS == 4, "HIGHEST_BITS is for four");
	for (__u32 i = 0; i < OPENING_WAYS; i++)
		alike |= is_negative((__s64)(set->tags[i] ^ tag) - 1) << i;
	return alike ? HIGHEST_BITS >> (2 * alike) & 3 : find_oldest(set);
}

/* An opening's place, locked. */
struct opening_place {
	struct flow_key6 key;
	struct opening_set *set;
	__u32 way;
	__u16 tag;
	bool found; /* however old; else the way is another's, or nobody's */
	bool live;
};

static __always_inline bool is_live_way(const struct opening_set *set, __u32 way, __u64 now_ns)
{
	return set->seen_ns[way] &&
	       is_live(set->seen_ns[way], opening_phase(set->protocols[way]), now_ns);
}

/* False when there is none, or another processor has it. */
static __always_inline bool lock_place(struct opening_place *place, const struct packet *packet,
				       enum direction direction)
{
	struct opening_set *set;
	__u32 hash;

	place->key = opening_key(packet, direction);
	hash = hash_key(&place->key, packet->kind == LINK_IPV6);
	set = find_set(hash);
	if (!set || !lock_set(set))
		return false;
	place->set = set;
	place->tag = hash;
	place->way = choose_way(set, place->tag);
	/* Another tag is another key: then the way's own line need not be read. */
	place->found = set->tags[place->way] == place->tag &&
		       is_key(&set->ways[place->way].key, &place->key);
	place->live = is_live_way(set, place->way, packet->now_ns);
	return true;
}

/* What a segment's receiver acknowledges (RFC 9293, section 3.4: SYN and FIN count one each). */
static __always_inline __u32 sequence_end(const struct packet *packet, __u32 sequence)
{
	return sequence + packet->data_len + !!(packet->tcp_flags & TCP_SYN) +
	       !!(packet->tcp_flags & TCP_FIN);
}

/*
 * What the opener has to acknowledge: the latest that an answer carried. A keep-alive probe's
 * number is one too low (RFC 9293, section 3.8.4); a SYN begins anew.
 */
static __always_inline void note_answer(struct opening_state *opening, const struct packet *packet,
					__u32 sequence)
{
	__u32 end = sequence_end(packet, sequence);

	if (opening->answer && !(packet->tcp_flags & TCP_SYN) &&
	    (__s32)(end - opening->acknowledgement) <= 0)
		return;
	opening->acknowledgement = end;
	opening->answer = end == sequence ? ANSWER_EMPTY : ANSWER_FULL;
}

/*
 * Remembers that the packet opens, or that its opening goes on; of an answer of TCP, with that
 * sequence number, what is to be acknowledged. From here on a subprogram each, so that the verifier
 * checks them once.
 */
__noinline int keep_opening(const struct packet *packet, __u32 direction, __u32 sequence)
{
	struct opening_place place;
	struct opening_set *set;
	__u32 way;

	if (!packet)
		return 0;
	if (!lock_place(&place, packet, direction)) {
		count_flow(FLOW_EVENT_FAILURE);
		return 0;
	}
	set = place.set;
	way = place.way;
	if (!place.found || !place.live) {
		set->tags[way] = place.tag;
		set->protocols[way] = place.key.protocol;
		set->seen_ns[way] = packet->now_ns;
		set->ways[way].key = place.key;
		set->ways[way].state = (struct opening_state){};
		count_flow(FLOW_EVENT_OPENING);
	} else if (direction == DIRECTION_OPENING) {
		refresh(&set->seen_ns[way], packet->now_ns);
	}
	if (!place.found && place.live)
		count_flow(FLOW_EVENT_EVICTION);
	if (direction == DIRECTION_REPLY)
		note_answer(&set->ways[way].state, packet, sequence);
	unlock_set(set);
	return 0;
}

/* Is there a live one for the packet when it goes in that direction? Then *opening is it. */
__noinline int read_opening(const struct packet *packet, __u32 direction,
			    struct opening_state *opening)
{
	struct opening_place place;

	if (!packet || !opening || !lock_place(&place, packet, direction))
		return false;
	if (place.found && place.live)
		*opening = place.set->ways[place.way].state;
	unlock_set(place.set);
	return place.found && place.live;
}

__noinline int forget_opening(const struct packet *packet, __u32 direction)
{
	struct opening_place place;

	if (!packet || !lock_place(&place, packet, direction))
		return 0;
	if (place.found)
		place.set->seen_ns[place.way] = 0;
	unlock_set(place.set);
	return 0;
}

#endif
