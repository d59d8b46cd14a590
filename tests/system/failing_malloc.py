#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Allocations of a command fail in turn, those of Jansson, zlib, Cairo and fontconfig included. Each time the command
ends as if nothing had failed, or with exit code 8 and one line about memory. Never does it call a good file damaged or
a good plan wrong, or crash.

usage: failing_malloc.py SOURCE_DIR WORK_DIR SEAM LIBRARY some|all"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

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
COMMANDS = {
    "info": "info half1.zip",
    "info of a prediction": "info p.zip --json",
    "show": "show a.zip --width 60",
    "merge": "merge --force --output x.zip half1.zip half2.zip",
    "compare": "compare a.zip b.zip --output x.zip --force",
    "plan": "sweep plan.json --dry-run",
    "plan as JSON": "sweep plan.json --dry-run --json",
    "train": "train --config options.json --quiet --threads 1 --force --output x.zip",
    "resume": "train --config a.zip --chains 250 --quiet --threads 1 --resume --output x.zip",
    "PNG": "plot a.zip --output x.png --force",
    "SVG": "plot a.zip --output x.svg --force",
    "PDF": "plot p.zip --output x.pdf --force",
    "plot of a comparison": "plot c.zip --output x.png --force",
    "version": "--version --json",
}
MEMORY = 8  # seam's exit code
SOME = 60   # allocations of each command that fail in `some`, alone and with all later ones


class Tester:
    def __init__(self, work, seam, library):
        self.work, self.seam, self.library = pathlib.Path(work), seam, library

    def call(self, folder, arguments, choice=None):
        """Exit code, both outputs and the file x.*."""
        report = folder / "report"
        environment = dict(os.environ, LC_ALL="C")
        if choice is not None:
            environment.update(LD_PRELOAD=self.library, SEAM_MALLOC=choice, SEAM_MALLOC_REPORT=str(report))
        for old in folder.glob("x.*"):
            old.unlink()
        if "--resume" in arguments:
            shutil.copy(folder / "a.zip", folder / "x.zip")
        done = subprocess.run([self.seam, *arguments.split()], cwd=folder, env=environment, capture_output=True,
                              text=True, check=False, timeout=1000, errors="replace")
        return done, int(report.read_text()) if report.exists() else 0

    def prepare(self):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        (self.work / "plan.json").write_text(PLAN)
        (self.work / "options.json").write_text(OPTIONS)
        for name, arguments in FILES.items():
            done, _ = self.call(self.work, f"{arguments} --output {name}")
            if done.returncode:
                sys.exit(f"{arguments}: {done.stderr}")

    def fault(self, done, whole):
        """What is wrong with a run, or None."""
        if done.returncode == 0:
            return None if told(done.stdout) == told(whole.stdout) else "another output"
        if done.returncode != MEMORY:
            return "the exit code"
        return None if "memory" in done.stderr and done.stderr.count("\n") == 1 else "the message"

    def test(self, name, some):
        folder = self.work / name.replace(" ", "-")
        shutil.copytree(self.work, folder, ignore=lambda _, names: [n for n in names if "." not in n])
        arguments, faults = COMMANDS[name], []
        whole, allocations = self.call(folder, arguments, "0")
        if whole.returncode or not allocations:
            return [f"{name}: without a fault: {whole.returncode}, {whole.stderr}"]
        step = max(1, allocations // SOME) if some else 1
        for nth in range(1, allocations + 1, step):
            for choice in (f"{nth}", f"{nth}+"):
                done, _ = self.call(folder, arguments, choice)
                fault = self.fault(done, whole)
                if fault:
                    faults.append(f"{name}, {choice} of {allocations}: {fault}: {done.returncode}: {done.stderr!r}")
        print(f"{name}: {allocations} allocations, every {step}", flush=True)
        return faults


def told(output):
    """What a command told, without times."""
    return [line for line in output.splitlines() if "seconds" not in line and " in " not in line and " s" not in line]


def main():
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    tester = Tester(*(os.path.realpath(path) for path in sys.argv[2:5]))
    tester.prepare()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [fault for found in pool.map(lambda name: tester.test(name, sys.argv[5] == "some"), COMMANDS)
                  for fault in found]
    if faults:
        sys.exit("\n".join(["FAIL"] + faults))


main()
