#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens a result, or a comparison of two, with numpy, uhi and hist, none of our code, and checks what
host/files/FORMAT.md says of it."""

import io
import json
import pathlib
import sys
import zipfile

import hist
import numpy
import uhi.io.zip
import uhi.schema

OUTCOMES = ["buffer", "inverter", "fail"]
TRAPS = {"values", "index", "edges", "counts", "variances", "sum_of_weights", "sum_of_weights_squared"}
ENTRIES = {"mapping": 64, "response": 64, "width": 2, "slack": 2}


class Broken(Exception):
    """A promise that the file does not keep."""


def require(condition, promise):
    """Like assert, which python -O would drop."""
    if not condition:
        raise Broken(promise)


def snapshot_steps(steps):
    taken = [0]
    while taken[-1] < steps:
        taken.append(min(2 * taken[-1] or 1, steps))
    return taken


def expected_axes(name, configuration):
    """(name, kind, what it holds) of each axis: regular axes hold (bins, lower, upper, flow)."""
    lower, upper = (float(end) for end in configuration["range"].split(":"))
    fine = (int(configuration["bins"]), lower, upper, True)
    coarse = (64, lower, upper, True)
    probes = ("v", "regular", (64, -0.5, 1.5, False))
    outcome = ("outcome", "category_str", OUTCOMES)
    level = ("level", "category_int", [0, 1])

    def regular(axis, bins):
        return (axis, "regular", bins)

    return {
        "interface": [outcome, regular("u0", fine), regular("u1", fine)],
        "mapping": [outcome, probes, regular("u", fine)],
        "response": [outcome, probes, regular("y", (256, -0.5, 1.5, True))],
        "loss": [outcome, regular("log10_loss", (280, -12.0, 2.0, True))],
        "width": [outcome, level, regular("width", (256, 0.0, 2.0, True))],
        "slack": [outcome, level, regular("slack", (64, 0.0, 1.0, True))],
        "selection": [outcome, regular("log10_loss", (10, -8.0, 2.0, True)), regular("u0", coarse),
                      regular("u1", coarse)],
        "snapshots": [("step", "category_int", snapshot_steps(int(configuration["steps"]))),
                      ("works", "boolean", None), regular("u0", coarse), regular("u1", coarse)],
        "interchange": [("same_mode", "boolean", None), regular("distance", (64, 0.0, 2.0, True)),
                        ("fits", "category_int", [0, 1, 2])],
    }[name]


def described_axis(axis):
    """The same triple, from the member's JSON."""
    kind, name = axis["type"], axis["metadata"]["name"]
    if kind == "regular":
        require(axis["underflow"] == axis["overflow"] and not axis["circular"], f"flow of axis {name}")
        return (name, kind, (axis["bins"], axis["lower"], axis["upper"], axis["underflow"]))
    if kind == "boolean":
        return (name, kind, None)
    require(axis["flow"] is False, f"axis {name} has no flow")
    return (name, kind, axis["categories"])


def extent(axis):
    _, kind, holds = axis
    if kind == "regular":
        return holds[0] + 2 * holds[3]
    return 2 if kind == "boolean" else len(holds)


def check_metadata(description):
    everything = [description["metadata"]] + [axis["metadata"] for axis in description["axes"]]
    for metadata in everything:
        require(not TRAPS & set(metadata), "no metadata key is one of uhi's own")
        require(all(isinstance(value, (str, int, float, bool)) for value in metadata.values()), "flat metadata")
    names = [axis["metadata"]["name"] for axis in description["axes"]]
    require(len(set(names)) == len(names) and not {"weight", "sample", "threads"} & set(names), "axis names for hist")


def check_hist(archive, name, axes, values):
    """hist sees the same axes and the same counts."""
    histogram = hist.Hist(uhi.io.zip.read(archive, name))
    require([axis.name for axis in histogram.axes] == [axis[0] for axis in axes], f"{name}: hist's axis names")
    require(all(axis.label for axis in histogram.axes), f"{name}: hist's axis labels")
    require([axis.extent for axis in histogram.axes] == [extent(axis) for axis in axes], f"{name}: hist's extents")
    same = numpy.array_equal(histogram.values(flow=True), values, equal_nan=values.dtype.kind == "f")
    require(same, f"{name}: hist's counts are the array's")
    require(histogram.name == name, f"{name}: hist's name")
    if axes[0][0] == "outcome":
        buffers = histogram[{"outcome": hist.loc("buffer")}].sum(flow=True)
        require(buffers == values[0].sum(), f"{name}: hist finds the outcome by its name")


