#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of one training step of a vector of chains, for each compiler, instruction set and class.

Builds count_instructions with gcc and with clang as the product is built, runs it, and joins its counts with objdump.
Exit codes: 0 done; 1 something failed or, with --check, a step needs more; 2 a wrong option; 77 nothing to compare.
"""

import argparse
import collections
import csv
import os
import platform
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMITTED = os.path.join(ROOT, "bench", "instructions.csv")
COMPILERS = {"gcc": "-dumpfullversion", "clang": "-dumpversion"}
ISAS = ("baseline", "v3", "v4")
CASES = (
    ("linear", "linear", "sgd"),
    ("buffer", "buffer", "adam"),
    ("mlp8", "mlp8", "sgd"),
    ("mlp8", "mlp8", "adam"),
    ("mlp8", "mlp8", "langevin"),
    ("mlp16", "mlp4", "adam"),
    ("table8", "table8", "adam"),
)
CLASSES = tuple("fma mul add div sqrt minmax select convert vector move load store scalar".split())
KEY = ("compiler", "isa", "first", "second", "optimizer")
COLUMNS = ("compiler", "version") + KEY[1:] + ("lanes", "total") + CLASSES + ("folded", "calls")
GROWTH = 0.02
HEAD = """\
# Instructions that one training step of one vector of chains (`lanes` of them) executes. bench/README.md says how they
# are counted and what the columns mean. Written by bench/instructions.py --write, checked by the test `instructions`.
"""

# ---- Classes ----

# The first pattern that "MNEMONIC OPERANDS" matches, without the leading v, gives the class and the Zen 4 pipes.
KINDS = [
    (re.compile(pattern), kind, pipes)
    for pattern, kind, pipes in (
        (r"fn?m(add|sub|addsub|subadd)\d*[ps][sd] ", "fma", "fp01"),
        (r"mul[ps][sd] ", "mul", "fp01"),
        (r"(add|sub|addsub|hadd|hsub)[ps][sd] ", "add", "fp23"),
        (r"div[ps][sd] ", "div", "div"),
        (r"sqrt[ps][sd] ", "sqrt", "sqrt"),
        (r"(min|max)[ps][sd] ", "minmax", "fp23"),
        (r"cmp\w*[ps][sd] |u?comis[sd] |pmov[bwdq]2m |ptestn?m|pcmp\w+ k|p?blendv", "select", "fp01"),
        (r"p?blend|pcmp", "select", "any"),
        (r"cvt", "convert", "fp23"),
        (r"pmul|pmadd", "vector", "fp01"),
        (r"ps(ll|rl|ra)|pro[lr]|k", "vector", "fp23"),
        (r"", "vector", "any"),
    )
]
COPY = re.compile(r"mov([au]p[sd]|dq[au](8|16|32|64)?)$")
LOADING = re.compile(r"p?mov|p?broadcast|lddqu|p?gather")
ZEROING = re.compile(r"p?xor(p[sd]|[dq])?$")
VECTOR_REGISTER = re.compile(r"\b[xyz]mm\d|\bk[0-7]\b")

Instruction = collections.namedtuple("Instruction", "kind pipes wide loads stores")


def zeroes(name, operands):
    return ZEROING.match(name) and "[" not in operands and len(set(operands.split(","))) == 1


def vector_kind(name, operands):
    """The class of a vector instruction, and the pipes that it needs."""
    registers_only = "[" not in operands
    if "[" in operands.split(",")[0]:
        return "store", None
    if zeroes(name, operands):
        return "move", None
    if COPY.match(name) and registers_only:
        return ("select", "any") if "{" in operands else ("move", None)
    if LOADING.match(name) and not registers_only:
        return "load", None
    return next((kind, pipes) for pattern, kind, pipes in KINDS if pattern.match(name + " " + operands))


def address_space(operands, frame_pointer):
    """Where the memory operand lies: on the stack, among the constants, or elsewhere; None without one."""
    memory = re.search(r"\[([^\]]*)\]", operands)
    if not memory:
        return None
    base = re.match(r"\w+", memory.group(1)).group(0)
    if base == "rip":
        return "constant"
    return "stack" if base == "rsp" or (base == "rbp" and frame_pointer) else "array"


def classify(mnemonic, operands, frame_pointer):
    space = None if mnemonic in ("lea", "nop", "nopw", "nopl") else address_space(operands, frame_pointer)
    into_memory = space and "[" in operands.split(",")[0]
    if not VECTOR_REGISTER.search(operands) and not mnemonic.startswith("vzero"):
        stores = space if into_memory and re.match(r"mov|set", mnemonic) else None
        return Instruction("scalar", None, 0, None if stores else space, stores)
    kind, pipes = vector_kind(mnemonic[mnemonic.startswith("v") :], operands)
    wide = 2 if "zmm" in operands or "ZMMWORD" in operands else 1
    return Instruction(kind, pipes, wide, None if into_memory else space, space if into_memory else None)


SYMBOL = re.compile(r"[0-9a-f]+ <(.+)>:$")
LINE = re.compile(r" *([0-9a-f]+):\t(?:(?:bnd|rep|repz|repnz|lock|notrack|cs|ds|data16|\{\w+\}) )*(\S+) *([^<#]*)")


def disassemble(program):
    """{address: (function, instruction)}"""
    found, function, frame_pointer = {}, "?", False
    for line in run(["objdump", "-d", "-M", "intel", "--no-show-raw-insn", program]).splitlines():
        symbol, parts = SYMBOL.match(line), LINE.match(line)
        if symbol:
            function, frame_pointer = symbol.group(1), False
        if not parts:
            continue
        address, mnemonic, operands = parts.group(1), parts.group(2), parts.group(3).strip()
        frame_pointer |= (mnemonic, operands) == ("mov", "rbp,rsp")
        found[int(address, 16)] = function, classify(mnemonic, operands, frame_pointer)
    return found


# ---- Counts ----


class Step:
    """The instructions of one step, counted by class and by function."""

    def __init__(self, lanes, calls, outside):
        self.lanes, self.calls, self.outside = lanes, calls, outside
        self.instructions = collections.Counter()  # by (function, instruction)

    def functions(self):
        """The functions, the one with most instructions first."""
        return sorted({f for f, _ in self.instructions}, key=lambda f: -self.count(lambda i: True, f))

    def count(self, test, function=None):
        return sum(n for (f, i), n in self.instructions.items() if test(i) and function in (None, f))

    def row(self):
        row = {kind: self.count(lambda i, kind=kind: i.kind == kind) for kind in CLASSES}
        row["folded"] = self.count(lambda i: i.loads and i.kind not in ("load", "scalar"))
        return {"lanes": self.lanes, "calls": self.calls, "total": sum(self.instructions.values()), **row}


def count_step(program, disassembly, isa, case):
    """The Step, or a text that says why there is none."""
    options = [word for pair in zip(("first", "second", "optimizer"), case) for word in pair]
    done = subprocess.run([program, isa] + options, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == 77:
        return done.stdout.strip()
    if done.returncode != 0:
        sys.exit("%s %s %s: exit code %d: %s" % (program, isa, " ".join(options), done.returncode, done.stderr.strip()))
    lines = [line.split() for line in done.stdout.splitlines()]
    step = Step(*(int(value) for _, value in lines[:3]))
    for address, count in lines[3:]:
        step.instructions[disassembly[int(address, 16)]] += int(count)
    return step


# ---- Bounds on Zen 4 ----

# Cycles that the divider is busy with 256 bits of single precision, and what else it takes of pipes 0 and 1.
DIVIDER_CYCLES = {"div": 3, "sqrt": 5}
DIVIDER_PASSES = 2


RESOURCES = ("fp01", "fp23", "fp0123", "divider", "load", "store", "front end")


def bounds(step, function=None):
    """For each resource the cycles of a step if it were the only limit. See "The port bound" in bench/README.md."""
    cycles = dict.fromkeys(RESOURCES, 0.0)
    for (f, i), n in step.instructions.items():
        if function not in (None, f):
            continue
        passes = n * i.wide * (DIVIDER_PASSES if i.pipes in DIVIDER_CYCLES else 1)
        if i.pipes in DIVIDER_CYCLES:
            cycles["divider"] += n * i.wide * DIVIDER_CYCLES[i.pipes]
        if i.pipes == "fp01" or i.pipes in DIVIDER_CYCLES:
            cycles["fp01"] += passes / 2
        if i.pipes == "fp23":
            cycles["fp23"] += passes / 2
        if i.pipes:
            cycles["fp0123"] += passes / 4
        if i.loads:
            cycles["load"] += n * i.wide / 2 if i.wide else n / 3
        if i.stores:
            cycles["store"] += n * i.wide if i.wide else n / 2
        cycles["front end"] += n / 6
    return cycles


# ---- Builds ----


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit("%s\nfailed:\n%s" % (" ".join(command), done.stdout[-4000:]))
    return done.stdout


def build(compiler, work):
    """The path of count_instructions as this compiler builds it, with the product's own flags and no others."""
    folder = os.path.join(work, compiler)
    environment = {k: v for k, v in os.environ.items() if k not in ("CFLAGS", "CPPFLAGS", "LDFLAGS")}
    configure = ["cmake", "-S", ROOT, "-B", folder, "-DCMAKE_C_COMPILER=" + shutil.which(compiler)]
    configure += ["-DCMAKE_BUILD_TYPE=Release", "-DSEAM_CUDA=OFF", "-DBUILD_TESTING=OFF"]
    if shutil.which("ninja") and not os.path.exists(os.path.join(folder, "CMakeCache.txt")):
        configure += ["-G", "Ninja"]
    run(configure, env=environment)
    target = ["--target", "count_instructions", "-j", str(len(os.sched_getaffinity(0)))]
    run(["cmake", "--build", folder] + target, env=environment)
    return os.path.join(folder, "bench", "count_instructions")


