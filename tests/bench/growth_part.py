# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Part 3: what becomes of it as prefixes, rules, interfaces and flows grow: time of a packet, time of
an apply, memory of the loader and of the kernel.
"""
import glob
import json
import os

import frames
import packet_part
import policies
from frames import SYN
from lab import Gateway, call
from measurement import DROP, Samples

PART = "growth"
HOT, SPREAD = "same packet", "all addresses in turn"
APPLY, UNCHANGED, LOADER, KERNEL = "apply, changed", "apply, unchanged", "loader peak", "kernel memory"
PROCESSOR = "apply, changed, processor time"
ENTRIES, EXPORT, STATUS = "rule entries", "export", "status"
MIB = 1 << 20
SPREAD_MAX = 1000000
FLOW_TABLES = ("flows4", "flows6", "openings")
NICS8 = [f"nic{number}" for number in range(8)]

PREFIX_SETS = {
    # name: (maker, count, IPv6, also in a quick run)
    "1,000 IPv4 hosts": (policies.random_hosts, 1000, False, True),
    "100,000 IPv4 hosts": (policies.random_hosts, 100000, False, True),
    "1,000,000 IPv4 hosts": (policies.random_hosts, 1000000, False, False),
    "1,000 IPv4 subnets": (policies.subnets, 1000, False, False),
    "100,000 IPv4 subnets": (policies.subnets, 100000, False, False),
    "1,000,000 IPv4 subnets": (policies.subnets, 1000000, False, False),
    "500,000 prefixes like the Internet's": (policies.internet, 500000, False, False),
    "100,000 IPv6 /64": (policies.random_64s, 100000, True, False),
    "100,000 IPv6 hosts": (policies.random_hosts6, 100000, True, False),
}
PAGE = "10 prefixes, the page's"
RULES = {"1,000 rules": 1000, "10,000 rules": 10000}
FLOWS = {"1 flow": 1, "10,000 flows": 10000, "1,000,000 flows": 1000000}


def shown_maps(gateway):
    """Every map of the gateway's programs and every pinned one, by id."""
    maps = {}
    for pin in glob.glob(f"{gateway.run}/bpf/**", recursive=True):
        if not os.path.isfile(pin):
            continue
        name = os.path.basename(pin)
        if name.startswith("program_"):
            program = json.loads(call("bpftool", "-j", "prog", "show", "pinned", pin))
            for number in program["map_ids"]:
                shown = json.loads(call("bpftool", "-j", "map", "show", "id", str(number)))
                maps[number] = shown
            maps[f"program {program['id']}"] = {"name": "", "bytes_memlock": program["bytes_memlock"]}
        elif "/links/" not in pin and not name.endswith(".debug"):
            shown = json.loads(call("bpftool", "-j", "map", "show", "pinned", pin))
            maps[shown["id"]] = shown
    return maps


def kernel_memory(maps):
    """MiB, but for the flow tables, whose size is a setting."""
    return sum(int(shown["bytes_memlock"]) for shown in maps.values()
               if shown.get("name") not in FLOW_TABLES) / MIB


