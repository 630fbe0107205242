# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Packets as the bench sends them: hexadecimal Ethernet frames of at least 60 bytes."""
import ipaddress
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

OUR_MAC = "02:00:00:00:00:01"
PEER_MAC = "02:00:00:00:00:02"

# Where in an untagged frame the addresses stand.
OFFSETS = {("source", 4): 26, ("destination", 4): 30, ("source", 6): 22, ("destination", 6): 38}


def mac_bytes(text):
    return bytes(int(part, 16) for part in text.split(":"))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def ip_header(source, destination, payload_len, protocol):
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28, payload_len, protocol, 64) + \
            source.packed + destination.packed
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + payload_len, 0, 0x4000, 64, protocol, 0) + \
        source.packed + destination.packed
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:]


def tcp(source, from_port, destination, to_port, flags=SYN, sequence=1000, acknowledgement=0,
        vlan=None, macs=(OUR_MAC, PEER_MAC)):
    """macs: (to, from). The TCP checksum is zero: nothing on the way looks at it."""
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    segment = struct.pack("!HHIIBBHHH", from_port, to_port, sequence, acknowledgement, 5 << 4,
                          flags, 64240, 0, 0)
    ethertype = struct.pack("!H", 0x86dd if source.version == 6 else 0x0800)
    if vlan is not None:
        ethertype = struct.pack("!HH", 0x8100, vlan) + ethertype
    frame = mac_bytes(macs[0]) + mac_bytes(macs[1]) + ethertype + \
        ip_header(source, destination, len(segment), 6) + segment
    return frame.ljust(60, b"\0").hex()
