# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Packets whose headers are odd; beside it each would open what a rule lets open."""
import ipaddress
import struct

import frames
from frames import ACK, SYN

BROADCAST_MAC = b"\xff" * 6
GROUP_MAC = b"\x01\x00\x5e\x00\x00\x01"

NOP, END = b"\x01", b"\x00"
ALERT = b"\x94\x04\x00\x00"
RECORD_ROUTE = b"\x07\x07\x04\x00\x00\x00\x00\x00"
LOOSE_ROUTE = b"\x83\x07\x04\x0a\x14\x01\x0a\x00"
TIMESTAMP = b"\x44\x08\x05\x00\x00\x00\x00\x00"

# IPv4 options, and what is to be noted of them.
OPTIONS = [
    (NOP * 4, ()),
    (NOP * 40, ()),
    (ALERT, ()),
    (ALERT + NOP * 4, ()),
    (NOP * 3 + END, ()),
    (END + b"\x07\x07\x04", ()),
    (END * 8, ()),
    (NOP * 2 + END * 2, ()),
    (ALERT + ALERT, ()),
    (NOP + ALERT + NOP * 3, ("unaligned-alert",)),
    (NOP * 2 + ALERT + NOP * 2, ("unaligned-alert",)),
    (END * 4 + b"\x07\x07\x04\x00", ()),
    (b"\x94\x06\x00\x00\x00\x00\x00\x00", ()),
    (b"\x94\x03\x00\x00", ()),
    (NOP * 2 + b"\x94\x04", ()),
    (RECORD_ROUTE, ()),
    (LOOSE_ROUTE, ()),
    (TIMESTAMP, ()),
    (b"\x82\x0b" + bytes(10), ()),
]

# IPv6 extension headers, likewise.
EXTENSIONS = [
    ([frames.padded(0)], ()),
    ([frames.padded(60)], ()),
    ([frames.padded(0), frames.padded(60)], ()),
    ([frames.padded(60)] * 8, ()),
    ([frames.padded(60)] * 9, ("too-many-extensions",)),
    ([frames.padded(60, 62)], ()),
    ([frames.padded(60, 63)], ()),
    ([frames.padded(60, 64)], ("too-many-extensions",)),
    ([frames.padded(60), frames.padded(0)], ()),
    ([frames.padded(0), frames.padded(0)], ()),
    ([frames.padded(0), frames.padded(60), frames.padded(0)], ()),
    ([frames.routing(0, 0)], ()),
    ([frames.routing(2, 0)], ()),
    ([frames.routing(2, 1)], ()),
    ([frames.routing(4, 0), frames.padded(60)], ()),
    ([frames.routing(4, 0), frames.routing(4, 1)], ("second-of-a-kind",)),
    ([frames.fragment_header()], ()),
    ([frames.fragment_header(0, 1)], ("fragment",)),
    ([frames.fragment_header(10, 0)], ("fragment",)),
    ([frames.fragment_header(), frames.fragment_header()], ()),
    ([frames.fragment_header(), frames.padded(60), frames.fragment_header()], ()),
    ([frames.padded(60), frames.fragment_header()], ()),
    ([frames.authentication()], ()),
    ([frames.padded(60), frames.authentication()], ()),
    ([frames.padded(60), frames.padded(60), frames.authentication()], ("second-of-a-kind",)),
    ([frames.padded(0), frames.authentication()], ()),
    ([frames.fragment_header(), frames.authentication()], ()),
    ([(135, bytes(8))], ()),
    ([(139, bytes(8))], ()),
    ([(140, bytes(8))], ()),
    ([frames.router_alert()], ()),
]

MARTIAN_SOURCES = {
    4: "0.0.0.0 0.1.2.3 127.0.0.1 169.254.1.1 224.0.0.5 240.0.0.1 255.255.255.255",
    6: ":: ::1 ::ffff:10.30.0.40 fec0::1 ff02::1",
}


