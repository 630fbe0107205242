#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""answer.py tcp/PORT|udp/PORT...: answers HTTP on TCP and echoes on UDP, over IPv4 and IPv6."""
import socket
import socketserver
import sys
import threading


class Http(socketserver.StreamRequestHandler):
    timeout = 3

    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n")


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        datagram, server = self.request
        server.sendto(datagram, self.client_address)


class BothFamilies:
    """Listens on [::] for IPv4 too."""

    address_family = socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # ask.py's port too
        super().server_bind()


class TcpServer(BothFamilies, socketserver.ThreadingTCPServer):
    def handle_error(self, request, client_address):
        pass  # a client that went away is no news


class UdpServer(BothFamilies, socketserver.ThreadingUDPServer):
    pass


def main():
    for word in sys.argv[1:]:
        protocol, port = word.split("/")
        if protocol == "tcp":
            server = TcpServer(("::", int(port)), Http)
        else:
            server = UdpServer(("::", int(port)), Echo)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
