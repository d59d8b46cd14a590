#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a prediction is worth: the bias of its cells, by refining them, and its error against guess-and-check's.

usage: prediction.py SEAM [--bins 64] [--chains 131072] [--draws 131072] [--all-pairs]

Both are of the acceptance, the chance that a random pair works. The bias is that of the same components in coarser
cells than 4096, in per cent. Guess-and-check is `seam train --steps 0` on as many chains as the prediction's time
allows; the ratio is its variance over the prediction's mean square error, variance and bias squared, the median of five
runs in turn, each of a seed of its own. As many pairs as --chains x --draws are divided among first and second
components as predictions of few say: n1/n2 = sqrt(zeta1·c2/(zeta2·c1)), within 1/16 and 16, makes zeta1/n1 + zeta2/n2
least where they cost c1 and c2 in 256 cells and counting is free; cells are as many as make the mean square error times
the seconds least. p/(zeta1 + zeta2) is told for comparison: the ratio were a component as dear as a chain, as many on
both sides, and counting free. With --all-pairs every pair of kinds is put to that comparison, but for those of which
too few pairs work to tell."""
import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile

PAIRS = [("logistic", "logistic", "-0.05:1.05"), ("buffer", "buffer", "-2.5:3.5"), ("table8", "logistic", "-2.5:3.5"),
         ("mlp4", "mlp4", "-2.5:3.5"), ("mlp8", "mlp8", "-2.5:3.5"), ("mlp4", "mlp16", "-2.5:3.5")]
CELLS = [64, 256, 512, 1024, 2048, 4096]
FINEST = CELLS[-1]
GUESSES = "4M"
REPEATS = 5
PILOT = 32768
TILT = 256  # zeta1/zeta2 at most, or its inverse: few components do not tell more


def run(options, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        command = [options.seam, *arguments, "--bins", str(options.bins), "--json", "--quiet", "--output",
                   os.path.join(folder, "result.zip")]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def all_pairs(options):
    info = subprocess.run([options.seam, "info", "--json"], check=True, capture_output=True, text=True).stdout
    kinds = json.loads(info)["kinds"]
    return [(a, b, "-0.05:1.05" if a == "logistic" else "-2.5:3.5") for a in kinds for b in kinds]


def predict(options, pair, margin, cells, sizes=None, seed=1):
    first, second, interval = pair
    chains, draws = sizes or (options.chains, options.draws)
    return run(options, "predict", "--first", first, "--second", second, f"--range={interval}", "--input-margin", margin,
               "--chains", str(chains), "--draws", str(draws), "--cells", str(cells), "--seed", str(seed))


def told(prediction):
    """Whether enough pairs work: the 95% interval of the chance leaves 0 out, and both sides' variances are seen."""
    error = prediction["acceptance_error"] or math.inf
    if 2 * error >= prediction["acceptance"]:
        return False
    return min(prediction["first_variance"], prediction["second_variance"]) > 0


def bias(options):
    print("| pair, margin | acceptance | standard error |" + "".join(f" {c} cells |" for c in CELLS[:-1]))
    print("|---|---|---|" + "---|" * (len(CELLS) - 1))
    for pair in PAIRS:
        for margin in ("0", "0.3"):
            seen = [predict(options, pair, margin, cells)["prediction"] for cells in CELLS]
            if not told(seen[-1]):
                print(f"| {pair[0]} x {pair[1]}, {margin} | too few pairs work |", flush=True)
                continue
            finest = seen[-1]["acceptance"]
            error = 100 * seen[-1]["acceptance_error"] / finest
            columns = "".join(f" {100 * (p['acceptance'] / finest - 1):+.3f}% |" for p in seen[:-1])
            print(f"| {pair[0]} x {pair[1]}, {margin} | {finest:.3g} | {error:.2f}% |{columns}", flush=True)


