#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""inject.py < packets: sends one packet each, and says which of them arrive.

A line is `KEY FROM-NETNS NIC MAC TO-NETNS VLANS KIND SOURCE PORT DESTINATION PORT`: the
frame goes out of FROM's NIC to the MAC, and is waited for at any NIC of TO. VLANS are tags with commas
between, or -. KIND is udp or TCP flags, as S or SA. The output has `KEY yes|no` for each, in that order.
The packets carry a mark of their own each, so that nothing else is taken for them.
"""
import ctypes
import os
import select
import socket
import sys
import time

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Raw

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
SOL_PACKET, PACKET_QDISC_BYPASS, PACKET_IGNORE_OUTGOING = 263, 20, 23
PATIENCE_S = 0.5  # after the last that arrived
LIMIT_S = 10


def enter(path):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path, "rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


def open_wire(path, nic=None):
    enter(path)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL) if nic is None else 0)
    wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    if nic:
        wire.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)  # what trunk.bpf.c would add a tag to
        wire.bind((nic, 0))
    return wire


def mark_of(number):
    return b"directorgate %05d" % number


def build(number, mac, vlans, kind, source, source_port, destination, port):
    frame = Ether(dst=mac)
    for vlan in [] if vlans == "-" else vlans.split(","):
        frame /= Dot1Q(vlan=int(vlan))
    frame /= IPv6(src=source, dst=destination) if ":" in source else IP(src=source, dst=destination)
    ports = {"sport": int(source_port), "dport": int(port)}
    frame /= UDP(**ports) if kind == "udp" else TCP(flags=kind, seq=1000 * number, ack=1, **ports)
    return bytes(frame / Raw(mark_of(number)))


def collect(wires):
    """(namespace, mark) of all that arrives."""
    arrived = set()
    quiet_at = time.monotonic() + PATIENCE_S
    limit = time.monotonic() + LIMIT_S
    while time.monotonic() < min(quiet_at, limit):
        for wire in select.select(list(wires), [], [], PATIENCE_S / 10)[0]:
            mark = wire.recv(2048).rstrip(b"\0")[-len(mark_of(0)):]
            if mark.startswith(mark_of(0)[:-5]) and (wires[wire], mark) not in arrived:
                arrived.add((wires[wire], mark))
                quiet_at = time.monotonic() + PATIENCE_S
    return arrived


def main():
    lines = [line.split() for line in sys.stdin]
    watching = {open_wire(path): path for path in {line[4] for line in lines}}
    sending = {(path, nic): open_wire(path, nic) for path, nic in {(line[1], line[2]) for line in lines}}
    for number, (_, path, nic, mac, _, *packet) in enumerate(lines):
        wire = sending[path, nic]
        frame = build(number, mac, *packet)
        wire.send(frame[:6] + wire.getsockname()[4] + frame[12:])
    arrived = collect(watching)
    for number, line in enumerate(lines):
        print(line[0], "yes" if (line[4], mark_of(number)) in arrived else "no")


if __name__ == "__main__":
    main()
