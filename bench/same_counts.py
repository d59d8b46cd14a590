#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two results of seam: their histogram members byte for byte, their coverage and their outcomes."""

import json
import sys
import zipfile


def read(path):
    """The histogram members by name, the coverage with the outcomes, and the backend."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("run.manifest"))
    return members, {key: manifest[key] for key in ("coverage", "outcomes")}, manifest["backend"]


def main():
    if len(sys.argv) not in (3, 5):
        sys.exit("usage: same_counts.py RESULT RESULT [BACKEND BACKEND]")
    members, record, backend = zip(read(sys.argv[1]), read(sys.argv[2]))
    names = sorted(members[0].keys() | members[1].keys())
    different = [name for name in names if members[0].get(name) != members[1].get(name)]
    if record[0] != record[1]:
        different.append("run.manifest (coverage or outcomes)")
    if sys.argv[3:] and list(backend) != sys.argv[3:]:
        different.append("run.manifest (backends %s and %s)" % backend)
    if not any(name.endswith(".npy") for name in names):
        different.append("nothing was compared: no histogram in either file")
    if different:
        sys.exit("%s and %s differ in: %s" % (sys.argv[1], sys.argv[2], ", ".join(different)))
    print("%s and %s: %d members equal" % (sys.argv[1], sys.argv[2], len(names)))


if __name__ == "__main__":
    main()