class Grower:
    """Gateways of many sizes, all of them measured side by side in the end."""

    def __init__(self, lab, measurement, effort, results):
        self.lab, self.measurement, self.effort, self.results = lab, measurement, effort, results
        self.count = 0

    def note(self, row, metric, values, unit):
        self.results.add(PART, row, metric, Samples(values, unit))

    def add_gateway(self, row, nics, make, applies, stateful=False):
        """
        Applies a configuration, then one that differs by an address that nobody asks for, and
        so on, with flows as by default. Packets are measured by the program of `stateful`.
        """
        self.count += 1
        name = f"grow{self.count}"
        gateway = Gateway(self.lab, name, nics)
        configs = [self.lab.write(f"{name}-{number}.yaml", make(spare, True))
                   for number, spare in enumerate(("", "  spare: [192.0.2.1]\n"))]
        gateway.apply(configs[0])
        self.time_applies(row, gateway, configs, applies)
        if not stateful:
            gateway.apply(self.lab.write(f"{name}.yaml", make("", False)))
        self.measurement.pin(name, gateway.program(nics[-1]))
        return gateway, name

    def time_applies(self, row, gateway, configs, applies):
        taken = [gateway.apply(configs[turn % 2]) for turn in range(1, 2 * ((applies + 1) // 2) + 1)]
        self.note(row, APPLY, [one.ms for one in taken], "ms")
        self.note(row, PROCESSOR, [one.processor_ms for one in taken], "ms")
        self.note(row, LOADER, [one.peak_mib for one in taken], "MiB")
        self.note(row, UNCHANGED, [gateway.apply(configs[0]).ms for _ in range(applies)], "ms")
        maps = shown_maps(gateway)
        self.note(row, KERNEL, [kernel_memory(maps)], "MiB")
        self.note(row, ENTRIES, [next(shown["max_entries"] for shown in maps.values()
                                      if shown.get("name") == "rules")], "")

    def add_page(self):
        gateway, program = self.add_gateway(
            PAGE, ["inside0"], lambda spare, stateful: policies.page(("inside0",), stateful, spare),
            self.effort.applies)
        gateway.unplug()
        self.add_cells(PAGE, program, 4, [((10 << 24 | 32 << 16), 11)] * SPREAD_MAX)
        self.add_cells(PAGE + ", IPv6", program, 6, [(0x20010db8003000000000000000000000, 48)] * 1000)

    def add_cells(self, row, program, family, prefixes, candidate=""):
        opening = packet_part.packets(family)["opening"]
        bits = 32 if family == 4 else 128
        name = "".join(letter for letter in row if letter.isalnum())
        path = self.lab.path(name)
        if not os.path.exists(path):
            policies.write_addresses(path, policies.shuffled_members(prefixes, SPREAD_MAX, bits),
                                     family == 6)
            self.measurement.addresses(name, path, family == 6)
        self.measurement.cell(row, candidate + HOT, program, opening)
        self.measurement.cell(row, candidate + SPREAD, program, opening, addresses=name, family=family)

    def add_prefixes(self, row, make, count, ipv6):
        prefixes = make(count)
        make_config = policies.write_large(self.lab.folder, f"set{self.count}", prefixes, ipv6)
        gateway, program = self.add_gateway(row, ["inside0"], make_config,
                                            self.effort.applies if count < 200000 else 2)
        gateway.unplug()
        self.add_cells(row, program, 6 if ipv6 else 4, prefixes)
        if row == "1,000,000 IPv4 hosts":
            packet_part.add_lpm(self.lab, self.measurement, "lpm-large",
                                self.lab.path(f"{program}.yaml"))
            self.add_cells(row, "lpm-large", 4, prefixes, "LPM tries, ")

    def add_rules(self, row, count):
        roles, rules = policies.host_rules(count)
        gateway, program = self.add_gateway(
            row, ["inside0"], lambda spare, stateful: policies.page(("inside0",), stateful,
                                                                   roles + spare, rules),
            self.effort.applies)
        for metric, command in ((EXPORT, ("export", "--textfile", "-")), (STATUS, ("status",))):
            self.note(row, metric, [gateway.timed(*command).ms for _ in range(self.effort.applies)],
                      "ms")
        gateway.unplug()
        self.measurement.cell(row, HOT, program, packet_part.packets(4)["opening"])
        self.add_rule_spread(row, program, count)

    def add_rule_spread(self, row, program, count):
        """The hosts that may be asked on port 8000, in turn: every 50th rule."""
        name = f"hosts{count}"
        policies.write_addresses(self.lab.path(name),
                                 [(172 << 24 | 16 << 16) + number for number in range(0, count, 50)])
        self.measurement.addresses(name, self.lab.path(name))
        frame = frames.tcp(policies.CLIENT[4], 49152, "172.16.0.0", 8000, SYN)
        self.measurement.cell(row, SPREAD, program, frame, addresses=name, varies="destination")

    def add_interfaces(self):
        gateway, program = self.add_gateway(
            "8 interfaces", NICS8, lambda spare, stateful: policies.page(NICS8, stateful, spare),
            self.effort.applies)
        gateway.unplug()
        self.measurement.cell("8 interfaces", HOT, program, packet_part.packets(4)["opening"])

    def add_flows(self, row, count):
        limit = max(65536, count * 5 // 4)
        settings = f"flow-limit: {limit}\nopening-limit: {limit}\n"
        gateway, program = self.add_gateway(
            row, ["inside0"], lambda spare, stateful: policies.page(("inside0",), stateful, spare,
                                                                   settings=settings), 2, True)
        gateway.unplug()
        name = f"openers{count}"
        policies.write_addresses(self.lab.path(name), policies.distinct_clients(count))
        self.measurement.addresses(name, self.lab.path(name))
        packet_part.open_flow(self.measurement, program, 4, count, name)
        sent = packet_part.packets(4)
        self.measurement.cell(row, "opener", program, sent["data"], addresses=name)
        self.measurement.cell(row, "reply", program, sent["reply"], addresses=name,
                              varies="destination")

    def add_wrapper(self):
        """What taking the next address costs by itself, over as many of them."""
        name = "".join(letter for letter in PAGE if letter.isalnum())
        self.measurement.cell("empty program", HOT, "drop", packet_part.packets(4)["opening"], DROP)
        self.measurement.cell("empty program", SPREAD, "drop", packet_part.packets(4)["opening"],
                              DROP, addresses=name)


def run(lab, measurement, effort, results):
    measurement.bench_object("drop", "yardsticks")
    grower = Grower(lab, measurement, effort, results)
    grower.add_page()
    for row, (make, count, ipv6, quick) in PREFIX_SETS.items():
        if quick or not effort.quick:
            grower.add_prefixes(row, make, count, ipv6)
    for row, count in RULES.items():
        grower.add_rules(row, count)
    grower.add_interfaces()
    for row, count in FLOWS.items():
        if count <= 10000 or not effort.quick:
            grower.add_flows(row, count)
    grower.add_wrapper()
    measurement.measure(results, PART)
