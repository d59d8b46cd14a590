# SPDX-License-Identifier: Apache-2.0
"""What growth.py found, point by point, and as Markdown."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Axis:
    title: str
    label: str
    per: str  # what the time is told of: a chain, or a step of one
    slope: int  # of the time, on logarithmic axes, were the cost in proportion
    guide: str  # what such a line says


AXES = {
    "chains": Axis("What a chain costs, of so many", "chains", "chain", 0, "the same for each"),
    "width": Axis("What wider components cost", "hidden units of each component", "chain-step", 1, "in proportion"),
    "voltages": Axis("What training voltages cost", "training voltages", "chain-step", 1, "in proportion"),
    "threads": Axis("What threads bring", "threads", "chain-step", -1, "shared without loss"),
    "cards": Axis("What cards bring", "cards", "chain-step", -1, "shared without loss"),
}


@dataclasses.dataclass(frozen=True)
class Spread:
    least: float
    median: float
    most: float


@dataclasses.dataclass(frozen=True)
class Measured:
    """What the runs of one point came to."""

    value: int
    runs: list[dict]

    def spread(self, quantity) -> Spread:
        values = [quantity(run) for run in self.runs]
        return Spread(min(values), statistics.median(values), max(values))

    def nanoseconds(self, per: str) -> Spread:
        if per == "chain":
            return self.spread(lambda run: 1e9 * run["seconds"] / run["chains"])
        return self.spread(lambda run: 1e9 / run["chain_steps_per_second"])

    def mebibytes(self) -> Spread:
        return self.spread(lambda run: run["peak_bytes"] / 2**20)


def axes_of(found: dict) -> list[str]:
    return [axis for axis in AXES if any(run["axis"] == axis for run in found["runs"])]


def curves(found: dict, axis: str) -> dict[str, list[Measured]]:
    """The points of each curve, in the order of their values."""
    runs = [run for run in found["runs"] if run["axis"] == axis]
    return {
        curve: [
            Measured(value, [run for run in runs if (run["curve"], run["value"]) == (curve, value)])
            for value in sorted({run["value"] for run in runs if run["curve"] == curve})
        ]
        for curve in dict.fromkeys(run["curve"] for run in runs)
    }


def options_alike(found: dict, axis: str) -> dict:
    """Those that all runs of an axis have in common."""
    options = [run["options"] for run in found["runs"] if run["axis"] == axis]
    return {name: value for name, value in options[0].items() if all(other.get(name) == value for other in options)}


def configuration(found: dict, axis: str) -> str:
    """As the command line takes it."""
    alike = {**options_alike(found, axis), "backend": found["backend"]}
    return "seam train " + " ".join(f"--{name} {value}" for name, value in alike.items())


def provenance(found: dict) -> str:
    days = sorted({run["date"][:10] for run in found["runs"]})
    isas = "".join(f", {isa}" for isa in dict.fromkeys(run["isa"] for run in found["runs"]) if isa)
    when = " to ".join(dict.fromkeys([days[0], days[-1]]))
    return f"{when}, seam {found['version']}, commit {found['commit']}, {'; '.join(found['devices'])}{isas}"


# ---- The table ------------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Three digits, and all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def range_of(spread: Spread) -> str:
    return f"{number(spread.median)} ({number(spread.least)} to {number(spread.most)})"


def line(curve: str, point: Measured, axis: Axis) -> list[str]:
    seconds = point.spread(lambda run: run["seconds"])
    chains = point.runs[0]["chains"]
    return [curve, f"{point.value:,}", f"{chains:,}", str(len(point.runs)), number(seconds.median),
            range_of(point.nanoseconds(axis.per)), f"{point.mebibytes().median:.1f}"]  # fmt: skip


def section(found: dict, name: str) -> list[str]:
    axis = AXES[name]
    columns = ["", axis.label, "chains of a run", "runs", "seconds", f"ns a {axis.per}", "peak memory, MiB"]
    lines = [line(curve, point, axis) for curve, points in curves(found, name).items() for point in points]
    body = [f"| {' | '.join(cells)} |" for cells in [columns, ["---"] * len(columns), *lines]]
    return [f"### {axis.title}", "", f"`{configuration(found, name)}`", "", *body, ""]


def markdown(found: dict) -> str:
    lines = [
        f"{provenance(found)}; load {found['load']:.1f} before. Seconds and memory are medians; of ns the least and the "
        "most are told, too.",
        "",
    ]
    for name in axes_of(found):
        lines += section(found, name)
    return "\n".join(lines)
