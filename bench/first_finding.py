#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how far training is from counting: predicts each pair of kinds, trains it, and compares the two.

Each pair is trained with sgd and adam for more and more steps, and gets one Markdown table. Results stay in --folder. A
second call reads them there and does not run them again.

The columns, with 95% intervals, are for chains that pass: the share of buffers; total variation and Jensen-Shannon
distance (nats) of their interface from the prediction's, and after the slash the distance that sampling alone would
give; the entropy of the interface over its bins (nats), for trainings with Miller and Madow's correction for few chains;
and the chance that swapped parts of two chains of one mode fit. For a prediction the last is that of untrained pairs
that work.

Exit codes: 0 done; 2 a wrong option; 3 a run of seam failed."""

import argparse
import array
import json
import math
import pathlib
import subprocess
import sys
import zipfile

PAIRS = {
    "logistic:logistic": ["--range", "-0.05:1.05"],
    "buffer:buffer": [],
    "mlp8:mlp8": [],
    "mlp4:mlp16": [],
    "mlp16:mlp4": [],
}
STEPS = [0, 30, 300, 3000]
OPTIMIZERS = ["sgd", "adam"]
COLUMNS = ["optimizer", "steps", "pass", "buffers among them", "total variation / by chance", "Jensen-Shannon / by chance",
           "entropy", "swapped parts fit"]  # fmt: skip

# ---- seam -----------------------------------------------------------------------------------------------------------


def seam(options: argparse.Namespace, command: str, *words: object) -> dict:
    """Runs a command and returns its last record."""
    call = [options.seam, command, "--json", *map(str, words)]
    done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{' '.join(call)}\nfailed with exit code {done.returncode}: {done.stderr.strip()}", file=sys.stderr)
        sys.exit(3)
    return json.loads(done.stdout.splitlines()[-1])


def kinds(pair: str) -> list[str]:
    first, second = pair.split(":")
    return ["--first", first, "--second", second, *PAIRS[pair]]


def predict(options: argparse.Namespace, pair: str) -> tuple[pathlib.Path, dict]:
    path = options.folder / f"{pair.replace(':', '-')}-prediction.zip"
    seam(options, "predict", *kinds(pair), "--chains", options.draws, "--draws", options.draws, "--output", path, "--resume")
    return path, seam(options, "show", path)["prediction"]


def train(options: argparse.Namespace, pair: str, optimizer: str, steps: int) -> pathlib.Path:
    path = options.folder / f"{pair.replace(':', '-')}-{optimizer}-{steps}.zip"
    seam(options, "train", *kinds(pair), "--chains", options.chains, "--steps", steps, "--optimizer", optimizer,
         "--histograms", "interface,interchange", "--output", path, "--resume")  # fmt: skip
    return path


def interface_entropy(path: pathlib.Path) -> float:
    """The entropy of the buffers and inverters of a training over the bins of (u0, u1)."""
    with zipfile.ZipFile(path) as archive:
        member = archive.read("interface_storage_values.npy")
    values = array.array("q", member[10 + int.from_bytes(member[8:10], "little") :])
    if sys.byteorder == "big":
        values.byteswap()
    bins = len(values) // 3
    counts = [a + b for a, b in zip(values[:bins], values[bins : 2 * bins]) if a + b]
    total = sum(counts)
    if total == 0:
        return math.nan
    return math.log(total) - sum(n * math.log(n) for n in counts) / total + (len(counts) - 1) / (2 * total)


# ---- The tables -----------------------------------------------------------------------------------------------------


def number(value: float | None, digits: int) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}g}"


def percent(value: float | None, error: float | None = None) -> str:
    """In per cent, with the 95% interval if the error is known."""
    if value is None:
        return "-"
    if not error:
        return f"{100 * value:.3g}%"
    return f"{value:.1%} ({max(0, value - 1.96 * error):.1%} to {min(1, value + 1.96 * error):.1%})"


def distance(found: dict) -> str:
    interval = "" if found["low"] is None else f" ({found['low']:.2g} to {found['high']:.2g})"
    return f"{number(found['value'], 3)}{interval} / {number(found['chance'], 2)}"


def swapped(found: dict) -> str:
    """The chance that swapped parts fit, with its 95% interval; empty for fewer than a hundred pairs."""
    if found["chance"] is None or found["pairs"] < 100:
        return "-"
    return f"{found['chance']:.1%} ({found['low']:.1%} to {found['high']:.1%})"


def prediction_row(found: dict, untrained: dict) -> list[str]:
    shares = [percent(found["acceptance"]), percent(found["buffer"], found["buffer_error"])]
    return ["prediction", "", *shares, "", "", number(found["interface_entropy"], 3), swapped(untrained)]


def training_row(options: argparse.Namespace, path: pathlib.Path, prediction: pathlib.Path, name: str, steps: int) -> list[str]:
    found = seam(options, "compare", path, prediction)
    passing, buffers, _ = found["fractions"]
    interface = found["compared"][0]
    same = seam(options, "show", path)["interchange"]["same"]
    return [name, str(steps), percent(passing["value"][0]), percent(buffers["value"][0], buffers["error"][0]),
            distance(interface["total_variation"]), distance(interface["jensen_shannon"]),
            number(interface_entropy(path), 3), swapped(same)]  # fmt: skip


def print_row(cells: list[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def print_table(options: argparse.Namespace, pair: str) -> None:
    prediction, found = predict(options, pair)
    untrained = seam(options, "show", train(options, pair, OPTIMIZERS[0], 0), prediction)["untrained_interchange"]["same"]
    print(f"\n### {pair.replace(':', ' × ')}\n\n{options.chains:,} chains of each training; "
          f"{found['first']:,} × {found['second']:,} components predicted\n")  # fmt: skip
    print_row(COLUMNS)
    print_row(["---"] * len(COLUMNS))
    print_row(prediction_row(found, untrained))
    for steps in options.steps:
        for optimizer in OPTIMIZERS if steps else OPTIMIZERS[:1]:
            path = train(options, pair, optimizer, steps)
            print_row(training_row(options, path, prediction, optimizer if steps else "untrained", steps))


# ---- The command line -----------------------------------------------------------------------------------------------


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seam", type=pathlib.Path, help="the program")
    parser.add_argument("--chains", type=int, default=1 << 20, help="chains of each training, even (default 1048576)")
    parser.add_argument("--draws", type=int, default=1 << 18, help="components drawn of each side (default 262144)")
    parser.add_argument("--only", action="append", choices=PAIRS, metavar="PAIR", help=", ".join(PAIRS))
    parser.add_argument("--steps", type=lambda text: [int(word) for word in text.split(",")], default=STEPS,
                        metavar="LIST", help="steps of the trainings (default 0,30,300,3000)")  # fmt: skip
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("first_finding"), help="the folder for results")
    options = parser.parse_args()
    if not options.seam.is_file():
        parser.error(f"{options.seam} is no program; build seam first")
    options.seam = str(options.seam.resolve())
    return options


def main() -> int:
    options = parse()
    options.folder.mkdir(parents=True, exist_ok=True)
    for pair in options.only or PAIRS:
        print_table(options, pair)
    return 0


if __name__ == "__main__":
    sys.exit(main())
