# SPDX-License-Identifier: Apache-2.0
"""Prints the measurements of run.py as a Markdown table."""

import pathlib
import re
import statistics

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS = [
    "",
    "chain-steps/s",
    "seam over it",
    "by CPU time",
    "peak memory",
    "in one batch at most",
    "lines",
    "first result",
]

LEAST_BYTES = {"mlp8": 200, "buffer": 32}  # the parameters of a chain; a smaller difference of memory cannot be measured


def code_lines(*paths: pathlib.Path) -> int:
    """The number of lines that are neither empty nor comments."""
    comments = {".py": r'(?m)^\s*#.*$|^\s*"""[\s\S]*?"""', "": r"/\*[\s\S]*?\*/"}
    texts = (re.sub(comments.get(path.suffix, comments[""]), "", path.read_text()) for path in paths)
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


def seam_lines() -> int:
    suffixes = (".c", ".h", ".cu")
    return code_lines(*(path for folder in ("kernels", "host", "include") for path in (ROOT / folder).rglob("*")
                        if path.suffix in suffixes))  # fmt: skip


def quantity(value: float) -> str:
    """Three digits and a prefix."""
    for size, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{prefix}"
    return f"{value:.3g}"


def memory(value: float) -> str:
    return f"{value / 2**20:,.0f} MiB" if value < 2**30 else f"{value / 2**30:.2g} GiB"


def at_most(row: dict, found: dict) -> str:
    """Chains that memory has room for at once; a peer that does not keep its chains takes any number."""
    each = row["tuned"]["bytes_per_chain"]
    total = found["card_bytes"] if row["device"] == "cuda" else found["memory_bytes"]
    if row["file"].endswith(".c"):
        return "any"
    return "-" if each is None or not total else quantity(total / max(each, LEAST_BYTES[row["pair"]]))


def peer_line(row: dict, found: dict) -> list[str]:
    if "timed" not in row:
        return [row["name"], row["error"].replace("|", "/")[:80], *[""] * 6]
    timed = row["timed"]
    rate = statistics.median(timed["peer_chain_steps_per_second"])
    ratio = f"{timed['ratio']:.3g} ({timed['ratio_low']:.3g} to {timed['ratio_high']:.3g})"
    lines = code_lines(ROOT / "bench" / "peers" / row["file"])
    busy = f"{timed['ratio_of_cpu_seconds']:.3g}" if row["device"] == "cpu" else ""
    return [row["name"], quantity(rate), ratio, busy, memory(timed["peer_peak_bytes"]), at_most(row, found), str(lines),
            f"{timed['first']['seconds_since_start']:.3g} s"]  # fmt: skip


def seam_line(rows: list[dict]) -> list[str]:
    timed = [row["timed"] for row in rows if "timed" in row]
    if not timed:
        return []
    rate = statistics.median(rate for one in timed for rate in one["seam_chain_steps_per_second"])
    peak = max(one["seam_peak_bytes"] for one in timed)
    first = statistics.median(one["seam_first_seconds"] for one in timed)
    name = "**seam**, fast math" if rows[0]["device"] == "cuda" else "**seam**, exact"
    return [name, quantity(rate), "1", "1", memory(peak), "any", f"{seam_lines():,}", f"{first:.2g} s"]


def section(pair: str, device: str, found: dict) -> list[str]:
    rows = [row for row in found["rows"] if (row["pair"], row["device"]) == (pair, device)]
    lines = [line for line in [seam_line(rows), *(peer_line(row, found) for row in rows)] if line]
    body = [f"| {' | '.join(line)} |" for line in [COLUMNS, ["---"] * len(COLUMNS), *lines]]
    return [f"### {pair} × {pair}, {device}", "", *body, ""] if rows else []


def markdown(found: dict) -> str:
    where = found["cards"] + ", " if found["cards"] else ""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    lines = [
        f"{found['date'][:10]}, {found['commit']}, {where}{found['processor']}, {found['threads']} threads, load "
        f"{found['load']:.1f} before; {versions}.",
        "",
    ]
    for device in ("cpu", "cuda"):
        for pair in dict.fromkeys(row["pair"] for row in found["rows"]):
            lines += section(pair, device, found)
    for reason in dict.fromkeys(found["skipped"].values()):
        names = [name for name, why in found["skipped"].items() if why == reason]
        lines.append(f"Not measured, {reason}: {'; '.join(names)}.")
    return "\n".join(lines).rstrip()
