// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of a trunk (sched_cls), for kernels without VLAN devices too: what the host sends goes
 * out with the tag of VLAN 10, and what comes in is received whatever its tags.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define VLAN     10
#define TAGS_MAX 3

SEC("push") int push_tag(struct __sk_buff *skb)
{
	return bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), VLAN) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("pop") int pop_tags(struct __sk_buff *skb)
{
	for (int i = 0; i < TAGS_MAX && skb->vlan_present; i++)
		if (bpf_skb_vlan_pop(skb))
			return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char licence[] SEC("license") = "GPL";
