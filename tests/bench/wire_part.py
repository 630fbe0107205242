# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Part 2: through a wire, which is a veth pair. The kernel makes the packets (flood.c) and the same CPU
receives them. Each candidate has a gateway of its own, and they take turns.
"""
import json
import os
import time

import frames
import policies
from frames import ACK, PSH, SYN
from lab import BenchError, Gateway, add_cable, call, in_namespace, set_sysctl
from measurement import Samples
from packet_part import RIVALS

PART = "wire"
DROPPED = "dropped"
FORWARD_ROW = "forwarded: small packets of a known flow"
THROUGHPUT_ROW = "throughput: one TCP stream"
REQUEST_ROW = "requests: one byte there and back"
PROOF = 1000  # packets that show what a candidate lets through
PORT = 5061

# What must be dropped, and what must pass, on the way to the Director.
DROPS = {
    "port that no rule names": frames.tcp(policies.CLIENT[4], 49152, policies.SINK, 9999),
    "named port, source of no role": frames.tcp(policies.OUTSIDER[4], 49152, policies.SINK, 443),
}
PASSES = frames.tcp(policies.CLIENT[4], 49152, policies.SINK, 443)


def bring_up(gateway, nic, address, peer_addresses=()):
    """Static neighbours, fixed MACs, a router's settings."""
    namespace, peer = gateway.namespace, gateway.peers[nic]
    call("ip", "-n", namespace, "link", "set", nic, "address", frames.OUR_MAC)
    call("ip", "-n", peer, "link", "set", nic, "address", frames.PEER_MAC)
    call("ip", "-n", namespace, "address", "add", address, "dev", nic)
    for peer_address in peer_addresses:
        call("ip", "-n", peer, "address", "add", peer_address, "dev", nic)
        call("ip", "-n", peer, "route", "add", "default", "via", address.split("/")[0])


def make_router(namespace):
    set_sysctl(namespace, ipv4__ip_forward=1, ipv4__conf__all__rp_filter=0,
               ipv4__conf__default__rp_filter=0, ipv4__conf__all__send_redirects=0)


def flood(effort, gateway, nic, frame, count, restore=False):
    """Packets a second; None where the gateway's NIC did not take them all."""
    before = received(gateway.namespace, nic)
    rate = in_namespace(gateway.peers[nic], "taskset", "-c", str(effort.cpu),
                        gateway.lab.tool("flood"), nic, str(count), frame,
                        *(["restore"] if restore else []))
    return float(rate) if received(gateway.namespace, nic) - before == count else None


def statistics_of(namespace, nic):
    shown = json.loads(call("ip", "-n", namespace, "-j", "-s", "link", "show", nic))
    return shown[0]["stats64"]


def received(namespace, nic):
    return statistics_of(namespace, nic)["rx"]["packets"]


class Dropper:
    """A gateway with one NIC, and behind it a NIC where what passes can be counted."""

    def __init__(self, lab, name):
        self.gateway = Gateway(lab, name, ["inside0"])
        namespace = self.gateway.namespace
        make_router(namespace)
        bring_up(self.gateway, "inside0", "10.20.0.1/24")
        add_cable(namespace, self.gateway.peers["inside0"], "sink0")
        call("ip", "-n", namespace, "route", "add", "10.20.1.0/24", "dev", "sink0")
        call("ip", "-n", namespace, "neighbour", "add", policies.SINK, "lladdr", frames.PEER_MAC,
             "dev", "sink0")
        # The kernel's own filters: frames enter by the same NAPI as those of XDP programs.
        in_namespace(namespace, "ethtool", "-K", "inside0", "gro", "on")

    def passed(self, effort, frame):
        namespace = self.gateway.namespace
        before = statistics_of(namespace, "sink0")["tx"]["packets"]
        flood(effort, self.gateway, "inside0", frame, PROOF, restore=True)
        time.sleep(0.05)
        return statistics_of(namespace, "sink0")["tx"]["packets"] - before

    def prove(self, effort, candidate, row):
        """The candidate drops this packet; and not because it drops everything."""
        if self.passed(effort, DROPS[row]):
            raise BenchError(f"{candidate} lets a {row} pass")
        if candidate != "empty XDP_DROP" and self.passed(effort, PASSES) < PROOF:
            raise BenchError(f"{candidate} does not let the page's own packet pass")


def attach(dropper, pin):
    in_namespace(dropper.gateway.namespace, "bpftool", "net", "attach", "xdpdrv", "pinned", pin,
                 "dev", "inside0")


def set_up_empty(lab, dropper, _row):
    attach(dropper, yardstick(lab, "drop"))


