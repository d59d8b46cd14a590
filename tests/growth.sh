#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench/growth.py on small ensembles: it measures every point, goes on where it was cut off and there alone, replaces
# nothing unasked; and its figures are drawn again, to the byte, from the record alone.
# usage: growth.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source_dir=$1 work=$2 seam=$3
for python in python3 /usr/bin/python3 none; do
  "$python" -c "import cairo" 2>/dev/null && break
done
[ "$python" != none ] || { echo "SKIP: no python3 with cairo: install python3-cairo"; exit 77; }
rm -rf "$work"
mkdir -p "$work"
cd "$work"
grow() { "$python" -B "$source_dir/bench/growth.py" --seam "$seam" --quick --output growth "$@"; }
figure() { "$python" -B "$source_dir/bench/growth_figure.py" "$@"; }
fail() { echo "FAIL: $*"; exit 1; }

grow >all.log
runs() { grep -c "^$1 [0-9,]*: " all.log; }
[ "$(runs chains) $(runs width) $(runs voltages)" = "18 6 24" ] || fail "not two runs of 9 sizes, 3 widths, 12 voltages"
[ "$(runs threads)" -ge 4 ] || fail "not two runs of 2 pairs on 1 thread or more"
points=$(($(wc -l <all.log) / 2))
[ "$(grep -c "^| .* | 2 | " growth.md)" = "$points" ] || fail "the table has not two runs of each of $points points"

status=0
grow >again.log 2>&1 || status=$?
[ "$status" = 2 ] || fail "a second run without --resume or --force ended with $status"

"$python" - <<'PYTHON'
import json
found = json.load(open("growth.json"))
json.dump(found, open("whole.json", "w"))
found["runs"] = [run for run in found["runs"] if (run["axis"], run["value"]) != ("width", 8)][:-3]
json.dump(found, open("growth.json", "w"))
PYTHON
grow --resume >resumed.log
[ "$(wc -l <resumed.log)" = 5 ] || fail "$(wc -l <resumed.log) runs after 5 were lost: $(cat resumed.log)"
[ "$(grep -c "^width 8: " resumed.log)" = 2 ] || fail "a lost point was not measured twice"
grow --resume >nothing.log
[ ! -s nothing.log ] || fail "nothing was lost, and yet: $(cat nothing.log)"

for form in svg png pdf; do
  figure growth.json --format $form
  figure growth.json --format $form --output again
  for axis in chains width voltages threads; do
    cmp "growth-$axis.$form" "again-$axis.$form"
  done
  figure whole.json --format $form --output other --width 85
  ! cmp -s growth-width.$form other-width.$form || fail "another record at another width is the same $form"
done
"$python" -B "$source_dir/tests/growth_figure.py" "$source_dir/bench" growth.json
