#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes the roof of the training kernels, the most chain-steps a second that a card can reach, from machine code.

It counts the instructions of a chain-step on each pipe and finds the pipe that limits the rate. It needs cuobjdump and
nvdisasm, and no GPU. bench/sass.py says which instructions count and which listings are refused. bench/pipes.csv has
the speed of the pipes and its sources. Exit codes: 0 done; 1 a kernel grew or could not be counted; 2 a wrong option;
77 nothing could be compared."""

import argparse
import csv
import glob
import os
import re
import shutil
import subprocess
import sys
from collections import Counter

import sass

HERE = os.path.dirname(os.path.abspath(__file__))
COMMITTED = os.path.join(HERE, "roof.csv")
OPTIMIZERS = ("sgd", "adam", "langevin")
KEYS = ("first", "second", "optimizer", "math", "arch")
COUNTS = ("issue", "fp32", "alu", "mufu", "memory", "branch", "uniform", "local")
COLUMNS = KEYS + ("part",) + COUNTS + ("registers",)
ALLOWED = 0.02
VOLTAGES = 8  # at which figures are compared
PACKAGES = ("nvidia-cuda-cuobjdump==13.5.37", "nvidia-cuda-nvdisasm==13.5.37")
RECORD = "To record a wanted change: bench/roof.py --write BUILD_FOLDER, and say why in the commit message."


class Skip(Exception):
    """Nothing can be compared here. The message says why."""


# ---- The toolkit -----------------------------------------------------------------------------------------------------


def toolkit_folders():
    """The folders that may hold CUDA's programs, first the one of the nvcc on the path."""
    nvcc = shutil.which("nvcc")
    return ([os.path.dirname(os.path.realpath(nvcc))] if nvcc else []) + ["/usr/local/cuda/bin"]


def nvcc_version():
    nvcc = shutil.which("nvcc", path=os.pathsep.join(toolkit_folders()))
    if not nvcc:
        raise Skip("no nvcc on the path or in /usr/local/cuda/bin: name the version that compiled, --nvcc VERSION")
    printed = subprocess.run([nvcc, "--version"], stdout=subprocess.PIPE, text=True).stdout
    return re.search(r"\bV([\d.]+)", printed)[1]