def set_up_ours(lab, dropper, _row):
    dropper.gateway.apply(lab.write("wire.yaml", policies.page(("inside0",), stateful=True)))


def set_up_netdev_rules(_lab, dropper, _row):
    load_ruleset(dropper, "netdev-rules.nft")


def set_up_netdev_set(_lab, dropper, _row):
    load_ruleset(dropper, "netdev-set.nft")


def set_up_prerouting(_lab, dropper, _row):
    load_ruleset(dropper, "prerouting.nft")


def set_up_ports_first(_lab, dropper, _row):
    load_ruleset(dropper, "netdev-ports-first.nft")


def load_ruleset(dropper, name):
    in_namespace(dropper.gateway.namespace, "nft", "-I", RIVALS, "-f", os.path.join(RIVALS, name))


def restore_tables(dropper, command):
    for program, name in (("ipset", "page.ipset"), (command, "raw.iptables")):
        with open(os.path.join(RIVALS, name), encoding="ascii") as file:
            in_namespace(dropper.gateway.namespace, program, *(["restore"] if program == "ipset" else []),
                         input_text=file.read())


def set_up_iptables(_lab, dropper, _row):
    restore_tables(dropper, "iptables-nft-restore")


def set_up_iptables_legacy(_lab, dropper, _row):
    restore_tables(dropper, "iptables-legacy-restore")


def set_up_xdp_filter(lab, dropper, row):
    """
    xdp-filter has no rule of address and port together. What drops a port that nobody names is a
    list of ports; what drops a source of no role is a list of sources. The client is in it, since
    there are no prefixes either.
    """
    attach(dropper, f"{lab.load_pins()}/xdp-filter-{'ports' if 'names' in row else 'sources'}")


CANDIDATES = {
    "empty XDP_DROP": set_up_empty,
    "directorgate": set_up_ours,
    "xdp-filter": set_up_xdp_filter,
    "nftables netdev, rules": set_up_netdev_rules,
    "nftables netdev, set": set_up_netdev_set,
    "nftables prerouting raw": set_up_prerouting,
    "nftables netdev, ports first": set_up_ports_first,
    "iptables raw with ipset": set_up_iptables,
    "iptables-legacy raw with ipset": set_up_iptables_legacy,
}
# Shown beside them, and not counted: a form that no documentation has, found by trying.
UNDOCUMENTED = "nftables netdev, ports first"
RIVAL_FORMS = [name for name in CANDIDATES if "tables" in name and name != UNDOCUMENTED]


def yardstick(lab, name):
    folder = f"{lab.load_pins()}/yardsticks"
    if not os.path.isdir(folder):
        call("bpftool", "prog", "loadall", lab.tool("yardsticks.bpf.o"), folder)
    return f"{folder}/{name}"


def make_dropper(lab, effort, results, candidate, row):
    """Set up, and proven to drop what it must; None where this kernel has no such filter."""
    dropper = Dropper(lab, f"drop{len(lab.namespaces)}")
    try:
        CANDIDATES[candidate](lab, dropper, row)
    except BenchError as error:
        if "tables" not in candidate:
            raise
        results.notes.append(f"left out: {candidate}: {str(error).splitlines()[-1]}")
        return None
    rows = [row] if candidate == "xdp-filter" else DROPS
    for proven in rows:
        dropper.prove(effort, candidate, proven)
    return dropper


def measure_drops(lab, effort, results):
    droppers = {}
    for candidate in CANDIDATES:
        for row in DROPS:
            if candidate == "xdp-filter" or row == next(iter(DROPS)):
                dropper = make_dropper(lab, effort, results, candidate, row)
            if dropper:
                droppers[candidate, row] = dropper
    for row, frame in DROPS.items():
        take_turns(effort.turns, results, f"{DROPPED}: {row}", {
            candidate: lambda gateway=dropper.gateway, frame=frame:
                flood(effort, gateway, "inside0", frame, effort.flood)
            for (candidate, its), dropper in droppers.items() if its == row})


def take_turns(turns, results, row, candidates, unit="packets/s"):
    """Each candidate's own samples, one of each in turn, back and forth."""
    samples = {candidate: [] for candidate in candidates}
    for turn in range(turns):
        order = list(candidates)[::-1 if turn % 2 else 1]
        for candidate in order:
            for _ in range(3):
                value = candidates[candidate]()
                if value is not None:
                    break
            else:
                raise BenchError(f"{candidate}: {row}: packets are lost on the wire")
            samples[candidate].append(value)
    for candidate, values in samples.items():
        results.add(PART, row, candidate, Samples(values, unit))