def compiler_version(compiler):
    return run([compiler, COMPILERS[compiler]]).strip()


def count_compiler(compiler, isas, program, cases):
    """[(row, step)] of one compiler, which has built `program`. Prints what it leaves out."""
    disassembly, version, found = disassemble(program), compiler_version(compiler), []
    for isa in isas:
        for case in cases:
            step = count_step(program, disassembly, isa, case)
            if isinstance(step, str):
                print("%s %s: %s" % (compiler, isa, step))
                break
            found.append(({**dict(zip(KEY, (compiler, isa) + case)), "version": version, **step.row()}, step))
    return found


# ---- The committed figures ----


def key(row):
    return tuple(row[column] for column in KEY)


def name(row):
    return "%(compiler)s %(isa)s %(first)s x %(second)s %(optimizer)s" % row


def read_committed():
    if not os.path.exists(COMMITTED):
        return {}
    with open(COMMITTED, newline="") as file:
        return {key(row): row for row in csv.DictReader(line for line in file if not line.startswith("#"))}


def write_committed(rows):
    """Writes the rows. Rows of compilers and instruction sets that this machine lacks stay."""
    versions = {row["compiler"]: row["version"] for row in rows}
    kept = read_committed()
    for row in list(kept.values()):
        if versions.get(row["compiler"], row["version"]) != row["version"]:
            print("dropped, since of version %s: %s" % (row["version"], name(row)))
            del kept[key(row)]
    kept.update((key(row), row) for row in rows)
    order = {case: n for n, case in enumerate(CASES)}
    with open(COMMITTED, "w", newline="") as file:
        file.write(HEAD)
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in sorted(kept.values(), key=lambda r: (key(r)[:2], order.get(key(r)[2:], len(order)), key(r))):
            writer.writerow(row)
    print("written: %s, %d rows" % (os.path.relpath(COMMITTED), len(kept)))


