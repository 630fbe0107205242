#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""compare_arrivals.py PAGE.TSV HOST-ROLES ARRIVALS PORTS [RULES.JSON]

Compares what `arrivals` saw with what is to arrive: what PAGE.TSV lists, or everything when
PAGE.TSV is "everything". With RULES.JSON, `directorgate rules` must list the same. HOST-ROLES has
a line `ROLE HOST` for each role; PORTS is what arrivals was asked to send.
"""
import collections
import json
import sys

Arrival = collections.namedtuple(
    "Arrival", "source source_address target target_address protocol sent arrived answered ports replies"
)


def parse_ports(text):
    ports = set()
    for part in text.split(","):
        if part != "-":
            first, _, last = part.partition("-")
            ports.update(range(int(first), int(last or first) + 1))
    return ports


def read_table(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


def page_of(path):
    """The rules as (from, to, protocol, port)."""
    return {(source, target, protocol, int(port)) for _, source, target, protocol, port, _ in read_table(path)}


def listed_by(path):
    with open(path, encoding="utf-8") as file:
        rules = json.load(file)
    return {
        (rule["from"], rule["to"], protocol, port)
        for rule in rules
        if rule["enabled"]
        for protocol in rule["protocol"]
        for first, last in rule["ports"]
        for port in range(first, last + 1)
    }


def read_roles(path):
    with open(path, encoding="utf-8") as file:
        return {host: role for role, host in (line.split() for line in file)}


def expected_ports(page, roles, arrival):
    sources = {"any", roles.get(arrival.source)}
    return {
        port
        for source, target, protocol, port in page
        if source in sources and target == roles.get(arrival.target) and protocol == arrival.protocol
    }


def show(ports):
    listed = sorted(ports)
    return ",".join(map(str, listed[:20])) + (f",... ({len(listed)} ports)" if len(listed) > 20 else "")


def problems_of(arrival, expected, asked):
    if int(arrival.sent) != len(asked):
        yield f"only {arrival.sent} of {len(asked)} packets reached the gateway"
    for what, seen in ("arrived", parse_ports(arrival.ports)), ("answered", parse_ports(arrival.replies)):
        if seen - expected:
            yield f"{what}, and must not: {show(seen - expected)}"
        if expected - seen:
            yield f"not {what}: {show(expected - seen)}"


def main():
    page_path, roles_path, arrivals_path, ports, *rules_path = sys.argv[1:]
    asked = parse_ports(ports)
    roles = read_roles(roles_path)
    everything = page_path == "everything"
    page = set() if everything else page_of(page_path)
    failed = False
    if rules_path and (difference := listed_by(rules_path[0]) ^ page):
        print(f"`rules` and the page differ in: {sorted(difference)}")
        failed = True
    arrivals = [Arrival(*row) for row in read_table(arrivals_path)]
    for arrival in arrivals:
        expected = asked if everything else expected_ports(page, roles, arrival) & asked
        for problem in problems_of(arrival, expected, asked):
            print(f"{arrival.source} {arrival.source_address} -> {arrival.target} "
                  f"{arrival.target_address} {arrival.protocol}: {problem}")
            failed = True
    print(f"{len(arrivals)} pairs, {sum(int(a.sent) for a in arrivals)} sent, "
          f"{sum(int(a.arrived) for a in arrivals)} arrived")
    return 1 if failed or not arrivals else 0


if __name__ == "__main__":
    sys.exit(main())
