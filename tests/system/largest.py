#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What seam writes at the largest sizes that its options allow, it reads again, and so does Python's zipfile. Takes 10 GB
of memory and 5 minutes; skipped where less than 12 GB are free.

usage: largest.py SOURCE_DIR WORK_DIR SEAM"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

SMALL = "--first linear --second linear --quiet"
# Members of 4.3 GB; maps of 4096 bins; all histograms with the most snapshots; the most cells, and many draws.
RUNS = {
    "first.zip": f"train {SMALL} --chains 64 --steps 5 --bins 4096 --histograms all,interchange",
    "second.zip": f"train {SMALL} --chains 64 --steps 5 --bins 4096 --histograms all,interchange --seed 2",
    "compared.zip": "compare first.zip second.zip --outcome all",
    "steps.zip": f"train {SMALL} --chains 2 --steps 10M --histograms snapshots,interface",
    "voltages.zip": f"train {SMALL} --chains 8 --steps 5 --samples 64",
    "last.zip": f"train {SMALL} --chains 100 --steps 5 --first-chain 18446744073709551514",
    "draws.zip": f"predict {SMALL} --chains 2 --draws 1M --cells 4096 --bins 16",
    "predicted.zip": f"predict {SMALL} --chains 64 --draws 64 --bins 4096",
}
RANGES = 2000000  # the most that a merge writes


def run(seam, *arguments):
    done = subprocess.run([seam, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"FAILED: {' '.join(arguments)}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


def largest_member(name):
    with zipfile.ZipFile(name) as archive:
        if archive.testzip():
            sys.exit(f"FAILED: {name}: zipfile finds a damaged member")
        return max(info.file_size for info in archive.infolist())


def check(seam, name, arguments):
    run(seam, *arguments.split(), "--output", name)
    if "compare" not in arguments:
        run(seam, "info", name)
    else:
        run(seam, "plot", name, "--output", "map.png", "--force")
    print(f"{name}: {os.path.getsize(name)} bytes, a member of {largest_member(name)}", flush=True)


def scatter(name, every, offset):
    """A copy of the run with its chains in ranges of one chain each, with the longest ids."""
    first = 2 ** 63 + 10 ** 18
    with zipfile.ZipFile("many.zip") as source, zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as copy:
        manifest = json.loads(source.read("run.manifest"))
        manifest["configuration"].update({"first-chain": str(first), "chains": str(every * RANGES)})
        begins = range(first + offset, first + every * RANGES // 2, every)
        manifest["coverage"] = [[str(begin), str(begin + 1)] for begin in begins]
        copy.writestr("run.manifest", json.dumps(manifest, separators=(",", ":")))


def check_ranges(seam):
    run(seam, *f"train {SMALL} --steps 1 --histograms none --chains {RANGES // 2} --output many.zip".split())
    scatter("even.zip", 4, 0)
    scatter("odd.zip", 4, 2)
    run(seam, "merge", "--output", "merged.zip", "even.zip", "odd.zip")
    run(seam, "info", "merged.zip")
    with zipfile.ZipFile("merged.zip") as archive:
        size = archive.getinfo("run.manifest").file_size
    print(f"merged.zip: {RANGES} ranges, a manifest of {size}", flush=True)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open("/proc/meminfo", encoding="ascii") as file:
        free = int(re.search(r"MemAvailable: +(\d+)", file.read())[1])
    if free < 12 * 10 ** 6:
        print("SKIP: less than 12 GB of memory are free")
        sys.exit(77)
    work, seam = sys.argv[2], os.path.realpath(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    os.chdir(work)
    try:
        check_ranges(seam)
        for name, arguments in RUNS.items():
            check(seam, name, arguments)
    finally:
        os.chdir("/")
        shutil.rmtree(work)


main()