def verdict(row, old):
    """A text that says how a row is worse than the committed one, or nothing."""
    remedy = "If it is worth its cost, run bench/instructions.py --write and say why in the commit message."
    if old is None:
        return "%s: no committed figure; run bench/instructions.py --write" % name(row)
    total, before = row["total"], int(old["total"])
    if total > before * (1 + GROWTH):
        change = 100.0 * (total - before) / before
        return "%s: %d instructions a step, committed %d: %.1f%% more. %s" % (name(row), total, before, change, remedy)
    if row["calls"] > int(old["calls"]):
        return "%s: %d calls into libc a step, committed %s. %s" % (name(row), row["calls"], old["calls"], remedy)
    return None


def check(rows, committed):
    """Compares the rows with the committed ones; returns the exit code."""
    known = {row["compiler"]: row["version"] for row in committed.values()}
    foreign = {(row["compiler"], row["version"]) for row in rows} - set(known.items())
    for compiler, version in sorted(foreign):
        print("SKIP: %s %s: the committed figures are of %s" % (compiler, version, known.get(compiler, "no version")))
    compared = [row for row in rows if (row["compiler"], row["version"]) not in foreign]
    wrong = [text for text in (verdict(row, committed.get(key(row))) for row in compared) if text]
    for row in compared:
        old = int(committed.get(key(row), row)["total"])
        if row["total"] < old * (1 - GROWTH):
            print("cheaper: %s: %d instructions a step, committed %d: record it" % (name(row), row["total"], old))
    for text in wrong:
        print("FAIL: " + text)
    print("%d of %d figures compared, %d wrong" % (len(compared), len(rows), len(wrong)))
    return 1 if wrong else 0 if compared else 77


