// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One packet's way through the gateway:
 *
 *   parse   bytes → struct packet        parse.h parse_ip.h packet.h
 *   judge   what needs no policy         judge.h address.h icmp.h
 *           a flow that is known         flow.h flow_tables.h
 *           addresses → classes, home    trie.h
 *           ports, classes → rule        classify.h
 *           openings, the first answer   flow.h openings.h socket.h
 *   count   and tell the NIC             count.h
 *
 * Each step returns the one reason to drop the packet, or DROP_NONE. The maps and
 * constants that it is judged by are in maps.h; include/layout.h says what they hold.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"
#include "maps.h"
#include "packet.h"
#include "verifier.h"
#include "parse.h"
#include "address.h"
#include "pass.h"
#include "count.h"
#include "trie.h"
#include "classify.h"
#include "socket.h"
#include "flow_tables.h"
#include "openings.h"
#include "flow.h"
#include "icmp.h"
#include "judge.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp")
int directorgate(struct xdp_md *ctx)
{
	struct judgement judgement = {};
	struct packet packet = {};

	judgement.reason = parse(ctx, &packet);
	if (!judgement.reason)
		judgement.reason = judge(ctx, &packet, &judgement);
	return count(&packet, &judgement);
}
