#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Result files open with none of our code: numpy.load, uhi.io.zip.read with schema validation, hist.Hist; and the Python of
# the README works as written.
# usage: readers.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source "$(dirname "$0")/../support/venv.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work"
venv "$work/venv" -r "$source_dir/tests/system/requirements.txt"
"$seam" train --chains 2000 --steps 50 --output "$work/mlp8.zip" --quiet
"$seam" train --chains 500 --steps 9 --first buffer --second table8 --optimizer langevin --bins 16 --range -1:2 \
  --histograms interface,width,snapshots --seed 0xffffffffffffffff --output "$work/mixed.zip" --quiet
"$seam" train --chains 100 --steps 0 --first linear --second linear --output "$work/prior.zip" --quiet
"$seam" train --chains 2000 --steps 200 --first buffer --second buffer --histograms all,interchange \
  --output "$work/swapped.zip" --quiet
"$seam" train --chains 2000 --steps 90 --seed 2 --histograms interface --output "$work/other.zip" --quiet
"$seam" compare "$work/mlp8.zip" "$work/other.zip" --outcome all --output "$work/map.zip"
for result in mlp8 mixed prior swapped map; do
  "$work/venv/bin/python" "$source_dir/tests/system/readers.py" "$work/$result.zip"
done

mkdir "$work/readme"
cp "$work/mlp8.zip" "$work/readme/seam.zip"
cd "$work/readme"
awk '/^```python$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$source_dir/README.md" >readme.py
"$work/venv/bin/python" readme.py >printed
python3 - <<'END'
import json, re, zipfile
outcomes = json.loads(zipfile.ZipFile("seam.zip").read("run.manifest"))["outcomes"]
counted = [outcomes[name] for name in ("buffer", "inverter", "fail")]
printed = [int(number) for number in re.findall(r"\d+", open("printed").readline())]
if printed != counted:
    raise SystemExit(f"FAIL: the README's Python prints {printed}; the result has {counted}")
END
