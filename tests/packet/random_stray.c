// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Frames that belong to no conversation, and those of the link itself. */
#include <string.h>

#include "random_traffic.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define PICK_OF(traffic, array) ((array)[pick((traffic)->random, COUNT_OF(array))])

static const char *const odd_addresses4[] = {
	"0.0.0.0",         "0.0.0.1",         "127.0.0.1",  "126.255.255.255", "128.0.0.0",
	"169.254.0.0",     "169.254.7.7",     "224.0.0.1",  "224.0.0.18",      "239.255.255.255",
	"240.0.0.0",       "255.255.255.254", "10.0.0.255", "223.1.2.3",       "169.255.0.0",
	"255.255.255.255", "255.255.255.255",
};
static const char *const odd_addresses6[] = {
	"::",      "::1",     "::2",      "::ffff:10.0.0.1", "::fffe:ffff:ffff", "::1:0:0:0",
	"fe80::1", "fe7f::1", "febf::1",  "fec0::1",         "feff::1",          "ff00::",
	"ff02::1", "ff02::2", "ff02::16", "ff02::1:2",       "ff02::1:ff00:10",  "ff05::1:3",
};

static enum family pick_family(struct traffic *traffic)
{
	return traffic_one_in(traffic, 2) ? FAMILY_IPV4 : FAMILY_IPV6;
}

static const char *odd_address(struct traffic *traffic, enum family family)
{
	return family == FAMILY_IPV6 ? PICK_OF(traffic, odd_addresses6)
				     : PICK_OF(traffic, odd_addresses4);
}

/* A port that some rule names, or its neighbour, or any. */
static int some_port(struct traffic *traffic)
{
	const struct policy *policy = traffic->policy;
	const struct rule *rule = &policy->rules[pick(traffic->random, policy->rule_count)];
	const struct port_range *range;
	int port;

	if (rule->port_count == 0 || traffic_one_in(traffic, 4))
		return (int)pick(traffic->random, 65536);
	range = &rule->ports[pick(traffic->random, rule->port_count)];
	port = traffic_one_in(traffic, 2) ? range->first : range->last;
	if (traffic_one_in(traffic, 6))
		port += traffic_one_in(traffic, 2) ? 1 : -1;
	return port & 0xffff;
}

static int some_protocol(struct traffic *traffic)
{
	static const int protocols[] = {6, 6, 6, 6, 17, 17, 17, 47, 50, 89, 1, 58, 59, 135, 253, 4};

	return PICK_OF(traffic, protocols);
}

static int some_flags(struct traffic *traffic)
{
	static const int flags[] = {SYN, SYN, ACK, SYN | ACK, RST, RST | ACK, FIN | ACK};

	if (traffic_one_in(traffic, 5))
		return 1 + (int)pick(traffic->random, 255);
	return PICK_OF(traffic, flags);
}

static int non_zero(int number)
{
	return number ? number : ZERO;
}

static void draw_transport(struct traffic *traffic, struct frame *frame)
{
	frame->protocol = some_protocol(traffic);
	frame->from_port = non_zero(some_port(traffic));
	frame->to_port = non_zero(some_port(traffic));
	if (traffic_one_in(traffic, 2))
		frame->from_port = OPENER_PORT;
	frame->flags = some_flags(traffic);
	frame->type = (int)pick(traffic->random, 256);
	frame->filler = pick(traffic->random, 24);
}

/* Whoever, to whomever, on a port that somebody knows. */
static void draw_stray(struct traffic *traffic, struct drawn *drawn)
{
	enum family family = pick_family(traffic);
	struct address from = traffic_address(traffic, family);
	struct address to = traffic_address(traffic, family);

	traffic_set_addresses(drawn, &from, &to);
	traffic_place(traffic, drawn, &from);
	draw_transport(traffic, &drawn->frame);
	if (traffic_one_in(traffic, 6))
		drawn->frame.from = odd_address(traffic, family);
	if (traffic_one_in(traffic, 6))
		drawn->frame.to = odd_address(traffic, family);
	if (traffic_one_in(traffic, 40))
		drawn->frame.to = drawn->frame.from;
}