# ---- Tables ----


def print_table(head, lines):
    table = [[str(cell) for cell in line] for line in [head] + lines]
    widths = [max(len(line[c]) for line in table) for c in range(len(head))]
    for first, *rest in table:
        print("  ".join([first.ljust(widths[0])] + [cell.rjust(w) for cell, w in zip(rest, widths[1:])]))
    print()


def print_counts(found):
    columns = ("lanes", "total") + CLASSES + ("folded", "calls")
    print("Instructions a step of one vector")
    print_table(("case",) + columns, [[name(row)] + [row[c] for c in columns] for row, _ in found])


def print_bounds(found):
    lines = []
    for row, step in found:
        cycles = bounds(step)
        apart = sum(max(bounds(step, function).values()) for function in step.functions())
        numbers = ["%.0f" % value for value in [*cycles.values(), apart]]
        lines.append([name(row)] + numbers + [max(cycles, key=cycles.get)])
    print("Cycles a step would take on Zen 4 if one resource alone bound it; or each function, one after the other")
    print_table(("case",) + RESOURCES + ("by function", "binding"), lines)


def print_functions(found):
    tests = {
        "total": lambda i: True,
        "arithmetic": lambda i: i.pipes,
        "stack loads": lambda i: i.loads == "stack" and i.kind != "scalar",
        "constants": lambda i: i.loads == "constant" and i.kind != "scalar",
        "array loads": lambda i: i.loads == "array" and i.kind != "scalar",
        "stack stores": lambda i: i.stores == "stack" and i.kind != "scalar",
        "array stores": lambda i: i.stores == "array" and i.kind != "scalar",
        "moves": lambda i: i.kind == "move",
        "scalar": lambda i: i.kind == "scalar",
    }
    for row, step in found:
        functions = step.functions()
        print("%s; outside the program: %d instructions in %d calls" % (name(row), step.outside, step.calls))
        print_table(["function"] + list(tests), [[f] + [step.count(t, f) for t in tests.values()] for f in functions])
        cycles = [(f, bounds(step, f)) for f in functions]
        lines = [[f] + ["%.0f" % c[r] for r in RESOURCES] + [max(c, key=c.get)] for f, c in cycles]
        print_table(("cycles of",) + RESOURCES + ("binding",), lines)


# ---- The command line ----


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="record the figures in bench/instructions.csv")
    what.add_argument("--check", action="store_true", help="fail where a step costs more than recorded by over 2%%")
    parser.add_argument("--functions", action="store_true", help="each step by function, with its loads and stores")
    parser.add_argument("--compiler", choices=COMPILERS, action="append", help="this one only; may be repeated")
    parser.add_argument("--isa", choices=ISAS, action="append", help="this one only; may be repeated")
    parser.add_argument("--case", metavar="FIRST:SECOND:OPTIMIZER", action="append", help="likewise")
    parser.add_argument("--built", metavar="PROGRAM", help="count_instructions of the one --compiler: nothing is built")
    parser.add_argument("--work", default=os.path.join(ROOT, "build", "instructions"), help="where to build")
    arguments = parser.parse_args()
    if arguments.built and len(arguments.compiler or ()) != 1:
        parser.error("--built needs one --compiler")
    return arguments


def obstacle(compilers):
    """Why nothing can be counted here; None where something can."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return "instructions are counted on x86-64 Linux only"
    for tool in ("cmake", "objdump"):
        if not shutil.which(tool):
            return "no %s here" % tool
    return None if compilers else "neither gcc nor clang here"


def main():
    arguments = parse()
    wanted = arguments.compiler or list(COMPILERS)
    compilers = [compiler for compiler in wanted if shutil.which(compiler)]
    for compiler in set(wanted) - set(compilers):
        print("SKIP: no %s here" % compiler)
    if obstacle(compilers):
        print("SKIP: " + obstacle(compilers))
        return 77
    cases = [tuple(case.split(":")) for case in arguments.case] if arguments.case else CASES
    programs = {compiler: arguments.built or build(compiler, arguments.work) for compiler in compilers}
    isas = arguments.isa or ISAS
    found = [pair for compiler in programs for pair in count_compiler(compiler, isas, programs[compiler], cases)]
    if not found:
        return 77
    print_counts(found)
    print_bounds(found)
    if arguments.functions:
        print_functions(found)
    rows = [row for row, _ in found]
    if arguments.write:
        write_committed(rows)
    return check(rows, read_committed()) if arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