class Forwarder:
    """A router between two hosts: an Edge to the left, a Director to the right."""

    def __init__(self, lab, name):
        self.gateway = Gateway(lab, name, ["perimeter0", "inside0"],
                               {"perimeter0": "left", "inside0": "right"})
        make_router(self.gateway.namespace)
        bring_up(self.gateway, "perimeter0", "10.10.0.1/24", ["10.10.0.20/24"])
        bring_up(self.gateway, "inside0", "10.20.1.1/24", ["10.20.1.10/24"])
        # Frames for the sink reach the right host's NIC, which has another address, and end there.
        call("ip", "-n", self.gateway.namespace, "neighbour", "add", policies.SINK, "lladdr",
             "02:00:00:00:00:99", "dev", "inside0")
        self.left, self.right = self.gateway.peers["perimeter0"], self.gateway.peers["inside0"]

    def flood(self, effort, frame, count):
        before = received(self.right, "inside0")
        rate = flood(effort, self.gateway, "perimeter0", frame, count, restore=True)
        return rate if received(self.right, "inside0") - before == count else None

    def open_flow(self, effort):
        """The handshake of the flow that is flooded."""
        edge = policies.EDGE[4]
        flood(effort, self.gateway, "perimeter0", frames.tcp(edge, 49152, policies.SINK, PORT), 1)
        flood(effort, self.gateway, "inside0",
              frames.tcp(policies.SINK, PORT, edge, 49152, SYN | ACK, 5000, 1001), 1)
        flood(effort, self.gateway, "perimeter0", data_packet(), 1)

    def throughput(self, effort):
        out = in_namespace(self.left, "taskset", "-c", "0", "iperf3", "--client", policies.DIRECTOR[4],
                           "--port", str(PORT), "--bytes", effort.stream, "--json")
        return json.loads(out)["end"]["sum_received"]["bits_per_second"] / 1e9

    def requests(self, effort):
        return float(call(self.gateway.lab.tool("echo"), f"/run/netns/{self.right}",
                          f"/run/netns/{self.left}", policies.DIRECTOR[4], str(PORT),
                          str(effort.echo_s)))


def data_packet():
    return frames.tcp(policies.EDGE[4], 49152, policies.SINK, PORT, ACK | PSH, 1001, 5001)


def attach_pass(lab, forwarder):
    for nic in forwarder.gateway.nics:
        in_namespace(forwarder.gateway.namespace, "bpftool", "net", "attach", "xdpdrv", "pinned",
                     yardstick(lab, "pass"), "dev", nic)


def make_forwarders(lab, effort):
    forwarders = {name: Forwarder(lab, f"forward{number}") for number, name in
                  enumerate(("XDP_PASS", "directorgate", "no program"))}
    attach_pass(lab, forwarders["XDP_PASS"])
    forwarders["directorgate"].gateway.apply(
        lab.write("forward.yaml", policies.page(stateful=True)))
    # Live frames need a NIC with NAPI, which veth has by an XDP program or by GRO.
    in_namespace(forwarders["no program"].gateway.namespace, "ethtool", "-K", "perimeter0", "gro", "on")
    for forwarder in forwarders.values():
        in_namespace(forwarder.left, "ethtool", "-K", "perimeter0", "gro", "on")
        in_namespace(forwarder.right, "ethtool", "-K", "inside0", "gro", "on")
        forwarder.open_flow(effort)
    return forwarders


def measure_beside(effort, results, row, unit, candidates):
    """*no program* by itself: six times as fast, it leaves another machine to who comes next."""
    alone = {"no program": candidates.pop("no program")}
    take_turns(effort.stream_turns, results, row, candidates, unit)
    take_turns(effort.turns, results, row, alone, unit)


def measure_forwarding(lab, effort, results):
    forwarders = make_forwarders(lab, effort)
    frame = data_packet()
    take_turns(effort.turns, results, FORWARD_ROW, {
        name: lambda forwarder=forwarder: forwarder.flood(effort, frame, effort.flood // 4)
        for name, forwarder in forwarders.items()})
    servers = [lab.start("nsenter", f"--net=/run/netns/{forwarder.right}", "taskset", "-c", "1",
                         "iperf3", "--server", "--port", str(PORT))
               for forwarder in forwarders.values()]
    time.sleep(0.5)
    measure_beside(effort, results, THROUGHPUT_ROW, "Gbit/s", {
        name: lambda forwarder=forwarder: forwarder.throughput(effort)
        for name, forwarder in forwarders.items()})
    for server in servers:
        server.kill()
        server.wait()
    measure_beside(effort, results, REQUEST_ROW, "requests/s", {
        name: lambda forwarder=forwarder: forwarder.requests(effort)
        for name, forwarder in forwarders.items()})


def run(lab, effort, results):
    measure_drops(lab, effort, results)
    measure_forwarding(lab, effort, results)