static void draw_echo(struct traffic *traffic, struct drawn *drawn)
{
	static const int types[] = {0, 8, 8, 5, 13}, types6[] = {128, 128, 129, 137, 160};
	bool ipv6;

	draw_stray(traffic, drawn);
	ipv6 = frame_is_ipv6(&drawn->frame);
	drawn->frame.protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	drawn->frame.type = ipv6 ? PICK_OF(traffic, types6) : PICK_OF(traffic, types);
	drawn->frame.code = traffic_one_in(traffic, 8);
}

/* An error about anything, to who sent it: an echo, a stray. */
static void draw_error(struct traffic *traffic, struct drawn *drawn)
{
	bool ipv6;

	draw_echo(traffic, drawn);
	ipv6 = frame_is_ipv6(&drawn->frame);
	drawn->quoted = drawn->frame;
	drawn->quoted.type = ipv6 ? 128 : 8;
	if (traffic_one_in(traffic, 2))
		draw_transport(traffic, &drawn->quoted);
	drawn->quoted.filler += 8;
	drawn->frame.from = drawn->quoted.to;
	drawn->frame.to = drawn->quoted.from;
	drawn->frame.type = ipv6 ? 1 + (int)pick(traffic->random, 4) : 3;
	drawn->frame.quoted = &drawn->quoted;
}

void traffic_stray(struct traffic *traffic)
{
	struct drawn drawn = {0};

	if (traffic_one_in(traffic, 6))
		draw_echo(traffic, &drawn);
	else if (traffic_one_in(traffic, 8))
		draw_error(traffic, &drawn);
	else
		draw_stray(traffic, &drawn);
	if (traffic_one_in(traffic, 3))
		traffic_make_odd(traffic, &drawn);
	traffic_send(traffic, &drawn);
}

#define BODY(literal)                                                                              \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

/* Frames that are no IP. */
static const struct frame link_frames[] = {
	{.ethertype = TYPE_ARP, .body = BODY("\0\x01\x08\0\x06\x04\0\x01")},
	{.ethertype = TYPE_ARP, .to_mac = "\xff\xff\xff\xff\xff\xff", .body = BODY("\0\x01")},
	{.ethertype = TYPE_ARP, .body = BODY("\0\x01\x08\0\x06\x04\0\x02")},
	{.ethertype = TYPE_ARP, .to_mac = "\x01\x80\xc2\0\0\0", .body = BODY("\0\x01")},
	{.ethertype = 0x8809, .to_mac = "\x01\x80\xc2\0\0\x02", .body = BODY("\x01\x01")},
	{.ethertype = 0x88cc, .to_mac = "\x01\x80\xc2\0\0\x0e", .body = BODY("\x02\x07")},
	{.ethertype = 0x88cc, .to_mac = "\x01\x80\xc2\0\0\x10", .body = BODY("\x02\x07")},
	{.ethertype = 38, .to_mac = "\x01\x80\xc2\0\0\0", .body = BODY("\x42\x42\x03")},
	{.ethertype = 38, .to_mac = "\x01\x80\xc2\0\0\0", .body = BODY("\x42\x43\x03")},
	{.ethertype = 38, .to_mac = "\x01\x80\xc2\0\0\0", .body = BODY("\x42")},
	{.ethertype = 0x8847, .body = BODY("\0\x01\x01\x40")},
	{.ethertype = 0x8864, .body = BODY("\x11\0\0\x01")},
	{.ethertype = 0x86dd, .body = BODY("\x60\0\0\0")},
	{.ethertype = 0x8100, .body = BODY("\0\x01\x08")},
};

