/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One packet as the parser understood it: all that is judged and counted later. Host order. */
#ifndef PACKET_H
#define PACKET_H

enum link_kind { LINK_IPV4, LINK_IPV6, LINK_ARP, LINK_CONTROL };

enum {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_NO_NEXT_HEADER = 59,
	PROTOCOL_DESTINATION_OPTIONS = 60,
	PROTOCOL_MOBILITY = 135,
	PROTOCOL_HOST_IDENTITY = 139,
	PROTOCOL_SHIM6 = 140,
	PROTOCOL_EXPERIMENT_1 = 253,
	PROTOCOL_EXPERIMENT_2 = 254,
};

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

/* An IPv4 address stands in the low 32 bits of `low`; an IPv6 address begins at the top of `high`.
 */
struct ip_address {
	__u64 high, low;
};

struct packet {
	struct ip_address source, destination;
	__u64 now_ns;    /* set once flows are looked at; 0: not yet */
	__u32 frame_len; /* bytes, all buffers */
	__u32 ip_end;    /* offset behind the IP packet; what the frame holds there is padding */
	__u32 read_end;  /* offset behind what was read: the fixed part of the transport header */
	__u32 data_len;  /* bytes behind the TCP header */
	__u16 source_port, destination_port;
	__u8 kind;  /* enum link_kind */
	__u8 place; /* of struct places */
	__u8 protocol;
	__u8 hop_limit;
	__u8 tcp_flags;
	__u8 icmp_type, icmp_code;
	bool group_mac;    /* sent to a group of link addresses */
	bool router_alert; /* the only hop-by-hop option (IPv6) */
};

#endif
