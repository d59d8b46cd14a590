#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the cost of training grows: with the number of chains, the width of the hidden layer, training voltages, threads
and cards. Writes NAME.json with every run and, where matplotlib is there, NAME-chains.svg and so on, a figure each.

What was measured is not measured again: NAME.json is taken up where it is of the same commit. Exit codes: 0 done; 2 a
wrong option; 3 a run of seam failed."""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
from program import Failed, measured, record_of  # noqa: E402

STEPS = 100
KEPT = ("chains", "seconds", "chain_steps_per_second", "seconds_since_start", "cpu_seconds", "peak_bytes")
TARGET = 1.0  # seconds a point takes, about, where the chains are not what is varied
LABELS = {
    "chains": "chains",
    "width": "hidden units of each component",
    "voltages": "training voltages",
    "threads": "threads",
    "cards": "cards",
}


class Runs:
    """Every run so far, kept in a file as soon as it is made."""

    def __init__(self, options: argparse.Namespace):
        self.options, self.path = options, options.output.with_suffix(".json")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.found = {"schema": 1, **machine(options), "runs": []}
        if self.path.exists():
            before = json.loads(self.path.read_text())
            if before["commit"] == self.found["commit"] and before["backend"] == options.backend:
                self.found = before

    def train(self, axis: str, value: int, pair: str, chains: int, *words: object) -> dict:
        """Once for each repeat; the last record. Known points are not run again."""
        key = {"axis": axis, "value": value, "pair": pair}
        known = [run for run in self.found["runs"] if key.items() <= run.items()]
        for _ in range(len(known), self.options.repeats):
            call = [self.options.seam, "train", "--json", "--force", "--histograms=none", f"--first={pair}",
                    f"--second={pair}", f"--chains={chains}", f"--steps={STEPS}", f"--backend={self.options.backend}",
                    f"--output={self.options.output}.zip", *map(str, words)]  # fmt: skip
            record = record_of(measured(call, self.options.backend == "cuda"))
            known.append({**key, **{name: record[name] for name in KEPT}})
            self.found["runs"].append(known[-1])
            self.path.write_text(json.dumps(self.found, indent=1) + "\n")
            print(f"{axis} {value}: {pair}, {known[-1]['chain_steps_per_second']:.4g} chain-steps/s", flush=True)
        pathlib.Path(f"{self.options.output}.zip").unlink(missing_ok=True)
        return known[-1]

    def enough(self, pair: str, *words: object) -> int:
        """Chains that take about TARGET seconds."""
        chains = 1 << 20 if self.options.backend == "cuda" else 4096
        call = [self.options.seam, "bench", "--json", "--repeat=1", f"--first={pair}", f"--second={pair}",
                f"--chains={chains}", f"--steps={STEPS}", f"--backend={self.options.backend}", *map(str, words)]  # fmt: skip
        rows = record_of(measured(call, False))["rows"]
        rate = rows[-1]["chain_steps_per_second"]["median"]
        return max(chains, int(TARGET * rate / STEPS) // chains * chains)


# ---- The axes -------------------------------------------------------------------------------------------------------


def by_chains(runs: Runs) -> None:
    """Ten times more each time, while a run is expected to take no longer than --limit."""
    for pair in ("linear", "buffer", "mlp8"):
        for power in range(3, 10):
            run = runs.train("chains", 10**power, pair, 10**power)
            if 10 * run["seconds"] > runs.options.limit:
                break


def by_width(runs: Runs) -> None:
    for units in (4, 8, 16):
        pair = f"mlp{units}"
        runs.train("width", units, pair, runs.enough(pair))


def by_voltages(runs: Runs) -> None:
    for pair in ("buffer", "mlp8"):
        for samples in (1, 2, 4, 8, 16, 32):
            option = f"--samples={samples}"
            runs.train("voltages", 2 * samples, pair, runs.enough(pair, option), option)


def by_threads(runs: Runs) -> None:
    cores = len(os.sched_getaffinity(0))
    counts = sorted({1 << power for power in range(cores.bit_length())} | {cores})
    for pair in ("buffer", "mlp8"):
        for threads in counts if runs.options.backend == "cpu" else ():
            option = f"--threads={threads}"
            runs.train("threads", threads, pair, runs.enough(pair, option), option)


def by_cards(runs: Runs) -> None:
    cards = runs.found["cards"] if runs.options.backend == "cuda" else 0
    for pair in ("buffer", "mlp8"):
        for count in range(1, cards + 1):
            option = f"--device={','.join(map(str, range(count)))}"
            runs.train("cards", count, pair, runs.enough(pair, option), option)


AXES = {"chains": by_chains, "width": by_width, "voltages": by_voltages, "threads": by_threads, "cards": by_cards}

# ---- The figures ----------------------------------------------------------------------------------------------------


def points(found: dict, axis: str, pair: str, quantity) -> tuple[list, list, list, list]:
    """Values, medians, and how far the extremes are below and above."""
    runs = [run for run in found["runs"] if run["axis"] == axis and run["pair"] in (pair, f"mlp{run['value']}")]
    values = sorted({run["value"] for run in runs})
    samples = [[quantity(run) for run in runs if run["value"] == value] for value in values]
    middle = [statistics.median(sample) for sample in samples]
    below = [centre - min(sample) for centre, sample in zip(middle, samples)]
    above = [max(sample) - centre for centre, sample in zip(middle, samples)]
    return values, middle, below, above


def pairs_of(found: dict, axis: str) -> list[str]:
    pairs = dict.fromkeys(run["pair"] for run in found["runs"] if run["axis"] == axis)
    return ["mlp"] if axis == "width" else list(pairs)


def draw(found: dict, axis: str, path: pathlib.Path) -> None:
    """Nanoseconds a chain-step, on logarithmic axes, and, against chains, memory from 0."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "seam", "svg.fonttype": "none"}  # the same runs, the same bytes; small
    import matplotlib.pyplot as plot

    shown = {"ns a chain-step": lambda run: 1e9 / run["chain_steps_per_second"]}
    if axis == "chains":
        shown["peak memory, MiB"] = lambda run: run["peak_bytes"] / 2**20
    figure, panels = plot.subplots(1, len(shown), figsize=(4.2 * len(shown), 3), squeeze=False, layout="constrained")
    for panel, (label, quantity) in zip(panels[0], shown.items()):
        draw_panel(panel, found, axis, quantity)
        panel.set(xlabel=LABELS[axis], ylabel=label)
        if "memory" in label:
            panel.set_ylim(bottom=0, top=1.2 * max(panel.get_ylim()))
        else:
            panel.set_yscale("log")
    panels[0][0].legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None})
    plot.close(figure)


