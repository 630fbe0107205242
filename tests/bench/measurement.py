# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What was measured, and the commands for `measure`, which times programs packet by packet."""
import statistics

import frames
from lab import in_namespace

DROP, PASS = 1, 2


class Samples:
    """One cell of the results: what each round said."""

    def __init__(self, values, unit):
        self.values, self.unit = sorted(values), unit

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def low(self):
        return self.values[len(self.values) // 10]

    @property
    def high(self):
        return self.values[len(self.values) - 1 - len(self.values) // 10]


class Results:
    """Cells by part, what is looked at, and candidate."""

    def __init__(self):
        self.cells = {}
        self.notes = []

    def add(self, part, row, candidate, samples):
        self.cells[part, row, candidate] = samples

    def median(self, part, row, candidate):
        return self.cells[part, row, candidate].median

    def has(self, part, row, candidate):
        return (part, row, candidate) in self.cells


class Measurement:
    """Collects what is to be timed side by side, then does it."""

    def __init__(self, lab, effort, name):
        self.lab, self.effort = lab, effort
        self.namespace = lab.add_namespace(f"quiet-{name}")
        in_namespace(self.namespace, "ip", "link", "add", "quiet0", "type", "veth",
                     "peer", "name", "quiet1")
        for nic in ("quiet0", "quiet1"):
            in_namespace(self.namespace, "ip", "link", "set", nic, "up")
        self.lines, self.cells, self.files = [], [], {}

    def pin(self, program, path):
        self.lines.append(f"pin {program} {path}")

    def object(self, program, path, function):
        self.lines.append(f"object {program} {path} {function}")

    def bench_object(self, program, name):
        self.object(program, self.lab.tool(f"{name}.bpf.o"), program)

    def fill(self, program, table, key, value):
        self.lines.append(f"fill {program} {table} {key.hex()} {value.hex()}")

    def keep(self, program, path):
        self.lines.append(f"keep {program} {path}")

    def addresses(self, name, path, ipv6=False):
        self.lines.append(f"addresses {name} {6 if ipv6 else 4} {path}")

    @staticmethod
    def packet(frame, verdict, repeat, addresses=None, varies="source", family=4):
        if not addresses:
            return f"- 0 {verdict} {repeat} {frame}"
        return f"{addresses} {frames.OFFSETS[varies, family]} {verdict} {repeat} {frame}"

    def run(self, program, frame, verdict=PASS, repeat=1, **varying):
        self.lines.append(f"run {program} {self.packet(frame, verdict, repeat, **varying)}")

    def cell(self, row, candidate, program, frame, verdict=PASS, **varying):
        self.lines.append(f"cell {len(self.cells)} {program} "
                          f"{self.packet(frame, verdict, self.effort.repeat, **varying)}")
        self.cells.append((row, candidate))

    def measure(self, results, part):
        self.lines.append(f"rounds {self.effort.rounds}")
        out = in_namespace(self.namespace, "taskset", "-c", str(self.effort.cpu),
                           self.lab.tool("measure"), "quiet0",
                           input_text="\n".join(self.lines) + "\n", timeout=self.effort.limit_s)
        for line in out.splitlines():
            number, *values = line.split()
            row, candidate = self.cells[int(number)]
            results.add(part, row, candidate, Samples(map(float, values), "ns"))
