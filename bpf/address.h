/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the bits of an address say without any policy. */
#ifndef ADDRESS_H
#define ADDRESS_H

/* Sources 0/8, 127/8, 169.254/16, 224/4, 240/4; destinations 0/8, 127/8, 240/4 but for the
 * broadcast (RFC 6890). */
static __always_inline bool is_martian4(__u32 source, __u32 destination)
{
	__u32 from = source >> 24, to = destination >> 24;

	if (from == 0 || from == 127 || from >= 224 || source >> 16 == 0xa9fe)
		return true;
	return to == 0 || to == 127 || (to >= 240 && destination != IPV4_BROADCAST);
}

static __always_inline bool is_unspecified(const struct ip_address *address)
{
	return !(address->high | address->low);
}

/* ::, ::1 and ::ffff:0:0/96 (RFC 4291). */
static __always_inline bool is_martian6(const struct ip_address *address)
{
	return !address->high && (address->low <= 1 || address->low >> 32 == 0xffff);
}

static __always_inline bool is_link_local6(const struct ip_address *address)
{
	return address->high >> 54 == 0xfe80 >> 6;
}

static __always_inline bool is_site_local6(const struct ip_address *address)
{
	return address->high >> 54 == 0xfec0 >> 6;
}

/* No packet may carry these two, whatever it is. When `::` may be a source, judge.h says. */
static __always_inline bool is_martian_pair(const struct packet *packet)
{
	const struct ip_address *source = &packet->source;
	const struct ip_address *destination = &packet->destination;

	if (source->low == destination->low && source->high == destination->high)
		return true;
	if (packet->kind == LINK_IPV4)
		return is_martian4(source->low, destination->low);
	if (is_martian6(destination) || source->high >> 56 == 0xff || is_site_local6(source))
		return true;
	return !is_unspecified(source) && is_martian6(source);
}

#endif
