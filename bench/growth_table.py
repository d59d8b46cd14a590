# SPDX-License-Identifier: Apache-2.0
"""Reads the record of growth.py and prints it as a Markdown table."""

import dataclasses
import json
import pathlib
import statistics

SCHEMA = 2  # of the record


@dataclasses.dataclass(frozen=True)
class Axis:
    title: str
    label: str
    per: str  # the time is given per this: a chain, or a step of a chain
    slope: int  # of the time on logarithmic axes if the cost is proportional
    guide: str  # the name of that line


AXES = {
    "chains": Axis("Cost of a chain, by how many there are", "chains", "chain", 0, "the same for each"),
    "width": Axis(
        "Cost of a chain-step, by hidden units", "hidden units of each component", "chain-step", 1, "in proportion"
    ),
    "voltages": Axis(
        "Cost of a chain-step, by training voltages", "training voltages", "chain-step", 1, "in proportion"
    ),
    "threads": Axis("Cost of a chain-step, by threads", "threads", "chain-step", -1, "shared without loss"),
    "cards": Axis("Cost of a chain-step, by cards", "cards", "chain-step", -1, "shared without loss"),
}


@dataclasses.dataclass(frozen=True)
class Spread:
    least: float
    median: float
    most: float


@dataclasses.dataclass(frozen=True)
class Measured:
    """The result of all runs of one point."""

    value: int
    runs: list[dict]

    def spread(self, quantity) -> Spread:
        values = [quantity(run) for run in self.runs]
        return Spread(min(values), statistics.median(values), max(values))

    def nanoseconds(self, per: str) -> Spread:
        if per == "chain":
            return self.spread(lambda run: 1e9 * run["seconds"] / run["chains"])
        return self.spread(lambda run: 1e9 / run["chain_steps_per_second"])

    def memory(self, unit: int) -> Spread | None:
        """None if it is not known: a card's memory needs nvidia-smi."""
        seen = Measured(self.value, [run for run in self.runs if run["peak_bytes"]])
        return seen.spread(lambda run: run["peak_bytes"] / unit) if seen.runs else None


def read(path: pathlib.Path) -> dict:
    """The record in a file. ValueError, with the file's name, if there is none."""
    try:
        found = json.loads(path.read_text())
    except OSError as problem:
        raise ValueError(f"{path}: {problem.strerror}") from None
    except ValueError:
        raise ValueError(f"{path} is damaged, or no record of growth.py") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise ValueError(f"{path} has schema {schema}, records of this growth.py have {SCHEMA}")
    return found


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


def memory_unit(found: dict, axis: str) -> tuple[str, int]:
    most = max(run["peak_bytes"] for run in found["runs"] if run["axis"] == axis)
    return ("MiB", 2**20) if most < 2**30 else ("GiB", 2**30)


def options_alike(found: dict, axis: str) -> dict:
    """The options that all runs of an axis have in common."""
    options = [run["options"] for run in found["runs"] if run["axis"] == axis]
    return {name: value for name, value in options[0].items() if all(other.get(name) == value for other in options)}


def configuration(found: dict, axis: str) -> str:
    """These options as on the command line."""
    alike = {**options_alike(found, axis), "backend": found["backend"]}
    return "seam train " + " ".join(f"--{name} {value}" for name, value in alike.items())


def devices(found: dict) -> list[str]:
    """The cards, with equal ones counted; or the processor and its threads."""
    if found["backend"] == "cpu":
        return [*found["devices"], f"{found['threads']} threads"]
    counts = {name: found["devices"].count(name) for name in found["devices"]}
    return [name if count == 1 else f"{count} × {name}" for name, count in counts.items()]


def provenance(found: dict) -> str:
    days = sorted({run["date"][:10] for run in found["runs"]})
    isas = [isa for isa in dict.fromkeys(run["isa"] for run in found["runs"]) if isa]
    words = [
        " to ".join(dict.fromkeys([days[0], days[-1]])),
        f"seam {found['version']}",
        f"commit {found['commit'] or 'unknown'}",
        *devices(found),
        *(f"isa {isa}" for isa in isas),
        f"load {found['load']:.1f} before",
    ]
    return ", ".join(words)


# ---- The table ------------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Three significant digits, and never fewer than stand before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def range_of(spread: Spread) -> str:
    if spread.least == spread.most:
        return number(spread.median)
    return f"{number(spread.median)} ({number(spread.least)} to {number(spread.most)})"


def line(curve: str, point: Measured, axis: Axis, unit: int) -> list[str]:
    seconds = point.spread(lambda run: run["seconds"])
    chains, memory = point.runs[0]["chains"], point.memory(unit)
    return [curve, f"{point.value:,}", str(len(point.runs)), f"{chains:,}", number(seconds.median),
            range_of(point.nanoseconds(axis.per)), f"{memory.median:.1f}" if memory else "unknown"]  # fmt: skip


def section(found: dict, name: str) -> list[str]:
    axis, (unit, size) = AXES[name], memory_unit(found, name)
    columns = ["", axis.label, "runs", "chains of each", "seconds", f"ns a {axis.per}", f"peak memory, {unit}"]
    lines = [line(curve, point, axis, size) for curve, points in curves(found, name).items() for point in points]
    body = [f"| {' | '.join(cells)} |" for cells in [columns, ["---"] * len(columns), *lines]]
    return [f"### {axis.title}", "", f"`{configuration(found, name)}`", "", *body, ""]


def markdown(found: dict) -> str:
    lines = [
        f"{provenance(found)}. Seconds and memory are medians; of ns the least and the most are told, too.",
        "",
    ]
    for name in axes_of(found):
        lines += section(found, name)
    return "\n".join(lines)
