#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how the cost of training grows with chains, the width of the hidden layer, training voltages, threads, cards.

Writes every run to NAME.json and a table to NAME.md. If Python has pycairo, it also draws a figure for each axis:
NAME-chains.svg and so on. Each round measures every point once, so that a slow minute of the machine does not hit one
point alone. NAME.json is written after each run, and --resume continues from it. Exit codes: 0 done; 2 a wrong option,
nothing to measure, or NAME.json exists and neither --resume nor --force is given; 3 a run of seam failed; 130
interrupted."""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import growth_table  # noqa: E402
from program import Failed, measured, record_of  # noqa: E402

KEPT = ("chains", "seconds", "chain_steps_per_second", "seconds_since_start", "cpu_seconds", "peak_bytes", "isa")
SAME = ("version", "commit", "backend", "devices")  # of runs that stand in one record


@dataclasses.dataclass(frozen=True)
class Point:
    axis: str
    value: int
    curve: str  # what it is one of along the axis
    options: dict  # of seam train; without chains, as many as take about --target seconds


def words(options: dict) -> list[str]:
    return [f"--{name}={value}" for name, value in options.items()]


# ---- The axes -------------------------------------------------------------------------------------------------------


def trained(pair: str, **others: object) -> dict:
    """The options of a training of 100 steps with few counts; `others` replace or add some."""
    return {"first": pair, "second": pair, "steps": 100, "optimizer": "adam", "samples": 4, "math": "exact",
            "histograms": "none", **others}  # fmt: skip


def by_chains(found: dict, most: float) -> list[Point]:
    """Few enough steps for a billion chains. The interface is counted, because a user with so many chains would."""
    counted = {"steps": 10, "histograms": "interface"}
    return [
        Point("chains", 10**power, f"{pair} × {pair}", trained(pair, **counted, chains=10**power))
        for pair, last in (("linear", 9), ("buffer", 8), ("mlp8", 8))
        for power in range(3, last + 1)
        if 10**power <= most
    ]


def by_width(found: dict, most: float) -> list[Point]:
    return [Point("width", units, "mlpH × mlpH", trained(f"mlp{units}")) for units in (4, 8, 16)]


def by_voltages(found: dict, most: float) -> list[Point]:
    return [
        Point("voltages", 2 * samples, f"{pair} × {pair}", trained(pair, samples=samples))
        for pair in ("buffer", "mlp8")
        for samples in (1, 2, 4, 8, 16, 32)
    ]


def by_threads(found: dict, most: float) -> list[Point]:
    cores = found["threads"]
    counts = sorted({1 << power for power in range(cores.bit_length())} | {cores})
    return [
        Point("threads", threads, f"{pair} × {pair}", trained(pair, threads=threads))
        for pair in ("buffer", "mlp8")
        for threads in (counts if found["backend"] == "cpu" else ())
    ]


def by_cards(found: dict, most: float) -> list[Point]:
    cards = len(found["devices"]) if found["backend"] == "cuda" else 0
    return [
        Point("cards", count, f"{pair} × {pair}", trained(pair, device=",".join(map(str, range(count)))))
        for pair in ("buffer", "mlp8")
        for count in range(1, cards + 1)
    ]


AXES = {"chains": by_chains, "width": by_width, "voltages": by_voltages, "threads": by_threads, "cards": by_cards}


def points_of(options: argparse.Namespace, found: dict) -> list[Point]:
    """The points of all axes. ValueError if there is none."""
    points = [point for axis in options.only or AXES for point in AXES[axis](found, options.most)]
    if not points:
        raise ValueError("nothing to measure: threads are for --backend cpu, cards for --backend cuda with a card, "
                         "chains for --most 1000 or more")  # fmt: skip
    return points


# ---- The runs -------------------------------------------------------------------------------------------------------


class Runs:
    """All runs until now. Each is written to the file as soon as it ends."""

    def __init__(self, options: argparse.Namespace, found: dict):
        self.options, self.found, self.path = options, found, pathlib.Path(f"{options.output}.json")

    def known(self, point: Point) -> list[dict]:
        place = {"axis": point.axis, "value": point.value, "curve": point.curve}
        return [run for run in self.found["runs"] if place.items() <= run.items()
                and point.options.items() <= run["options"].items()]  # fmt: skip

    def seconds_expected(self, point: Point) -> float:
        """The expected seconds of a run, from the run with a tenth of the chains. Without such a run it is short."""
        tenth = (point.axis, point.value // 10, point.curve)
        seconds = [run["seconds"] for run in self.found["runs"] if (run["axis"], run["value"], run["curve"]) == tenth]
        return 10 * statistics.median(seconds) if point.axis == "chains" and seconds else 0

    def chains_enough(self, options: dict) -> int:
        """The number of chains that takes about --target seconds."""
        chains = 1 << 20 if self.found["backend"] == "cuda" else 4096
        asked = {name: value for name, value in options.items() if name != "histograms"} | {"chains": chains}
        call = [self.options.seam, "bench", "--json", "--repeat=1", f"--backend={self.found['backend']}", *words(asked)]
        rate = record_of(measured(call, False))["rows"][-1]["chain_steps_per_second"]["median"]
        return max(chains, int(self.options.target * rate / options["steps"]) // chains * chains)

    def run(self, point: Point) -> None:
        known = self.known(point)
        chains = known[0]["chains"] if known else point.options.get("chains") or self.chains_enough(point.options)
        options = {**point.options, "chains": chains}
        output = pathlib.Path(f"{self.options.output}.growing.zip")
        call = [self.options.seam, "train", "--json", "--force", f"--output={output}",
                f"--backend={self.found['backend']}", *words(options)]  # fmt: skip
        try:
            record = record_of(measured(call, self.found["backend"] == "cuda"))
        finally:
            output.unlink(missing_ok=True)
        if point.axis == "cards":
            record["peak_bytes"] = 0  # not known: it was looked at on the first card alone
        self.found["runs"].append({"axis": point.axis, "value": point.value, "curve": point.curve, "date": now(),
                                   "options": options, **{name: record[name] for name in KEPT}})  # fmt: skip
        self.write()
        print(f"{point.axis} {point.value:,}: {point.curve}, {record['seconds']:.3g} s, "
              f"{record['chain_steps_per_second']:.3g} chain-steps/s", flush=True)  # fmt: skip

    def write(self) -> None:
        """Replaces the file in one step, so that an interruption never leaves half a record."""
        beside = self.path.with_name(self.path.name + ".new")
        beside.write_text(json.dumps(self.found, indent=1) + "\n")
        beside.replace(self.path)

    def round(self, number: int, points: list[Point]) -> None:
        too_long = set()  # curves of which more chains would only take longer
        for point in points:
            if self.seconds_expected(point) > self.options.limit:
                too_long.add((point.axis, point.curve))
            if (point.axis, point.curve) in too_long:
                print(f"{point.axis} {point.value:,}: {point.curve}, left out for --limit", flush=True)
            elif len(self.known(point)) <= number:
                self.run(point)


# ---- The command line -----------------------------------------------------------------------------------------------


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def machine(options: argparse.Namespace) -> dict:
    try:
        info = json.loads(measured([options.seam, "info", "--json"], False).text)
    except (OSError, ValueError):
        raise Failed(f"{options.seam} info --json: does not start or prints no JSON: is it seam?") from None
    commit = re.search(r"(?m)^commit +(\S+)", measured([options.seam, "--version"], False).text)
    devices = [device for device in info["devices"] if device["backend"] == options.backend]
    return {
        "schema": growth_table.SCHEMA,
        "version": info["version"],
        "commit": commit[1] if commit else "",
        "backend": options.backend,
        "devices": [device["name"] for device in devices],
        "threads": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "runs": [],
    }


def record(options: argparse.Namespace) -> dict:
    """A new record, or the one to resume. ValueError if that one has other settings."""
    new, path = machine(options), pathlib.Path(f"{options.output}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    if options.force or not path.exists():
        return new
    if not options.resume:
        raise ValueError(f"{path} is there: go on with --resume, or replace it with --force")
    try:
        before = growth_table.read(path)
    except ValueError as problem:
        raise ValueError(f"{problem}; replace it with --force, or name another --output") from None
    for name in SAME:
        if before.get(name) != new[name]:
            raise ValueError(f"{path} has {name} {before.get(name)}, this is {new[name]}: name another --output")
    return before


def draw(options: argparse.Namespace, found: dict) -> None:
    try:
        import growth_figure
    except ImportError:
        print("no figures: Python has no cairo (Debian's python3-cairo, PyPI's pycairo). Draw them later by "
              f"bench/growth_figure.py {options.output}.json", file=sys.stderr)  # fmt: skip
        return
    growth_figure.draw_all(found, str(options.output))


def parser() -> argparse.ArgumentParser:
    root = pathlib.Path(__file__).resolve().parents[1]
    taken = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    taken.add_argument("--seam", default=str(root / "build" / "seam"), metavar="PATH", help="default build/seam")
    taken.add_argument("--backend", choices=["cpu", "cuda"], default="cpu", help="default cpu")
    taken.add_argument("--only", action="append", choices=list(AXES), help="measure this axis only; can be repeated")
    taken.add_argument("--repeats", type=int, default=3, help="rounds (default 3)")
    taken.add_argument("--limit", type=float, default=300, help="seconds; longer runs are left out (default 300)")
    taken.add_argument("--target", type=float, default=2, help="seconds of a run with a free number of chains (default 2)")
    taken.add_argument("--most", type=float, default=1e9, help="chains at most (default 1e9)")
    taken.add_argument("--quick", action="store_true", help="two rounds of small runs, to check that all works")
    taken.add_argument("--output", type=pathlib.Path, default="growth", metavar="NAME", help="default growth")
    there = taken.add_mutually_exclusive_group()
    there.add_argument("--resume", action="store_true", help="keep the runs of NAME.json and continue")
    there.add_argument("--force", action="store_true", help="replace NAME.json")
    return taken


def parse() -> argparse.Namespace:
    taken = parser()
    options = taken.parse_args()
    if options.quick:
        options.repeats, options.target, options.most = 2, 0.02, 1e5
    for name in ("repeats", "limit", "target"):
        if not getattr(options, name) > 0:
            taken.error(f"argument --{name}: must be above 0")
    if not os.access(options.seam, os.X_OK):
        taken.error(f"argument --seam: {options.seam} is no program; build seam first")
    options.seam = str(pathlib.Path(options.seam).resolve())
    return options


def main() -> int:
    options = parse()
    try:
        runs = Runs(options, record(options))
        points = points_of(options, runs.found)
        for number in range(options.repeats):
            runs.round(number, points)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("interrupted: --resume goes on with the next run", file=sys.stderr)
        return 130
    pathlib.Path(f"{options.output}.md").write_text(growth_table.markdown(runs.found))
    draw(options, runs.found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
