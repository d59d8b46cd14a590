#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The figures of bench/growth.py have medians at the right places of the axes. At any width, and for the smallest and
largest records, no word covers another one or is cut off.

usage: growth_figure.py BENCH_DIR [RECORD...]"""

import json
import math
import pathlib
import sys

sys.path.insert(0, sys.argv[1])
import cairo  # noqa: E402
import growth_figure  # noqa: E402
import growth_table  # noqa: E402

WIDTHS = (80, 85, 119, 120, 180, 400)  # mm


def run(axis: str, value: int, curve: str, chains: int, seconds: float, mebibytes: float) -> dict:
    options = {"first": curve, "steps": 10, "optimizer": "adam", "histograms": "interface"}
    return {"axis": axis, "value": value, "curve": curve, "date": "2026-11-25T12:00:00+00:00", "isa": "v4",
            "options": options, "chains": chains, "seconds": seconds, "chain_steps_per_second": 10 * chains / seconds,
            "peak_bytes": mebibytes * 2**20}  # fmt: skip


def record(runs: list[dict]) -> dict:
    return {"version": "0.1.0", "commit": "0123456789ab-dirty", "backend": "cuda", "threads": 128, "load": 0.25,
            "devices": 8 * ["NVIDIA H100 80GB HBM3"], "runs": runs}  # fmt: skip


def largest() -> dict:
    curves = {"linear × linear": 1e-7, "buffer × buffer": 3e-7, "mlp8 × mlp8": 9e-7}
    runs = []
    for curve, seconds in curves.items():
        for spread in (0.9, 1, 1.2):
            chains = [10**power for power in range(3, 10)]
            runs += [run("chains", n, curve, n, spread * (0.003 + n * seconds), 9 * spread) for n in chains]
            threads = [1, 2, 4, 8, 16, 32, 64, 128, 192]
            runs += [run("threads", n, curve, 10**6, spread * 1e6 * seconds / n, 20 * n) for n in threads]
            runs += [run("cards", n, curve, 10**8, spread * 1e6 * seconds / n, 40000 * n) for n in range(1, 17)]
    return record(runs)


def least() -> dict:
    """One run without a known memory use."""
    return record([run("chains", 1000, "buffer × buffer", 1000, 0.003, 0)])


class Watched(growth_figure.Page):
    """A page that remembers where it drew words."""

    def __init__(self, *given):
        self.words = []
        super().__init__(*given)

    def text(self, x: float, y: float, align: float, text: str) -> None:
        left, half = x - align * self.text_width(text), self.cairo.text_extents("H").height / 2
        corners = [self.cairo.user_to_device(left, y - half),
                   self.cairo.user_to_device(left + self.text_width(text), y + half)]  # fmt: skip
        (x0, x1), (y0, y1) = (sorted(ends) for ends in zip(*corners))
        self.words.append((text, x0, x1, y0, y1))
        super().text(x, y, align, text)


def check_words(found: dict, name: str, millimetres: float) -> None:
    width = millimetres / 25.4 * 72
    page = Watched(cairo.ImageSurface(cairo.FORMAT_A8, 1, 1), width)
    growth_figure.draw(page, found, name)
    panels = 2 if any(run["peak_bytes"] for run in found["runs"]) else 1
    assert len(page.words) > 5 * panels, f"{name}: {len(page.words)} words"
    assert sum("memory" in word[0] for word in page.words) == panels - 1, f"{name}: memory is not told"
    for number, (text, x0, x1, y0, y1) in enumerate(page.words):
        where = f"{name} at {millimetres} mm: {text!r}"
        assert x0 >= 0 and x1 <= width and y0 >= 0 and y1 <= page.y + page.left, f"{where} is cut off"
        for other, a0, a1, b0, b1 in page.words[:number]:
            apart = x0 >= a1 or a0 >= x1 or y0 >= b1 or b0 >= y1
            assert apart, f"{where} lies on {other!r}"


def check_medians() -> None:
    """The median of five runs, also on a logarithmic axis from 10 to 1000 in a box of 100 points."""
    times = [3, 1, 2, 9, 4]
    found = record([run("chains", 1000, "a", 1000, 1e-6 * time, time) for time in times])
    point = growth_table.curves(found, "chains")["a"][0]
    near(point.nanoseconds("chain"), (1, 3, 9))
    near(point.nanoseconds("chain-step"), (0.1, 0.3, 0.9))
    near(point.memory(2**20), (1, 3, 9))
    scale = growth_figure.Scale(1, 3, "", True, [])
    panel = growth_figure.Panel(50, 20, 200, 100, scale, scale)
    assert all(map(math.isclose, panel.at(100, 1000), (150, 20))), panel.at(100, 1000)


def near(spread: growth_table.Spread, expected: tuple) -> None:
    got = (spread.least, spread.median, spread.most)
    assert all(map(math.isclose, got, expected)), f"{got}, not {expected}"


def main() -> None:
    check_medians()
    for found in [least(), largest(), *(json.loads(pathlib.Path(path).read_text()) for path in sys.argv[2:])]:
        for name in growth_table.axes_of(found):
            for width in WIDTHS:
                check_words(found, name, width)


main()
