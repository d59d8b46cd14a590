#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The fuzz targets with libFuzzer, under the address and undefined-behaviour sanitizers, in the sanitizers' build: two at
# a time, from the committed corpus and from samples that this version writes. Inputs that break something are left in
# BUILD_DIR/fuzz/broken. Skipped where clang has no libFuzzer. LIMIT ends each target, as in -runs=10000000.
# usage: fuzz.sh SOURCE_DIR BUILD_DIR [LIMIT]
set -euo pipefail
source "$(dirname "$0")/../support/sanitized.sh"
source_dir=$1 build=$2 limit=${3:--max_total_time=60}
sanitized_configure "$source_dir" "$build"
[ $fuzzer = ON ] || { echo "SKIP: clang with libFuzzer is not here"; exit 77; }
sanitized_build "$build" fuzz_result fuzz_member fuzz_configuration fuzz_command
export ASAN_OPTIONS=detect_stack_use_after_return=0:malloc_context_size=4:quarantine_size_mb=16
mkdir -p "$build/fuzz"
cd "$build/fuzz"
rm -rf broken
mkdir broken

# fuzz TARGET LONGEST_INPUT: from the corpus on, until the limit.
fuzz() {
  local target=$1
  mkdir -p "$target/found" "$target/samples"
  SEAM_FUZZ_SEEDS=$target/samples "$build/tests/fuzz_$target" -runs=0 2>/dev/null
  "$build/tests/fuzz_$target" "$limit" -max_len="$2" -timeout=600 -rss_limit_mb=2048 -seed=1 \
    -entropic_scale_per_exec_time=1 -artifact_prefix="broken/$target-" "$target/found" \
    "$source_dir/tests/fuzz/corpus/$target" "$target/samples" </dev/null >"$target.log" 2>&1 ||
    { tail -40 "$target.log"; echo "FAIL: $target"; return 1; }
  echo "$target: $(grep DONE "$target.log")"
}

status=0
fuzz result 4096 & first=$!
fuzz command 600 & second=$!
wait $first || status=1
wait $second || status=1
fuzz member 5000 & first=$!
fuzz configuration 600 & second=$!
wait $first || status=1
wait $second || status=1
exit $status
