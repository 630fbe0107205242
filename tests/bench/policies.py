# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Configurations to measure by, and the prefixes that they are made large with."""
import ipaddress
import os
import random

EDGE = {4: "10.10.0.20", 6: "2001:db8:10::20"}
DIRECTOR = {4: "10.20.1.10", 6: "2001:db8:21::10"}
CLIENT = {4: "10.33.5.6", 6: "2001:db8:30:5::6"}
OUTSIDER = {4: "198.51.100.7", 6: "2001:db8:ff::7"}
# A Director by policy, whose frames no host of the bench accepts: floods end there.
SINK = "10.20.1.11"

PAGE_ROLES = """
  reverse-proxy-internal: [10.10.0.10, "2001:db8:10::10"]
  edge-internal: [10.10.0.20, "2001:db8:10::20"]
  director: [10.20.1.10, 10.20.1.11, "2001:db8:21::10"]
  front-end-pool: [10.20.2.20-10.20.2.22, "2001:db8:22::20"]
  front-end-server: [10.20.3.30, "2001:db8:23::30"]
  internal-clients: [10.32.0.0/11, "2001:db8:30::/48"]
"""
OUTSIDE = ["reverse-proxy-internal", "edge-internal"]
INSIDE = ["director", "front-end-pool", "front-end-server", "internal-clients"]


def page(interfaces=("perimeter0", "inside0"), stateful=False, roles="", rules="", inside=(),
         settings=""):
    """The page's policy with addresses at home: outside behind the first NIC, the rest behind the others."""
    homes = [OUTSIDE] + [INSIDE + list(inside)] * (len(interfaces) - 1)
    if len(interfaces) == 1:
        homes = [OUTSIDE + INSIDE + list(inside)]
    lines = [f"profile: single-director\nstateful: {str(stateful).lower()}\n{settings}interfaces:\n"]
    lines += [f"  - {{name: {name}, sources: [{', '.join(home)}]}}\n"
              for name, home in zip(interfaces, homes)]
    return "".join(lines) + "roles:" + PAGE_ROLES + roles + ("rules:\n" + rules if rules else "")


def host_rules(count):
    """`count` rules from anyone to a host of its own each; with the roles for them."""
    first = int(ipaddress.ip_address("172.16.0.0"))
    hosts = [ipaddress.ip_address(first + number) for number in range(count)]
    roles = "".join(f"  host-{n}: [{host}]\n" for n, host in enumerate(hosts))
    rules = "".join(f"  - {{id: host-{n}, from: any, to: host-{n}, protocol: tcp, ports: [{8000 + n % 50}]}}\n"
                    for n in range(count))
    return roles, rules


def packed(address):
    return ipaddress.ip_address(address).packed


def is_usable(number):
    """Not 0/8, 10/8 (the page's own), 127/8, 169.254/16, 224/3."""
    return number >> 24 not in (0, 10, 127) and number >> 24 < 224 and number >> 16 != 0xa9fe


def random_hosts(count, seed=1):
    pick, found = random.Random(seed), set()
    while len(found) < count:
        number = pick.getrandbits(32)
        if is_usable(number):
            found.add(number)
    return [(number, 32) for number in sorted(found)]


# Lengths of the world's IPv4 routes, in thousandths: six of ten are /24.
INTERNET_LENGTHS = {24: 600, 23: 100, 22: 115, 21: 50, 20: 44, 19: 26, 18: 14, 17: 8, 16: 14, 15: 3,
                    14: 3, 13: 2, 12: 1, 11: 1, 10: 1}


def random_networks(count, lengths, seed=2):
    """As (number, length), no two alike; they do overlap."""
    pick, found = random.Random(seed), set()
    wanted = pick.choices(list(lengths), list(lengths.values()), k=2 * count)
    for length in wanted:
        number = pick.getrandbits(32) >> (32 - length) << (32 - length)
        if is_usable(number) and len(found) < count:
            found.add((number, length))
    for length in (24, 23, 22):  # the short ones run out
        while len(found) < count and length in lengths:
            number = pick.getrandbits(32) >> (32 - length) << (32 - length)
            if is_usable(number):
                found.add((number, length))
    return sorted(found)


def subnets(count):
    return random_networks(count, {length: 1 for length in range(20, 31)})


def internet(count):
    return random_networks(count, INTERNET_LENGTHS)


def random_64s(count, seed=3):
    pick, found = random.Random(seed), set()
    while len(found) < count:
        found.add((0x2 << 124 | pick.getrandbits(60) << 64, 64))
    return sorted(found)


def random_hosts6(count, seed=4):
    pick = random.Random(seed)
    return sorted({(0x2 << 124 | pick.getrandbits(124), 128) for _ in range(count)})


def text(prefix, ipv6=False):
    number, length = prefix
    kind = ipaddress.IPv6Address if ipv6 else ipaddress.IPv4Address
    return f"{kind(number)}/{length}"


def text4(prefix):
    number, length = prefix
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/{length}"


def write_large(folder, name, prefixes, ipv6=False):
    """
    The files of two roles that the prefixes are dealt out to, and a function that makes a
    configuration of the page in which both may ask the Director.
    """
    write = (lambda prefix: text(prefix, True)) if ipv6 else text4
    for role, part in enumerate((prefixes[::2], prefixes[1::2])):
        with open(os.path.join(folder, f"{name}-{role}.txt"), "w", encoding="ascii") as file:
            file.write("\n".join(map(write, part)) + "\n")
    roles = f"  askers: {{file: {name}-0.txt}}\n  others: {{file: {name}-1.txt}}\n"
    rules = "".join(f"  - {{id: ask-{who}, from: {who}, to: director, protocol: tcp, ports: [443]}}\n"
                    for who in ("askers", "others"))
    return lambda spare, stateful: page(("inside0",), stateful, roles + spare, rules,
                                        ("askers", "others"))


def write_addresses(path, numbers, ipv6=False):
    """For `measure`: as they stand in packets, IPv4 in eight bytes each."""
    with open(path, "wb") as file:
        for number in numbers:
            file.write(number.to_bytes(16, "big") if ipv6
                       else number.to_bytes(4, "big") + b"\0\0\0\0")


def shuffled_members(prefixes, count, bits, seed=5):
    """`count` different addresses inside the prefixes, in no order."""
    pick = random.Random(seed)
    chosen = prefixes if len(prefixes) <= count else pick.sample(prefixes, count)
    found = [number | (pick.getrandbits(bits - length) if length < bits else 0)
             for number, length in chosen]
    pick.shuffle(found)
    return found


def distinct_clients(count):
    return [(10 << 24 | 32 << 16) + number for number in range(1, count + 1)]
