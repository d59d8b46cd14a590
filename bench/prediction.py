#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a prediction is worth: the bias of its cells, by refining them, and its variance against guess-and-check's.

usage: prediction.py SEAM [--bins 64] [--chains 131072] [--draws 131072] [--cells 256] [--all-pairs]

Both are of the acceptance, the chance that a random pair works. The bias is that of the same components in coarser
cells than 4096, in per cent. Guess-and-check is `seam train --steps 0` on as many chains as the prediction's time
allows; the ratio of variances is the median of five runs in turn. As many pairs as --chains x --draws are divided among
first and second components as a prediction of few says: n1/n2 = sqrt(zeta1/zeta2) makes zeta1/n1 + zeta2/n2 least. The
ratio cannot pass the ceiling, p/(zeta1 + zeta2), however fast pairs are counted, while a component costs as much as a
chain there and both sides are as many. With --all-pairs every pair of kinds is put to that comparison, but for those
of which too few pairs work to tell."""
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
REPEATS = 5
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


def predict(options, pair, margin, cells, sizes=None):
    first, second, interval = pair
    chains, draws = sizes or (options.chains, options.draws)
    return run(options, "predict", "--first", first, "--second", second, f"--range={interval}", "--input-margin", margin,
               "--chains", str(chains), "--draws", str(draws), "--cells", str(cells))


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


def divide(options, pair):
    """How many first and second components, even numbers; None where too few pairs work."""
    few = predict(options, pair, "0.3", options.cells, (32768, 32768))["prediction"]
    if not told(few):
        return None
    tilt = min(max(few["first_variance"] / few["second_variance"], 1 / TILT), TILT) ** 0.25
    return 2 * round(options.chains * tilt / 2), 2 * round(options.draws / tilt / 2)


def ratio(options, pair, sizes):
    """The ratio of variances at equal time, its ceiling and the time; None where too few pairs work."""
    prediction = predict(options, pair, "0.3", options.cells, sizes)
    p, seconds = prediction["prediction"], prediction["seconds"]
    if not told(p):
        return None
    guess = run(options, "train", "--first", pair[0], "--second", pair[1], f"--range={pair[2]}", "--steps", "0",
                "--chains", "8M", "--histograms", "interface")
    chains = guess["chains"] / guess["seconds"] * seconds
    variance = p["acceptance"] * (1 - p["acceptance"]) / chains
    return variance / p["acceptance_error"] ** 2, p["acceptance"] / (p["first_variance"] + p["second_variance"]), seconds


def ratios(options, pairs):
    print("\n| pair | components | seconds | variance of guess-and-check over the prediction's, range | ceiling |")
    print("|---|---|---|---|---|")
    for pair in pairs:
        sizes = divide(options, pair)
        seen = [ratio(options, pair, sizes) for _ in range(REPEATS)] if sizes else [None]
        if None in seen:
            print(f"| {pair[0]} x {pair[1]} | | | too few pairs work | |", flush=True)
            continue
        values, ceilings, seconds = zip(*seen)
        print(f"| {pair[0]} x {pair[1]} | {sizes[0]:,} x {sizes[1]:,} | {statistics.median(seconds):.2f} | {statistics.median(values):.1f}, "
              f"{min(values):.1f} to {max(values):.1f} | {ceilings[0]:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seam")
    parser.add_argument("--bins", type=int, default=64)
    parser.add_argument("--chains", type=int, default=131072)
    parser.add_argument("--draws", type=int, default=131072)
    parser.add_argument("--cells", type=int, default=256)
    parser.add_argument("--all-pairs", action="store_true")
    options = parser.parse_args()
    if options.all_pairs:
        ratios(options, all_pairs(options))
    else:
        bias(options)
        ratios(options, PAIRS)


if __name__ == "__main__":
    main()