def check_pairs(values, outcomes):
    """Pairs of one mode, and of two, are no more than the modes can make, and no fewer than they must."""
    other, same = (int(mode.sum()) for mode in values)
    buffers, inverters = outcomes["buffer"], outcomes["inverter"]
    require(other <= min(buffers, inverters), "interchange: a buffer and an inverter in each pair of two modes")
    require(2 * (same + other) <= buffers + inverters, "interchange: two chains that pass in each pair")
    require(same + other >= buffers + inverters - sum(outcomes.values()) // 2, "interchange: no pair is missing")
    require(not values[:, 0].any(), "interchange: no distance is negative")


def check_totals(name, values, outcomes):
    """Promise 5: every chain is in every histogram as often as it should be."""
    require(bool((values >= 0).all()), f"{name}: no count is negative")
    if name == "interchange":
        check_pairs(values, outcomes)
        return
    if name != "snapshots":
        totals = [int(values[o].sum()) for o in range(len(OUTCOMES))]
        chains = [outcomes[o] * ENTRIES.get(name, 1) for o in OUTCOMES]
        require(totals == chains, f"{name}: totals per outcome {totals} are the manifest's {chains}")
        return
    everyone = sum(outcomes.values())
    steps = [int(step.sum()) for step in values]
    require(all(step <= everyone for step in steps), "snapshots: no chain twice at a step")
    require(steps[-1] >= everyone - outcomes["diverged"], "snapshots: all finite chains are in the last")


def check_histogram(archive, arrays, name, manifest):
    description = json.loads(archive.read(f"{name}.json"))
    uhi.schema.validate({name: description})
    check_metadata(description)
    axes = [described_axis(axis) for axis in description["axes"]]
    require(axes == expected_axes(name, manifest["configuration"]), f"{name}: FORMAT.md's axes, not {axes}")
    require(description["metadata"]["seed"] == manifest["configuration"]["seed"], f"{name}: the seed")
    values = arrays[f"{name}_storage_values"]
    require(values.dtype.str == "<i8" and values.flags.c_contiguous, f"{name}: little-endian int64 in C order")
    require(values.shape == tuple(extent(axis) for axis in axes), f"{name}: shape {values.shape} with flow")
    check_hist(archive, name, axes, values)
    check_totals(name, values, manifest["outcomes"])


def check_npy_bytes(archive, name, values):
    """Byte for byte what numpy itself would write."""
    ours = io.BytesIO()
    numpy.lib.format.write_array(ours, values, version=(1, 0))
    require(archive.read(name) == ours.getvalue(), f"{name}: the bytes of numpy.save")


def check_manifest(manifest):
    require(manifest["schema"] == 1, "schema 1")
    ranges = [(int(begin), int(end)) for begin, end in manifest["coverage"]]
    flat = [id for range_ in ranges for id in range_]
    require(all(a < b for a, b in zip(flat, flat[1:])), "coverage ascends and is joined")
    covered = sum(end - begin for begin, end in ranges)
    require(covered == sum(manifest["outcomes"].values()), "the outcomes add up to the coverage")
    require(list(manifest["outcomes"]) == OUTCOMES + ["diverged"], "four outcomes")


def check_map(archive, arrays, name, record):
    """A map of real numbers over the interface's bins."""
    description = json.loads(archive.read(f"{name}.json"))
    uhi.schema.validate({name: description})
    check_metadata(description)
    require(description["storage"]["type"] == "double", f"{name}: real numbers")
    axes = [described_axis(axis) for axis in description["axes"]]
    require(axes == expected_axes("interface", record["configuration"][0])[1:], f"{name}: the interface's axes")
    values = arrays[f"{name}_storage_values"]
    require(values.dtype.str == "<f8" and values.flags.c_contiguous, f"{name}: little-endian double in C order")
    require(values.shape == tuple(extent(axis) for axis in axes), f"{name}: shape {values.shape} with flow")
    finite = values[numpy.isfinite(values)]
    require(len(finite) > 0 and not numpy.isinf(values).any(), f"{name}: bins in which something was counted have a value")
    require(len(numpy.unique(finite)) <= record["compared"][0]["cells"], f"{name}: one value a cell")
    check_hist(archive, name, axes, values)
    check_npy_bytes(archive, f"{name}_storage_values.npy", values)


def check_comparison(archive, arrays):
    record = json.loads(archive.read("compare.manifest"))
    require(record["schema"] == 2, "schema 2")
    names = ["log_ratio", "log_ratio_error"]
    for name in names:
        check_map(archive, arrays, name, record)
    require(bool((arrays["log_ratio_error_storage_values"] > 0).all()), "every ratio has an error")
    require(len(archive.namelist()) == 1 + 2 * len(names), "no other members")
    return names


def check(path):
    with zipfile.ZipFile(path) as archive, numpy.load(path, allow_pickle=False) as arrays:
        require(archive.testzip() is None, "every checksum is right")
        require(all(member.date_time[:3] == (1980, 1, 1) for member in archive.infolist()), "no dates")
        if "compare.manifest" in archive.namelist():
            return check_comparison(archive, arrays)
        manifest = json.loads(archive.read("run.manifest"))
        check_manifest(manifest)
        names = [name[: -len(".json")] for name in archive.namelist() if name.endswith(".json")]
        require(sorted(names) == sorted(manifest["configuration"]["histograms"].split(",")), "the histograms asked for")
        for name in names:
            check_histogram(archive, arrays, name, manifest)
            check_npy_bytes(archive, f"{name}_storage_values.npy", arrays[f"{name}_storage_values"])
        require(len(archive.namelist()) == 1 + 2 * len(names), "no other members")
        return names


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: readers.py RESULT.zip ...")
    for argument in sys.argv[1:]:
        try:
            names = check(pathlib.Path(argument))
        except Exception as fault:  # whatever a reader chokes on is a fault of the file
            sys.exit(f"{argument}: {type(fault).__name__}: {fault}")
        print(f"{argument}: numpy {numpy.__version__}, uhi {uhi.__version__} and hist {hist.__version__} read",
              ", ".join(names))


if __name__ == "__main__":
    main()
