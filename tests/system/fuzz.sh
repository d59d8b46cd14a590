#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The fuzz targets with libFuzzer, under the address and undefined-behaviour sanitizers, in a build of their own: two at
# a time, from the committed corpus and from samples that this version writes. Inputs that break something are left in
# WORK_DIR/broken. Skipped where clang has no libFuzzer. LIMIT ends each, as in -runs=10000000; without the address
# sanitizer an input takes a quarter of the time.
# usage: fuzz.sh SOURCE_DIR WORK_DIR [LIMIT [SANITIZERS]]
set -euo pipefail
source_dir=$1 work=$2 limit=${3:--max_total_time=60} sanitizers=${4:-address,undefined}
mkdir -p "$work"
cd "$work"
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long s) { return d && s > 4096; }' >probe.c
if ! clang -fsanitize=fuzzer,address,undefined -o probe probe.c 2>/dev/null; then
  echo "SKIP: clang with libFuzzer is not here"
  exit 77
fi
cmake -S "$source_dir" -B build -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DSEAM_CUDA=OFF \
  -DSEAM_MPI=OFF -DSEAM_WERROR=ON -DSEAM_FUZZ=ON -DSEAM_NESTED=ON -DBUILD_TESTING=ON \
  -DSEAM_SANITIZE="$sanitizers,fuzzer-no-link" >build.log
cmake --build build -j "$(nproc)" --target fuzz_result fuzz_member fuzz_configuration fuzz_command >>build.log 2>&1 ||
  { tail -50 build.log; exit 1; }
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_stack_use_after_return=0:malloc_context_size=4:quarantine_size_mb=16
rm -rf broken
mkdir broken

# fuzz TARGET LONGEST_INPUT: from the corpus on, until the limit.
fuzz() {
  local target=$1
  mkdir -p "$target/found" "$target/samples"
  SEAM_FUZZ_SEEDS=$target/samples build/tests/fuzz_"$target" -runs=0 2>/dev/null
  build/tests/fuzz_"$target" "$limit" -max_len="$2" -timeout=60 -rss_limit_mb=2048 -seed=1 \
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
