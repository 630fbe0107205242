// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "model_packet.h"
#include "random_traffic.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define MILLISECOND_NS 1000000ull
#define SECOND_NS      1000000000ull

bool traffic_one_in(struct traffic *traffic, unsigned count)
{
	return pick(traffic->random, count) == 0;
}

struct address traffic_any_address(struct traffic *traffic, enum family family)
{
	struct address address = {.family = family};

	for (int i = 0; i < (family == FAMILY_IPV6 ? 16 : 4); i++)
		address.bytes[i] = pick(traffic->random, 256);
	return address;
}

/* Sets the bits behind the prefix: all 0, all 1, few, or any. */
static void fill_host(struct random *random, struct address *address, unsigned prefix_len)
{
	unsigned bits = prefix_family_bits(address->family), kind = pick(random, 5);

	for (unsigned bit = prefix_len; bit < bits; bit++) {
		bool low = bits - bit <= 5;
		bool set = kind == 0 || (kind == 1 && pick(random, 2)) ||
			   (kind > 2 && low && pick(random, 2));

		if (set)
			address->bytes[bit / 8] |= 0x80 >> bit % 8;
	}
}

static void step_aside(struct address *address, int by)
{
	for (int i = (int)prefix_family_bits(address->family) / 8 - 1; i >= 0; i--) {
		address->bytes[i] += by;
		if (address->bytes[i] != (by > 0 ? 0 : 255))
			return;
	}
}

bool traffic_role_address(struct traffic *traffic, size_t role, enum family family,
			  struct address *address)
{
	const struct role *played = &traffic->policy->roles[role];
	size_t first = played->prefix_count ? pick(traffic->random, played->prefix_count) : 0;

	if (role == ROLE_ANY) {
		*address = traffic_address(traffic, family);
		return true;
	}
	for (size_t i = 0; i < played->prefix_count; i++) {
		const struct prefix *prefix = &played->prefixes[(first + i) % played->prefix_count];

		if (prefix->address.family != family)
			continue;
		*address = prefix->address;
		fill_host(traffic->random, address, prefix->len);
		if (traffic_one_in(traffic, 20))
			step_aside(address, traffic_one_in(traffic, 2) ? 1 : -1);
		return true;
	}
	return false;
}

struct address traffic_address(struct traffic *traffic, enum family family)
{
	struct address address;

	for (int tries = 0; tries < 4 && !traffic_one_in(traffic, 12); tries++) {
		size_t role = 1 + pick(traffic->random, traffic->policy->role_count);

		if (role < traffic->policy->role_count &&
		    traffic_role_address(traffic, role, family, &address))
			return address;
	}
	return traffic_any_address(traffic, family);
}

static const char *print(const struct address *address, char text[INET6_ADDRSTRLEN])
{
	return inet_ntop(address->family == FAMILY_IPV6 ? AF_INET6 : AF_INET, address->bytes, text,
			 INET6_ADDRSTRLEN);
}

void traffic_set_addresses(struct drawn *drawn, const struct address *from,
			   const struct address *to)
{
	drawn->frame.from = print(from, drawn->texts[0]);
	drawn->frame.to = print(to, drawn->texts[1]);
}

void traffic_set_quoted_addresses(struct drawn *drawn, const struct address *from,
				  const struct address *to)
{
	drawn->quoted.from = print(from, drawn->texts[2]);
	drawn->quoted.to = print(to, drawn->texts[3]);
}

static int pick_tag(struct traffic *traffic)
{
	return traffic_one_in(traffic, 2) ? TAG_CUSTOMER : TAG_SERVICE;
}

static int priority(struct traffic *traffic)
{
	return traffic_one_in(traffic, 3) ? (int)pick(traffic->random, 16) << 12 : 0;
}

/* None, one or two tags that say this VLAN. */
static void tag(struct traffic *traffic, struct drawn *drawn, int vlan)
{
	struct tag *next = drawn->frame.tags;

	if (traffic_one_in(traffic, 12))
		*next++ = (struct tag){pick_tag(traffic), priority(traffic)};
	if (vlan > 0)
		*next++ = (struct tag){pick_tag(traffic), vlan | priority(traffic)};
	if (next < drawn->frame.tags + 2 && traffic_one_in(traffic, 12))
		*next = (struct tag){pick_tag(traffic), priority(traffic)};
}

