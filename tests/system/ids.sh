#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Chain ids around 2^32, 2^63 and 2^64 are counted rightly: a run across one of these has the same bytes in merged
# shards, in resumed parts and on another instruction set, and differs from runs with other ids. The last id is
# 2^64 - 2, because ranges are half-open and their ends are ids, too.
# usage: ids.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work"
cd "$work"
wrong() { echo "FAIL: $1"; exit 1; }
equal() { python3 -B "$source_dir/bench/same_counts.py" "$1" "$2" >/dev/null 2>&1; }
# ids FILE: prints the counted ids, as [first, end).
ids() { "$seam" info "$1" | sed -n 's/^ *ids *//p'; }

train=(train --first buffer --second linear --steps 20 --bins 32 --histograms all,interchange)
predict=(predict --first buffer --second linear --draws 500 --bins 32)
gibbs=(predict --first buffer --second linear --draws 500 --bins 32 --beta 5)

# same NAME FIRST COMMAND...: counts 3000 ids from FIRST on, whole and in parts that COMMAND makes otherwise.
same() {
  local name=$1 first=$2 k
  shift 2
  "$seam" "$@" --quiet --first-chain "$first" --chains 3000 --output "$name.zip"
  for k in 1 2 3; do
    "$seam" "$@" --quiet --first-chain "$first" --chains 3000 --shard $k/3 --isa baseline --output "$name-$k.zip"
  done
  "$seam" merge --output "$name-merged.zip" "$name"-[321].zip >out
  equal "$name.zip" "$name-merged.zip" || wrong "$name: its shards, merged"
  "$seam" "$@" --quiet --config "$name-2.zip" --first-chain "$first" --chains 3000 --resume --output "$name-2.zip"
  equal "$name.zip" "$name-2.zip" || wrong "$name: its second shard, resumed"
  echo "same: $name, $(ids "$name.zip")"
}

edges=(4294965796 9223372036854774308 18446744073709548614)
for first in "${edges[@]}"; do
  same "train-$first" "$first" "${train[@]}"
  same "predict-$first" "$first" "${predict[@]}"
  same "gibbs-$first" "$first" "${gibbs[@]}"
  [[ "$(ids "train-$first.zip")" == "[$first, "* ]] || wrong "$first: not the ids of the run"
done
for pair in "0 1" "0 2" "1 2"; do
  read -r a b <<<"$pair"
  if equal "train-${edges[a]}.zip" "train-${edges[b]}.zip"; then wrong "other ids have the same chains"; fi
done

# Ids with the same low word and different high words are different chains.
"$seam" "${train[@]}" --quiet --first-chain 4294967296 --chains 1500 --histograms interface --output high.zip
"$seam" "${train[@]}" --quiet --first-chain 0 --chains 1500 --histograms interface --output low.zip
python3 - <<'P' || wrong "chains past 2^32 are those of 0 over again"
import zipfile
low, high = (zipfile.ZipFile(name).read("interface_storage_values.npy") for name in ("low.zip", "high.zip"))
assert low != high
P

# ---- The last of all ----
end=18446744073709551615
"$seam" "${train[@]}" --quiet --histograms interface --first-chain 18446744073709551614 --chains 1 --output last.zip
[ "$(ids last.zip)" = "[18446744073709551614, $end)" ] || wrong "the last id was not counted"
refused() {
  local status=0
  "$seam" "$@" --histograms interface --output no.zip 2>err || status=$?
  [ "$status" -eq 2 ] && grep -q "2^64 - 1\|too large" err || { cat err; wrong "not refused: $*"; }
}
refused "${train[@]}" --first-chain 18446744073709551614 --chains 2
refused "${train[@]}" --first-chain $end --chains 1
refused "${train[@]}" --first-chain 18446744073709551616 --chains 1
refused "${train[@]}" --first-chain 1 --chains $end
[ ! -e no.zip ] || wrong "a refusal left a file"
echo "same: the last id; refused: those beyond"
