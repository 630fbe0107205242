#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""ask.py SECONDS SOURCE-PORT ADDRESS PORT: one HTTP request from a port of one's choice."""
import socket
import sys


def main():
    seconds, source_port, address, port = sys.argv[1:]
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as connection:
        connection.settimeout(float(seconds))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        connection.bind(("", int(source_port)))
        connection.connect((address, int(port)))
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        print(connection.recv(64).decode())


if __name__ == "__main__":
    main()
