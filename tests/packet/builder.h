/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Frames for the packet tests, described by what differs from the usual: an untagged
 * TCP SYN from an opener's port. Of its own on purpose: nothing here is shared with
 * the program or with user/frame.c. Checksums stay zero, for no step looks at them.
 */
#ifndef PACKET_BUILDER_H
#define PACKET_BUILDER_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#define BUILT_MAX      9000
#define TAGS_MAX       4
#define EXTENSIONS_MAX 13

/* In a field whose 0 means "the usual": a real zero. */
#define ZERO (-1)

#define OPENER_PORT 49152
#define HOP_LIMIT   64

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128 };
enum { TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806, TYPE_IPV6 = 0x86dd };
enum { TAG_CUSTOMER = 0x8100, TAG_SERVICE = 0x88a8 }; /* 802.1Q, 802.1ad */
enum { MORE_FRAGMENTS = 0x2000, DONT_FRAGMENT = 0x4000 };

struct bytes {
	const char *first;
	size_t len;
};

#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

struct tag {
	uint16_t ethertype; /* 0: no tag */
	uint16_t id;        /* and priority, as on the wire */
};

/* An IPv6 extension header: `bytes` is all but its first byte, which says what follows. */
struct extension {
	uint8_t kind;
	struct bytes bytes; /* none: no header */
};

/* Every field may be 0: the usual. */
struct frame {
	const char *from_mac, *to_mac; /* six bytes */
	struct tag tags[TAGS_MAX];
	uint16_t ethertype;
	struct bytes body; /* instead of an IP packet */

	const char *from, *to; /* IPv4 or IPv6: the family of `from` is the frame's */
	int version;
	int header_words; /* IPv4 */
	int length_off;   /* added to IP's length field */
	int fragment;     /* IPv4: flags and offset */
	int hop_limit;
	struct bytes options;                        /* IPv4 */
	struct extension extensions[EXTENSIONS_MAX]; /* IPv6 */
	int protocol;                                /* TCP */

	int from_port, to_port; /* OPENER_PORT */
	int flags;              /* SYN */
	int data_words;         /* TCP's data offset */
	uint32_t sequence, acknowledgement;
	int udp_length_off;
	int type, code; /* ICMP: as they are */
	const struct frame *quoted;
	size_t quoted_len; /* of the quoted IP packet; 0: all of it */

	size_t filler;   /* payload */
	size_t trailing; /* bytes after the IP packet */
	size_t cut;      /* the frame's length; 0: whole */
};

struct built {
	unsigned char bytes[BUILT_MAX];
	size_t len;
	size_t ip_start, ip_end; /* where the IP packet stands */
};

static inline int usual(int value, int otherwise)
{
	return value == ZERO ? 0 : value ? value : otherwise;
}

static inline void put(struct built *built, const void *bytes, size_t len)
{
	assert(built->len + len <= BUILT_MAX);
	if (len)
		memcpy(built->bytes + built->len, bytes, len);
	built->len += len;
}

static inline void put_byte(struct built *built, unsigned byte)
{
	put(built, &(unsigned char){byte}, 1);
}

static inline void put_short(struct built *built, unsigned number)
{
	put(built, &(uint16_t){htons(number)}, 2);
}

static inline void put_long(struct built *built, uint32_t number)
{
	put(built, &(uint32_t){htonl(number)}, 4);
}

static inline void put_filler(struct built *built, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put_byte(built, 0xa5);
}

static inline void set_short(struct built *built, size_t offset, unsigned number)
{
	memcpy(built->bytes + offset, &(uint16_t){htons(number)}, 2);
}

static inline bool frame_is_ipv6(const struct frame *frame)
{
	return frame->from && strchr(frame->from, ':');
}

static inline void put_address(struct built *built, const char *text, bool ipv6)
{
	unsigned char bytes[16];
	int found = inet_pton(ipv6 ? AF_INET6 : AF_INET, text, bytes);

	assert(found == 1);
	put(built, bytes, ipv6 ? 16 : 4);
}

static inline int frame_protocol(const struct frame *frame)
{
	return usual(frame->protocol, IPPROTO_TCP);
}

static inline void put_ports(struct built *built, const struct frame *frame)
{
	put_short(built, usual(frame->from_port, OPENER_PORT));
	put_short(built, usual(frame->to_port, OPENER_PORT));
}

static inline void put_tcp(struct built *built, const struct frame *frame)
{
	put_ports(built, frame);
	put_long(built, frame->sequence);
	put_long(built, frame->acknowledgement);
	put_byte(built, usual(frame->data_words, 5) << 4);
	put_byte(built, usual(frame->flags, SYN));
	put_short(built, 1024); /* window */
	put_long(built, 0);     /* checksum, urgent pointer */
	put_filler(built, frame->filler);
}