def seconds_each(options, pair, cells):
    """What a first and a second component take, from predictions of few and of many."""
    def least(chains, draws):
        return min(predict(options, pair, "0.3", cells, (chains, draws))["seconds"] for _ in range(3))
    few = least(2048, 2048)
    return [max(t - few, 1e-4) / (4 * PILOT) for t in (least(4 * PILOT + 2048, 2048), least(2048, 4 * PILOT + 2048))]


def divide(options, pair, few, cells):
    """How many first and second components, even numbers."""
    first, second = seconds_each(options, pair, cells)
    tilt = few["first_variance"] * second / (few["second_variance"] * first)
    tilt = min(max(tilt, 1 / TILT), TILT) ** 0.25
    return 2 * round(options.chains * tilt / 2), 2 * round(options.draws / tilt / 2)


def price_of(options, pair, cells, sizes, finest):
    """Mean square error times seconds; with it, the cells and their bias."""
    seen = [predict(options, pair, "0.3", cells, sizes) for _ in range(3)]
    p, seconds = seen[0]["prediction"], min(s["seconds"] for s in seen)
    bias = p["acceptance"] - finest["acceptance"]
    return ((p["acceptance_error"] or math.inf) ** 2 + bias ** 2) * seconds, cells, bias


def plan(options, pair):
    """Sizes, cells and the bias of these; None where too few pairs work."""
    few = predict(options, pair, "0.3", FINEST, (PILOT, PILOT))["prediction"]
    if not told(few):
        return None
    sizes = divide(options, pair, few, 256)
    finest = predict(options, pair, "0.3", FINEST, sizes)["prediction"]
    if not told(finest):
        return None
    _, cells, bias = min(price_of(options, pair, cells, sizes, finest) for cells in CELLS[:-1])
    return sizes, cells, bias


def ratio(options, pair, seed, sizes, cells, bias):
    """The ratio at equal time, its ceiling and the time; None where too few pairs work."""
    prediction = predict(options, pair, "0.3", cells, sizes, seed)
    p, seconds = prediction["prediction"], prediction["seconds"]
    if not told(p):
        return None
    guess = run(options, "train", "--first", pair[0], "--second", pair[1], f"--range={pair[2]}", "--steps", "0",
                "--chains", GUESSES, "--histograms", "interface")
    chains = guess["chains"] / guess["seconds"] * seconds
    variance = p["acceptance"] * (1 - p["acceptance"]) / chains
    ceiling = p["acceptance"] / (p["first_variance"] + p["second_variance"])
    return variance / (p["acceptance_error"] ** 2 + bias ** 2), ceiling, seconds


def ratios(options, pairs):
    print("\n| pair | components | cells | bias | seconds | guess-and-check's variance over the prediction's mean square error: "
          "median, range | p/(zeta1 + zeta2) |")
    print("|---|---|---|---|---|---|---|")
    for pair in pairs:
        planned = plan(options, pair)
        seen = [ratio(options, pair, seed, *planned) for seed in range(2, 2 + REPEATS)] if planned else [None]
        if None in seen:
            print(f"| {pair[0]} x {pair[1]} | | | | | too few pairs work | |", flush=True)
            continue
        sizes, cells, bias = planned
        values, ceilings, seconds = zip(*seen)
        print(f"| {pair[0]} x {pair[1]} | {sizes[0]:,} x {sizes[1]:,} | {cells} | {bias:.1e} "
              f"| {statistics.median(seconds):.3f} | {statistics.median(values):.1f}, {min(values):.1f} to "
              f"{max(values):.1f} | {statistics.median(ceilings):.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seam")
    parser.add_argument("--bins", type=int, default=64)
    parser.add_argument("--chains", type=int, default=131072)
    parser.add_argument("--draws", type=int, default=131072)
    parser.add_argument("--all-pairs", action="store_true")
    options = parser.parse_args()
    if options.all_pairs:
        ratios(options, all_pairs(options))
    else:
        bias(options)
        ratios(options, PAIRS)


if __name__ == "__main__":
    main()
