#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""ask_unconnected.py SECONDS ADDRESS PORT: a datagram from a socket that takes answers from anyone."""
import socket
import sys


def main():
    seconds, address, port = sys.argv[1:]
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(float(seconds))
        client.sendto(b"question\n", (address, int(port)))
        try:
            sys.stdout.write(client.recv(64).decode())
        except TimeoutError:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