def draw_panel(panel, found: dict, axis: str, quantity) -> None:
    from matplotlib.ticker import NullLocator

    for pair in pairs_of(found, axis):
        values, middle, below, above = points(found, axis, pair, quantity)
        name = "mlp × mlp" if axis == "width" else f"{pair} × {pair}"
        panel.errorbar(values, middle, yerr=[below, above], marker="o", markersize=4, capsize=2, label=name)
    panel.set_xscale("log")
    if axis != "chains":
        panel.set_xticks(values, [str(value) for value in values])
        panel.xaxis.set_minor_locator(NullLocator())
    panel.grid(alpha=0.3)


def draw_all(runs: Runs) -> None:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return print("no figures: matplotlib is not installed", file=sys.stderr)
    for axis in LABELS:
        if any(run["axis"] == axis for run in runs.found["runs"]):
            draw(runs.found, axis, runs.options.output.with_name(f"{runs.options.output.name}-{axis}.svg"))


# ---- The command line -----------------------------------------------------------------------------------------------


def machine(options: argparse.Namespace) -> dict:
    info = json.loads(subprocess.run([options.seam, "info", "--json"], capture_output=True, text=True).stdout)
    here = str(pathlib.Path(__file__).resolve().parent)
    commit = subprocess.run(
        ["git", "-C", here, "describe", "--always", "--dirty", "--abbrev=12"], capture_output=True, text=True
    )
    devices = [device for device in info["devices"] if device["backend"] == options.backend]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "version": info["version"],
        "backend": options.backend,
        "devices": [f"{device['name']}, {device['detail']}" for device in devices],
        "cards": len(devices) if options.backend == "cuda" else 0,
        "load": os.getloadavg()[0],
        "steps": STEPS,
    }


def parse() -> argparse.Namespace:
    root = pathlib.Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seam", default=str(root / "build" / "seam"), metavar="PATH", help="default build/seam")
    parser.add_argument("--backend", choices=["cpu", "cuda"], default="cpu", help="default cpu")
    parser.add_argument("--only", action="append", choices=list(AXES), help="this axis alone; may be given again")
    parser.add_argument("--repeats", type=int, default=3, help="of each point (default 3)")
    parser.add_argument("--limit", type=float, default=10, help="seconds of the longest run, about (default 10)")
    parser.add_argument(
        "--output", type=pathlib.Path, default=pathlib.Path("growth"), metavar="NAME", help="default growth"
    )
    options = parser.parse_args()
    if not os.access(options.seam, os.X_OK):
        parser.error(f"argument --seam: {options.seam} is no program; build seam first")
    options.seam = str(pathlib.Path(options.seam).resolve())
    return options


def main() -> int:
    options = parse()
    runs = Runs(options)
    try:
        for axis in options.only or AXES:
            AXES[axis](runs)
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 3
    draw_all(runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
