# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Conversations of two sides, as scripts.

A script's words are a side and what it sends: `aS bSA aA` is a handshake that a opens. TCP's flags
are letters, N is none of them; `d` is a datagram; `x` an error about the other side's last packet.
~ sends into the gateway's other NIC, ? with numbers, or an error's quote, that fit nothing.
"""
import frames

FLAGS = {"F": frames.FIN, "S": frames.SYN, "R": frames.RST, "P": frames.PSH, "A": frames.ACK,
         "U": frames.URG, "N": 0}  # fmt: skip

TCP_SCRIPTS = [
    "aS bSA aA aPA bPA aFA bFA aA",
    "aS bSA aA bPA aPA bFA aFA bA aA",
    "aS bSA aA bPA aRA bA aPA bPA",
    "aS bSA aA bRA aA bPA aPA",
    "aS bSA aA ?bR bPA aPA bPA",
    "aS bSA aA ?aR bPA aPA bPA",
    "aS bSA aA ?aPA bPA ?bPA aPA",
    "aS bRA aS bSA aA bPA",
    "aS aS bSA bSA aA bA",
    "aS bA aPA bPA",
    "aS bPA aA",
    "aS bSA aS bSA aA bPA",
    "aS bSA aA bS bPA",
    "aS bSA aA aS bSA bPA",
    "aA bA aPA bPA",
    "bA aA bA aA",
    "bPA aPA bPA",
    "bSA aA bA",
    "bSA aS bSA aA",
    "bR aS bSA aA bA",
    "bRA",
    "bFA",
    "bS aSA bA",
    "aSA bA aA",
    "aR bA",
    "aRA bRA",
    "aN bN",
    "aSF bSA",
    "aSR bSA",
    "aF bF",
    "aFPU bRA",
    "aSFA bSFA",
    "aP aU aPU bP",
    "aSPU bSA",
    "aS bSA aFPU bFPU aA bA",
    "aS bSA ax bA",
    "aS bSA aA bPA ax bx aPA bPA",
    "aS bx ax",
    "aS ?bx bSA ?ax ax bx",
    "ax bx aS bx",
    "~aS bSA aA",
    "aS ~bSA bSA aA ~aPA ~bPA bPA",
    "aS bSA aA bPA ~ax ~bx",
]
# What conntrack follows by a table of its own.
TCP_ODD_SCRIPTS = [
    "aFA bA aA bPA",
    "aS bFA aA bPA",
    "aS bSA aA bFA aFA bA aA bPA aPA bPA",
    "aS bSA aA bRA aPA bPA bSA",
]
UDP_SCRIPTS = [
    "ad bd ad bd",
    "bd",
    "bd ad bd",
    "ad ad bd bd",
    "ad bx bd ax",
    "bx ax ad ?bx bx",
    "ad ~bd bd ~ad ~bx",
]
OTHER_SCRIPTS = ["ad bd ad bd", "bd ad bd", "ad bx", "bd bx ax", "ad ~bd bd"]

# Types and codes by IP version; of all the first four bytes are unused, but of ICMPv6's type 2.
ERRORS = {4: [(3, 1), (3, 3), (11, 0), (12, 0)], 6: [(1, 4), (2, 0), (3, 0), (4, 0)]}
TOO_BIG = b"\0\0\x05\0"

# They play no role, so they are at home everywhere.
HOMELESS = ("outsider", "stranger")


class Conversation:
    """One of `traffic`, between two hosts of one family; its ports are 0 where it has none."""

    def __init__(self, traffic, version, hosts, protocol, ports):
        self.traffic = traffic
        self.protocol = protocol
        self.hosts = dict(zip("ab", hosts))
        self.addresses = {
            side: traffic.random.choice(host.addresses[version])
            for side, host in self.hosts.items()
        }
        self.ports = dict(zip("ab", ports))
        self.sequence = {side: traffic.random.randrange(1 << 32) for side in "ab"}
        self.last = {}
        self.tracked = "nothing"
        self.opened = False
        self.packets = []

    def play(self, script):
        for word in script.split():
            mangles = word[: len(word) - len(word.lstrip("~?"))]
            side, what = word[len(mangles)], word[len(mangles) + 1 :]
            self.say(side, what, mangles, f"{script}: {word}")
        return self.packets

    def say(self, side, what, mangles, name):
        other = "ba"["ab".index(side)]
        sender, receiver = self.hosts[side], self.hosts[other]
        if sender.name == "gateway":
            return  # its kernel would have to
        enters = sender.side
        if "~" in mangles:
            enters = "inside" if enters == "perimeter" else "perimeter"
        made = self.traffic.packet(
            enters,
            receiver.name,
            lambda mark: self.build(side, other, what, "?" in mangles, mark),
            f"{self.protocol} {self.addresses['a']}:{self.ports['a']} "
            f"{self.addresses['b']}:{self.ports['b']} {name}",
            *(self.notes() if what == "x" else ()),
        )
        self.packets.append(made)
        if self.protocol == frames.TCP and what != "x":
            if "~" not in mangles or sender.name in HOMELESS:
                self.track(side, what)

    def track(self, side, what):
        """How connection tracking sees it: it takes up nothing at SYN with ACK, FIN or RST, forgets
        what RST ends before both sides were heard, and takes the first that it hears for the opener."""
        begins = "F" not in what and "R" not in what and what not in ("SA", "S" if side == "b" else "")
        if self.tracked == "nothing" and begins and (side == "a" or self.opened):
            self.tracked = "opened" if side == "a" else "reversed"
        elif "R" in what and self.tracked in ("opened", "reversed"):
            self.tracked = "nothing"
        elif side == "b" and self.tracked == "opened" and "F" not in what and what != "S":
            self.tracked = "answered"
        self.opened |= side == "a" and "R" not in what

    def notes(self):
        """Of an error, where connection tracking may not know what it is about."""
        yield "error"
        if self.hosts["b"].name == "gateway":
            yield "refused"
        if self.protocol == frames.TCP and self.tracked in ("nothing", "reversed"):
            yield "untracked"

    def build(self, side, other, what, wrong, mark):
        source, destination = self.addresses[side], self.addresses[other]
        if what == "x":
            return self.build_error(side, other, wrong, mark)
        if self.protocol == frames.TCP:
            segment = self.build_tcp(side, other, what, wrong, mark)
        elif self.protocol == frames.UDP:
            segment = frames.udp(source, destination, (self.ports[side], self.ports[other]), mark)
        else:
            segment = self.portless_header() + mark
        self.last[side] = frames.ip(source, destination, self.protocol, segment)
        return self.last[side]

    def portless_header(self):
        """Of the authentication header, before ESP, or of GRE; the rest is no protocol at all."""
        return b"\x32\x01" + bytes(10) if self.protocol == frames.AUTHENTICATION else b"\0\0\x08\0"

    def build_tcp(self, side, other, what, wrong, mark):
        flags = sum(FLAGS[letter] for letter in what)
        numbers = self.sequence[side], self.sequence[other] if flags & frames.ACK else 0
        if wrong:
            numbers = tuple(self.traffic.random.randrange(1 << 32) for _ in numbers)
        else:
            counted = len(mark) + bool(flags & frames.SYN) + bool(flags & frames.FIN)
            self.sequence[side] = (self.sequence[side] + counted) % (1 << 32)
        return frames.tcp(
            self.addresses[side],
            self.addresses[other],
            (self.ports[side], self.ports[other]),
            flags,
            numbers,
            mark,
        )

    def unsent(self, side, other):
        """What might have been sent: as much of it as an error quotes."""
        source, destination = self.addresses[side], self.addresses[other]
        segment = self.portless_header() + bytes(8)
        if self.ports[side]:
            segment = frames.udp(source, destination, (self.ports[side], self.ports[other]))
        return frames.ip(source, destination, self.protocol, segment)

    def build_error(self, side, other, wrong, mark):
        """From `side`, about what the other side sent."""
        source, destination = self.addresses[side], self.addresses[other]
        quoted = self.last.get(other) or self.unsent(other, side)
        header = 20 if source.version == 4 else 40
        transport = quoted[header : header + 8]
        if wrong:
            transport = b"\x1f\x90\x1f\x91" + transport[4:]
        kinds = ERRORS[source.version]
        kind, code = self.traffic.random.choice(kinds)
        rest = (TOO_BIG if kind == 2 else bytes(4)) + quoted[:header] + transport + mark
        protocol = frames.ICMP if source.version == 4 else frames.ICMPV6
        return frames.ip(
            source, destination, protocol, frames.icmp(source, destination, kind, code, rest)
        )
