#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the errors of a prediction: the bias of its cells, and its variance against that of guess-and-check.

usage: prediction.py SEAM [--bins 64] [--chains 131072] [--draws 131072] [--all-pairs]

Both are errors of the acceptance p, the chance that a random pair works.

Bias: the same components are counted in 4096 cells and in fewer. The difference is printed in per cent.

Ratio: guess-and-check is `seam train --steps 0` with as many chains as take the prediction's time. Its variance is
p(1 - p)/chains. The prediction's mean square error is zeta1/n1 + zeta2/n2 + p/(n1·n2) + bias^2. The ratio divides the
first by the second. p, zeta1 and zeta2 are means of eight predictions of LAWS' sizes with different seeds, because one
prediction with its 64 x 64 blocks knows zeta1 and zeta2 to 18 per cent only. Times are medians of five runs with
different seeds, taken in turn.

Sizes: a component costs c1 or c2 in 256 cells. If counting is free, n1/n2 = sqrt(zeta1·c2/(zeta2·c1)) makes zeta1/n1 +
zeta2/n2 smallest; it is kept within 1/16 and 16. n1·n2 is one of SCALES times --chains x --draws. Of these, and of the
numbers of cells with a bias below a tenth of p, the choice is the one with the smallest mean square error times seconds.

p/(zeta1 + zeta2) is printed for comparison. It would be the ratio if a component cost as much as a chain, both sides had
as many, and counting were free. --all-pairs measures every pair of kinds. Pairs are left out if too few work."""
import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile

PAIRS = [("logistic", "logistic", "-0.05:1.05"), ("buffer", "buffer", "-2.5:3.5"), ("table8", "logistic", "-2.5:3.5"),
         ("mlp4", "mlp4", "-2.5:3.5"), ("mlp8", "mlp8", "-2.5:3.5"), ("mlp4", "mlp16", "-2.5:3.5")]
CELLS = [64, 128, 256, 384, 512, 1024, 2048, 4096]
FINEST = CELLS[-1]
LAWS = [1 << 18, 1 << 20, 1 << 21]  # first and second components each; more where too few pairs work
SEEDS = 8
SCALES = [1, 4]  # of components on both sides
GUESSES = "2M"
REPEATS = 5
PILOT = 32768
TILT = 256  # zeta1/zeta2 at most, or its inverse


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


def told(p, error, first_variance, second_variance):
    """Whether enough pairs work: the 95% interval of p does not hold 0, and both variances are above 0."""
    return 2 * (error or math.inf) < p and min(first_variance, second_variance) > 0


def bias(options):
    print("| pair, margin | acceptance | standard error |" + "".join(f" {c} cells |" for c in CELLS[:-1]))
    print("|---|---|---|" + "---|" * (len(CELLS) - 1))
    for pair in PAIRS:
        for margin in ("0", "0.3"):
            seen = [predict(options, pair, margin, cells)["prediction"] for cells in CELLS]
            finest, error = seen[-1]["acceptance"], seen[-1]["acceptance_error"]
            if not told(finest, error, seen[-1]["first_variance"] or 0, seen[-1]["second_variance"] or 0):
                print(f"| {pair[0]} x {pair[1]}, {margin} | too few pairs work |", flush=True)
                continue
            columns = "".join(f" {100 * (p['acceptance'] / finest - 1):+.3f}% |" for p in seen[:-1])
            print(f"| {pair[0]} x {pair[1]}, {margin} | {finest:.3g} | {100 * error / finest:.2f}% |{columns}",
                  flush=True)


def law_of(options, pair):
    """The acceptance, zeta1, zeta2, and the components of each prediction behind them; None if too few pairs work."""
    for size in LAWS:
        seen = [predict(options, pair, "0.3", 1024, (size, size), seed)["prediction"]
                for seed in range(100, 100 + SEEDS)]
        p, *variances = (statistics.mean(s[name] or 0 for s in seen)
                         for name in ("acceptance", "first_variance", "second_variance"))
        error = math.sqrt(statistics.mean((s["acceptance_error"] or 0) ** 2 for s in seen) / SEEDS)
        if told(p, error, *variances):
            return p, *variances, size
    return None


def biases(options, pair, size):
    """The bias of each number of cells, from the components of one seed."""
    of = {cells: predict(options, pair, "0.3", cells, (size, size))["prediction"]["acceptance"] for cells in CELLS}
    return {cells: of[cells] - of[FINEST] for cells in CELLS[:-1]}


def seconds(options, pair, cells, sizes, seed=1):
    return predict(options, pair, "0.3", cells, sizes, seed)["seconds"]


def seconds_each(options, pair, cells):
    """The seconds that a first and a second component take, from predictions with few and with many."""
    def least(chains, draws):
        return min(seconds(options, pair, cells, (chains, draws)) for _ in range(3))
    few = least(2048, 2048)
    return [max(t - few, 1e-4) / (4 * PILOT) for t in (least(4 * PILOT + 2048, 2048), least(2048, 4 * PILOT + 2048))]


def divide(options, costs, law, scale):
    """The numbers of first and second components, both even."""
    _, first_variance, second_variance, _ = law
    tilt = first_variance * costs[1] / (second_variance * costs[0])
    tilt = min(max(tilt, 1 / TILT), TILT) ** 0.25
    return 2 * round(scale * options.chains * tilt / 2), 2 * round(scale * options.draws / tilt / 2)


def square_error(law, sizes, bias):
    p, first_variance, second_variance, _ = law
    return first_variance / sizes[0] + second_variance / sizes[1] + p / (sizes[0] * sizes[1]) + bias ** 2


def plan(options, pair, law):
    """The sizes, cells and their bias with the smallest mean square error times seconds; None if no cells are fine
    enough."""
    of_cells, costs = biases(options, pair, law[-1]), seconds_each(options, pair, 256)
    best = (math.inf,)
    for scale in SCALES:
        sizes = divide(options, costs, law, scale)
        for cells, bias in of_cells.items():
            error = square_error(law, sizes, bias)
            if bias ** 2 > error / 2 or abs(bias) > law[0] / 10:
                continue  # finer cells will do
            price = error * min(seconds(options, pair, cells, sizes) for _ in range(2))
            best = min(best, (price, sizes, cells, bias))
            if price > 1.5 * best[0]:
                break  # and yet finer ones only take longer
    return best[1:] or None


def ratio(options, pair, law, seed, sizes, cells, bias):
    """The ratio at equal time, and that time."""
    p, time = law[0], seconds(options, pair, cells, sizes, seed)
    guess = run(options, "train", "--first", pair[0], "--second", pair[1], f"--range={pair[2]}", "--steps", "0",
                "--chains", GUESSES, "--histograms", "interface")
    chains = guess["chains"] / guess["seconds"] * time
    return p * (1 - p) / chains / square_error(law, sizes, bias), time


def ratios(options, pairs):
    print("\n| pair | acceptance | components | cells | bias | seconds | guess-and-check's variance over the prediction's "
          "mean square error: median, range | p/(zeta1 + zeta2) |")
    print("|---|---|---|---|---|---|---|---|")
    for pair in pairs:
        law = law_of(options, pair)
        planned = law and plan(options, pair, law)
        if not planned:
            print(f"| {pair[0]} x {pair[1]} | | | | | | too few pairs work | |", flush=True)
            continue
        sizes, cells, bias = planned
        seen = [ratio(options, pair, law, seed, sizes, cells, bias) for seed in range(2, 2 + REPEATS)]
        values, times = zip(*seen)
        print(f"| {pair[0]} x {pair[1]} | {law[0]:.2g} | {sizes[0]:,} x {sizes[1]:,} | {cells} | {bias:.1e} "
              f"| {statistics.median(times):.3f} | {statistics.median(values):.1f}, {min(values):.1f} to "
              f"{max(values):.1f} | {law[0] / (law[1] + law[2]):.0f} |", flush=True)


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
