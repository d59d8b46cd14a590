#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares seam with the programs that people would use instead, with the same training on the same machine.

For each installed peer and each pair of kinds it finds the fastest settings of the peer, checks with the statistics of
seam compare that the peer trains the same thing, and then times seam and the peer in turn. It prints a Markdown table,
and writes the table and all measurements as JSON. Finished parts stay in --work, and the same command continues there.

Exit codes: 0 done; 1 a peer does not train the same thing, or failed; 2 a wrong option; 77 no peer is installed."""

import argparse
import contextlib
import datetime
import hashlib
import importlib.metadata
import itertools
import json
import math
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

from program import FOLDER, KEEP, Failed, Seam, card_memory, last_line, start
from result import MOST_Z, agree, scores, write_result
from rows import ROWS, Row
from table import markdown

TIMED = {"optimizer": "adam", "lr": 0.01, "steps": 300}
TUNED_STEPS = 50
# Where a learning rate 5% off is found: the optimizer that is timed, and sgd near the edge of its stability.
AGREEMENT = {
    "mlp8": [{"optimizer": "adam", "lr": 0.01}, {"optimizer": "sgd", "lr": 0.1}],
    "buffer": [{"optimizer": "adam", "lr": 0.01}, {"optimizer": "sgd", "lr": 1.0}],
}
AGREEMENT_STEPS = 100
SEEDS = {"seam": 1, "peer": 2}


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


# ---- What was done already ------------------------------------------------------------------------------------------


class Store:
    """Records by name, each a file in a folder, so that a second call goes on where the first ended."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, row: Row, pair: str, what: str) -> pathlib.Path:
        """A peer whose code has changed since is not known."""
        code = b"".join((FOLDER / name).read_bytes() for name in (row.file, "common.py"))
        name = "".join(letter if letter.isalnum() else "-" for letter in f"{row.name}-{pair}")
        return self.folder / f"{name}-{hashlib.sha256(code).hexdigest()[:8]}-{what}.json"

    def once(self, row: Row, pair: str, what: str, work) -> dict:
        path = self.path(row, pair, what)
        if not path.exists():
            found = work()
            path.with_suffix(".new").write_text(json.dumps(found))
            path.with_suffix(".new").rename(path)
        return json.loads(path.read_text())

    def forget(self, what: str) -> None:
        for path in self.folder.glob(f"*-{what}.json"):
            path.unlink()


# ---- One peer -------------------------------------------------------------------------------------------------------


