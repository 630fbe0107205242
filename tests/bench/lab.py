# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Gateways in network namespaces of the bench's own, each with NICs, a run directory and peers
behind the NICs. All of it is removed when the bench ends, however it ends.
"""
import glob
import json
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass

TIME_LIMIT_S = 60


class BenchError(Exception):
    """Something could not be measured; its text says what and why."""


def call(*command, check=True, input_text=None, timeout=TIME_LIMIT_S):
    try:
        done = subprocess.run(command, input=input_text, capture_output=True, text=True, check=False,
                              timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{' '.join(command)[:200]}: not done after {timeout} s") from error
    if check and done.returncode:
        raise BenchError(f"{' '.join(command)[:200]}: exit {done.returncode}\n"
                         f"{(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


@dataclass(frozen=True)
class Taken:
    """Time on the wall and of processors, and the peak of memory."""
    ms: float
    processor_ms: float
    peak_mib: float
    code: int


class Lab:
    """Everything that has to go again."""

    def __init__(self, build):
        self.binary = os.path.join(build, "directorgate")
        self.tools = os.path.join(build, "tests/bench")
        self.folder = tempfile.mkdtemp(prefix="directorgate-bench.")
        self.prefix = os.path.basename(self.folder).replace(".", "-")
        self.namespaces = []
        self.children = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.interrupted)

    def interrupted(self, number, _frame):
        for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(other, signal.SIG_IGN)  # or a second one would end the removal
        raise SystemExit(128 + number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()
        for namespace in self.namespaces:
            call("ip", "netns", "delete", namespace, check=False)
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            mounts = [line.split()[4] for line in file]
        for mount in mounts:
            if mount.startswith(self.folder + "/"):
                call("umount", "-l", mount, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tool(self, name):
        return os.path.join(self.tools, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        return self.path(name)

    def add_namespace(self, name):
        full = f"{self.prefix}-{name}"
        call("ip", "netns", "add", full)
        self.namespaces.append(full)
        call("ip", "-n", full, "link", "set", "lo", "up")
        return full

    def start(self, *command):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def load_pins(self):
        """A bpffs for what is no part of a gateway."""
        folder = self.path("pins")
        if not os.path.isdir(folder):
            os.mkdir(folder)
            call("mount", "-t", "bpf", "bpf", folder)
        return folder


def in_namespace(namespace, *command, **options):
    return call("nsenter", f"--net=/run/netns/{namespace}", *command, **options)


def set_sysctl(namespace, **values):
    script = "".join(f"echo {value} >/proc/sys/net/{name.replace('__', '/')}\n"
                     for name, value in values.items())
    in_namespace(namespace, "sh", "-ec", script)


def add_cable(near, far, nic):
    """A veth pair whose ends have one name. Nothing is sent unasked: no IPv6 of the kernel's own."""
    call("ip", "-n", near, "link", "add", nic, "type", "veth", "peer", "name", nic, "netns", far)
    for namespace in (near, far):
        set_sysctl(namespace, **{f"ipv6__conf__{nic}__disable_ipv6": 1})
        call("ip", "-n", namespace, "link", "set", nic, "up")


class Gateway:
    """A namespace with veth NICs, and the peers' namespaces behind them."""

    def __init__(self, lab, name, nics, peers=None):
        """`peers`: from a NIC to its peer's own namespace; the others share one."""
        self.lab, self.name, self.nics = lab, name, nics
        self.run = lab.path(f"run-{name}")
        self.namespace = lab.add_namespace(name)
        shared = None
        self.peers = {}
        for nic in nics:
            if peers and nic in peers:
                self.peers[nic] = lab.add_namespace(f"{name}-{peers[nic]}")
            else:
                shared = shared or lab.add_namespace(f"{name}-peers")
                self.peers[nic] = shared
            add_cable(self.namespace, self.peers[nic], nic)

    def timed(self, *command):
        """What a command of directorgate took."""
        out = call(self.lab.tool("stopwatch"), f"/run/netns/{self.namespace}", self.lab.binary,
                   command[0], "--run", self.run, *command[1:])
        seconds, processor, kib, code = out.split("\t")
        return Taken(1000 * float(seconds), 1000 * float(processor), int(kib) / 1024, int(code))

    def apply(self, config):
        taken = self.timed("apply", config)
        if taken.code:
            raise BenchError(f"apply {config}: exit {taken.code}\n" +
                             in_namespace(self.namespace, self.lab.binary, "check", config,
                                          check=False))
        return taken

    def measured_program(self, nic):
        """Id and tag of what is pinned for the NIC."""
        shown = json.loads(call("bpftool", "-j", "prog", "show", "pinned", self.program(nic)))
        return shown["id"], shown["tag"]

    def attached_program(self, nic):
        """Id and tag of what is on the NIC."""
        shown = json.loads(call("ip", "-n", self.namespace, "-j", "-d", "link", "show", nic))
        return shown[0]["xdp"]["prog"]["id"], shown[0]["xdp"]["prog"]["tag"]

    def unplug(self):
        """Takes the NICs away. The programs stay pinned, and the kernel's XDP dispatcher is short."""
        for nic in self.nics:
            call("ip", "-n", self.namespace, "link", "delete", nic)

    def program(self, nic):
        """The pin of the program that apply put on the NIC."""
        pins = glob.glob(f"{self.run}/bpf/generations_v*/*/program_{self.nics.index(nic)}")
        if len(pins) != 1:
            raise BenchError(f"{self.name}: {len(pins)} programs pinned for {nic}")
        return pins[0]
