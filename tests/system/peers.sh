#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench/peers on a small ensemble: plain C and NumPy train what seam trains, and neither with a learning rate 5% off.
# usage: peers.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source "$(dirname "$0")/../support/venv.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work"
venv "$work/venv" "$(grep '^numpy==' "$source_dir/tests/system/requirements.txt")"
run() { "$work/venv/bin/python" -B "$source_dir/bench/peers/run.py" --seam "$seam" --quick "$@"; }
run --work "$work/right" --output "$work/right/peers" 2>&1 | tee "$work/right.log"
for name in "plain C" NumPy; do
  grep -q "^| $name | [0-9]" "$work/right.log" || { echo "no rate of $name"; exit 1; }
  status=0
  run --work "$work/wrong" --only "$name" --planted 1.05 >"$work/wrong.log" 2>&1 || status=$?
  if [ "$status" != 1 ] || ! grep "$name does not train the same thing" "$work/wrong.log"; then
    cat "$work/wrong.log"
    echo "$name with its learning rate 5% off passed the check"
    exit 1
  fi
done
