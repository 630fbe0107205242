#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""spoil.py BINARY COPY: a copy whose BPF program begins with an instruction that no verifier takes.

It reads through r2, which has no value yet. So the way of a refusal is seen in the program as it is,
without a hook in it for tests.
"""
import os
import struct
import sys

ELF = b"\x7fELF\x02\x01\x01"  # 64 bits, little-endian
MACHINE, MACHINE_BPF = 18, 247
READ_THROUGH_R2 = bytes((0x79, 0x20, 0, 0, 0, 0, 0, 0))  # r0 = *(u64 *)(r2 + 0)


def objects(binary):
    """Where in the binary BPF objects begin."""
    at = binary.find(ELF)
    while at >= 0:
        if struct.unpack_from("<H", binary, at + MACHINE)[0] == MACHINE_BPF:
            yield at
        at = binary.find(ELF, at + 1)


def section(binary, start, wanted):
    """Where in the binary the section of the object at `start` begins."""
    table, = struct.unpack_from("<Q", binary, start + 40)
    entry_len, count, names_index = struct.unpack_from("<HHH", binary, start + 58)

    def header(index):
        name, _, _, _, offset = struct.unpack_from("<IIQQQ", binary,
                                                   start + table + index * entry_len)
        return name, start + offset

    names = header(names_index)[1]
    for index in range(count):
        name, offset = header(index)
        if binary.startswith(wanted + b"\0", names + name):
            return offset
    sys.exit(f"spoil.py: the object has no section {wanted.decode()}")


def main():
    with open(sys.argv[1], "rb") as file:
        binary = bytearray(file.read())
    starts = list(objects(binary))
    if len(starts) != 1:
        sys.exit(f"spoil.py: {len(starts)} BPF objects in {sys.argv[1]}, expected 1")
    at = section(binary, starts[0], b"xdp")
    binary[at:at + len(READ_THROUGH_R2)] = READ_THROUGH_R2
    with open(sys.argv[2], "wb") as file:
        file.write(binary)
    os.chmod(sys.argv[2], 0o755)


if __name__ == "__main__":
    main()