def find_disassembler(venv):
    """The path of cuobjdump, with nvdisasm beside it or on the path. Without one, installs packages into `venv`."""
    places = os.pathsep.join([os.environ.get("PATH", "")] + toolkit_folders())
    found = shutil.which("cuobjdump", path=places)
    if found and shutil.which("nvdisasm", path=places):
        return found
    pattern = os.path.join(venv, "lib", "python3*", "site-packages", "nvidia", "**", "bin", "cuobjdump")
    if not glob.glob(pattern, recursive=True):
        pip = [os.path.join(venv, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check",
               "--timeout", "15", "--retries", "1"]
        for command in ([sys.executable, "-m", "venv", venv], pip + list(PACKAGES)):
            if subprocess.run(command).returncode:
                raise Skip("no cuobjdump and nvdisasm on the path, and %s could not be installed" % " ".join(PACKAGES))
    return glob.glob(pattern, recursive=True)[0]


# ---- Kernels ---------------------------------------------------------------------------------------------------------


def objects_of(argument):
    """[((first, second, math), path)] of FIRST:SECOND:MATH=PATH or of a build folder."""
    if os.path.isdir(argument):
        found = []
        for path in sorted(glob.glob(os.path.join(argument, "kernels", "CMakeFiles", "cuda_*.dir", "*.o"))):
            name = re.search(r"cuda_(exact|fast)_([a-z0-9]+)_([a-z0-9]+)\.dir/", path)
            if name:
                found.append(((name[2], name[3], name[1]), path))
        return found
    name, equals, path = argument.partition("=")
    kernel = tuple(name.split(":"))
    if not equals or len(kernel) != 3 or kernel[2] not in ("exact", "fast"):
        raise argparse.ArgumentTypeError("%s: neither a build folder nor FIRST:SECOND:MATH=OBJECT, MATH exact or fast" %
                                         argument)
    return [(kernel, path)]


def disassemble(cuobjdump, path, arch):
    """{optimizer: (instructions, registers)} for the training kernels of an object."""
    run = subprocess.run([cuobjdump, "-sass", "-res-usage", "-arch", arch, path], stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit("%s: cuobjdump failed: is it an object of a CUDA kernel?" % path)
    usage = dict(re.findall(r"Function (\S*):\n\s*REG:(\d+)", run.stdout))
    kernels = {}
    for function, instructions in sass.read_listing(run.stdout, "train_").items():
        optimizer = re.search(r"train_(%s)" % "|".join(OPTIMIZERS), function)
        if optimizer:
            kernels[optimizer[1]] = (instructions, int(usage[function]))
    if usage and len(kernels) != len(OPTIMIZERS):
        raise SystemExit("%s, %s: train_sgd, train_adam and train_langevin are expected, there are %s" %
                         (path, arch, ", ".join(sorted(usage))))
    return kernels


def count_kernels(cuobjdump, objects, archs):
    """({key: {part: counts}}, {key: the result of sass.executed}, the refused kernels)."""
    rows, kernels, refused = {}, {}, []
    for kernel, path in objects:
        for arch in archs:
            found = disassemble(cuobjdump, path, arch)
            for optimizer in OPTIMIZERS if found else ():
                key, (instructions, registers) = kernel[:2] + (optimizer, kernel[2], arch), found[optimizer]
                try:
                    kernels[key] = sass.executed(instructions)
                    rows[key] = {part: dict(sass.by_pipe(getattr(kernels[key], part)), registers=registers)
                                 for part in ("step", "pair")}
                    if min(rows[key]["step"].values()) < 0:
                        raise sass.Refused("the last trip through the loop over pairs saves more than a step has")
                except sass.Refused as reason:
                    refused.append("%s: %s" % (title(key), reason))
                    rows.pop(key, None)
    return rows, kernels, refused


def title(key):
    return "%s:%s %s %s %s" % key


# ---- The roof --------------------------------------------------------------------------------------------------------


def read_csv(path):
    """(comment lines, rows) of a table."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().splitlines()
    return [l for l in lines if l.startswith("#")], list(csv.DictReader(l for l in lines if not l.startswith("#")))


def read_pipes():
    """{arch: {pipe: cycles}}."""
    pipes = {}
    for row in read_csv(os.path.join(HERE, "pipes.csv"))[1]:
        pipes.setdefault(row["arch"], {})[row["pipe"]] = float(row["cycles"])
    return pipes


def total(parts, voltages):
    """The instructions that a chain-step executes."""
    return {name: parts["step"].get(name, 0) + voltages // 2 * parts["pair"].get(name, 0) for name in COUNTS}


def roof(counts, cycles):
    """(the fewest cycles for the chain-step of a warp, the pipe that limits it)."""
    binding = max(cycles, key=lambda pipe: counts[pipe] * cycles[pipe])
    return counts[binding] * cycles[binding], binding


# ---- The committed figures -------------------------------------------------------------------------------------------


def read_committed():
    """({key: {part: counts}}, the version of nvcc that compiled these kernels)."""
    comments, table = read_csv(COMMITTED)
    rows = {}
    for row in table:
        parts = rows.setdefault(tuple(row[name] for name in KEYS), {})
        parts[row["part"]] = {name: int(row[name]) for name in COUNTS + ("registers",)}
    version = re.search(r"nvcc (\d[\d.]*\d)", "\n".join(comments))
    return rows, version[1] if version else "unknown"


def write_committed(rows, nvcc):
    """Writes the rows. Rows of other kernels stay if the same nvcc compiled them."""
    kept, version = read_committed()
    rows = {**kept, **rows} if version == nvcc else rows
    with open(COMMITTED, "w", encoding="utf-8", newline="") as file:
        file.write("# Instructions that a warp executes once per step and per pair of training voltages, noise off.\n"
                   "# From the machine code of nvcc %s; written by bench/roof.py --write BUILD_FOLDER.\n" % nvcc)
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for key in sorted(rows):
            for part in ("step", "pair"):
                table.writerow(key + (part,) + tuple(rows[key][part].get(name, 0) for name in COUNTS + ("registers",)))
    print("%s: %d kernels" % (COMMITTED, len(rows)))


def compare(key, old, new, cycles):
    """(whether it grew by more than is allowed, a line for each figure that changed by more than that)."""
    old, new = total(old, VOLTAGES), total(new, VOLTAGES)
    grew, lines = False, []
    for what, before, now in (("instructions", old["issue"], new["issue"]),
                              ("cycles at the roof", roof(old, cycles)[0], roof(new, cycles)[0])):
        grew = grew or now > before * (1 + ALLOWED)
        if abs(now - before) > before * ALLOWED:
            change = 100 * now / before - 100
            lines.append("%s %s: %d %s, committed %d (%+.1f%%)" %
                         ("SLOWER" if change > 0 else "faster", title(key), now, what, before, change))
    return grew, lines


def check(rows, nvcc, pipes):
    """Whether every kernel takes at most 2% more than committed. Prints those that take more or less."""
    committed, version = read_committed()
    if version != nvcc:
        raise Skip("%s is of nvcc %s, these kernels are of nvcc %s" % (COMMITTED, version, nvcc))
    known = {key[:2] for key in committed}
    failed, missing = 0, 0
    for key in rows:
        if key not in committed:
            missing += key[:2] in known
            print("%s: %s has no figures of it" % (title(key), COMMITTED))
            continue
        grew, lines = compare(key, committed[key], rows[key], pipes[key[4]])
        failed += grew
        for line in lines:
            print(line)
    print("%d kernels (%s) compared with %s, %d not committed, %d grew by more than %g%%" %
          (len(rows), ", ".join(sorted({key[4] for key in rows})), COMMITTED,
           sum(key not in committed for key in rows), failed, 100 * ALLOWED))
    if failed or missing:
        print(RECORD)
    return not failed and not missing


# ---- The table -------------------------------------------------------------------------------------------------------


def print_table(rows, kernels, pipes, options):
    print("%-18s %-8s %-5s %-5s %4s" % ("pair", "optimizer", "math", "arch", "volt") +
          "".join(" %7s" % name for name in COUNTS) + " %5s %5s %7s %-7s %s" %
          ("regs", "slow", "roof", "binds", "chain-steps/s at best" if options.clock else ""))
    for key, parts in rows.items():
        counts = total(parts, options.voltages)
        least, binding = roof(counts, pipes[key[4]])
        rate = "%.3g" % (options.multiprocessors * 4 * 32 * options.clock / least) if options.clock else ""
        print("%-18s %-9s %-5s %-5s %4d" % (":".join(key[:2]), key[2], key[3], key[4], options.voltages) +
              "".join(" %7d" % counts[name] for name in COUNTS) + " %5d %5d %7d %-7s %s" %
              (parts["pair"]["registers"], kernels[key].slow, least, binding, rate))


def print_opcodes(kernels, voltages):
    """Prints the instructions of a chain-step, the most frequent first: in all, per step and per pair of voltages."""
    for key, kernel in kernels.items():
        times = {o: kernel.step[o] + voltages // 2 * kernel.pair[o] for o in kernel.step | kernel.pair}
        print("%s, %d voltages:" % (title(key), voltages))
        for opcode, n in sorted(times.items(), key=lambda item: (-item[1], item[0])):
            print("  %-10s %6d = %d + %d x %d  (%s)" %
                  (opcode, n, kernel.step[opcode], voltages // 2, kernel.pair[opcode], sass.pipe_of(opcode)))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("objects", nargs="+", type=objects_of, metavar="OBJECT",
                        help="a build folder, or FIRST:SECOND:MATH=PATH with MATH exact or fast")
    parser.add_argument("--voltages", type=int, default=VOLTAGES, help="training voltages, even (default %(default)s)")
    parser.add_argument("--arch", action="append", choices=sorted(read_pipes()),
                        help="may be given again (default sm_80 and sm_90)")
    parser.add_argument("--opcodes", action="store_true", help="list each kernel's instructions by opcode, too")
    parser.add_argument("--multiprocessors", type=int, help="of the card whose best rate to print, with --clock")
    parser.add_argument("--clock", type=float, help="of that card, Hz")
    parser.add_argument("--check", action="store_true", help="compare with the committed bench/roof.csv")
    parser.add_argument("--write", action="store_true", help="write bench/roof.csv")
    parser.add_argument("--nvcc", metavar="VERSION", help="that compiled the objects (default: of the nvcc found)")
    parser.add_argument("--venv", default="build/venv-roof", metavar="FOLDER",
                        help="virtual environment to install cuobjdump in where there is none (default %(default)s)")
    options = parser.parse_args()
    options.objects = [one for found in options.objects for one in found]
    if options.voltages < 2 or options.voltages % 2:
        parser.error("--voltages %d: an even number from 2 on" % options.voltages)
    if (options.multiprocessors is None) != (options.clock is None):
        parser.error("--multiprocessors and --clock go together")
    if options.check and options.write:
        parser.error("--check and --write: one of them")
    return options


def main():
    options, pipes = parse_options(), read_pipes()
    if not options.objects:
        raise Skip("no object of a CUDA kernel in the build folder: build with nvcc first")
    archs = options.arch or ["sm_80", "sm_90"]
    nvcc = options.nvcc or (nvcc_version() if options.check or options.write else None)
    rows, kernels, refused = count_kernels(find_disassembler(options.venv), options.objects, archs)
    if not rows and not refused:
        raise Skip("no training kernel for %s in these objects" % " or ".join(archs))
    for line in refused:
        print("cannot count %s" % line, file=sys.stderr)
    if options.write and not refused:
        write_committed(rows, nvcc)
    if not options.check and not options.write:
        print_table(rows, kernels, pipes, options)
        if options.opcodes:
            print_opcodes(kernels, options.voltages)
    good = check(rows, nvcc, pipes) if options.check else True
    return 0 if good and not refused else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skip as reason:
        print("SKIP: %s" % reason)
        sys.exit(77)