class Peer:
    """A row of the table for one pair of kinds."""

    def __init__(self, row: Row, pair: str, options: argparse.Namespace):
        self.row, self.pair, self.options = row, pair, options
        self.seam = Seam(options.seam, row.device, options.threads, options.work)
        self.base = {"pair": pair, "threads": options.threads}

    def settings(self) -> list[dict]:
        processes = {"one": 1, "all": self.options.threads}
        counts = sorted({processes[name] for name in self.row.processes})
        found = [{"variant": variant, "chunk": chunk, "processes": count} for count in counts
                 for variant in self.row.variants for chunk in self.row.chunks]  # fmt: skip
        return found[:1] if self.options.quick else found

    def start(self, task: dict):
        given = {name: value for name, value in {**self.base, **task}.items() if value != ""}
        return start(self.row, given, self.options.work)

    def tune(self) -> dict:
        """Short runs of each setting after one that compiles."""
        tried, failed = [], []
        for count in dict.fromkeys(setting["processes"] for setting in self.settings()):
            alike = [setting for setting in self.settings() if setting["processes"] == count]
            self.try_all(alike, tried, failed)
        if not tried:
            raise Failed(failed[0]["error"])
        best = max(tried, key=lambda found: found["chain_steps_per_second"])
        return {"best": {name: best[name] for name in KEEP}, "chain_steps_per_second": best["chain_steps_per_second"],
                "bytes_per_chain": bytes_per_chain(tried, best), "tried": tried, "failed": failed}  # fmt: skip

    def try_all(self, settings: list[dict], tried: list[dict], failed: list[dict]) -> None:
        """Measures with one number of processes. A program that fails, perhaps out of memory, is started again for the rest."""
        program = None
        for setting in settings:
            chains = max(setting["chunk"], 1024) * setting["processes"]
            task = {**TIMED, **setting, "steps": TUNED_STEPS, "chains": chains, "count": False}
            try:
                if program:
                    program.ask(**task)
                else:
                    program = self.start(task)
                best = max((found["chain_steps_per_second"] for found in tried), default=0)
                tried.append({**setting, **self.rate(program, task, best)})
            except Failed as problem:
                failed.append({**setting, "error": str(problem)})
                if program:
                    program.close()
                program = None
        if program:
            program.close()

    def rate(self, program, task: dict, best: float) -> dict:
        """The better of two runs; of one where that is far behind the best."""
        found = [program.ask(**task, seed=1)]
        if found[0]["chain_steps_per_second"] > best / 2:
            found.append(program.ask(seed=2))
        fastest = max(found, key=lambda record: record["chain_steps_per_second"])
        return {name: fastest[name] for name in ("chain_steps_per_second", "training_bytes")}

    def agreement(self, best: dict) -> dict:
        """For every optimizer, how far the peer's counts are from seam's."""
        laws = AGREEMENT[self.pair][-1:] if self.options.quick else AGREEMENT[self.pair]
        laws = [{**law, "steps": AGREEMENT_STEPS, "chains": self.options.chains} for law in laws]
        tasks = [{**law, **best, "lr": law["lr"] * self.options.planted, "seed": SEEDS["peer"], "count": True,
                  "histogram": str(self.interface(law))} for law in laws]  # fmt: skip
        with contextlib.closing(self.start(tasks[0])) as program:
            records = [program.first, *(program.ask(**task) for task in tasks[1:])]
        found = [{**law, "outcomes": record["outcomes"], "z": self.compare(law, record["outcomes"])}
                 for law, record in zip(laws, records)]  # fmt: skip
        return {"laws": found, "agree": all(agree(one["z"]) for one in found), "most_z": MOST_Z}

    def interface(self, law: dict) -> pathlib.Path:
        return self.options.work / f"{law['optimizer']}.raw"

    def compare(self, law: dict, outcomes: dict) -> dict:
        ours, theirs = self.options.work / "seam.zip", self.options.work / "peer.zip"
        self.seam.train({**law, **self.base, "seed": SEEDS["seam"]}, str(ours))
        write_result(ours, self.interface(law).read_bytes(), outcomes, self.row.name, theirs)
        return scores(self.options.seam, ours, theirs)

    def time(self, tuned: dict) -> dict:
        """seam, the peer, seam, the peer ...; both for about as long, each with as many chains as that takes."""
        best = tuned["best"]
        at_once = max(best["chunk"], 1024) * best["processes"]
        chains = math.ceil(self.options.seconds * tuned["chain_steps_per_second"] / TIMED["steps"] / at_once) * at_once
        task = {**TIMED, **best, "chains": chains, "seed": 0, "count": True}
        ours_task = {**self.base, **TIMED, "chains": self.seam_chains()}
        pairs = []
        with contextlib.closing(self.start(task)) as program:
            for repeat in range(self.options.repeats):
                ours = self.seam.train({**ours_task, "seed": repeat + 1})
                pairs.append((ours, program.ask(seed=repeat + 1, count=False)))
        return {"task": task, "seam_chains": ours_task["chains"], "first": program.first, **summary(pairs)}

    def seam_chains(self) -> int:
        few = 1 << 20 if self.row.device == "cuda" else 1 << 14
        rate = self.seam.train({**self.base, **TIMED, "seed": 1, "chains": few})["chain_steps_per_second"]
        return math.ceil(self.options.seconds * rate / TIMED["steps"] / 4096) * 4096


def bytes_per_chain(tried: list[dict], best: dict) -> float | None:
    """From the memory that the best variant trains in with its smallest and its largest chunk; None where it is one."""
    alike = [one for one in tried if (one["variant"], one["processes"]) == (best["variant"], best["processes"])]
    small, large = (choose(alike, key=lambda one: one["chunk"]) for choose in (min, max))
    chains = (large["chunk"] - small["chunk"]) * best["processes"]
    return (large["training_bytes"] - small["training_bytes"]) / chains if chains else None


def summary(pairs: list[tuple[dict, dict]]) -> dict:
    ours, theirs = ([record["chain_steps_per_second"] for record in side] for side in zip(*pairs))
    ratios = [a / b for a, b in zip(ours, theirs)]
    busy = [a["chain_steps"] / a["cpu_seconds"] * b["cpu_seconds"] / b["chain_steps"] for a, b in pairs]
    return {
        "seam_chain_steps_per_second": ours,
        "peer_chain_steps_per_second": theirs,
        "ratio": statistics.median(ratios),
        "ratio_low": min(ratios),
        "ratio_high": max(ratios),
        "ratio_of_cpu_seconds": statistics.median(busy),  # hardly heeds what else the machine does
        "seam_peak_bytes": max(ours["peak_bytes"] for ours, _ in pairs),
        "peer_peak_bytes": max(theirs["peak_bytes"] for _, theirs in pairs),
        "seam_first_seconds": statistics.median(ours["seconds_since_start"] for ours, _ in pairs),
        "version": pairs[0][1]["version"],
    }


def measure(row: Row, pair: str, options: argparse.Namespace, store: Store) -> dict:
    """Everything of a row, or why there is none."""
    peer, found = Peer(row, pair, options), {"name": row.name, "device": row.device, "pair": pair, "file": row.file}
    try:
        found["tuned"] = store.once(row, pair, "tuned", peer.tune)
        found["agreement"] = store.once(row, pair, "agreement", lambda: peer.agreement(found["tuned"]["best"]))
        if not found["agreement"]["agree"]:
            raise Failed(f"{row.name} does not train the same thing: {json.dumps(found['agreement']['laws'])}")
        found["timed"] = store.once(row, pair, "timed", lambda: peer.time(found["tuned"]))
    except (Failed, ValueError, RuntimeError) as problem:
        found["error"] = str(problem)
        say(f"{pair}: {problem}")
    return found


