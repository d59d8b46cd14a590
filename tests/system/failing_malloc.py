#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Allocations of a command fail in turn, those of Jansson, zlib and Cairo included. Each time the command does what it
does without a fault, or it ends with exit code 8 and one line about memory. It never calls a good file damaged or a good
plan wrong, and it never crashes, but for libraries that `plot` needs and that crash by themselves: Cairo 1.16 in its
image surfaces, and fontconfig in the calls that the library leaves out. `all`, as the last argument, takes hours.

usage: failing_malloc.py SOURCE_DIR WORK_DIR SEAM LIBRARY some|all"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

SMALL = "--first linear --second linear --steps 5 --bins 16 --quiet --threads 1"
# A number and a string that are longer than the smallest buffer of a reader, and options that one digit less changes.
PLAN = """{"task": "train", "options": {"chains": 123456, "steps": 12345, "init-scale": 1.2345678901234567},
 "grid": {"lr": [0.012345678901234567, 0.2], "second": ["linear", "logistic"]}, "folder": "a-folder-with-a-long-name"}"""
OPTIONS = """{"first": "linear", "second": "linear", "chains": 200, "steps": 5, "bins": 16, "lr": 0.012345678901234567}"""
FILES = {
    "a.zip": f"train {SMALL} --chains 200",
    "b.zip": f"train {SMALL} --chains 200 --seed 2",
    "half1.zip": f"train {SMALL} --chains 200 --shard 1/2 --histograms loss,width",
    "half2.zip": f"train {SMALL} --chains 200 --shard 2/2 --histograms loss,width",
    "p.zip": "predict --first linear --second linear --chains 100 --draws 100 --bins 16 --quiet --threads 1",
    "c.zip": "compare a.zip b.zip",
}
# Not PDF: Cairo 1.16 does not tell that memory was out while it finished one.
COMMANDS = {
    "info": "info half1.zip",
    "info of a prediction": "info p.zip --json",
    "show": "show a.zip",
    "merge": "merge --force --output x.zip half1.zip half2.zip",
    "compare": "compare a.zip b.zip --output x.zip --force",
    "plan": "sweep plan.json --dry-run",
    "plan as JSON": "sweep plan.json --dry-run --json",
    "train": "train --config options.json --quiet --threads 1 --force --output x.zip",
    "resume": "train --config a.zip --chains 250 --quiet --threads 1 --resume --output x.zip",
    "PNG": "plot a.zip --output x.png --force",
    "SVG": "plot a.zip --output x.svg --force",
    "plot of a prediction": "plot p.zip --output x.svg --force",
    "plot of a comparison": "plot c.zip --output x.png --force",
    "version": "--version --json",
}
MEMORY = 8  # seam's exit code
SOME = 20   # allocations of each command that fail in `some`, alone and with all later ones
TIMES = re.compile(r'(?<="seconds":)[^,}]*|(?<=_second":)[^,}]*|[\d.]+ m?s\b| *\d+:\d\d(:\d\d)?')
MESSAGES = ("out of memory", "cannot start thread")
CRASHING = ("libcairo", "libpixman", "libfontconfig")


class Tester:
    def __init__(self, work, seam, library):
        self.work, self.seam, self.library = pathlib.Path(work), seam, library

    def call(self, folder, arguments, choice=None):
        """What the command did, and what the library reports."""
        report = folder / "report"
        environment = dict(os.environ, LC_ALL="C")
        if choice is not None:
            environment.update(LD_PRELOAD=self.library, SEAM_MALLOC=choice, SEAM_MALLOC_REPORT=str(report))
        for old in [report, *folder.glob("x.*")]:
            old.unlink(missing_ok=True)
        if "--resume" in arguments:
            shutil.copy(folder / "a.zip", folder / "x.zip")
        done = subprocess.run([self.seam, *arguments.split()], cwd=folder, env=environment, capture_output=True,
                              text=True, check=False, timeout=600, errors="replace")
        return done, report.read_text() if report.exists() else ""

    def prepare(self):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        (self.work / "plan.json").write_text(PLAN)
        (self.work / "options.json").write_text(OPTIONS)
        for name, arguments in FILES.items():
            done, _ = self.call(self.work, f"{arguments} --output {name}")
            if done.returncode:
                sys.exit(f"{arguments}: {done.stderr}")

    def test(self, name, some):
        """The faults of a command."""
        folder = self.work / name.replace(" ", "-")
        folder.mkdir()
        for file in [*FILES, "plan.json", "options.json"]:
            shutil.copy(self.work / file, folder)
        faults, (done, report) = [], self.call(folder, COMMANDS[name], "0")
        if done.returncode or not report.isdigit():
            return [f"{name}: without a fault: {done.returncode}, {report}: {done.stderr}"]
        whole, allocations = outcome(folder, done), int(report)
        step = max(1, allocations // SOME) if some else 1
        for nth in range(1, allocations + 1, step):
            for choice in (f"{nth}", f"{nth}+"):
                done, report = self.call(folder, COMMANDS[name], choice)
                if not is_fine(folder, done, report, whole):
                    faults.append(f"{name}, {choice} of {allocations}: {done.returncode} {report}: {done.stderr!r}")
        print(f"{name}: {allocations} allocations, every {step}", flush=True)
        return faults


def outcome(folder, done):
    """What a command told and wrote, without the times that differ from run to run."""
    files = {}
    for path in folder.glob("x.*"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                files[path.name] = {name: archive.read(name) for name in archive.namelist() if name != "run.manifest"}
        elif path.suffix != ".lock":
            files[path.name] = path.read_bytes()
    return TIMES.sub("TIME", done.stdout), files


def is_fine(folder, done, report, whole):
    if done.returncode == 0:
        return outcome(folder, done) == whole
    if any(name in report for name in CRASHING):
        return True
    return done.returncode == MEMORY and any(word in done.stderr for word in MESSAGES) and done.stderr.count("\n") == 1


def main():
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    tester = Tester(*(os.path.realpath(path) for path in sys.argv[2:5]))
    tester.prepare()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda name: tester.test(name, sys.argv[5] == "some"), COMMANDS)
        faults = [fault for faults in found for fault in faults]
    if faults:
        sys.exit("\n".join(["FAIL"] + faults))


main()
