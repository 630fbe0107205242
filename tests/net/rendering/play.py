#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""play.py PREFIX HOSTS SEED: sends the traffic into a lab's gateway, prints the numbers that arrive.

PREFIX begins the names of the lab's namespaces. Every packet is put on the cable to one of the
gateway's NICs, so that no bridge and no kernel but the gateway's has a say; who it is for says
whether it arrived: a host by what its NIC receives, the gateway by what its sockets get.
Packets of one conversation are sent one after the other, those of many beside each other.
"""
import ctypes
import os
import select
import socket
import struct
import sys

import frames
import traffic

BURST = 64  # packets that a NIC's ring of 256 holds for certain
PATIENCE_S = 5
CLONE_NEWNET = 0x40000000
SOL_PACKET = 263
PACKET_IGNORE_OUTGOING = 23
ALL_FRAMES = 3
NETLINK_NETFILTER, CONNTRACK_DELETE, REQUEST_AND_ACK = 12, 0x102, 5
HOST_MAC = b"\x02\x00\x5e\x00\x00\x99"


class Lab:
    def __init__(self, prefix):
        self.prefix = prefix
        self.libc = ctypes.CDLL(None, use_errno=True)

    def enter(self, host):
        with open(f"/run/netns/{self.prefix}{host}", "rb") as namespace:
            if self.libc.setns(namespace.fileno(), CLONE_NEWNET):
                sys.exit(f"play.py: setns: {os.strerror(ctypes.get_errno())}")

    def cable(self, host, device):
        """A socket for the frames of a device."""
        self.enter(host)
        found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        found.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        found.bind((device, ALL_FRAMES))
        found.setblocking(False)
        return found

    def raw(self, family, protocol):
        self.enter("gateway")
        found = socket.socket(family, socket.SOCK_RAW, protocol)
        found.setblocking(False)
        return found

    def server(self, port):
        """Listens on the gateway, so that its kernel refuses no connection there."""
        self.enter("gateway")
        return socket.create_server(
            ("::", port), family=socket.AF_INET6, backlog=4096, dualstack_ipv6=True
        )

    def own_sockets(self, sources, targets):
        """Ask the resolver what it never answers, from the ports that the traffic knows."""
        self.enter("gateway")
        for port, kind in traffic.OWN_PORTS.items():
            for family, source, target in zip((socket.AF_INET, socket.AF_INET6), sources, targets):
                if kind.endswith("none"):
                    continue
                stream = socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM
                own = socket.socket(family, stream)
                own.setblocking(False)
                own.bind((source, port))
                if kind == "udp unconnected":
                    own.sendto(b"?", (target, 53))
                else:
                    own.connect_ex((target, 53))
                if kind == "udp connected":
                    own.send(b"?")
                yield own

    def forget_connections(self):
        """What connection tracking knows from another run."""
        self.enter("gateway")
        netfilter = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        netfilter.send(struct.pack("=IHHIIBBH", 20, CONNTRACK_DELETE, REQUEST_AND_ACK, 1, 0, 0, 0, 0))
        (error,) = struct.unpack_from("=i", netfilter.recv(4096), 16)
        if error:
            sys.exit(f"play.py: connection tracking: {os.strerror(-error)}")

    def overflows(self, side):
        self.enter(f"{side}-switch")
        with open("/proc/self/net/dev", encoding="ascii") as file:
            (line,) = [line for line in file if line.strip().startswith("uplink:")]
        return int(line.split(":")[1].split()[11])


class Player:
    def __init__(self, lab, hosts):
        self.lab = lab
        self.arrived = set()
        self.listeners = {}
        self.poll = select.poll()
        for host in hosts:
            self.listen(host, lab.cable(host, "eth0"))
        for protocol in traffic.GATEWAY_PROTOCOLS:
            self.listen("gateway", lab.raw(socket.AF_INET, protocol))
            self.listen("gateway", lab.raw(socket.AF_INET6, protocol))
        self.server = lab.server(22)
        self.cables = {side: lab.cable(f"{side}-switch", "uplink") for side in traffic.SIDES}
        self.macs = {
            side: lab.cable("gateway", f"{side}0").getsockname()[4] for side in traffic.SIDES
        }
        self.before = {side: lab.overflows(side) for side in traffic.SIDES}

    def listen(self, host, listener):
        self.listeners[listener.fileno()] = host, listener
        self.poll.register(listener, select.POLLIN)

    def send(self, packet):
        frame = frames.ethernet(
            packet.to_mac or self.macs[packet.side],
            packet.from_mac or HOST_MAC,
            packet.data,
            packet.tags,
        )
        self.cables[packet.side].send(frame)

    def receive(self, timeout_ms):
        ready = self.poll.poll(timeout_ms)
        for number, _ in ready:
            host, listener = self.listeners[number]
            while True:
                try:
                    data = listener.recv(65536)
                except BlockingIOError:
                    break
                found = traffic.read_mark(data)
                if found is not None:
                    self.arrived.add((found, host))
        return bool(ready)

    def settle(self, fences):
        """Until what every policy lets pass has arrived behind all that was sent before it."""
        for fence in fences:
            self.send(fence)
        wanted = {(fence.number, fence.host) for fence in fences}
        while not wanted <= self.arrived:
            if not self.receive(PATIENCE_S * 1000):
                sys.exit("play.py: a packet that is always let through did not arrive")
        while self.receive(1):
            pass

    def play(self, stage):
        for first in range(0, len(stage), BURST):
            for packet in stage[first : first + BURST]:
                self.send(packet)
            self.settle(traffic.fences())

    def lost(self):
        return sum(self.lab.overflows(side) - self.before[side] for side in traffic.SIDES)


def main():
    prefix, hosts, seed = sys.argv[1:]
    made = traffic.Traffic(hosts, int(seed))
    lab = Lab(prefix)
    lab.forget_connections()
    player = Player(lab, made.hosts)
    resolver = [str(made.hosts["resolver"].addresses[version][0]) for version in (4, 6)]
    own = list(lab.own_sockets(traffic.GATEWAY["inside"], resolver))
    for stage in made.stages():
        player.play(stage)
    del own
    if player.lost():
        sys.exit(f"play.py: {player.lost()} packets were lost before the gateway")
    for packet in made.packets:
        if (packet.number, packet.host) in player.arrived:
            print(packet.number)


if __name__ == "__main__":
    main()
