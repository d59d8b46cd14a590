# SPDX-License-Identifier: Apache-2.0
"""Writes a peer's counts as a result file for seam compare, and decides whether two such results agree."""

import json
import math
import pathlib
import subprocess
import zipfile

MOST_Z = 5.0
OUTCOMES = ["buffer", "inverter", "fail", "diverged"]
SEED = str(2**63 - 1)  # the seed in a peer's file; seam never uses it, so compare takes the two as independent


def write_result(template: pathlib.Path, interface: bytes, outcomes: dict, name: str, path: pathlib.Path) -> None:
    """Copies the result `template` of seam, of the same training and number of chains, with the peer's counts in it."""
    with zipfile.ZipFile(template) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "run.manifest":
                content = forge(json.loads(content), outcomes, name)
            elif member.filename == "interface.json":
                content = reseed(json.loads(content))
            elif member.filename == "interface_storage_values.npy":
                header = 10 + int.from_bytes(content[8:10], "little")
                if len(content) - header != len(interface):
                    raise ValueError(f"{name}: an interface of {len(interface)} bytes, not {len(content) - header}")
                content = content[:header] + interface
            target.writestr(zipfile.ZipInfo(member.filename), content)


def forge(manifest: dict, outcomes: dict, name: str) -> bytes:
    if sum(outcomes.values()) != sum(manifest["outcomes"].values()):
        raise ValueError(
            f"{name}: it counted {sum(outcomes.values())} chains, not {sum(manifest['outcomes'].values())}"
        )
    manifest["outcomes"] = {outcome: outcomes[outcome] for outcome in OUTCOMES}
    manifest["device"] = name
    manifest["configuration"]["seed"] = SEED
    return json.dumps(manifest).encode()


def reseed(histogram: dict) -> bytes:
    histogram["metadata"]["seed"] = SEED
    return json.dumps(histogram).encode()


def distance_z(distance: dict) -> float:
    """By how many standard deviations of the permutations a distance is beyond their mean."""
    deviation = (distance["chance_95"] - distance["chance"]) / 1.645
    return (distance["value"] - distance["chance"]) / deviation


def scores(seam: str, ours: pathlib.Path, theirs: pathlib.Path) -> dict[str, float]:
    """How far apart, in standard deviations of chance: fractions, and the interface of those that work and of all."""
    found = {}
    for outcome in ("works", "all"):
        call = [seam, "compare", "--json", "--anyway", "--outcome", outcome, str(ours), str(theirs)]
        done = subprocess.run(call, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(call)}: {done.stderr.strip()}")
        record = json.loads(done.stdout.splitlines()[-1])
        for fraction in record["fractions"]:
            found[f"{fraction['name']} of {fraction['of']}"] = fraction["difference"]
        found[f"interface of {outcome}"] = distance_z(record["compared"][0]["total_variation"])
    return found


def agree(found: dict[str, float]) -> bool:
    return all(math.isfinite(z) and abs(z) <= MOST_Z for z in found.values())
