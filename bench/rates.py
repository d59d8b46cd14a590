#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums up the output of `seam bench --json` or `seam predict --json` on a card in one line of text.

rates.py row FILE                    rate, share of the roof, clock, power
rates.py histograms ALL SMALL        the share of the time that counting takes: ALL fills every histogram, SMALL one
rates.py cards TOGETHER ALONE...     the rate of several cards in one process over the sum of their rates alone
rates.py predict FILE...             pairs counted a second in equal runs

--figure FILE appends {"name":..., "value":..., "low":..., "high":...} to FILE. low and high are the worst and the best
value that the repeats allow. Exit codes: 0 done; 2 a wrong argument, or a file without a result of that command on CUDA.
"""
import argparse
import json
import statistics
import sys


def read_row(path):
    """The configuration and the row for CUDA, from the last line."""
    try:
        with open(path) as file:
            line = json.loads(file.readlines()[-1])
        (row,) = [row for row in line["rows"] if row["backend"] == "cuda"]
        return line["config"], row
    except (OSError, ValueError, KeyError, IndexError, TypeError) as problem:
        print(f"{path}: no line of seam bench --json with a row on CUDA ({problem!r})", file=sys.stderr)
        raise SystemExit(2) from None


def row_text(path):
    config, row = read_row(path)
    parts = [f"{row['chain_steps_per_second']['median'] / 1e9:.3f}G chain-steps/s"]
    if row["roof_fraction"] is not None:
        clock = row["clock_mhz"] or row["clock_max_mhz"]
        parts.append(f"{row['roof_fraction']:.1%} of the roof ({row['roof_pipe']}) at {clock:.0f} MHz")
    elif row["clock_mhz"] is not None:
        parts.append(f"{row['clock_mhz']:.0f} MHz")
    if row["power_watts"] is not None:
        parts.append(f"{row['power_watts']:.0f} W")
    parts.append(f"{row['chains']:,} chains of {int(config['steps']):,} steps")
    return ", ".join(parts)


def rate(path, which="median"):
    return read_row(path)[1]["chain_steps_per_second"][which]


def histogram_share(together, small):
    """1 - (time of the small run)/(time of the full run), for the same chain-steps."""
    return {
        "name": "histogram_share",
        "value": 1 - rate(together) / rate(small),
        "low": 1 - rate(together, "max") / rate(small, "min"),
        "high": 1 - rate(together, "min") / rate(small, "max"),
    }


def card_scaling(together, *alone):
    return {
        "name": "cards_over_their_sum",
        "value": rate(together) / sum(rate(one) for one in alone),
        "low": rate(together, "min") / sum(rate(one, "max") for one in alone),
        "high": rate(together, "max") / sum(rate(one, "min") for one in alone),
        "cards": len(alone),
    }


def read_pairs(path):
    try:
        with open(path) as file:
            line = json.loads(file.readlines()[-1])
        if line["event"] != "result" or line["backend"] != "cuda":
            raise ValueError(f"{line['event']} on {line['backend']}")
        return float(line["pairs_per_second"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as problem:
        print(f"{path}: no result of seam predict --json on CUDA ({problem!r})", file=sys.stderr)
        raise SystemExit(2) from None


def pair_rate(*files):
    rates = [read_pairs(path) for path in files]
    value = statistics.median(rates)
    return {"name": "predict_pairs_per_second", "value": value, "low": min(rates), "high": max(rates)}


FIGURES = {"histograms": histogram_share, "cards": card_scaling, "predict": pair_rate}
TOLD = {
    "histogram_share": ("of the time goes into histograms", ".2%"),
    "cards_over_their_sum": ("of the cards' sum", ".2%"),
    "predict_pairs_per_second": ("pairs/s", ".4g"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["row", *FIGURES])
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--figure", metavar="FILE", help="where to append the figure")
    arguments = parser.parse_args()
    if arguments.what == "row":
        return print(row_text(arguments.files[0]))
    count = len(arguments.files)
    if (arguments.what != "predict" and count < 2) or (arguments.what == "histograms" and count > 2):
        parser.error(f"{arguments.what}: it takes another number of files")
    figure = FIGURES[arguments.what](*arguments.files)
    if arguments.figure:
        with open(arguments.figure, "a") as file:
            print(json.dumps(figure), file=file)
    told, form = TOLD[figure["name"]]
    print(f"{figure['value']:{form}} {told} ({figure['low']:{form}} to {figure['high']:{form}})")


if __name__ == "__main__":
    main()
