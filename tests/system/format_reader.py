#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second reader of results and comparisons, written from host/files/FORMAT.md alone. It makes the checks of section 5
of that page and prints what it read as one JSON object. It needs only Python's standard library.
usage: format_reader.py FILE"""

import array
import ast
import json
import math
import struct
import sys
import zipfile

NUMBER, TEXT = (int, float), (str,)
MANIFEST = {"schema": (int,), "version": TEXT, "arithmetic_revision": (int,), "configuration": (dict,),
            "coverage": (list,), "outcomes": (dict,), "backend": TEXT, "isa": TEXT, "device": TEXT, "seconds": NUMBER,
            "chain_steps": NUMBER}
OUTCOMES, MODES = ["buffer", "inverter", "fail"], ["buffer", "inverter"]
PREDICTED = ["interface", "components", "first_blocks", "second_blocks", "pairs", "swaps"]
COMPARISON = ["schema", "version", "slice", "chains", "draws", "configuration", "shared_chains", "fractions",
              "compared", "permutations", "paired_blocks"]
COMPARED = ["histogram", "rows", "cells", "unit", "entries", "effective", "independent", "total_variation",
            "jensen_shannon", "kullback_leibler", "kullback_leibler_reverse"]
DISTANCE = ["value", "chance", "chance_95", "excess", "low", "high", "p"]
ENTRIES = {"width": 2, "slack": 2, "mapping": 64, "response": 64}


def require(condition, what):
    if not condition:
        sys.exit(f"{sys.argv[1]}: {what}")


def check_layout(archive):
    """Every byte belongs to a member or to the directory. Behind a member there may be its sizes (at most 24 bytes)."""
    end = 0
    for info in archive.infolist():
        require(info.header_offset == end, f"bytes before {info.filename} belong to no member")
        archive.fp.seek(end + 26)
        end += 30 + sum(struct.unpack("<HH", archive.fp.read(4))) + info.compress_size
        if info.flag_bits & 8:
            archive.fp.seek(end)
            behind = archive.fp.read(26)
            end += min(size for size in (12, 16, 20, 24) if behind[size:size + 2] == b"PK")
    require(end == archive.start_dir, "bytes before the directory belong to no member")


def read_manifest(archive):
    manifest = json.loads(archive.read("run.manifest"))
    types = dict(MANIFEST)
    if manifest["configuration"]["optimizer"] == "langevin":
        types["langevin_ratio"] = NUMBER
    require(list(manifest) == list(types), "manifest: keys")
    require(all(isinstance(manifest[key], kinds) for key, kinds in types.items()), "manifest: types")
    require(manifest["schema"] == 1, "manifest: unknown schema")
    return manifest


def read_coverage(manifest):
    ranges = [(int(begin), int(end)) for begin, end in manifest["coverage"]]
    ends = [end for both in ranges for end in both]
    require(all(a < b for a, b in zip(ends, ends[1:])), "coverage: ranges do not ascend")
    first = int(manifest["configuration"]["first-chain"])
    last = first + int(manifest["configuration"]["chains"])
    require(not ends or (first <= ends[0] and ends[-1] <= last), "coverage: chains outside the configuration")
    return ranges


def histogram_names(configuration):
    if configuration["task"] == "train":
        return [name for name in configuration["histograms"].split(",") if name != "none"]
    return PREDICTED[:-1] if configuration["task"] == "gibbs" else PREDICTED


def implied_axes(name, configuration):
    """(name, type, places) of each axis, flow bins included."""
    def regular(axis, bins):
        return (axis, "regular", bins + 2)

    def numbers(axis, count):
        return (axis, "category_int", count)
    fine, steps = int(configuration["bins"]), [0]
    while steps[-1] < configuration["steps"]:
        steps.append(min(2 * steps[-1] or 1, configuration["steps"]))
    outcome, mode, probes = ("outcome", "category_str", 3), ("mode", "category_str", 2), ("v", "regular", 64)
    square, coarse = [regular("u0", fine), regular("u1", fine)], [regular("u0", 64), regular("u1", 64)]
    swapped = [("same_mode", "boolean", 2), regular("distance", 64), numbers("fits", 3)]
    blocks = [mode] + square + [numbers("block", 16)]
    return {"interface": [outcome] + square, "mapping": [outcome, probes, regular("u", fine)],
            "response": [outcome, probes, regular("y", 256)], "loss": [outcome, regular("log10_loss", 280)],
            "width": [outcome, numbers("level", 2), regular("width", 256)],
            "slack": [outcome, numbers("level", 2), regular("slack", 64)],
            "selection": [outcome, regular("log10_loss", 10)] + coarse,
            "snapshots": [numbers("step", len(steps)), ("works", "boolean", 2)] + coarse,
            "interchange": swapped, "components": [("within", "boolean", 2)] + square, "first_blocks": blocks,
            "second_blocks": blocks, "pairs": [mode, numbers("first_block", 64), numbers("second_block", 64)],
            "swaps": [numbers("block", 16)] + swapped, "log_ratio": square, "log_ratio_error": square}[name]


def described_axes(description):
    def places(axis):
        if axis["type"] == "regular":
            return axis["bins"] + axis["underflow"] + axis["overflow"]
        return 2 if axis["type"] == "boolean" else len(axis["categories"])
    return [(axis["metadata"]["name"], axis["type"], places(axis)) for axis in description["axes"]]


def check_range(name, description, configuration):
    """The last axis of width and of slack has the range of an option, which is written if it is not the default."""
    last, default = description["axes"][-1], {"width": "0:2", "slack": "0:1"}.get(name)
    if default:
        ends = [float(end) for end in configuration.get(name + "-range", default).split(":")]
        require(ends == [last["lower"], last["upper"]], f"{name}: another range than the configuration's")


def read_counts(archive, name, code):
    """The shape and the numbers of NAME_storage_values.npy."""
    data = archive.read(f"{name}_storage_values.npy")
    length, = struct.unpack("<H", data[8:10])
    header = ast.literal_eval(data[10:10 + length].decode())
    require(data[:8] == b"\x93NUMPY\1\0" and (10 + length) % 64 == 0, f"{name}: no NPY 1.0")
    require(header["descr"] == ("<i8" if code == "q" else "<f8"), f"{name}: other numbers")
    require(header["fortran_order"] is False, f"{name}: not in C order")
    counts = array.array(code, data[10 + length:])
    if sys.byteorder == "big":
        counts.byteswap()
    return header["shape"], counts


def read_histogram(archive, name, configuration, code="q"):
    """The axes and the numbers, of the shape that the configuration implies."""
    description = json.loads(archive.read(f"{name}.json"))
    require(description["uhi_schema"] == 1 and description["metadata"]["name"] == name, f"{name}: another histogram")
    require(description["storage"] == {"type": "int" if code == "q" else "double",
                                       "values": f"{name}_storage_values.npy"}, f"{name}: storage")
    axes = described_axes(description)
    require(axes == implied_axes(name, configuration), f"{name}: axes {axes}")
    check_range(name, description, configuration)
    shape, counts = read_counts(archive, name, code)
    require(list(shape) == [axis[2] for axis in axes], f"{name}: shape {shape}")
    require(code == "d" or min(counts) >= 0, f"{name}: a count is negative")
    return axes, counts


def parts(counts, number):
    """The total of each of the `number` places of the first axis."""
    size = len(counts) // number
    return [sum(counts[k * size:(k + 1) * size]) for k in range(number)]


def check_interchange(counts, outcomes, chains):
    other, same = parts(counts, 2)
    b, i = outcomes["buffer"], outcomes["inverter"]
    require(other <= min(b, i) and same <= (b - other) // 2 + (i - other) // 2, "interchange: too many pairs")
    require(same + other >= b + i - chains // 2, "interchange: too few pairs")


def check_totals(name, counts, axes, manifest, chains, each):
    outcomes = manifest["outcomes"]
    totals = parts(counts, axes[0][2])
    if axes[0][0] in ("outcome", "mode"):
        entries = ENTRIES.get(name, 1)
        expected = [outcomes[key] * entries for key in (OUTCOMES if axes[0][0] == "outcome" else MODES)]
        require(totals == expected, f"{name}: totals {totals}, but the outcomes make {expected}")
    if name == "snapshots":
        require(max(totals) <= chains and totals[-1] >= chains - outcomes["diverged"], "snapshots: totals")
    if name == "components":
        require(outcomes["diverged"] % each == 0, "components: a part of a first component diverged")
        require(sum(totals) == chains - outcomes["diverged"] // each, "components: total")
    if name == "interchange":
        check_interchange(counts, outcomes, chains)


def fits_by_mode(counts, axes):
    """How many pairs have 0, 1 and 2 fitting swaps: first pairs of different modes, then pairs of one mode."""
    size, groups = 66 * 3, len(counts) // (2 * 66 * 3)
    return [[sum(sum(counts[(group * 2 + mode) * size + fits:(group * 2 + mode + 1) * size:3]) for group in
                 range(groups)) for fits in range(3)] for mode in range(2)]


def members_of(names, record):
    return [record] + [name + end for name in names for end in (".json", "_storage_values.npy")]


def read_result(archive):
    manifest = read_manifest(archive)
    configuration, coverage, outcomes = manifest["configuration"], read_coverage(manifest), manifest["outcomes"]
    chains = sum(end - begin for begin, end in coverage)
    each = {"train": 1, "predict": configuration["draws"], "gibbs": configuration["draws"] << 20}[configuration["task"]]
    require(list(outcomes) == OUTCOMES + ["diverged"] and min(outcomes.values()) >= 0, "outcomes")
    require(sum(outcomes.values()) == chains * each, "the outcomes do not add up to the coverage")
    names, told = histogram_names(configuration), {}
    require(archive.namelist() == members_of(names, "run.manifest"), "members")
    for name in names:
        axes, counts = read_histogram(archive, name, configuration)
        check_totals(name, counts, axes, manifest, chains, each)
        if name in ("interchange", "swaps"):
            require(all(end % 2 == 0 for both in coverage for end in both), f"{name}: a pair is broken up")
            told["other"], told["same"] = fits_by_mode(counts, axes)
    return {"chains": chains, **outcomes, "coverage": manifest["coverage"], "histograms": names, "interchange": told,
            **{key: manifest[key] for key in ("backend", "isa", "device", "version")}}


def read_comparison(archive):
    """The record, and how many values the maps have. All bins of a cell have one value."""
    record = json.loads(archive.read("compare.manifest"))
    require(list(record) == COMPARISON and record["schema"] == 2, "compare.manifest: keys")
    interface = record["compared"][0]
    require(list(interface) == COMPARED and all(list(interface[key]) == DISTANCE for key in COMPARED[7:]), "compared")
    names = ["log_ratio", "log_ratio_error"] if interface["rows"] else []
    require(archive.namelist() == members_of(names, "compare.manifest"), "members")
    for name in names:
        values = read_histogram(archive, name, record["configuration"][0], "d")[1]
        require(len({v for v in values if v == v}) <= interface["cells"], f"{name}: more values than cells")
        require(name != "log_ratio" or not any(map(math.isinf, values)), f"{name}: not a number")
    return record


def main():
    with zipfile.ZipFile(sys.argv[1]) as archive:
        require(archive.testzip() is None, "a member is damaged")
        check_layout(archive)
        is_comparison = "compare.manifest" in archive.namelist()
        print(json.dumps(read_comparison(archive) if is_comparison else read_result(archive)))


main()
