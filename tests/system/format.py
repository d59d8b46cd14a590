#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""host/files/FORMAT.md is complete: a reader written from it reads seam's files, finds the same numbers as seam, and
refuses a file with one changed count. The index of a sweep has the columns that the page lists.
usage: format.py PATH_OF_SEAM"""

import csv
import datetime
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

SEAM = str(pathlib.Path(sys.argv[1]).resolve())
READER = str(pathlib.Path(__file__).resolve().with_name("format_reader.py"))
RUNS = {
    "train": "train --chains 2000 --steps 200 --first buffer --second buffer --histograms all,interchange",
    "langevin": "train --chains 300 --steps 9 --first mlp4 --second table8 --optimizer langevin --bins 7 --range -1:2",
    "untrained": "train --chains 100 --steps 0 --first linear --second linear --seed 0xffffffffffffffff",
    "diverged": "train --chains 500 --steps 50 --first linear --second linear --optimizer sgd --lr 1e9",
    "ranges": "train --chains 500 --steps 9 --width-range 0.5:4 --slack-range 0:3",
    "none": "train --chains 100 --steps 3 --histograms none",
    "predict": "predict --chains 2000 --draws 3000 --first logistic --second logistic --output-margin 0.3 --bins 32",
    "gibbs": "predict --beta 10 --chains 2000 --draws 3000 --first buffer --second mlp4 --bins 32",
    "gap": "train --chains 1000 --first-chain 18446744073709550614 --steps 20 --shard 1/3",
    "end": "train --chains 1000 --first-chain 18446744073709550614 --steps 20 --shard 3/3",
}
OUTCOMES = ["buffer", "inverter", "fail", "diverged"]
COUNTS = ["counted", *OUTCOMES]
TRAINED = ["pass", "pass_low", "pass_high", "buffer_of_pass", "buffer_of_pass_low", "buffer_of_pass_high",
           "passed", "passed_low", "passed_high"]
PREDICTED = [first + last for first in ("acceptance", "buffer_of_pass") for last in ("", "_error", "_low", "_high")] + [
    "first_entropy", "second_entropy", "interface_entropy", "outside", "effective_pairs"]
DAMAGED = 6  # seam's exit code
SAME = ["chains", "buffer", "inverter", "fail", "diverged", "coverage", "histograms", "backend", "isa", "device",
        "version"]


def run(*arguments):
    return subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True).stdout


def require(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def check(name):
    """The numbers that the reader and seam find in a result."""
    ours = json.loads(run(sys.executable, "-B", READER, name))
    info, show = (json.loads(run(SEAM, command, name, "--json")) for command in ("info", "show"))
    for key in SAME:
        require(ours[key] == info[key], f"{name}: {key} is {ours[key]}, but seam tells {info[key]}")
    fits = {mode: show["interchange"][mode]["fits"] for mode in show["interchange"] or {}}
    require(ours["interchange"] == fits, f"{name}: interchange is {ours['interchange']}, but seam tells {fits}")
    return ours


def changed(name, member, change):
    """A copy of the result in which one member is changed; the zip itself stays in order."""
    with zipfile.ZipFile(name) as source, zipfile.ZipFile("changed.zip", "w", zipfile.ZIP_DEFLATED) as copy:
        for info in source.infolist():
            data = source.read(info)
            copy.writestr(info.filename, change(data) if info.filename == member else data)


class Pipe:
    """A file that cannot seek: zipfile then writes the sizes of a member behind it."""

    def __init__(self, name):
        self.file = open(name, "wb")
        self.write, self.flush = self.file.write, self.file.flush


def check_zips(name):
    """Dates are dates. Zips as other programs write them are read; bytes that belong to no member are refused."""
    with zipfile.ZipFile(name) as source:
        for info in source.infolist():
            require(datetime.datetime(*info.date_time) == datetime.datetime(1980, 1, 1), f"{name}: {info.date_time}")
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            pipe = Pipe("piped.zip")
            with zipfile.ZipFile(pipe, "w", method) as copy, zipfile.ZipFile("wide.zip", "w", method) as wide:
                for info in source.infolist():
                    copy.writestr(info.filename, source.read(info))
                    with wide.open(info.filename, "w", force_zip64=True) as member:
                        member.write(source.read(info))
            pipe.file.close()
            for other in ("piped.zip", "wide.zip"):
                require(check(other) == check(name), f"{other} is read otherwise")
    data = pathlib.Path(name).read_bytes()
    for joined in (data + data, b"#!/bin/sh\n" + data, data[:-22] + b"x" + data[-22:]):
        pathlib.Path("joined.zip").write_bytes(joined)
        require(status_of(sys.executable, "-B", READER, "joined.zip") == 1, f"{name}: stray bytes are taken")
        require(status_of(SEAM, "info", "joined.zip") == DAMAGED, f"{name}: stray bytes are taken by seam")


def more(data, by):
    """The content with its last count raised."""
    return data[:-8] + struct.pack("<q", struct.unpack("<q", data[-8:])[0] + by)


def plants_of(histograms):
    """A member to change, and how. If a total has only a bound, one more count is not detected, but many are."""
    for name in histograms:
        by = {"snapshots": 1 << 40, "interchange": 1 << 40, "swaps": -1}.get(name, 1)
        yield f"{name}_storage_values.npy", lambda data, by=by: more(data, by)
    yield "run.manifest", lambda data: re.sub(rb'"first-chain":"(\d+)"', rb'"first-chain":"1\1"', data)
    yield "run.manifest", lambda data: re.sub(rb'"fail":(\d+)', lambda m: b'"fail":%d' % (int(m[1]) + 1), data)


def status_of(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def check_refusals(name):
    changed(name, "", None)
    require(status_of(sys.executable, "-B", READER, "changed.zip") == 0, f"{name}: an unchanged copy is refused")
    for member, change in plants_of(check(name)["histograms"]):
        changed(name, member, change)
        require(status_of(sys.executable, "-B", READER, "changed.zip") == 1, f"{name}: {member}, changed, is taken")
        require(status_of(SEAM, "info", "changed.zip") == DAMAGED, f"{name}: {member}, changed, is taken by seam")


def check_comparison():
    told = json.loads(run(SEAM, "compare", "train.zip", "again.zip", "--output", "map.zip", "--json"))
    ours = json.loads(run(sys.executable, "-B", READER, "map.zip"))
    require(told["event"] == "comparison" and told["a"] == "train.zip", "the line of seam compare")
    for key in ("slice", "chains", "draws", "configuration", "shared_chains"):
        require(ours[key] == told[key], f"map.zip: {key} is {ours[key]}, but seam tells {told[key]}")
    a, b = (part["compared"][0]["total_variation"]["value"] for part in (ours, told))
    require(abs(a - b) < 1e-11, f"map.zip: the total variation is {a}, but seam tells {b}")


def check_sweep(task, columns):
    plan = {"task": task, "options": {"chains": 1000, "bins": 16},
            "grid": {"pair": ["linear:mlp4", "buffer:mlp4"], "init-scale": [1, 2]}}
    pathlib.Path(f"{task}.json").write_text(json.dumps(plan))
    run(SEAM, "sweep", f"{task}.json", "--quiet")
    with open(f"{task}/index.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in open(f"{task}/index.jsonl")]
    names = ["file", "pair", "init-scale", *columns]
    require(list(rows[0]) == list(lines[0]) == names, f"{task}: columns of the index")
    for row, line in zip(rows, lines, strict=True):
        ours = check(f"{task}/{row['file']}")
        require(ours["chains"] == line["counted"] == int(row["counted"]), f"{task}: {row['file']} in the index")
        require(all(ours[key] == line[key] == int(row[key]) for key in OUTCOMES), f"{task}: outcomes in the index")
        require(all((row[key] == "") == (line[key] is None) for key in columns), f"{task}: what is not known")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, options in RUNS.items():
            run(SEAM, *options.split(), "--backend", "cpu", "--quiet", "--output", f"{name}.zip")
            check(f"{name}.zip")
        run(SEAM, "merge", "--output", "merged.zip", "end.zip", "gap.zip")
        require(len(check("merged.zip")["coverage"]) == 2, "a merge with a gap has two ranges")
        for name in ("train.zip", "predict.zip"):
            require(sum(check(name)["interchange"]["same"]) > 0, f"{name}: nothing was swapped")
        require(check("diverged.zip")["diverged"] > 0, "no chain diverged")
        for name in ("train", "predict", "gibbs", "merged"):
            check_refusals(f"{name}.zip")
        check_zips("none.zip")
        check_zips("train.zip")
        run(SEAM, "train", "--config", "train.zip", "--seed", "2", "--quiet", "--output", "again.zip")
        check_comparison()
        check_sweep("train", COUNTS + TRAINED)
        check_sweep("predict", COUNTS + PREDICTED)
        print(f"{len(RUNS) + 1} results read")


main()