# ---- The machine ----------------------------------------------------------------------------------------------------


def output_of(*call: str) -> str:
    try:
        return subprocess.run(call, capture_output=True, text=True, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def missing(row: Row, devices: str) -> str:
    """Why a row cannot be measured here, or nothing."""
    if row.device == "cuda" and '"backend":"cuda"' not in devices:
        return "no CUDA device that seam can use"
    done = subprocess.run([sys.executable, "-c", row.needs], capture_output=True, text=True)
    return last_line(done.stderr) if done.returncode else ""


def versions() -> dict:
    found = {"python": platform.python_version()}
    for name in ("numpy", "torch", "jax", "jaxlib", "numba", "llvmlite", "warp-lang", "triton"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def processor() -> str:
    with open("/proc/cpuinfo") as info:
        names = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine(options: argparse.Namespace) -> dict:
    source = str(pathlib.Path(__file__).resolve().parent)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": output_of("git", "-C", source, "describe", "--always", "--dirty", "--abbrev=12"),
        "processor": processor(),
        "threads": options.threads,
        "load": os.getloadavg()[0],  # before anything was timed: others' work makes everything here noisy
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "card_bytes": card_memory("total"),
        "cards": output_of("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"),
        "seam": output_of(options.seam, "--version"),
        "versions": versions(),
    }


# ---- The command line -----------------------------------------------------------------------------------------------


def parse() -> argparse.Namespace:
    cores = len(os.sched_getaffinity(0))
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seam", default=str(root / "build" / "seam"), metavar="PATH", help="default build/seam")
    parser.add_argument("--only", action="append", metavar="WORD", help="rows whose name has this word")
    parser.add_argument("--pair", action="append", choices=list(AGREEMENT), help="default both")
    parser.add_argument("--device", choices=["cpu", "cuda"], help="rows of this one alone")
    parser.add_argument("--threads", type=int, default=cores, help=f"default {cores}, all")
    parser.add_argument("--chains", type=int, default=65536, help="of the agreement check (default 65536)")
    parser.add_argument("--repeats", type=int, default=5, help="pairs of timed runs (default 5)")
    parser.add_argument("--seconds", type=float, default=1, help="that a timed run takes, about (default 1)")
    parser.add_argument("--limit", type=float, default=math.inf, help="begin no peer after so many seconds")
    parser.add_argument("--work", type=pathlib.Path, default=root / "build" / "peers", help="default build/peers")
    parser.add_argument("--retime", action="store_true", help="time anew what --work holds; keep settings and checks")
    parser.add_argument("--output", type=pathlib.Path, metavar="NAME", help="writes NAME.json and NAME.md")
    parser.add_argument("--quick", action="store_true", help="plain C and NumPy, buffer pairs: the test `peers`")
    parser.add_argument("--planted", type=float, default=1, help="multiply the peers' learning rate: must be refused")
    options = parser.parse_args()
    if not os.access(options.seam, os.X_OK):
        parser.error(f"argument --seam: {options.seam} is no program; build seam first")
    if not 1 <= options.threads <= cores:
        parser.error(f"argument --threads: {options.threads} is not 1 to {cores}")
    if min(options.chains, options.repeats) < 1 or options.seconds <= 0:
        parser.error("--chains, --repeats and --seconds are positive")
    if options.quick:
        options.chains, options.repeats, options.seconds = 16384, 1, 0.1
    options.seam = str(pathlib.Path(options.seam).resolve())
    return options


def chosen(options: argparse.Namespace) -> tuple[list[Row], list[str]]:
    rows = [row for row in ROWS if options.device in (None, row.device)]
    if options.quick:
        rows = [row for row in rows if row.name in ("plain C", "NumPy")]
    if options.only:
        rows = [row for row in rows if any(word.lower() in row.name.lower() for word in options.only)]
    return rows, options.pair or (["buffer"] if options.quick else list(AGREEMENT))


def write(found: dict, output: pathlib.Path | None) -> None:
    """After every row, so that a call that is stopped leaves what it found."""
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
        output.with_suffix(".md").write_text(markdown(found) + "\n")


def main() -> int:
    options, begin = parse(), time.monotonic()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])  # all that is started inherits it
    store, found = Store(options.work), {"schema": 1, **machine(options), "skipped": {}, "rows": []}
    if options.retime:
        store.forget("timed")
    devices = output_of(options.seam, "info", "--json")
    rows, pairs = chosen(options)
    found["skipped"] = {row.name: reason for row in rows if (reason := missing(row, devices))}
    for pair, row in itertools.product(pairs, rows):
        name = f"{row.name}, {pair} × {pair}"
        if row.name in found["skipped"]:
            continue
        if time.monotonic() - begin > options.limit:
            found["skipped"][name] = "no time left"
            continue
        say(name)
        found["rows"].append(measure(row, pair, options, store))
        write(found, options.output)
    print(markdown(found))
    if not found["rows"]:
        return 77
    return 1 if any("error" in row for row in found["rows"]) else 0


if __name__ == "__main__":
    sys.exit(main())
