# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The fuzzers' corpora, and what of the program they reach.

packets.corpus holds an input of the packet fuzzer a line, in hexadecimal (steps.h says how to
read one); the configurations are those of the golden tests and of deploy/.

tests/fuzz/corpus.py BUILD makes packets.corpus anew from what BUILD/fuzz holds: the packet tests'
frames, and what the fuzzer found.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACKETS = f"{HERE}/packets.corpus"
CONFIGS = ["tests/golden/good/*.yaml", "tests/golden/bad/*.yaml", "deploy/*.yaml",
           "deploy/examples/*.yaml"]
NOT_TAKEN = "/* for the verifier"  # what a line says of a branch that no packet takes
KEPT_MAX = 512  # bytes of an input that is committed, unless nothing shorter reaches as much


class Tap:
    """Numbers the tests and remembers whether one failed."""

    def __init__(self):
        self.count = 0
        self.failed = False

    def comment(self, text):
        for line in text.splitlines():
            print(f"# {line}", flush=True)

    def report(self, sentence, problem):
        self.count += 1
        print(f"{'not ok' if problem else 'ok'} {self.count} - {sentence}", flush=True)
        self.comment(problem)
        self.failed |= bool(problem)

    def finish(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def empty_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def read_packets():
    with open(PACKETS, encoding="ascii") as file:
        return [bytes.fromhex(line) for line in file if not line.startswith("#")]


def write_packets(folder):
    empty_folder(folder)
    for number, content in enumerate(read_packets()):
        write(f"{folder}/{number:03}", content)
    return folder


def config_paths():
    return sorted(path for pattern in CONFIGS for path in glob.glob(f"{ROOT}/{pattern}"))


def write_configs(folder):
    """Each with the file that a role names, if it is there: as config_fuzz.c wants them."""
    empty_folder(folder)
    for number, path in enumerate(config_paths()):
        content = read(path)
        named = re.search(rb"file: ([\w.-]+)", content)
        other = f"{os.path.dirname(path)}/{named[1].decode()}" if named else ""
        if os.path.isfile(other):
            content += b"\0\0" + read(other)
        write(f"{folder}/{number:03}", content)
    return folder


def write_words(path):
    """The words of those files, as a dictionary of libFuzzer's."""
    words = {word for config in config_paths()
             for word in re.findall(rb"[a-z][a-z-]{2,}", read(config))}
    write(path, b"".join(b'"%s"\n' % word for word in sorted(words)))
    return path


def source_lines(path):
    """From 1 on."""
    with open(f"{ROOT}/{path}", encoding="utf-8") as file:
        return ["", *file.read().splitlines()]


class Coverage:
    """How often the corpora reach each line and branch of bpf/, by path."""

    def __init__(self, folder, corpora):
        self.lines, self.branches = {}, {}
        profile = f"{folder}/coverage.profile"
        ran = subprocess.run([f"{folder}/coverage", "-runs=0", f"-artifact_prefix={folder}/",
                              *corpora], capture_output=True, text=True, check=False,
                             errors="replace", env=dict(os.environ, LLVM_PROFILE_FILE=f"{profile}.raw"))
        self.log = ran.stdout + ran.stderr
        if ran.returncode == 0:
            self.tool("profdata", "merge", "-o", profile, f"{profile}.raw")
            self.read(self.tool("cov", "export", "-format=lcov", f"-instr-profile={profile}",
                                f"{folder}/coverage"))

    def tool(self, name, *arguments):
        return subprocess.run([f"llvm-{name}-19", *arguments], capture_output=True, text=True,
                              check=True).stdout

    def read(self, text):
        path = ""
        for line in text.splitlines():
            tag, _, value = line.partition(":")
            if tag == "SF":
                path = os.path.relpath(value, ROOT)
            if tag not in ("DA", "BRDA") or not path.startswith("bpf/"):
                continue
            *place, count = (0 if part == "-" else int(part) for part in value.split(","))
            table = self.lines if tag == "DA" else self.branches
            table.setdefault(path, {})[tuple(place)] = count

    def unreached(self, path):
        text = source_lines(path)
        return [f"{path}:{line}: never reached: {text[line].strip()}"
                for (line,), count in self.lines[path].items() if not count]

    def untaken(self, path):
        text = source_lines(path)
        return [f"{path}:{line}: the {'false' if way % 2 else 'true'} branch of condition "
                f"{way // 2 + 1} is never taken: {text[line].strip()}"
                for (line, _, way), count in self.branches[path].items()
                if not count and NOT_TAKEN not in text[line]]

    def taken(self):
        """The names of all that is reached."""
        return {(path, *place) for table in (self.lines, self.branches)
                for path, places in table.items() for place, count in places.items() if count}


def merge(folder, target, sources):
    """The fewest inputs that libFuzzer needs to reach as much as all of them."""
    subprocess.run([f"{folder}/coverage", "-set_cover_merge=1", "-use_counters=0",
                    f"-max_len={KEPT_MAX}", target, *sources], check=True, capture_output=True,
                   env=dict(os.environ, LLVM_PROFILE_FILE="/dev/null"))


def find_input(folder, paths, wanted):
    """One of the inputs that reaches what is wanted, of which one does."""
    while len(paths) > 1:
        half = paths[:len(paths) // 2]
        some = empty_folder(f"{folder}/merge/half")
        for path in half:
            shutil.copy(path, some)
        reached = wanted in Coverage(folder, [some]).taken()
        paths = half if reached else paths[len(half):]
    return paths[0]


def make(folder):
    """libFuzzer does not tell all branches apart: what it missed is looked for one by one."""
    every = empty_folder(f"{folder}/merge/every")
    target = empty_folder(f"{folder}/merge/target")
    for number, path in enumerate(sorted(glob.glob(f"{folder}/seeds/*") +
                                         glob.glob(f"{folder}/found/packets/*") +
                                         glob.glob(f"{folder}/corpus/packets/*"))):
        shutil.copy(path, f"{every}/{number:06}")
    merge(folder, target, [every])
    while missed := Coverage(folder, [every]).taken() - Coverage(folder, [target]).taken():
        shutil.copy(find_input(folder, sorted(glob.glob(f"{every}/*")), min(missed)), target)
    inputs = sorted({read(path) for path in glob.glob(f"{target}/*")},
                    key=lambda content: (len(content), content))
    with open(PACKETS, "w", encoding="ascii") as file:
        file.write("# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
                   "# Inputs of the packet fuzzer, made by tests/fuzz/corpus.py; see there.\n")
        file.writelines(f"{content.hex()}\n" for content in inputs)
    print(f"{len(inputs)} inputs, {sum(map(len, inputs))} bytes")


if __name__ == "__main__":
    make(os.path.abspath(f"{sys.argv[1]}/fuzz"))
