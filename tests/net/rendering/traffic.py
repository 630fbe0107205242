# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The packets that a filter and its rendering are compared by: the same ones for a seed.

A conversation is a list of packets, each after the other; conversations share no address and port
on both sides. `Packet.notes` says what is odd about one, for the list of differences.
"""
import dataclasses
import ipaddress
import itertools
import random
import struct

import frames
from conversations import Conversation, OTHER_SCRIPTS, TCP_ODD_SCRIPTS, TCP_SCRIPTS, UDP_SCRIPTS
from oddities import Oddities
from frames import ACK, SYN

MARK = b"\xd9gate"
SIDES = ("perimeter", "inside")
RANDOM_SCRIPTS = 300
GATEWAY_PROTOCOLS = (frames.TCP, frames.UDP, frames.ICMP, frames.ICMPV6, 47, 51)
GATEWAY = {
    "perimeter": ("10.10.0.1", "2001:db8:10::1"),
    "inside": ("10.20.1.1", "2001:db8:21::1"),
}

# (from, to, protocol, ports, source ports): what the rules of render_test.sh let open.
RULES = [
    ("reverse-proxy", "director", "tcp", (8080, 4443), None),
    ("reverse-proxy", "pool", "tcp", (8080,), None),
    ("director", "server", "tcp", (444,), None),
    ("client", "director", "tcp", (80, 443), None),
    ("edge", "director", "tcp", (5061,), None),
    ("director", "edge", "tcp", (5061,), None),
    ("outsider", "edge", "tcp", (50001, 50003), None),
    ("stranger", "edge", "tcp", (50002,), None),
    ("client", "edge", "tcp", (50002,), None),
    ("director", "resolver", "both", (53, 5000, 5100), (1024, 65535)),
    ("admin", "gateway", "tcp", (22,), None),
    ("admin", "gateway", "udp", (161,), None),
    ("client", "resolver", "udp", (53,), None),
    ("resolver", "client", "udp", (53,), None),
    ("edge", "server", 47, (), None),
    ("server", "edge", 51, (), None),
    ("pool", "admin", 250, (), None),
]

# The gateway's own sockets, which play.py opens to the resolver's port 53: port to kind.
OWN_PORTS = {4001: "udp connected", 4002: "udp unconnected", 4003: "udp none", 4004: "tcp", 4005: "tcp none"}


@dataclasses.dataclass
class Packet:
    number: int
    side: str  # where it enters
    host: str  # whom it is for
    data: bytes  # from the IP header on
    what: str
    notes: frozenset
    to_mac: bytes = b""
    from_mac: bytes = b""
    tags: tuple = ()  # VLAN ids, the outer one first


@dataclasses.dataclass
class Host:
    name: str
    side: str
    addresses: dict  # by IP version, a list


_fence_numbers = itertools.count(0xF0000000)


def fences():
    """One packet by each NIC that every filter of the comparison lets pass."""
    found = []
    for side, source, destination, port in (
        ("perimeter", "10.10.0.10", "10.20.1.10", 8080),
        ("inside", "10.30.0.40", "10.20.1.10", 443),
    ):
        number = next(_fence_numbers)
        source, destination = map(ipaddress.ip_address, (source, destination))
        segment = frames.tcp(
            source, destination, (1024 + number % 60000, port), SYN, data=mark(number)
        )
        data = frames.ip(source, destination, frames.TCP, segment)
        found.append(Packet(number, side, "director", data, "fence", frozenset()))
    return found


def mark(number):
    return MARK + struct.pack("!I", number)


def read_mark(data):
    """The number of the packet that these bytes hold, or None."""
    at = data.find(MARK) + len(MARK)
    if at < len(MARK) or len(data) < at + 4:
        return None
    return struct.unpack_from("!I", data, at)[0]


def read_hosts(path):
    hosts = {}
    with open(path, encoding="ascii") as file:
        for line in file:
            if line.strip():
                name, side, ipv4, ipv6 = line.split()
                hosts[name] = Host(
                    name,
                    side,
                    {
                        4: [ipaddress.ip_address(text) for text in ipv4.split(",")],
                        6: [ipaddress.ip_address(text) for text in ipv6.split(",")],
                    },
                )
    return hosts


class Traffic:
    def __init__(self, hosts, seed):
        self.hosts = read_hosts(hosts)
        self.everyone = dict(self.hosts)
        for side in SIDES:
            ipv4, ipv6 = map(ipaddress.ip_address, GATEWAY[side])
            self.everyone[f"gateway-{side}"] = Host("gateway", side, {4: [ipv4], 6: [ipv6]})
        self.random = random.Random(seed)
        self.packets = []
        self.conversations = []
        self.free_ports = itertools.count(10000)
        self.portless = {}
        self.make()

    # ---- making packets ----

    def packet(self, side, host, build, what, *notes, **link):
        """`build` gets the packet's mark and returns its bytes."""
        number = len(self.packets)
        made = Packet(number, side, host, build(mark(number)), what, frozenset(notes), **link)
        self.packets.append(made)
        return made

    def stages(self):
        """The first packets of all conversations, then the second ones, and so on."""
        longest = max(map(len, self.conversations))
        for i in range(longest):
            yield [packets[i] for packets in self.conversations if i < len(packets)]

    def add(self, *packets):
        """A conversation of its own."""
        self.conversations.append(list(packets))

    def ports_for(self, service, source_ports=None):
        """The opener's port, of its own in this family, and the service's."""
        port = next(self.free_ports)
        if source_ports and not source_ports[0] <= port <= source_ports[1]:
            raise ValueError(port)
        return port, service

    def talk(self, version, names, protocol, ports, script):
        hosts = [self.everyone[name] for name in names]
        talk = Conversation(self, version, hosts, protocol, ports)
        self.add(*talk.play(script))

    # ---- what is sent ----

    def make(self):
        self.make_allowed()
        self.make_random_scripts()
        self.make_scans()
        self.make_own()
        Oddities(self).make()

    def make_own(self):
        """What answers, or seems to answer, what the gateway itself asked."""
        for version, (port, kind) in itertools.product((4, 6), OWN_PORTS.items()):
            names = "resolver", "gateway-inside"
            source, target = (self.everyone[name].addresses[version][0] for name in names)
            ports = 53, port
            for flags in (SYN | ACK, ACK) if kind.startswith("tcp") else (None,):
                def build(mark):
                    if flags is None:
                        segment = frames.udp(source, target, ports, mark)
                        return frames.ip(source, target, frames.UDP, segment)
                    segment = frames.tcp(source, target, ports, flags, (7, 7), mark)
                    return frames.ip(source, target, frames.TCP, segment)

                notes = [kind] if kind == "udp unconnected" else []
                what = f"own: {kind} {source} {flags}"
                self.add(self.packet("inside", "gateway", build, what, *notes))

    def make_allowed(self):
        """Every script on every rule, in both families."""
        for version, rule in itertools.product((4, 6), RULES):
            source, target, protocol, services, source_ports = rule
            if target == "gateway":
                target = f"gateway-{self.everyone[source].side}"
            if not services:
                for script in OTHER_SCRIPTS:
                    self.talk_once(version, (source, target), protocol, script)
            for service in services:
                if protocol in ("tcp", "both"):
                    for script in TCP_SCRIPTS + TCP_ODD_SCRIPTS:
                        ports = self.ports_for(service, source_ports)
                        self.talk(version, (source, target), frames.TCP, ports, script)
                if protocol in ("udp", "both"):
                    for script in UDP_SCRIPTS:
                        ports = self.ports_for(service, source_ports)
                        self.talk(version, (source, target), frames.UDP, ports, script)

    def talk_once(self, version, names, protocol, script):
        """Protocols without ports have one conversation between two addresses: in turn."""
        hosts = [self.everyone[name] for name in names]
        talk = Conversation(self, version, hosts, protocol, (0, 0))
        known = self.portless.setdefault((version, names, protocol), [])
        if not known:
            self.conversations.append(known)
        known += talk.play(script)

    def make_random_scripts(self):
        letters = ["S", "SA", "A", "PA", "FA", "RA", "R", "x"]
        for _ in range(RANDOM_SCRIPTS):
            source, target, protocol, services, source_ports = self.random.choice(RULES[:12])
            if target == "gateway":
                target = f"gateway-{self.everyone[source].side}"
            words = [
                self.random.choice(("", "", "", "?", "~"))
                + self.random.choice("ab")
                + self.random.choice(letters)
                for _ in range(8)
            ]
            ports = self.ports_for(self.random.choice(services), source_ports)
            version = self.random.choice((4, 6))
            self.talk(version, (source, target), frames.TCP, ports, " ".join(words))

    def make_scans(self):
        """Single packets between all, to and from ports that rules name and their neighbours."""
        known = sorted({port for rule in RULES for port in rule[3]})
        for version in (4, 6):
            for names in itertools.permutations(self.everyone, 2):
                if self.everyone[names[0]].name == "gateway":
                    continue
                for script in ("aS", "aA", "aSA", "aR", "aFA", "ad"):
                    port = self.random.choice(known) + self.random.choice((-1, 0, 0, 0, 1))
                    ports = next(self.free_ports), port
                    if self.random.random() < 0.4:
                        ports = ports[::-1]
                    protocol = frames.UDP if script == "ad" else frames.TCP
                    self.talk(version, names, protocol, ports, script)
