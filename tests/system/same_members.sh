#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 3 in the files themselves: every histogram member, unpacked, is the same with any instruction
# set, number of threads and slice.
# usage: same_members.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work"
train() { # NAME OPTION...
  local name=$1
  shift
  "$seam" train --backend cpu --chains 3000 --steps 60 --lr 0.05 --quiet --output "$work/$name.zip" "$@"
}
same() {
  train "$@"
  python3 "$source_dir/bench/same_counts.py" "$work/reference.zip" "$work/$1.zip"
  echo "same: $1"
}
train reference --isa baseline --threads 1
same baseline-2-threads --isa baseline --threads 2
for isa in v3 v4; do
  if ! "$seam" info | grep -qw "$isa"; then echo "SKIP: this processor lacks $isa"; continue; fi
  same "$isa-1-thread" --isa "$isa" --threads 1
  same "$isa-2-threads" --isa "$isa" --threads 2
done
for slice in 1 7 1000; do same "slice-$slice" --slice "$slice"; done
train other --seed 2
if python3 "$source_dir/bench/same_counts.py" "$work/reference.zip" "$work/other.zip" >/dev/null 2>&1; then
  echo "FAIL: another seed's file passes for the same"
  exit 1
fi
