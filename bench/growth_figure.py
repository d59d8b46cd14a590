#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the record of growth.py: time and memory along each axis, in the style of seam plot. Needs pycairo.

usage: growth_figure.py NAME.json [--output NAME] [--width MM] [--format svg|png|pdf]"""

import argparse
import dataclasses
import math
import pathlib
import sys

import cairo
import growth_table

# The same values as in host/command/figure: page.c, panel.c, curve.c and style.c.
POINTS_PER_INCH, DOTS_PER_INCH, ROOM_FOR_TWO = 72, 300, 340
FRAME, STROKE, TICK = 0.6, 0.8, 0.35  # points, points, sizes of text
ROOM_LEFT, ROOM_BELOW, ROOM_AROUND = 4.4, 2.9, 0.9  # sizes of text
INK, FAINT = (0.1, 0.1, 0.1), (0.45, 0.45, 0.45)
COLOURS = ((0, 0.447, 0.698), (0.835, 0.369, 0), (0, 0.62, 0.451))  # the first two are buffers' and inverters'
ASPECT, HIGHEST = 0.72, 170  # of a panel; points
LEFT, CENTRED, RIGHT = 0.0, 0.5, 1.0

# ---- The page -------------------------------------------------------------------------------------------------------


class Page:
    """A page of a given width; the content decides the height. Lengths are in points, y goes down."""

    def __init__(self, surface: cairo.Surface, width: float):
        self.cairo = cairo.Context(surface)
        self.wide = width >= ROOM_FOR_TWO
        self.size = 8 if self.wide else 7
        self.left = self.y = 0.6 * self.size
        self.width = width - 2 * self.left
        unhinted = cairo.FontOptions()
        unhinted.set_hint_style(cairo.HINT_STYLE_NONE)
        unhinted.set_hint_metrics(cairo.HINT_METRICS_OFF)
        unhinted.set_antialias(cairo.ANTIALIAS_GRAY)
        self.cairo.set_font_options(unhinted)
        self.cairo.set_source_rgb(1, 1, 1)
        self.cairo.paint()
        self.font()

    def font(self, factor: float = 1, bold: bool = False, colour: tuple = INK) -> None:
        weight = cairo.FONT_WEIGHT_BOLD if bold else cairo.FONT_WEIGHT_NORMAL
        self.cairo.select_font_face("DejaVu Sans", cairo.FONT_SLANT_NORMAL, weight)
        self.cairo.set_font_size(factor * self.size)
        self.cairo.set_source_rgb(*colour)

    def text_width(self, text: str) -> float:
        return self.cairo.text_extents(text).x_advance

    def text(self, x: float, y: float, align: float, text: str) -> None:
        """The middle of capital letters is at y."""
        self.cairo.move_to(x - align * self.text_width(text), y + self.cairo.text_extents("H").height / 2)
        self.cairo.show_text(text)

    def text_up(self, x: float, y: float, text: str) -> None:
        self.cairo.save()
        self.cairo.translate(x, y)
        self.cairo.rotate(-math.pi / 2)
        self.text(0, 0, CENTRED, text)
        self.cairo.restore()

    def paragraph(self, text: str) -> None:
        """A paragraph over the whole width, broken at spaces."""
        line, height = "", self.cairo.font_extents()[2]
        for word in [*text.split(" "), None]:
            longer = f"{line} {word}" if line else word
            if word is not None and (not line or self.text_width(longer) <= self.width):
                line = longer
                continue
            self.text(self.left, self.y + height / 2, LEFT, line)
            self.y += height
            line = word

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.cairo.move_to(x0, y0)
        self.cairo.line_to(x1, y1)
        self.cairo.stroke()


# ---- Axes -----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Scale:
    """An axis from `lower` to `upper`, linear or logarithmic."""

    lower: float
    upper: float
    label: str
    logarithmic: bool
    ticks: list  # (value, what it says)

    def place(self, value: float) -> float:
        """The place of a value on the axis, from 0 to 1."""
        return ((math.log10(value) if self.logarithmic else value) - self.lower) / (self.upper - self.lower)


def power_of_ten(exponent: int) -> str:
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def short(value: float) -> str:
    """A short text for a number: 1, 20, 5k, 2M."""
    for size, prefix in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{prefix}"
    return f"{value:g}"


def powers(lower: float, upper: float, factors: tuple) -> list:
    exponents = range(math.floor(lower), math.ceil(upper) + 1)
    values = [factor * 10.0**exponent for exponent in exponents for factor in factors]
    return [value for value in values if lower - 1e-9 <= math.log10(value) <= upper + 1e-9]


def time_scale(values: list[float], label: str) -> Scale:
    """At least a decade, so that a constant time looks constant."""
    lower, upper = math.log10(min(values)), math.log10(max(values))
    more = max(0.12 * (upper - lower), 0.1, (1 - upper + lower) / 2)
    lower, upper = lower - more, upper + more
    ticks = powers(lower, upper, (1, 2, 5) if upper - lower < 3 else (1,))
    return Scale(lower, upper, label, True, [(value, short(value)) for value in ticks])


def memory_scale(values: list[float], unit: str) -> Scale:
    """From 0, so that a constant memory looks constant."""
    upper = 1.25 * max(values)
    power = 10.0 ** math.floor(math.log10(upper / 5))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor * 5 >= upper)
    ticks = [(k * step, f"{k * step:g}") for k in range(int(upper / step) + 1)]
    return Scale(0, upper, f"peak memory, {unit}", False, ticks)


def value_scale(values: list[int], label: str) -> Scale:
    """The ticks are the measured values."""
    lower, upper = math.log10(min(values)), math.log10(max(values))
    more = 0.05 * (upper - lower) or 0.1
    name = power_of_ten if min(values) >= 1000 else None
    ticks = [(value, name(round(math.log10(value))) if name else str(value)) for value in values]
    return Scale(lower - more, upper + more, label, True, ticks)


def thinned(ticks: list, apart) -> list:
    """All ticks, or every second, third and so on, so that their labels do not overlap."""
    for step in range(1, len(ticks)):
        kept = ticks[::step]
        if all(apart(one, other) for one, other in zip(kept, kept[1:])):
            return kept
    return ticks[:1]


# ---- A panel --------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Panel:
    """A box with one axis on its left side and one on its lower side."""

    left: float
    top: float
    width: float
    height: float
    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + self.width * self.x.place(x), self.top + self.height * (1 - self.y.place(y))


def draw_frame(page: Page, panel: Panel) -> None:
    page.font()
    page.cairo.set_line_width(FRAME)
    page.cairo.rectangle(panel.left, panel.top, panel.width, panel.height)
    page.cairo.stroke()
    draw_x(page, panel)
    draw_y(page, panel)


def draw_x(page: Page, panel: Panel) -> None:
    bottom, tick = panel.top + panel.height, TICK * page.size

    def apart(one: tuple, other: tuple) -> bool:
        widths = page.text_width(one[1]) / 2 + page.text_width(other[1]) / 2
        return (panel.x.place(other[0]) - panel.x.place(one[0])) * panel.width > widths + 0.6 * page.size

    named = thinned(panel.x.ticks, apart)
    for value, name in panel.x.ticks:
        x = panel.left + panel.width * panel.x.place(value)
        page.line(x, bottom, x, bottom + tick)
        if (value, name) in named:
            page.text(x, bottom + tick + 0.75 * page.size, CENTRED, name)
    page.text(panel.left + panel.width / 2, bottom + 2.25 * page.size, CENTRED, panel.x.label)


def draw_y(page: Page, panel: Panel) -> None:
    tick = TICK * page.size

    def apart(one: tuple, other: tuple) -> bool:
        return (panel.y.place(other[0]) - panel.y.place(one[0])) * panel.height > 1.5 * page.size

    named = thinned(panel.y.ticks, apart)
    for value, name in panel.y.ticks:
        y = panel.top + panel.height * (1 - panel.y.place(value))
        page.line(panel.left, y, panel.left - tick, y)
        if (value, name) in named:
            page.text(panel.left - 1.6 * tick, y, RIGHT, name)
    widest = max(page.text_width(name) for _, name in named)
    page.text_up(panel.left - 1.6 * tick - widest - page.size, panel.top + panel.height / 2, panel.y.label)


def mark(page: Page, x: float, y: float, which: int) -> None:
    """A circle, a square or a triangle, so that curves differ without colours, too."""
    page.cairo.new_path()
    if which % 3 == 0:
        page.cairo.arc(x, y, 1.7, 0, 2 * math.pi)
    elif which % 3 == 1:
        page.cairo.rectangle(x - 1.6, y - 1.6, 3.2, 3.2)
    else:
        for turn in (0, 2, 4):
            page.cairo.line_to(x + 2.2 * math.sin(turn * math.pi / 3), y - 2.2 * math.cos(turn * math.pi / 3))
    page.cairo.fill()


def draw_curve(page: Page, panel: Panel, which: int, curve: list) -> None:
    """Joins the medians and draws a bar from the least to the most; `curve` holds values and spreads."""
    page.cairo.set_source_rgb(*COLOURS[which % len(COLOURS)])
    page.cairo.set_line_width(STROKE)
    page.cairo.new_path()  # text leaves a point behind
    for value, spread in curve:
        page.cairo.line_to(*panel.at(value, spread.median))
    page.cairo.stroke()
    cap = 0.2 * page.size
    for value, spread in curve:
        x, middle = panel.at(value, spread.median)
        below, above = panel.at(value, spread.least)[1], panel.at(value, spread.most)[1]
        page.line(x, below, x, above)
        for end in (below, above):
            page.line(x - cap, end, x + cap, end)
        mark(page, x, middle, which)


def draw_guide(page: Page, panel: Panel, slope: int, anchor: tuple) -> None:
    """A line through the anchor across the panel, behind all else."""
    ends = [10**panel.x.lower, 10**panel.x.upper]
    page.cairo.save()
    page.cairo.rectangle(panel.left, panel.top, panel.width, panel.height)
    page.cairo.clip()
    dashes(page)
    page.line(*panel.at(ends[0], anchor[1] * (ends[0] / anchor[0]) ** slope),
              *panel.at(ends[1], anchor[1] * (ends[1] / anchor[0]) ** slope))  # fmt: skip
    page.cairo.restore()


def dashes(page: Page) -> None:
    page.cairo.set_source_rgb(*FAINT)
    page.cairo.set_line_width(FRAME)
    page.cairo.set_dash([2, 1.2])


# ---- A figure -------------------------------------------------------------------------------------------------------


def draw_key(page: Page, names: list[str], guide: str) -> None:
    """The meaning of each colour and of the dashed line; entries without room go to the next line."""
    x, sample, gap = page.left, 2 * page.size, 0.5 * page.size
    page.y += page.size
    for which, name in enumerate([*names, guide]):
        page.font()
        width = sample + gap + page.text_width(name)
        if x > page.left and x + width > page.left + page.width:
            x, page.y = page.left, page.y + 1.5 * page.size
        page.cairo.save()
        page.cairo.set_line_width(STROKE)
        page.cairo.set_source_rgb(*COLOURS[which % len(COLOURS)])
        if which == len(names):
            dashes(page)
        else:
            mark(page, x + sample / 2, page.y, which)
        page.line(x, page.y, x + sample, page.y)
        page.cairo.restore()
        page.text(x + sample + gap, page.y, LEFT, name)
        x += width + 1.5 * page.size
    page.y += 1.2 * page.size


def panels(page: Page, x: Scale, scales: list[Scale]) -> list[Panel]:
    """The panels stand side by side on a wide page, else one below the other."""
    columns = len(scales) if page.wide else 1
    column = page.width / columns
    width = column - (ROOM_LEFT + ROOM_AROUND) * page.size
    height, below = min(ASPECT * width, HIGHEST), (ROOM_BELOW + ROOM_AROUND) * page.size
    made = []
    for number, y in enumerate(scales):
        left = page.left + number % columns * column + ROOM_LEFT * page.size
        made.append(Panel(left, page.y + number // columns * (height + below), width, height, x, y))
    page.y = made[-1].top + height + below
    return made


def draw(page: Page, found: dict, name: str) -> None:
    axis, curves = growth_table.AXES[name], growth_table.curves(found, name)
    times = [[(p.value, p.nanoseconds(axis.per)) for p in points] for points in curves.values()]
    unit, size = growth_table.memory_unit(found, name)
    memories = [[(p.value, p.memory(size)) for p in points if p.memory(size)] for points in curves.values()]
    page.font(bold=True)
    page.paragraph(axis.title)
    draw_key(page, list(curves), axis.guide)
    values = sorted({p.value for points in curves.values() for p in points})
    scales = [time_scale(ends_of(times), time_label(found, name))]
    if any(memories):
        scales.append(memory_scale(ends_of(memories), unit))
    made = panels(page, value_scale(values, axis.label), scales)
    for points in times:
        anchor = points[0] if axis.slope else points[-1]
        draw_guide(page, made[0], axis.slope, (anchor[0], anchor[1].median))
    for panel, kind in zip(made, (times, memories)):
        for which, points in enumerate(kind):
            draw_curve(page, panel, which, points)
        draw_frame(page, panel)
    draw_caption(page, found, name)


def time_label(found: dict, name: str) -> str:
    per, steps = growth_table.AXES[name].per, growth_table.options_alike(found, name).get("steps")
    return f"time of a chain of {steps} steps, ns" if per == "chain" and steps else f"time of a {per}, ns"


def ends_of(curves: list) -> list[float]:
    return [end for points in curves for _, spread in points for end in (spread.least, spread.most)]


def draw_caption(page: Page, found: dict, name: str) -> None:
    counts = [len(point.runs) for points in growth_table.curves(found, name).values() for point in points]
    runs = " to ".join(dict.fromkeys([str(min(counts)), str(max(counts))]))
    page.font(0.8, colour=FAINT)
    shown = "One run a point." if runs == "1" else f"Medians of {runs} runs; bars from the least to the most."
    page.paragraph(f"{shown} {growth_table.configuration(found, name)}. {growth_table.provenance(found)}.")


# ---- The files ------------------------------------------------------------------------------------------------------


def surface_of(path: pathlib.Path, width: float, height: float) -> cairo.Surface:
    """The same record makes the same bytes: no file holds the date of drawing."""
    if path.suffix == ".pdf":
        surface = cairo.PDFSurface(str(path), width, height)
        surface.set_metadata(cairo.PDF_METADATA_CREATE_DATE, "")
    elif path.suffix == ".svg":
        surface = cairo.SVGSurface(str(path), width, height)
        surface.set_document_unit(cairo.SVG_UNIT_PT)
    else:
        scale = DOTS_PER_INCH / POINTS_PER_INCH
        surface = cairo.ImageSurface(cairo.FORMAT_RGB24, math.ceil(width * scale), math.ceil(height * scale))
        surface.set_device_scale(scale, scale)
    return surface


def draw_file(found: dict, name: str, path: pathlib.Path, width: float) -> None:
    """Draws twice: the first time finds the height."""
    first = Page(cairo.ImageSurface(cairo.FORMAT_A8, 1, 1), width)
    draw(first, found, name)
    surface = surface_of(path, width, first.y + first.left)
    draw(Page(surface, width), found, name)
    if path.suffix == ".png":
        surface.write_to_png(str(path))
    surface.finish()


def draw_all(found: dict, output: str, form: str = "svg", millimetres: float = 180) -> None:
    for name in growth_table.axes_of(found):
        draw_file(found, name, pathlib.Path(f"{output}-{name}.{form}"), millimetres / 25.4 * POINTS_PER_INCH)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("record", type=pathlib.Path, help="the record, NAME.json of growth.py")
    parser.add_argument("--output", metavar="NAME", help="of NAME-chains.svg and so on (default: the record's)")
    parser.add_argument("--width", type=float, default=180, metavar="MM", help="80 to 400, default 180")
    parser.add_argument("--format", choices=["svg", "png", "pdf"], default="svg", help="default svg")
    options = parser.parse_args()
    if not 80 <= options.width <= 400:
        parser.error("argument --width: 80 to 400 mm")
    try:
        found = growth_table.read(options.record)
    except ValueError as problem:
        parser.error(str(problem))
    draw_all(found, options.output or str(options.record.with_suffix("")), options.format, options.width)
    return 0


if __name__ == "__main__":
    sys.exit(main())
