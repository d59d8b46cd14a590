#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 6: memory does not grow with chains. For each number of chains, the least peak of three runs is within 5% of
# the one for the first number; a single run varies by as much, because the system maps more or less of the program.
# The runs have one thread, because a second thread takes memory for its counts only when it begins.
# usage: memory.sh WORK_DIR SEAM PEAK [HISTOGRAMS [CHAINS...]]
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
work=$1 seam=$2 peak=$3 histograms=${4:-interface}
chains=("${@:5}")
[ ${#chains[@]} -gt 0 ] || chains=(1M 30M)
fresh "$work"
mkdir -p "$work"
cd "$work"
first=
for count in "${chains[@]}"; do
  begin=$(date +%s.%N)
  kib=$(for run in 1 2 3; do
    "$peak" "$seam" train --first linear --second linear --steps 0 --backend cpu --threads 1 --quiet --force \
      --histograms "$histograms" --chains "$count" --output "$count.zip"
  done | sort -n | head -n 1)
  echo "$histograms, $count chains: peak $kib KiB, $(date +%s.%N | awk -v b="$begin" '{ printf "%.1f", $1 - b }') s for three"
  first=${first:-$kib}
  [ $((100 * kib)) -le $((105 * first)) ] || { echo "FAIL: it had $first KiB with ${chains[0]}"; exit 1; }
done
