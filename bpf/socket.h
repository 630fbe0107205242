/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gateway's own connections, whose packets XDP never sees go out: what its sockets prove. */
#ifndef SOCKET_H
#define SOCKET_H

/* <net/tcp_states.h> */
enum { STATE_SYN_RECV = 3, STATE_LISTEN = 10, STATE_NEW_SYN_RECV = 12 };

/* As a packet that the gateway receives would name both sides. */
struct socket_name {
	struct bpf_sock_tuple tuple;
	__u32 len; /* of the family's part */
};

static __always_inline void write_address(__be32 *words, const struct ip_address *address)
{
	words[0] = bpf_htonl(address->high >> 32);
	words[1] = bpf_htonl(address->high);
	words[2] = bpf_htonl(address->low >> 32);
	words[3] = bpf_htonl(address->low);
}

static __always_inline void name_socket(struct socket_name *name, const struct packet *packet,
					enum direction direction)
{
	bool received = direction == DIRECTION_REPLY;
	const struct ip_address *remote = received ? &packet->source : &packet->destination;
	const struct ip_address *local = received ? &packet->destination : &packet->source;
	__be16 remote_port = bpf_htons(received ? packet->source_port : packet->destination_port);
	__be16 local_port = bpf_htons(received ? packet->destination_port : packet->source_port);

	if (packet->kind == LINK_IPV4) {
		name->tuple.ipv4.saddr = bpf_htonl(remote->low);
		name->tuple.ipv4.daddr = bpf_htonl(local->low);
		name->tuple.ipv4.sport = remote_port;
		name->tuple.ipv4.dport = local_port;
		name->len = sizeof(name->tuple.ipv4);
	} else {
		write_address(name->tuple.ipv6.saddr, remote);
		write_address(name->tuple.ipv6.daddr, local);
		name->tuple.ipv6.sport = remote_port;
		name->tuple.ipv6.dport = local_port;
		name->len = sizeof(name->tuple.ipv6);
	}
}

/* The length within bounds that 6.1 and 6.12 know, from both sides. */
static __always_inline __u32 tuple_len(const struct socket_name *name)
{
	__u32 len = name->len;

	asm volatile("" : "+r"(len));
	if (len < sizeof(name->tuple.ipv4))
		return sizeof(name->tuple.ipv4);
	return len > sizeof(name->tuple) ? sizeof(name->tuple) : len;
}

/* Neither a listener nor half open: those anyone can find or make. A function each, or clang merges
 * both. */
static __noinline bool has_tcp_socket(struct xdp_md *ctx, struct socket_name *name)
{
	struct bpf_sock *socket =
		bpf_skc_lookup_tcp(ctx, &name->tuple, tuple_len(name), BPF_F_CURRENT_NETNS, 0);
	__u32 state;

	if (!socket)
		return false;
	state = socket->state;
	bpf_sk_release(socket);
	return state != STATE_LISTEN && state != STATE_SYN_RECV && state != STATE_NEW_SYN_RECV;
}

/* Connected, which an unconnected one that only listens on the port is not. */
static __noinline bool has_udp_socket(struct xdp_md *ctx, struct socket_name *name)
{
	struct bpf_sock *socket =
		bpf_sk_lookup_udp(ctx, &name->tuple, tuple_len(name), BPF_F_CURRENT_NETNS, 0);
	bool connected;

	if (!socket)
		return false;
	connected = socket->dst_port;
	bpf_sk_release(socket);
	return connected;
}

/* Has the gateway a connection to which this packet belongs; one that it received, or that it sent?
 */
static __always_inline bool has_own_socket(struct xdp_md *ctx, const struct packet *packet,
					   enum direction direction)
{
	struct socket_name name = {};

	if (packet->protocol != PROTOCOL_TCP && packet->protocol != PROTOCOL_UDP)
		return false;
	name_socket(&name, packet, direction);
	return packet->protocol == PROTOCOL_TCP ? has_tcp_socket(ctx, &name)
						: has_udp_socket(ctx, &name);
}

#endif