static void tag_anyhow(struct traffic *traffic, struct drawn *drawn)
{
	static const int ids[] = {0, 1, 10, 11, 4094, 4095};
	size_t count = traffic_one_in(traffic, 4) ? pick(traffic->random, TAGS_MAX + 1) : 1;

	memset(drawn->frame.tags, 0, sizeof(drawn->frame.tags));
	for (size_t i = 0; i < count; i++)
		drawn->frame.tags[i] =
			(struct tag){pick_tag(traffic), ids[pick(traffic->random, COUNT_OF(ids))]};
}

void traffic_place(struct traffic *traffic, struct drawn *drawn, const struct address *from)
{
	const struct policy *policy = traffic->policy;
	const struct interface *interface;
	int vlan = VLAN_NONE;

	for (int tries = 0; tries < 12; tries++) {
		const struct place *place;

		drawn->interface = pick(traffic->random, policy->interface_count);
		interface = &policy->interfaces[drawn->interface];
		place = &interface->places[pick(traffic->random, interface->place_count)];
		vlan = place->vlan;
		if (traffic_one_in(traffic, 30) ||
		    model_is_at_home(policy, from, drawn->interface, vlan))
			break;
	}
	if (traffic_one_in(traffic, 40))
		tag_anyhow(traffic, drawn);
	else
		tag(traffic, drawn, vlan);
}

#define OPTIONS(literal)                                                                           \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

static const struct bytes options[] = {
	OPTIONS("\x01\x01\x01\x01"),
	OPTIONS("\x94\x04\0\0"),
	OPTIONS("\x01\x94\x04\0\0\x94\x04\0\0\x01\x01\x01"),
	OPTIONS("\x01\0\x83\x07"),
	OPTIONS("\x83\x07\x04\x0a\x14\x01\x0a\0"),
	OPTIONS("\x07\x07\x04\0\0\0\0\0"),
	OPTIONS("\x44\x08\x05\0\0\0\0\0"),
	OPTIONS("\x94\x03\0\x01"),
	OPTIONS("\x01\x01\x94\x04"),
	OPTIONS("\x01\x01\x01\x94"),
	OPTIONS("\x94\x04\0\0\x83\x07\x04\x0a\x14\x01\x0a\0"),
};

static const char padding_256[255] = "\x1f\x01\xfc";

static const struct extension extensions[] = {
	{0, OPTIONS("\0\x01\x04\0\0\0\0")},
	{0, OPTIONS("\0\x05\x02\0\0\x01\0")},
	{60, OPTIONS("\0\x01\x04\0\0\0\0")},
	{60, OPTIONS("\0\x01\x04\0\0\0\0")},
	{60, {padding_256, 255}},
	{43, OPTIONS("\0\x04\0\0\0\0\0")},
	{43, OPTIONS("\0\x04\x01\0\0\0\0")},
	{43, OPTIONS("\0\0\0\0\0\0\0")},
	{44, OPTIONS("\0\0\0\0\0\0\x01")},
	{44, OPTIONS("\0\0\x06\0\0\0\x01")},
	{44, OPTIONS("\0\0\x01\0\0\0\x01")},
	{44, OPTIONS("\0\x07\xf8\0\0\0\x01")},
	{60, OPTIONS("\x03\x01\x04\0\0\0\0")},
};

static void extend(struct traffic *traffic, struct frame *frame)
{
	static const unsigned counts[] = {1, 1, 1, 2, 2, 3, 4, 8, 9};
	unsigned count = counts[pick(traffic->random, COUNT_OF(counts))];

	for (unsigned i = 0; i < count; i++)
		frame->extensions[i] =
			count > 4 ? extensions[2]
				  : extensions[pick(traffic->random, COUNT_OF(extensions))];
}

static void fragment(struct traffic *traffic, struct frame *frame)
{
	static const int fragments[] = {DONT_FRAGMENT, 0x8000, MORE_FRAGMENTS,    1,
					185,           0x1fff, MORE_FRAGMENTS | 8};

	frame->fragment = fragments[pick(traffic->random, COUNT_OF(fragments))];
}

static void change_lengths(struct traffic *traffic, struct frame *frame)
{
	int off = (int)pick(traffic->random, 60) - 40;

	switch (pick(traffic->random, 6)) {
	case 0:
		frame->length_off = off;
		return;
	case 1:
		frame->header_words = 1 + (int)pick(traffic->random, 15);
		return;
	case 2:
		frame->version = 1 + (int)pick(traffic->random, 15);
		return;
	case 3:
		frame->data_words = 1 + (int)pick(traffic->random, 15);
		return;
	case 4:
		frame->udp_length_off = off;
		return;
	default:
		frame->cut = 14 + pick(traffic->random, 60);
	}
}

