#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""witness.py ADDRESS...: which TCP segments and fragments arrive here for these addresses.

Prints "ready", watches until SIGTERM, and then prints a line `SOURCE DESTINATION KIND SOURCE-PORT
PORT COUNT` each, tab-separated. KIND is the TCP flags (S, A, FPU, none) or fragment; a fragment that
has no ports has port 0. What respond.bpf.c answers is left out. Ends with 1 when it missed any.
"""
import collections
import ipaddress
import signal
import socket
import struct
import sys

ETH_P_ALL = 3
SOL_PACKET, PACKET_STATISTICS, PACKET_IGNORE_OUTGOING = 263, 6, 23
SO_RCVBUFFORCE = 33
RECEIVE_BUFFER = 64 << 20
NOT_WHOLE = 0x3FFF  # more fragments, or an offset
OFFSET = 0x1FFF
MARK = 0x6467  # as in respond.bpf.c
FLAGS = "FSRPAU"


def read_ipv4(packet):
    """Source, destination, protocol, whether it is a fragment, its offset, what it carries."""
    size = (packet[0] & 15) * 4
    part = struct.unpack_from("!H", packet, 6)[0]
    source, destination = packet[12:16], packet[16:20]
    return source, destination, packet[9], bool(part & NOT_WHOLE), part & OFFSET, packet[size:]


def read_ipv6(packet):
    source, destination, protocol, rest = packet[8:24], packet[24:40], packet[6], packet[40:]
    if protocol != socket.IPPROTO_FRAGMENT:
        return source, destination, protocol, False, 0, rest
    return source, destination, rest[0], True, struct.unpack_from("!H", rest, 2)[0] >> 3, rest[8:]


def read_segment(packet):
    """(source, destination, kind, source port, port), or None for what is of no interest."""
    source, destination, protocol, fragment, offset, rest = (
        read_ipv4 if packet[0] >> 4 == 4 else read_ipv6)(packet)
    if protocol != socket.IPPROTO_TCP:
        return None
    ports = struct.unpack_from("!HH", rest) if offset == 0 else (0, 0)
    if fragment:
        return source, destination, "fragment", *ports
    flags, window = struct.unpack_from("!xBH", rest, 12)
    if window == MARK:
        return None
    kind = "".join(flag for bit, flag in enumerate(FLAGS) if flags & 1 << bit)
    return source, destination, kind or "none", *ports


def watch(wire, wanted, counts):
    while True:
        try:
            frame, origin = wire.recvfrom(256)
        except BlockingIOError:
            return  # told to stop, and all was read
        if origin[1] not in (0x0800, 0x86DD):
            continue
        segment = read_segment(frame[14:])
        if segment and segment[1] in wanted:
            counts[segment] += 1


def main():
    wanted = {ipaddress.ip_address(address).packed for address in sys.argv[1:]}
    counts = collections.Counter()
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    signal.signal(signal.SIGTERM, lambda _number, _frame: wire.setblocking(False))
    print("ready", flush=True)
    watch(wire, wanted, counts)
    for (source, destination, *what), count in counts.items():
        print(ipaddress.ip_address(source), ipaddress.ip_address(destination), *what, count, sep="\t")
    missed = struct.unpack("II", wire.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
    return f"missed {missed} packets" if missed else 0


if __name__ == "__main__":
    sys.exit(main())
