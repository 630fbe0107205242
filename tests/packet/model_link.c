// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What stands before IP. */
#include <string.h>

#include "model_packet.h"

#define MACS_LEN    12
#define TAGS_MOST   2
#define LENGTH_MOST 1500 /* up to here it is a length, no type (IEEE 802.3) */

unsigned model_number(const unsigned char *bytes, size_t len)
{
	unsigned number = 0;

	for (size_t i = 0; i < len; i++)
		number = number << 8 | bytes[i];
	return number;
}

static void skip(struct span *rest, size_t len)
{
	rest->bytes += len;
	rest->len -= len;
}

static bool is_tag(unsigned type)
{
	return type == 0x8100 || type == 0x88a8;
}

/* 01:80:c2:00:00:0x, which no bridge forwards. */
static bool is_to_bridges(const unsigned char *mac)
{
	return memcmp(mac, "\x01\x80\xc2\0\0", 5) == 0 && mac[5] < 0x10;
}

static bool is_spanning_tree(unsigned type, const struct span *rest)
{
	return type <= LENGTH_MOST && rest->len >= 2 && rest->bytes[0] == 0x42 &&
	       rest->bytes[1] == 0x42;
}

static enum link_kind kind_of(unsigned type, const unsigned char *mac, const struct span *rest)
{
	bool control = type == 0x8809 || type == 0x88cc || is_spanning_tree(type, rest);

	if (type == 0x0800)
		return LINK_IPV4;
	if (type == 0x86dd)
		return LINK_IPV6;
	if (type == 0x0806)
		return LINK_ARP;
	return control && is_to_bridges(mac) ? LINK_CONTROL : LINK_OTHER;
}

static void note_tag(struct link *link, int vlan)
{
	link->tag_count++;
	if (vlan == 0)
		return;
	link->id_count++;
	link->vlan = vlan;
}

enum drop_reason model_read_link(struct span *rest, struct link *link)
{
	const unsigned char *macs = rest->bytes;
	unsigned type;

	*link = (struct link){.vlan = VLAN_NONE};
	if (rest->len < MACS_LEN + 2)
		return DROP_TRUNCATED;
	link->to_group = macs[0] & 1;
	if (macs[6] & 1)
		return DROP_LINK_ADDRESS;
	type = model_number(macs + MACS_LEN, 2);
	skip(rest, MACS_LEN + 2);
	while (is_tag(type)) {
		if (link->tag_count == TAGS_MOST)
			return DROP_VLAN_DEPTH;
		if (rest->len < 4)
			return DROP_TRUNCATED;
		note_tag(link, model_number(rest->bytes, 2) & 0xfff);
		type = model_number(rest->bytes + 2, 2);
		skip(rest, 4);
	}
	link->kind = kind_of(type, macs, rest);
	return DROP_NONE;
}
