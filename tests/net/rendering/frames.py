# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""IP packets as bytes, right by default and wrong where asked. Addresses are ipaddress objects."""
import itertools
import struct

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION = 0, 43, 44, 51, 60


def internet_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport_sum(source, destination, protocol, segment):
    pseudo = source.packed + destination.packed
    pseudo += struct.pack("!IHBB", len(segment), 0, 0, protocol)
    return internet_sum(pseudo + segment)


def put_sum(segment, offset, value):
    return segment[:offset] + struct.pack("!H", value) + segment[offset + 2 :]


def tcp(source, destination, ports, flags, numbers=(1, 0), data=b"", options=b"", words=None, bad=0):
    """`words` is what the header says of its own length; `bad` is added to the checksum."""
    words = 5 + len(options) // 4 if words is None else words
    header = struct.pack("!HHIIBBHHH", *ports, *numbers, words << 4, flags, 8192, 0, 0)
    segment = header + options + data
    right = transport_sum(source, destination, TCP, segment)
    return put_sum(segment, 16, (right + bad) & 0xFFFF)


def udp(source, destination, ports, data=b"", length=None, bad=0):
    segment = struct.pack("!HHHH", *ports, 8 + len(data) if length is None else length, 0) + data
    right = transport_sum(source, destination, UDP, segment) or 0xFFFF
    return put_sum(segment, 6, (right + bad) & 0xFFFF or 1)


def icmp(source, destination, kind, code, rest, bad=0):
    segment = struct.pack("!BBH", kind, code, 0) + rest
    right = (
        internet_sum(segment)
        if source.version == 4
        else transport_sum(source, destination, ICMPV6, segment)
    )
    return put_sum(segment, 2, (right + bad) & 0xFFFF)


def ipv4(source, destination, protocol, payload, options=b"", fragment=0, number=0):
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x45 + len(options) // 4,
        0,
        20 + len(options) + len(payload),
        number,
        fragment,
        64,
        protocol,
        0,
        source.packed,
        destination.packed,
    )
    header += options
    return put_sum(header, 10, internet_sum(header)) + payload


def ipv6(source, destination, protocol, payload, extensions=(), hops=64):
    """Extensions are (protocol, bytes) in their order, the first byte of each still to be set."""
    chain = b""
    following = [kind for kind, _ in extensions[1:]] + [protocol]
    for (_, body), after in zip(extensions, following):
        chain += bytes([after]) + body[1:]
    first = extensions[0][0] if extensions else protocol
    payload = chain + payload
    return (
        struct.pack("!IHBB", 6 << 28, len(payload), first, hops)
        + source.packed
        + destination.packed
        + payload
    )


def ip(source, destination, protocol, payload, **more):
    return (ipv4 if source.version == 4 else ipv6)(source, destination, protocol, payload, **more)


def padded(kind, words=0):
    """Hop-by-hop or destination options that hold padding alone."""
    return kind, bytes([0, words]) + bytes([1, 4, 0, 0, 0, 0]) + bytes([1, 6, 0, 0, 0, 0, 0, 0]) * words


def router_alert(last=False):
    option = b"\x05\x02\x00\x00"
    return HOP_BY_HOP, b"\0\0" + (b"\x01\x00" + option if last else option + b"\x01\x00")


def routing(kind, left):
    return ROUTING, bytes([0, 0, kind, left]) + bytes(4)


_datagrams = itertools.count(1)


def fragment_header(offset=0, more=0):
    """Each of another datagram."""
    number = next(_datagrams)
    return FRAGMENT, struct.pack("!BBHI", 0, 0, offset << 3 | more, number)


def authentication():
    return AUTHENTICATION, b"\0\x01" + bytes(10)


def ethernet(destination, source, packet, tags=()):
    kind = 0x0800 if packet[0] >> 4 != 6 else 0x86DD
    vlans = b"".join(struct.pack("!HH", 0x8100, tag) for tag in tags)
    return destination + source + vlans + struct.pack("!H", kind) + packet