static const struct extension alerts[] = {
	{0, BODY("\0\x05\x02\0\0\x01\0")},  {0, BODY("\0\x01\0\x05\x02\0\0")},
	{0, BODY("\0\0\0\x05\x02\0\0")},    {0, BODY("\0\x01\x04\0\0\0\0")},
	{60, BODY("\0\x05\x02\0\0\x01\0")},
};

static void draw_discovery(struct traffic *traffic, struct drawn *drawn)
{
	static const int types[] = {130, 131, 132, 133, 134, 135, 135, 136, 136, 137, 143};
	static const char *const froms[] = {"fe80::1", "fe80::1", "fe80::2",
					    "::",      "::",      "2001:db8::1"};
	struct address any = traffic_address(traffic, FAMILY_IPV6);
	struct frame *frame = &drawn->frame;
	bool mld;

	traffic_set_addresses(drawn, &any, &any);
	traffic_place(traffic, drawn, &any);
	if (!traffic_one_in(traffic, 3))
		frame->from = PICK_OF(traffic, froms);
	frame->to = traffic_one_in(traffic, 4) ? "2001:db8:1::2" : PICK_OF(traffic, odd_addresses6);
	frame->protocol = IPPROTO_ICMPV6;
	frame->type = PICK_OF(traffic, types);
	mld = frame->type == 143 || frame->type <= 132;
	frame->hop_limit = traffic_one_in(traffic, 8) ? 64 : mld ? 1 : 255;
	frame->code = traffic_one_in(traffic, 16);
	frame->filler = 16;
	if (mld && !traffic_one_in(traffic, 8))
		frame->extensions[0] = PICK_OF(traffic, alerts);
}

static void draw_dhcp(struct traffic *traffic, struct drawn *drawn)
{
	static const char *const froms[] = {"0.0.0.0", "0.0.0.0", "10.0.0.1",
					    "fe80::1", "fe80::2", "2001:db8::1"};
	struct address any = traffic_address(traffic, FAMILY_IPV4);
	struct frame *frame = &drawn->frame;
	bool ipv6;

	traffic_place(traffic, drawn, &any);
	frame->from = PICK_OF(traffic, froms);
	ipv6 = frame_is_ipv6(frame);
	frame->to = ipv6 ? "ff02::1:2" : "255.255.255.255";
	if (traffic_one_in(traffic, 4))
		frame->to = ipv6 ? "fe80::9" : "10.0.0.2";
	frame->protocol = IPPROTO_UDP;
	frame->from_port = ipv6 ? 546 : 68;
	frame->to_port = frame->from_port + (ipv6 ? 1 : -1);
	frame->filler = 8;
	if (traffic_one_in(traffic, 3)) {
		int port = frame->from_port;

		frame->from_port = frame->to_port;
		frame->to_port = port;
	}
	if (traffic_one_in(traffic, 8))
		frame->to_port = frame->from_port;
}

static void draw_link_frame(struct traffic *traffic, struct drawn *drawn)
{
	struct address any = traffic_address(traffic, FAMILY_IPV4);

	drawn->frame = PICK_OF(traffic, link_frames);
	traffic_place(traffic, drawn, &any);
	if (drawn->frame.ethertype < 0x600 && traffic_one_in(traffic, 4))
		drawn->frame.ethertype = 1 + (int)pick(traffic->random, 0x5ff);
	if (traffic_one_in(traffic, 16))
		drawn->frame.ethertype = 1 + (int)pick(traffic->random, 0xffff);
	if (traffic_one_in(traffic, 16))
		drawn->frame.from_mac = "\x01\x80\xc2\0\0\0";
}

void traffic_link(struct traffic *traffic)
{
	struct drawn drawn = {0};

	switch (pick(traffic->random, 5)) {
	case 0:
		draw_dhcp(traffic, &drawn);
		break;
	case 1:
	case 2:
		draw_discovery(traffic, &drawn);
		break;
	default:
		draw_link_frame(traffic, &drawn);
	}
	traffic_send(traffic, &drawn);
}
