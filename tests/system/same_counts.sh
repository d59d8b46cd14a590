#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 3: the kernels built by every compiler, for every instruction set, here and for aarch64, train and count the same.
# `some`: gcc and clang with the widest vectors of this processor, and aarch64. `all`: each instruction set of both, and
# both without optimization.
# usage: same_counts.sh SOURCE_DIR WORK_DIR WRITE_JOB some|all
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 write_job=$3 which=$4
fresh "$work"
mkdir -p "$work"
flags=(-std=gnu11 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -I"$source_dir" -I"$source_dir/kernels"
       -I"$source_dir/include" -I"$source_dir/tests")

# Jobs: every kind, optimizer and loss; noise; few and many voltages; ids across 2^32; prior alone.
jobs=()
job() {
  jobs+=("$work/${#jobs[@]}.job")
  "$write_job" "${jobs[-1]}" chains 37 steps 40 lr 0.05 bins 64 "$@"
}
kinds=(linear logistic buffer mlp4 mlp8 mlp16 table8 table16)
for k in "${!kinds[@]}"; do
  kind=${kinds[k]} other=${kinds[(k + 3) % 8]}
  job first "$kind" second "$kind" optimizer adam
  job first "$kind" second "$other" optimizer sgd loss hinge samples 3
  job first "$other" second "$kind" optimizer langevin samples 1 input-noise 0.1
  job first "$kind" second "$kind" optimizer adam interface-noise 0.05 input-noise 0.02 samples 7 init-scale 0.5
  job first "$kind" second "$other" steps 0 chains 200 first-chain 4294967290
done
for pair in "buffer buffer" "mlp8 mlp8" "table8 logistic" "mlp4 mlp16"; do # parts swapped between lanes
  read -r first second <<<"$pair"
  job first "$first" second "$second" steps 300 chains 154 first-chain 4294967262 histograms all,interchange
done
job first mlp8 second mlp8 optimizer sgd lr 3 steps 60                  # diverges
job first linear second linear optimizer sgd lr 50 steps 60 init-scale 9 # overflows
job first buffer second mlp4 chains 20 first-chain 18446744073709551500 steps 700

count() { # NAME RUNNER... -- COMPILER FLAGS...
  local name=$1 runner=()
  shift
  while [ "$1" != -- ]; do runner+=("$1"); shift; done
  shift
  "$@" "${flags[@]}" "$source_dir/tests/support/kernel_counts.c" -lm -o "$work/$name"
  "${runner[@]}" "$work/$name" "${jobs[@]}" >"$work/$name.counts"
  if cmp "$work/reference.counts" "$work/$name.counts"; then echo "same: $name"; else echo "DIFFERENT: $name"; status=1; fi
}
has() { command -v "$1" >/dev/null || { echo "SKIP: no $1 here"; return 1; }; }
# What /proc/cpuinfo calls the last features of each level.
runs() { case $1 in baseline) true ;; v3) grep -qw avx2 /proc/cpuinfo ;; v4) grep -qw avx512vl /proc/cpuinfo ;; esac; }

status=0
"${CC:-cc}" "${flags[@]}" -DSEAM_ISA=baseline "$source_dir/tests/support/kernel_counts.c" -lm -o "$work/reference"
"$work/reference" "${jobs[@]}" >"$work/reference.counts"
echo "reference: ${#jobs[@]} jobs, $(wc -l <"$work/reference.counts") counts"
[ "$(wc -l <"$work/reference.counts")" -gt 10000 ] || { echo "FAIL: the jobs counted too little to compare"; exit 1; }

if [ "$(uname -m)" = x86_64 ]; then
  isas=(baseline v3 v4)
  if [ "$which" = some ]; then
    for isa in "${isas[@]}"; do ! runs $isa || widest=$isa; done
    isas=("$widest")
  fi
  for compiler in gcc clang; do
    has $compiler || continue
    for isa in "${isas[@]}"; do
      if runs $isa; then
        march=x86-64${isa#baseline}
        count "$compiler-$isa" -- $compiler "-march=${march/64v/64-v}" -DSEAM_ISA=$isa
      else
        echo "SKIP: this processor lacks $isa"
      fi
    done
    [ "$which" = some ] || count "$compiler-O0" -- $compiler -DSEAM_ISA=baseline -O0
  done
  if has aarch64-linux-gnu-gcc && has qemu-aarch64; then
    count aarch64 qemu-aarch64 -L /usr/aarch64-linux-gnu -- aarch64-linux-gnu-gcc -DSEAM_ISA=baseline
  fi
fi
exit $status
