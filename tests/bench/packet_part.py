# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Part 1: what one packet costs, by test runs of the very programs that would be on the NIC."""
import glob
import os
import struct

import frames
import policies
from frames import ACK, PSH, SYN
from lab import BenchError, Gateway, call
from measurement import DROP, PASS

PART = "packet"
AGAIN, KNOWN_FLOW = "stateful, opening again", "stateful, known flow"
FIRST_PACKETS = "stateful, first packets"
OPENINGS_MAX = 65536  # places by default; of far more sources each is new
SPREADS = [1000, 100000, 1000000]
OPENER_PORT = 49152
FLOW_PORT = 49153  # of the connection that is known

RIVALS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rivals")
# In the values of xdp-filter's maps (its common_kern_user.h).
XDP_FILTER_FLAGS = {"src": 1, "dst": 2, "tcp": 4}


def packets(family):
    """The same packets for all candidates."""
    client, director = policies.CLIENT[family], policies.DIRECTOR[family]
    return {
        "opening": frames.tcp(client, OPENER_PORT, director, 443),
        "flow opening": frames.tcp(client, FLOW_PORT, director, 443),
        "data": frames.tcp(client, FLOW_PORT, director, 443, ACK | PSH, 1001, 5001),
        "reply": frames.tcp(director, 443, client, FLOW_PORT, ACK, 5001, 1001),
        "answer": frames.tcp(director, 443, client, FLOW_PORT, SYN | ACK, 5000, 1001),
        "unknown port": frames.tcp(client, OPENER_PORT, director, 9999),
        "no rule": frames.tcp(client, OPENER_PORT, director, 5061),
        "no role": frames.tcp(policies.OUTSIDER[family], OPENER_PORT, director, 443),
        "VLAN": frames.tcp(client, OPENER_PORT, director, 443, vlan=10),
    }


def open_flow(measurement, program, family, repeat=1, addresses=None):
    """A whole handshake, so that the flow is proven."""
    sent = packets(family)
    for name, varies in (("flow opening", "source"), ("answer", "destination"), ("data", "source")):
        measurement.run(program, sent[name], repeat=repeat, addresses=addresses, varies=varies,
                        family=family)


def add_gateways(lab, measurement, results):
    """The programs are those that apply put on a NIC; their tags are noted."""
    for name, stateful in (("stateless", False), ("stateful", True)):
        gateway = Gateway(lab, name, ["perimeter0", "inside0"])
        gateway.apply(lab.write(f"{name}.yaml", policies.page(stateful=stateful)))
        results.notes.append(attached_note(gateway, name))
        measurement.pin(name, gateway.program("inside0"))
        gateway.unplug()


def attached_note(gateway, name):
    """Refuses to measure anything but what is on the NIC."""
    measured, attached = gateway.measured_program("inside0"), gateway.attached_program("inside0")
    if measured != attached:
        raise BenchError(f"{name}: program {measured} is pinned, {attached} is on the NIC")
    return f"{name}: program {measured[0]}, tag {measured[1]}, pinned and on the NIC alike"


def read_xdp_filter():
    """From rivals/xdp-filter.txt: (program, command, options) of each line."""
    with open(os.path.join(RIVALS, "xdp-filter.txt"), encoding="ascii") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                program, command, *words = line.replace(":", " ", 1).split()
                options = dict(zip(words[:-1:2], words[1::2]))
                yield program, command, options, words[-1]


def add_xdp_filter(lab, measurement):
    """Debian's programs with all features, and what rivals/xdp-filter.txt lists."""
    found = glob.glob("/usr/lib/*/bpf/xdpfilt_dny_all.o")
    if not found:
        raise BenchError("xdp-filter's programs are not there: install xdp-tools")
    for program, command, options, word in read_xdp_filter():
        flags = sum(XDP_FILTER_FLAGS[mode] for option in options.values()
                    for mode in option.split(",") if mode in XDP_FILTER_FLAGS)
        value = struct.pack("<Q", flags)
        if command == "load":
            kind = "dny" if word == "deny" else "alw"
            measurement.object(program, found[0].replace("dny", kind), f"xdpfilt_{kind}_all")
        elif command == "port":
            measurement.fill(program, "filter_ports", struct.pack("!HH", int(word), 0), value)
        else:
            table = "filter_ipv6" if ":" in word else "filter_ipv4"
            measurement.fill(program, table, policies.packed(word), value)
    measurement.keep("sources", f"{lab.load_pins()}/xdp-filter-sources")
    measurement.keep("denies", f"{lab.load_pins()}/xdp-filter-ports")


def add_lpm(lab, measurement, name, config):
    pin = f"{lab.load_pins()}/{name}"
    call(lab.tool("lpm_load"), config, pin, timeout=300)
    measurement.pin(name, pin)


def add_same_packet(measurement):
    for family in (4, 6):
        sent, label = packets(family), f"IPv{family} "
        open_flow(measurement, "stateful", family)
        for row, frame in sent.items():
            if row in ("flow opening", "answer", "data"):
                continue
            passes = DROP if row in ("unknown port", "no rule", "no role") else PASS
            measurement.cell(label + row, "stateless", "stateless", frame, passes)
            measurement.cell(label + row, "parse only", "parse_only", frame)
            measurement.cell(label + row, "LPM tries", "lpm", frame, passes)
            if row != "reply":
                measurement.cell(label + row, AGAIN, "stateful", frame, passes)
        measurement.cell(label + "data", KNOWN_FLOW, "stateful", sent["data"])
        measurement.cell(label + "reply", KNOWN_FLOW, "stateful", sent["reply"])
        for row in ("opening", "data", "reply", "VLAN"):
            for program in ("denies", "allows", "addresses"):
                measurement.cell(label + row, f"xdp-filter {program}", program, sent[row])
        measurement.cell(label + "unknown port", "xdp-filter denies", "denies",
                         sent["unknown port"], DROP)
        measurement.cell(label + "opening", "empty", "drop", sent["opening"], DROP)


def add_spread(lab, measurement):
    """The same opening from many sources, all of them clients."""
    opening = packets(4)["opening"]
    for count in SPREADS:
        name = f"clients{count}"
        path = lab.path(name)
        policies.write_addresses(path, policies.shuffled_members([(10 << 24 | 32 << 16, 11)] * count,
                                                                 count, 32))
        measurement.addresses(name, path)
        row = f"IPv4 opening, {count:,} sources"
        measurement.cell(row, "empty", "drop", opening, DROP, addresses=name)
        for candidate, program in (("stateless", "stateless"), ("LPM tries", "lpm"),
                                   ("xdp-filter denies", "denies"), ("xdp-filter allows", "allows")):
            measurement.cell(row, candidate, program, opening, addresses=name)
        if count < OPENINGS_MAX:
            measurement.cell(row, AGAIN, "stateful", opening, addresses=name)
        else:
            measurement.cell(row, FIRST_PACKETS, "stateful", opening, addresses=name)


def run(lab, measurement, results):
    measurement.bench_object("drop", "yardsticks")
    measurement.bench_object("parse_only", "parse")
    add_gateways(lab, measurement, results)
    add_xdp_filter(lab, measurement)
    add_lpm(lab, measurement, "lpm", lab.path("stateless.yaml"))
    add_same_packet(measurement)
    add_spread(lab, measurement)
    measurement.measure(results, PART)