static inline void put_udp(struct built *built, const struct frame *frame)
{
	put_ports(built, frame);
	put_short(built, 8 + frame->filler + frame->udp_length_off);
	put_short(built, 0);
	put_filler(built, frame->filler);
}

static inline void put_ip(struct built *built, const struct frame *frame);

static inline void put_icmp(struct built *built, const struct frame *frame)
{
	size_t start;

	put_byte(built, frame->type);
	put_byte(built, frame->code);
	put_short(built, 0);
	put_long(built, 0);
	start = built->len;
	if (frame->quoted)
		put_ip(built, frame->quoted);
	if (frame->quoted_len)
		built->len = start + frame->quoted_len;
	put_filler(built, frame->filler);
}

static inline void put_transport(struct built *built, const struct frame *frame)
{
	int protocol = frame_protocol(frame);

	if (protocol == IPPROTO_TCP)
		put_tcp(built, frame);
	else if (protocol == IPPROTO_UDP)
		put_udp(built, frame);
	else if (protocol == (frame_is_ipv6(frame) ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		put_icmp(built, frame);
	else
		put_filler(built, frame->filler);
}

static inline void put_ipv4(struct built *built, const struct frame *frame)
{
	size_t start = built->len;
	int words = 5 + (frame->options.len + 3) / 4;

	put_byte(built, usual(frame->version, 4) << 4 | usual(frame->header_words, words));
	put_byte(built, 0);
	put_short(built, 0); /* the length, see below */
	put_short(built, 0x1234);
	put_short(built, frame->fragment);
	put_byte(built, usual(frame->hop_limit, HOP_LIMIT));
	put_byte(built, frame_protocol(frame));
	put_short(built, 0);
	put_address(built, frame->from, false);
	put_address(built, frame->to, false);
	put(built, frame->options.first, frame->options.len);
	put(built, "\0\0\0", words * 4 - 20 - frame->options.len);
	put_transport(built, frame);
	set_short(built, start + 2, built->len - start + frame->length_off);
}

/* What stands after the extension headers up to this one. */
static inline int next_header(const struct frame *frame, size_t extension)
{
	if (extension < EXTENSIONS_MAX && frame->extensions[extension].bytes.len)
		return frame->extensions[extension].kind;
	return frame_protocol(frame);
}

static inline void put_extensions(struct built *built, const struct frame *frame)
{
	for (size_t i = 0; i < EXTENSIONS_MAX && frame->extensions[i].bytes.len; i++) {
		put_byte(built, next_header(frame, i + 1));
		put(built, frame->extensions[i].bytes.first, frame->extensions[i].bytes.len);
	}
}

static inline void put_ipv6(struct built *built, const struct frame *frame)
{
	size_t start = built->len;

	put_long(built, (uint32_t)usual(frame->version, 6) << 28);
	put_short(built, 0); /* the length, see below */
	put_byte(built, next_header(frame, 0));
	put_byte(built, usual(frame->hop_limit, HOP_LIMIT));
	put_address(built, frame->from, true);
	put_address(built, frame->to, true);
	put_extensions(built, frame);
	put_transport(built, frame);
	set_short(built, start + 4, built->len - start - 40 + frame->length_off);
}

static inline void put_ip(struct built *built, const struct frame *frame)
{
	if (frame_is_ipv6(frame))
		put_ipv6(built, frame);
	else
		put_ipv4(built, frame);
}

static inline void put_link(struct built *built, const struct frame *frame)
{
	put(built, frame->to_mac ? frame->to_mac : "\x02\0\0\0\0\x01", 6);
	put(built, frame->from_mac ? frame->from_mac : "\x02\0\0\0\0\x02", 6);
	for (size_t i = 0; i < TAGS_MAX && frame->tags[i].ethertype; i++) {
		put_short(built, frame->tags[i].ethertype);
		put_short(built, frame->tags[i].id);
	}
	put_short(built, frame->ethertype       ? frame->ethertype
			 : frame_is_ipv6(frame) ? TYPE_IPV6
						: TYPE_IPV4);
}

/* The frame's bytes, valid until the next call. */
static inline struct built *build(const struct frame *frame)
{
	static struct built built;

	built.len = 0;
	put_link(&built, frame);
	built.ip_start = built.len;
	if (frame->from)
		put_ip(&built, frame);
	else
		put(&built, frame->body.first, frame->body.len);
	built.ip_end = built.len;
	put_filler(&built, frame->trailing);
	if (frame->cut)
		built.len = frame->cut;
	return &built;
}

#endif
