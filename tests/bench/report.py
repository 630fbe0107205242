# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The results as tables on the terminal and as JSON."""
import datetime
import json
import os
import platform
import re

from lab import call

MARKS = {True: "holds", False: "DOES NOT HOLD", None: "not measured"}


def first_match(pattern, text):
    found = re.search(pattern, text)
    return found.group(1).strip() if found else "unknown"


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def package_versions(*packages):
    listing = call("dpkg-query", "--show", "--showformat=${Package} ${Version}\n", *packages,
                   check=False)
    return dict(line.split() for line in listing.splitlines() if " " in line)


def header(lab, effort):
    """What the figures depend on."""
    cpu = read("/proc/cpuinfo")
    vulnerabilities = "/sys/devices/system/cpu/vulnerabilities"
    mitigations = {name: read(os.path.join(vulnerabilities, name)).strip()
                   for name in ("spectre_v2", "spec_rstack_overflow", "retbleed")}
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "kernel": platform.release(),
        "cpu": first_match(r"model name\s*: (.*)", cpu),
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "mitigations": mitigations,
        "quick": effort.quick,
        "rounds": effort.rounds,
        "packets_a_round": effort.repeat,
        "directorgate": call(lab.binary, "version").split("\n")[0],
        "versions": package_versions("libbpf1", "nftables", "iptables", "ipset", "xdp-tools",
                                     "iperf3", "clang-19"),
    }


def print_header(values):
    versions = ", ".join(f"{name} {version}" for name, version in values["versions"].items())
    print(f"\n{values['date']}  kernel {values['kernel']}, {values['cpus']} x {values['cpu']}, "
          f"load {values['load']:.1f}\n{values['directorgate']}; {versions}\n"
          f"mitigations: {values['mitigations']['spec_rstack_overflow']}; "
          f"{values['mitigations']['spectre_v2'].split(';')[0]}")


def number(value):
    if value >= 100000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def print_cells(results):
    """A block for each thing that was looked at: candidates with median and spread."""
    blocks = {}
    for (part, row, candidate), samples in results.cells.items():
        blocks.setdefault((part, row), []).append((candidate, samples))
    for (part, row), candidates in blocks.items():
        print(f"\n{part}: {row}")
        for candidate, samples in candidates:
            print(f"  {candidate:34} {number(samples.median):>12} {samples.unit:10} "
                  f"{number(samples.low)} .. {number(samples.high)}")


def print_claims(judged):
    print("\nclaims")
    for claim in judged:
        figure = "-" if claim["figure"] is None else number(claim["figure"])
        print(f"  {claim['claim']:70} {figure:>10} {claim['must']} {number(claim['bound'])} "
              f"{claim['unit']:4} {MARKS[claim['holds']]}")


def write_markdown(path, values, judged):
    """The claims as the README has them."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"Measured {values['date'][:10]} on {values['cpus']} x {values['cpu']}, kernel "
                   f"{values['kernel']}, load {values['load']:.1f} when it began:\n\n| | measured | must be | |\n|---|---|---|---|\n")
        for claim in judged:
            figure = "-" if claim["figure"] is None else number(claim["figure"])
            sign = "≥" if claim["must"] == ">=" else "≤"
            unit = {"x": "×", "": ""}.get(claim["unit"], claim["unit"])
            file.write(f"| {claim['claim']} | {figure} {unit} | {sign} {claim['bound']} {unit} | "
                       f"{'' if claim['holds'] else '**no**'} |\n")


def write_json(path, values, judged, results):
    cells = [{"part": part, "row": row, "candidate": candidate, "unit": samples.unit,
              "median": round(samples.median, 4), "low": round(samples.low, 4),
              "high": round(samples.high, 4), "rounds": len(samples.values)}
             for (part, row, candidate), samples in results.cells.items()]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"header": values, "notes": results.notes, "claims": judged, "cells": cells}, file,
                  indent=1)
        file.write("\n")
