// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A host that answers everything, at the ingress of its NIC (sched_cls): a SYN with two SYN-ACKs,
 * as a server that sends one again; any other TCP segment with a RST. The host's own stack gets
 * none of them. It never answers an answer, which MARK tells. Fragments, and what is
 * not TCP, go up to the stack.
 *
 * Section `everything` answers on every port, `crowd` on CROWD_PORT alone: there it is a host like
 * any other on the rest.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MARK       0x6467 /* window of an answer */
#define CROWD_PORT 50001
#define NOT_WHOLE  0x3fff /* more fragments, or an offset */

/* Both addresses, and what else the checksum covers. */
struct pseudo_header {
	__be32 addresses[8];
	__be32 len, protocol;
};

static __always_inline __u16 fold(__s64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline void checksum(struct tcphdr *tcp, struct pseudo_header *pseudo)
{
	__s64 sum;

	pseudo->len = bpf_htonl(sizeof(*tcp));
	pseudo->protocol = bpf_htonl(IPPROTO_TCP);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)pseudo, sizeof(*pseudo), 0);
	tcp->check = fold(bpf_csum_diff(NULL, 0, (__be32 *)tcp, sizeof(*tcp), sum));
}

static __always_inline struct tcphdr answer_to(const struct tcphdr *asked)
{
	struct tcphdr answer = {
		.source = asked->dest,
		.dest = asked->source,
		.seq = bpf_get_prandom_u32(), /* nobody guesses it */
		.ack_seq = bpf_htonl(bpf_ntohl(asked->seq) + 1),
		.doff = sizeof(answer) / 4,
		.syn = asked->syn,
		.rst = !asked->syn,
		.ack = 1,
		.window = bpf_htons(MARK),
	};

	return answer;
}

/* The frame becomes its own answer, and goes out once for each time. */
static __always_inline int send_answer(struct __sk_buff *skb, __u32 ip_len,
				       const struct tcphdr *answer)
{
	__u8 macs[2 * ETH_ALEN], swapped[2 * ETH_ALEN];

	bpf_skb_load_bytes(skb, 0, macs, sizeof(macs));
	__builtin_memcpy(swapped, macs + ETH_ALEN, ETH_ALEN);
	__builtin_memcpy(swapped + ETH_ALEN, macs, ETH_ALEN);
	bpf_skb_store_bytes(skb, 0, swapped, sizeof(swapped), 0);
	bpf_skb_store_bytes(skb, ETH_HLEN + ip_len, answer, sizeof(*answer), 0);
	bpf_clone_redirect(skb, skb->ifindex, 0);
	if (answer->syn)
		bpf_clone_redirect(skb, skb->ifindex, 0);
	return TC_ACT_SHOT;
}

static __always_inline int respond4(struct __sk_buff *skb, const struct iphdr *asked,
				    struct tcphdr *answer)
{
	struct pseudo_header pseudo = {.addresses = {asked->saddr, asked->daddr}};
	struct iphdr ip = *asked;

	ip.saddr = asked->daddr;
	ip.daddr = asked->saddr;
	ip.tot_len = bpf_htons(sizeof(ip) + sizeof(*answer));
	ip.ttl = 64;
	ip.check = 0;
	ip.check = fold(bpf_csum_diff(NULL, 0, (__be32 *)&ip, sizeof(ip), 0));
	checksum(answer, &pseudo);
	if (bpf_skb_change_tail(skb, ETH_HLEN + sizeof(ip) + sizeof(*answer), 0))
		return TC_ACT_SHOT;
	bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0);
	return send_answer(skb, sizeof(ip), answer);
}

static __always_inline int respond6(struct __sk_buff *skb, const struct ipv6hdr *asked,
				    struct tcphdr *answer)
{
	struct pseudo_header pseudo;
	struct ipv6hdr ip = *asked;

	__builtin_memcpy(pseudo.addresses, &asked->saddr, sizeof(pseudo.addresses));
	ip.saddr = asked->daddr;
	ip.daddr = asked->saddr;
	ip.payload_len = bpf_htons(sizeof(*answer));
	ip.hop_limit = 64;
	checksum(answer, &pseudo);
	if (bpf_skb_change_tail(skb, ETH_HLEN + sizeof(ip) + sizeof(*answer), 0))
		return TC_ACT_SHOT;
	bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0);
	return send_answer(skb, sizeof(ip), answer);
}

static __always_inline int respond(struct __sk_buff *skb, bool crowd)
{
	bool ipv4 = skb->protocol == bpf_htons(ETH_P_IP);
	union {
		struct iphdr v4;
		struct ipv6hdr v6;
	} ip;
	struct tcphdr asked, answer;

	if (!ipv4 && skb->protocol != bpf_htons(ETH_P_IPV6))
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, ipv4 ? sizeof(ip.v4) : sizeof(ip.v6)))
		return TC_ACT_OK;
	if ((ipv4 ? ip.v4.protocol : ip.v6.nexthdr) != IPPROTO_TCP)
		return TC_ACT_OK;
	if (ipv4 && ip.v4.frag_off & bpf_htons(NOT_WHOLE))
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, ETH_HLEN + (ipv4 ? sizeof(ip.v4) : sizeof(ip.v6)), &asked,
			       sizeof(asked)))
		return TC_ACT_OK;
	if (crowd && asked.dest != bpf_htons(CROWD_PORT))
		return TC_ACT_OK;
	if (asked.window == bpf_htons(MARK) || asked.rst)
		return TC_ACT_SHOT;
	answer = answer_to(&asked);
	return ipv4 ? respond4(skb, &ip.v4, &answer) : respond6(skb, &ip.v6, &answer);
}

SEC("everything") int respond_everything(struct __sk_buff *skb)
{
	return respond(skb, false);
}

SEC("crowd") int respond_crowd(struct __sk_buff *skb)
{
	return respond(skb, true);
}

char licence[] SEC("license") = "GPL";