class Oddities:
    def __init__(self, traffic):
        self.traffic = traffic
        self.client = traffic.everyone["client"]
        self.director = traffic.everyone["director"]

    def make(self):
        for version in (4, 6):
            self.version = version
            self.source = self.client.addresses[version][0]
            self.target = self.director.addresses[version][0]
            self.make_addresses()
            self.make_tags()
            self.make_transport()
            self.make_echo()
            self.make_other_icmp()
        self.make_ipv4()
        self.make_ipv6()
        self.make_discovery()
        self.make_dhcp()

    def single(self, build, what, *notes, side="inside", host="director", **link):
        self.traffic.add(self.traffic.packet(side, host, build, f"odd: {what}", *notes, **link))

    def syn(self, mark, source=None, target=None, **more):
        """What a client's SYN to the director's port 443 holds."""
        source, target = source or self.source, target or self.target
        ports = next(self.traffic.free_ports), 443
        return frames.tcp(source, target, ports, SYN, data=mark, **more)

    def opening(self, mark, source=None, target=None, **more):
        source, target = source or self.source, target or self.target
        return frames.ip(source, target, frames.TCP, self.syn(mark, source, target), **more)

    # ---- addresses ----

    def make_addresses(self):
        for text in MARTIAN_SOURCES[self.version].split():
            source = ipaddress.ip_address(text)
            self.single(lambda mark: self.opening(mark, source=source), f"from {text}")
        self.single(lambda mark: self.opening(mark, source=self.target), "from its target", "land")
        edge = self.traffic.everyone["edge"].addresses[self.version][0]
        self.single(
            lambda mark: frames.ip(
                edge,
                edge,
                frames.TCP,
                frames.tcp(edge, edge, (next(self.traffic.free_ports), 50001), SYN, data=mark),
            ),
            "from its target, by a rule from any",
            "land",
            side="perimeter",
            host="edge",
        )
        for name, host in self.traffic.everyone.items():
            for side in ("perimeter", "inside"):
                source = host.addresses[self.version][0]
                self.single(
                    lambda mark: frames.ip(
                        source,
                        edge,
                        frames.TCP,
                        frames.tcp(
                            source, edge, (next(self.traffic.free_ports), 50001), SYN, data=mark
                        ),
                    ),
                    f"{name} from the {side}",
                    *(("land",) if source == edge else ()),
                    side=side,
                    host="edge",
                )
        for what, macs in (
            ("to the broadcast MAC", {"to_mac": BROADCAST_MAC}),
            ("to a group's MAC", {"to_mac": GROUP_MAC}),
            ("from a group's MAC", {"from_mac": GROUP_MAC}),
        ):
            self.single(self.opening, what, **macs)
            self.single(self.ssh, what, side="inside", host="gateway", **macs)

    def make_tags(self):
        """VLAN id 0 counts as untagged."""
        for name in ("reverse-proxy", "edge", "outsider", "client"):
            source, edge = self.address_of(name), self.address_of("edge")
            target = self.target if name == "edge" else edge
            port = 5061 if name == "edge" else 50002
            for tags in ((), (0,), (0, 0)):
                self.single(
                    lambda mark: frames.ip(
                        source,
                        target,
                        frames.TCP,
                        frames.tcp(
                            source, target, (next(self.traffic.free_ports), port), SYN, data=mark
                        ),
                    ),
                    f"{name} with VLAN ids {tags}",
                    side="perimeter",
                    host="director" if name == "edge" else "edge",
                    tags=tags,
                )

    def ssh(self, mark):
        source = self.traffic.everyone["admin"].addresses[self.version][0]
        target = self.traffic.everyone["gateway-inside"].addresses[self.version][0]
        segment = frames.tcp(source, target, (next(self.traffic.free_ports), 22), SYN, data=mark)
        return frames.ip(source, target, frames.TCP, segment)

    # ---- TCP and UDP ----

    def make_transport(self):
        for words in range(16):
            for options in (b"", frames.padded(0)[1] * 5):
                self.single(
                    lambda mark: frames.ip(
                        self.source,
                        self.target,
                        frames.TCP,
                        self.syn(mark, words=words, options=options),
                    ),
                    f"TCP header of {words} words before {len(options) + 9} bytes",
                )
        for size in (9, 13, 16, 19):
            self.single(
                lambda mark: frames.ip(
                    self.source,
                    self.target,
                    frames.TCP,
                    (struct.pack("!HH", 9, 443) + mark + b"\x50\x02" + bytes(9))[:size].ljust(13),
                ),
                f"{size} bytes of TCP",
            )
        self.single(
            lambda mark: frames.ip(self.source, self.target, frames.TCP, self.syn(mark, bad=1)),
            "TCP checksum",
            "checksum",
        )
        for length in (0, 7, 8, 16, 17, 18, 19, 100):
            self.query(f"UDP length {length} of 17", {"length": length}, ())
        self.query("UDP checksum", {"bad": 1}, ("checksum",))
        self.make_bad_answers()

    def query(self, what, wrong, notes):
        director, resolver = self.target, self.address_of("resolver")
        self.single(
            lambda mark: frames.ip(
                director,
                resolver,
                frames.UDP,
                frames.udp(director, resolver, (next(self.traffic.free_ports), 53), mark, **wrong),
            ),
            what,
            *notes,
            host="resolver",
        )

    def address_of(self, name):
        return self.traffic.everyone[name].addresses[self.version][0]

    def make_bad_answers(self):
        """An answer with a wrong checksum, to an opening with a right one."""
        ports = next(self.traffic.free_ports), 443
        opening = self.traffic.packet(
            "inside",
            "director",
            lambda mark: frames.ip(
                self.source,
                self.target,
                frames.TCP,
                frames.tcp(self.source, self.target, ports, SYN, data=mark),
            ),
            "odd: before an answer with a wrong checksum",
        )
        answer = self.traffic.packet(
            "inside",
            "client",
            lambda mark: frames.ip(
                self.target,
                self.source,
                frames.TCP,
                frames.tcp(
                    self.target, self.source, ports[::-1], SYN | ACK, (1, 11), data=mark, bad=1
                ),
            ),
            "odd: an answer's TCP checksum",
            "checksum",
        )
        self.traffic.add(opening, answer)

    # ---- IPv4 and IPv6 headers ----

    def make_ipv4(self):
        self.version = 4
        self.source, self.target = self.address_of("client"), self.address_of("director")
        for options, notes in OPTIONS:
            self.single(
                lambda mark: self.opening(mark, options=options),
                f"IPv4 options {options.hex()}",
                *notes,
            )
        for number, (what, fragment) in enumerate((("first", 0x2000), ("later", 3))):
            self.single(
                lambda mark: self.opening(mark, fragment=fragment, number=number + 1),
                f"{what} fragment",
                "fragment",
            )
        self.single(lambda mark: self.opening(mark, fragment=0x4000), "not to be fragmented")
        self.traffic.add(*self.fragments())

    def fragments(self):
        """One opening in two fragments that fit; the mark is in both."""
        whole = self.syn(self.traffic.packets[-1].data[-9:]) + bytes(7)
        for part, fragment in ((whole[:32], 0x2000), (whole[32:], 4)):
            yield self.traffic.packet(
                "inside",
                "director",
                lambda mark: frames.ipv4(
                    self.source, self.target, frames.TCP, part[:-9] + mark, b"", fragment, 77
                ),
                "odd: fragments that fit",
                "fragment",
            )

    def make_ipv6(self):
        self.version = 6
        self.source, self.target = self.address_of("client"), self.address_of("director")
        for extensions, notes in EXTENSIONS:
            kinds = " ".join(str(kind) for kind, _ in extensions)
            self.single(
                lambda mark: self.opening(mark, extensions=extensions),
                f"IPv6 extension headers {kinds}",
                *notes,
            )
        for protocol in (59, 253, 254, 1, 4):
            self.single(
                lambda mark: frames.ipv6(self.source, self.target, protocol, mark),
                f"IPv6 next header {protocol}",
            )

    # ---- ICMP ----

    def ping(self, names, kind, what, *notes, side="inside", **more):
        source, target = map(self.address_of, names)
        protocol = frames.ICMP if self.version == 4 else frames.ICMPV6
        return self.traffic.packet(
            side,
            self.traffic.everyone[names[1]].name,
            lambda mark: frames.ip(
                source,
                target,
                protocol,
                frames.icmp(source, target, kind, 0, b"\x12\x34\x00\x01" + mark, **more),
            ),
            f"odd: {what}",
            *notes,
        )

    def make_echo(self):
        request, reply = (8, 0) if self.version == 4 else (128, 129)
        for pair in ("client director", "director pool", "client stranger", "admin gateway-inside"):
            names = pair.split()
            self.traffic.add(
                self.ping(names, request, f"echo {pair}"),
                *(
                    ()
                    if names[1].startswith("gateway")
                    else (self.ping(names[::-1], reply, f"echo's answer {pair}"),)
                ),
            )
        self.traffic.add(self.ping(("server", "pool"), reply, "an echo's answer unasked"))
        self.traffic.add(
            self.ping(("client", "director"), request, "echo from elsewhere", side="perimeter")
        )
        self.traffic.add(
            self.ping(("client", "pool"), request, "echo's checksum", "checksum", bad=1)
        )

    def make_other_icmp(self):
        kinds = (4, 5, 9, 10, 13, 17) if self.version == 4 else (100, 127, 137, 138, 144, 200)
        for kind in kinds:
            self.traffic.add(self.ping(("client", "director"), kind, f"ICMP type {kind}"))
            self.traffic.add(self.ping(("client", "gateway-inside"), kind, f"ICMP type {kind}"))

    def make_discovery(self):
        """To the gateway from its link, and as it may not be."""
        for kind in (133, 134, 135, 136):
            for source, hops, code in (
                ("fe80::7", 255, 0),
                ("2001:db8:30::40", 255, 0),
                ("2001:db8:10::10", 255, 0),
                ("fe80::7", 254, 0),
                ("fe80::7", 255, 1),
                ("::", 255, 0),
            ):
                for target in ("2001:db8:21::1", "ff02::1"):
                    self.discover(kind, code, source, target, hops, ())
        for kind in (130, 131, 132, 143):
            for source, hops, extensions in (
                ("fe80::7", 1, [frames.router_alert()]),
                ("fe80::7", 1, [frames.router_alert(last=True)]),
                ("::", 1, [frames.router_alert()]),
                ("2001:db8:30::40", 1, [frames.router_alert()]),
                ("fe80::7", 2, [frames.router_alert()]),
                ("fe80::7", 1, [frames.padded(0)]),
                ("fe80::7", 1, []),
                ("fe80::7", 1, [frames.router_alert(), frames.padded(60)]),
            ):
                self.discover(kind, 0, source, "ff02::1", hops, extensions)

    def discover(self, kind, code, source, target, hops, extensions):
        source_text, source = source, ipaddress.ip_address(source)
        target = ipaddress.ip_address(target)
        self.single(
            lambda mark: frames.ipv6(
                source,
                target,
                frames.ICMPV6,
                frames.icmp(source, target, kind, code, bytes(20) + mark),
                extensions,
                hops,
            ),
            f"ICMPv6 type {kind} code {code} from {source_text} to {target} hops {hops} "
            f"{[kind for kind, _ in extensions]}",
            host="gateway",
            **({"to_mac": b"\x33\x33\x00\x00\x00\x01"} if target.is_multicast else {}),
        )

    def make_dhcp(self):
        for source, target, ports in (
            ("0.0.0.0", "255.255.255.255", (68, 67)),
            ("10.30.0.40", "255.255.255.255", (68, 67)),
            ("10.30.0.40", "255.255.255.255", (67, 68)),
            ("0.0.0.0", "255.255.255.255", (67, 68)),
            ("10.30.0.40", "255.255.255.255", (69, 67)),
            ("10.30.0.40", "10.20.1.1", (68, 67)),
            ("fe80::7", "ff02::1:2", (546, 547)),
            ("fe80::7", "fe80::1", (546, 547)),
            ("fe80::7", "fe80::1", (547, 546)),
            ("fe80::7", "ff02::1:2", (547, 546)),
            ("2001:db8:30::40", "fe80::1", (546, 547)),
        ):
            self.dhcp(*map(ipaddress.ip_address, (source, target)), ports)

    def dhcp(self, source, target, ports):
        self.single(
            lambda mark: frames.ip(
                source, target, frames.UDP, frames.udp(source, target, ports, mark)
            ),
            f"DHCP {source} {target} {ports}",
            host="gateway",
            **({"to_mac": BROADCAST_MAC} if target.version == 4 else {}),
        )
