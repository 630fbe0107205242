#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""differ.py HOSTS SEED MODE OPEN FILTERED RENDERED: what a filter and its rendering judge otherwise.

The files are what play.py printed with no filter, with directorgate and with its rendering. Lists
every difference with what explains it. Ends with 1 where one has no explanation, or where too few
packets passed or were dropped to prove anything.
"""
import collections
import sys

import traffic

SHOWN = 5  # of one kind
LEAST = 1000  # packets that both let pass, and that both drop; monitor mode drops nothing

# Who lets pass what the other drops; a note of the packet; in which mode alone; and why.
DIRECTORGATE, NFTABLES = "directorgate alone passes", "nftables alone passes"
EXPLANATIONS = (
    (DIRECTORGATE, "checksum", None, "connection tracking takes no packet with a wrong checksum"),
    (DIRECTORGATE, "fragment", "monitor", "connection tracking waits for a fragment's others"),
    (DIRECTORGATE, "untracked", None,
     "an ICMP error about a conversation that connection tracking does not follow"),
    (DIRECTORGATE, "refused", None,
     "an ICMP error about a connection that the gateway's kernel refused, and tracking forgot"),
    (DIRECTORGATE, "error", "stateless",
     "an ICMP error passes by what it quotes, in nftables by the tracked connection"),
    (DIRECTORGATE, "unaligned-alert", None,
     "nftables reads IPv4 options word by word, and takes no alert that begins inside one"),
    (NFTABLES, "udp unconnected", None,
     "connection tracking sees whom an unconnected socket of the gateway's asked"),
    (NFTABLES, "land", None, "nftables cannot compare a source with a destination"),
    (NFTABLES, "too-many-extensions", None, "nftables counts no extension headers"),
    (NFTABLES, "second-of-a-kind", None,
     "nftables reads the first extension header of each kind alone"),
    (NFTABLES, "error", "stateless",
     "an ICMP error passes by what it quotes, in nftables by the tracked connection"),
)  # fmt: skip


def read(path):
    with open(path, encoding="ascii") as file:
        return {int(line) for line in file}


def explain(who, notes, mode):
    for whose, note, only, why in EXPLANATIONS:
        if whose == who and note in notes and only in (None, mode):
            return why
    return None


def differences(packets, filtered, rendered):
    for packet in packets:
        if (packet.number in filtered) != (packet.number in rendered):
            yield packet, DIRECTORGATE if packet.number in filtered else NFTABLES


def show(kinds):
    for (who, why), packets in kinds.items():
        print(f"{who}, {len(packets)} times: {why or 'NO EXPLANATION'}")
        for packet in packets[:SHOWN]:
            print(f"    from the {packet.side} to {packet.host}: {packet.what}")


def main():
    hosts, seed, mode, *paths = sys.argv[1:]
    made = traffic.Traffic(hosts, int(seed))
    unfiltered, filtered, rendered = map(read, paths)
    kinds = collections.defaultdict(list)
    for packet, who in differences(made.packets, filtered, rendered):
        kinds[who, explain(who, packet.notes, mode)].append(packet)
    passed, dropped = len(filtered & rendered), len(unfiltered - filtered - rendered)
    print(f"{mode}, seed {seed}: {len(made.packets)} packets in {len(made.conversations)} "
          f"conversations; {len(unfiltered)} arrive unfiltered, {passed} pass both, {dropped} neither")
    show(kinds)
    enough = passed >= LEAST and (dropped >= LEAST or mode == "monitor")
    return 0 if enough and all(why for _, why in kinds) else 1


if __name__ == "__main__":
    sys.exit(main())