static void change_macs(struct traffic *traffic, struct frame *frame)
{
	static const char *const macs[] = {"\xff\xff\xff\xff\xff\xff", "\x01\0\x5e\0\0\x05",
					   "\x33\x33\0\0\0\x01", "\x01\x80\xc2\0\0\0"};
	const char *mac = macs[pick(traffic->random, COUNT_OF(macs))];

	if (traffic_one_in(traffic, 2))
		frame->from_mac = mac;
	else
		frame->to_mac = mac;
}

void traffic_make_odd(struct traffic *traffic, struct drawn *drawn)
{
	struct frame *frame = &drawn->frame;

	switch (pick(traffic->random, 7)) {
	case 0:
		tag_anyhow(traffic, drawn);
		return;
	case 1:
		change_macs(traffic, frame);
		return;
	case 2:
		frame->trailing = pick(traffic->random, 40);
		frame->hop_limit = 1 + (int)pick(traffic->random, 255);
		return;
	case 3:
		change_lengths(traffic, frame);
		return;
	default:
		if (frame_is_ipv6(frame))
			extend(traffic, frame);
		else if (traffic_one_in(traffic, 2))
			frame->options = options[pick(traffic->random, COUNT_OF(options))];
		else
			fragment(traffic, frame);
	}
}

/* Flips bits behind the MACs, or cuts. */
static void damage(struct traffic *traffic, struct built *built)
{
	size_t end = built->len < 90 ? built->len : 90;

	if (traffic_one_in(traffic, 3)) {
		built->len = 14 + pick(traffic->random, built->len - 13);
		return;
	}
	for (__u64 flips = 1 + pick(traffic->random, 3); flips > 0; flips--) {
		size_t bit = 12 * 8 + pick(traffic->random, (end - 12) * 8);

		built->bytes[bit / 8] ^= 0x80 >> bit % 8;
	}
}

void traffic_send(struct traffic *traffic, const struct drawn *drawn)
{
	struct built *built = build(&drawn->frame);
	size_t whole_len = built->ip_end + drawn->frame.trailing;

	if (built->len > whole_len)
		built->len = whole_len;
	if (traffic_one_in(traffic, 50))
		damage(traffic, built);
	sequence_add(traffic->sequence, (struct step){.after_ns = traffic->after_ns,
						      .applied = traffic->applied,
						      .interface = drawn->interface,
						      .len = built->len,
						      .bytes = built->bytes});
}

/* A time that some phase lasts, and a little less or more. */
static __u64 around_a_timeout(struct traffic *traffic)
{
	static const __s64 around[] = {-(__s64)SECOND_NS, -1, 0, 1, MILLISECOND_NS};
	__u64 time_ns =
		traffic->policy->timeouts[pick(traffic->random, FLOW_PHASE_COUNT)] * SECOND_NS;

	return time_ns + around[pick(traffic->random, COUNT_OF(around))];
}

static void wait(struct traffic *traffic)
{
	__u64 chance = pick(traffic->random, 1000);

	if (chance < 800)
		traffic->after_ns += pick(traffic->random, 20 * MILLISECOND_NS);
	else if (chance < 840)
		traffic->after_ns += pick(traffic->random, SECOND_NS);
	else if (chance < 850)
		traffic->after_ns += SECOND_NS;
	else if (chance < 856)
		traffic->after_ns += pick(traffic->random, 5 * SECOND_NS);
	else if (chance < 859)
		traffic->after_ns += around_a_timeout(traffic);
}

static void draw(struct traffic *traffic)
{
	__u64 chance = pick(traffic->random, 100);

	wait(traffic);
	if (chance < 75)
		traffic_talk(traffic);
	else if (chance < 90)
		traffic_stray(traffic);
	else
		traffic_link(traffic);
}

struct sequence random_traffic(struct random *random, const struct policy *policies[2],
			       size_t count)
{
	struct traffic *traffic = memory_zeroed(1, sizeof(*traffic));
	struct sequence sequence = {0};

	*traffic = (struct traffic){.random = random, .policy = policies[0], .sequence = &sequence};
	while (sequence.count < count) {
		traffic->applied = policies[1] && sequence.count >= count / 2;
		traffic->policy = policies[traffic->applied];
		draw(traffic);
	}
	free(traffic);
	return sequence;
}
