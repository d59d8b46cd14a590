#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests and measures seam on a machine with an NVIDIA GPU, in less than 9 minutes.
#
#   bench/gpu.sh                 builds into build-gpu for this machine's card, then tests, compares and measures
#   SEAM_BUILD=dir bench/gpu.sh  uses an existing build
#   OUT=dir bench/gpu.sh         where gpu.json and gpu.log go (default bench/results)
#   PEERS_PYTHON=python ...      a Python with the packages of bench/peers/requirements.txt (default python3)
#
# Exit code: 0 all correctness parts passed; 1 one failed; 2 no seam could be built or found; 77 no GPU here.
# A part whose tool is missing is skipped, and gpu.json says so: each part has a verdict pass, fail or skip.
#
# shellcheck disable=SC2317 # each part runs its function in a shell of its own, with a time limit
set -u
source_dir=$(cd "$(dirname "$0")/.." && pwd)
out=${OUT:-$source_dir/bench/results}
build=${SEAM_BUILD:-$source_dir/build-gpu}
seam=$build/seam
log=$out/gpu.log
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
budget=520 # seconds for everything
card_fields=name,driver_version,pci.bus_id,power.limit,clocks.max.sm,memory.total,mig.mode.current
PATH=$PATH:/usr/local/cuda/bin
mkdir -p "$out" || exit 2
: >"$log" || exit 2
: >"$scratch/figures"

parts=""   # JSON objects, comma-separated
cards=""   # a line of nvidia-smi for each card
failed=0   # correctness parts that failed

plain() { tr -d '"\134' | tr '\n\t' '  ' | cut -c 1-200; }

record() { # NAME VERDICT SECONDS NOTE
  parts="$parts${parts:+,}
    {\"part\":\"$1\",\"verdict\":\"$2\",\"seconds\":$3,\"note\":\"$(printf %s "$4" | plain)\"}"
  printf '%-22s %-5s %4ss  %s\n' "$1" "$2" "$3" "$(printf %s "$4" | plain)" | tee -a "$log"
}

# Runs a part within its own time limit and the budget for all. Exit code 77 is a skip. A `measure` part may fail.
part() { # check|measure NAME LIMIT COMMAND...
  local weight=$1 name=$2 limit=$3 begin=$SECONDS status verdict left=$((budget - SECONDS))
  shift 3
  [ "$limit" -le "$left" ] || limit=$left
  if [ "$limit" -lt 5 ]; then
    record "$name" skip 0 "no time left of $budget s"
    return
  fi
  printf '\n==== %s: %s\n' "$name" "$*" >>"$log"
  timeout -k 5 "$limit" "$@" >"$scratch/output" 2>&1
  status=$?
  cat "$scratch/output" >>"$log"
  case $status in
  0) verdict=pass ;;
  77) verdict=skip ;;
  *) verdict=fail ;;
  esac
  [ "$status" != 124 ] || echo "stopped after $limit s" >>"$scratch/output"
  [ "$verdict" != fail ] || [ "$weight" != check ] || failed=$((failed + 1))
  record "$name" "$verdict" $((SECONDS - begin)) "$(tail -n 1 "$scratch/output")"
}

# The last line that each seam bench printed, with the name of the measurement.
measured() {
  local file
  for file in "$scratch"/bench-*; do
    [ ! -s "$file" ] || printf '{"name":"%s","line":%s}\n' "${file##*/bench-}" "$(tail -n 1 "$file")"
  done
}

finish() { # VERDICT EXIT-CODE
  local commit
  commit=$(git -C "$source_dir" rev-parse HEAD 2>/dev/null || echo unknown)
  {
    printf '{"schema":2,"verdict":"%s","commit":"%s","device":"%s","driver":"%s","seconds":%d,\n' \
      "$1" "$commit" "$device" "$driver" "$SECONDS"
    printf '  "card_fields":"%s",\n  "cards":[%s],\n' "$card_fields" "$(sed -n 's/..*/"&"/p' <<<"$cards" | paste -sd,)"
    printf '  "parts":[%s],\n  "figures":[%s],\n' "$parts" "$(paste -sd, "$scratch/figures")"
    printf '  "bench":[%s]}\n' "$(measured | paste -sd,)"
  } >"$out/gpu.json"
  echo "$1: $out/gpu.json, $log"
  exit "$2"
}

# ---- The parts -------------------------------------------------------------------------------------------------------

build_seam() {
  command -v cmake >/dev/null || { echo "cmake is missing"; return 77; }
  cmake -S "$source_dir" -B "$build" -DCMAKE_CUDA_ARCHITECTURES=native && cmake --build "$build" -j "$(nproc)"
}

run_tests() {
  command -v ctest >/dev/null || { echo "ctest is missing"; return 77; }
  [ -f "$build/CTestTestfile.cmake" ] || { echo "the existing build has no tests"; return 77; }
  timeout 1800 ctest --test-dir "$build" -j "$(nproc)" -LE '^slow$' --output-on-failure
}

run_on() { # BACKEND COMMAND OPTIONS...
  local backend=$1 command=$2
  shift 2
  "$seam" "$command" --backend "$backend" --output "$scratch/$backend.zip" --force "$@" >/dev/null || return 1
}

same_counts() { # COMMAND OPTIONS...
  run_on cuda "$@" && run_on cpu "$@" &&
    python3 "$source_dir/bench/same_counts.py" "$scratch/cuda.zip" "$scratch/cpu.zip" cuda cpu && return 0
  echo "differs or failed: $*"
  return 1
}

# Every kind and optimizer, with and without noise and hinge, at ids that need 64 bits, with interchange between threads.
counts_equal_cpu() {
  command -v python3 >/dev/null || { echo "python3 is missing"; return 77; }
  local bad=0 done=0
  for kind in linear logistic buffer mlp4 mlp8 mlp16 table8 table16; do
    for optimizer in sgd adam langevin; do
      for extra in "--samples 4" "--loss hinge --input-noise 0.05 --interface-noise 0.1 --samples 3"; do
        # shellcheck disable=SC2086
        same_counts train --first $kind --second $kind --optimizer $optimizer --steps 50 --chains 10002 \
          --histograms all,interchange --first-chain 4294962296 $extra || bad=$((bad + 1))
        done=$((done + 1))
      done
    done
  done
  # A run long enough that the launch is tuned, on all cards.
  same_counts train --device all --first buffer --second buffer --chains 1e6 --steps 300 || bad=$((bad + 1))
  done=$((done + 1))
  echo "$bad of $done comparisons differ"
  [ "$bad" = 0 ]
}

# Every kind as first and as second component, with draws that do not fill the last word of the table, in small batches
# and large ones.
predictions_equal_cpu() {
  command -v python3 >/dev/null || { echo "python3 is missing"; return 77; }
  local kinds=(linear logistic buffer mlp4 mlp8 mlp16 table8 table16) bad=0 done=0
  for k in "${!kinds[@]}"; do
    same_counts predict --first "${kinds[k]}" --second "${kinds[(k + 3) % 8]}" --chains 20002 --output-margin 0.3 \
      --draws $((10001 + 700 * k)) --cells $((100 + 131 * k)) --first-chain 4294962296 || bad=$((bad + 1))
    done=$((done + 1))
  done
  same_counts predict --device all --first buffer --second buffer --chains 1e5 --input-margin 0.05 || bad=$((bad + 1))
  done=$((done + 1))
  echo "$bad of $done comparisons differ"
  [ "$bad" = 0 ]
}

device_test() { # NAME
  [ -x "$build/tests/$1" ] || { echo "the build holds no tests/$1"; return 77; }
  "$build/tests/$1"
}

# The same chains in fast and in exact arithmetic, 10^7 of them for the usual pair.
math_distance() {
  [ -x "$build/math_distance" ] || { echo "the build holds no math_distance"; return 77; }
  "$build/math_distance" chains=1e7 || return 1
  for kind in logistic buffer mlp4 mlp16 table8; do
    "$build/math_distance" first=$kind second=$kind chains=1e6 | tail -n 1 || return 1
    "$build/math_distance" first=$kind second=$kind chains=1e6 optimizer=sgd lr=0.1 | tail -n 1 || return 1
  done
}

# All chains in one bin; chains in more bins than fit into shared memory; an ordinary run; and a prediction.
stressed_histograms() { # COMMAND THAT RUNS SEAM...
  local to=(--backend cuda --output "$scratch/stress.zip" --force)
  "$@" "$seam" train "${to[@]}" --first linear --second linear --init-scale 1e-6 --optimizer sgd --lr 1e-3 \
    --chains 20000 --steps 4 &&
    "$@" "$seam" train "${to[@]}" --first mlp4 --second mlp4 --init-scale 2 --range=-8:8 --bins 1024 \
      --histograms interface,selection,snapshots --chains 20000 --steps 4 &&
    "$@" "$seam" train "${to[@]}" --first mlp4 --second mlp4 --chains 1500 --steps 8 --histograms all,interchange &&
    "$@" "$seam" predict "${to[@]}" --first mlp4 --second table8 --chains 1500 --draws 9000 --cells 90
}

sanitize() { # TOOL
  command -v compute-sanitizer >/dev/null || { echo "compute-sanitizer is missing"; return 77; }
  stressed_histograms compute-sanitizer --tool "$1" --error-exitcode 9
}

# Chains counted a second if all are in one bin and if they are spread. One step of the cheapest pair takes almost no
# time.
histogram_rates() {
  measure bins-one --first linear --second linear --init-scale 1e-6 --optimizer sgd --steps 1 --histograms interface &&
    measure bins-spread --first linear --second linear --init-scale 2 --range=-8:8 --bins 1024 --optimizer sgd \
      --steps 1 --histograms interface
}

# Runs seam bench: three repeats of about three seconds without --chains, because the power meter needs more than one.
measure() { # NAME OPTIONS...
  local name=$1
  shift
  "$seam" bench --json --backend cuda --repeat 3 "$@" >"$scratch/bench-$name" || return 1
  python3 "$source_dir/bench/rates.py" row "$scratch/bench-$name" || echo "measured; printing the result needs python3"
}

# Returns 77 if this build does not know a value of an option.
knows() { # OPTION VALUE
  "$seam" train --backend cuda "$@" --chains 1 --steps 1 --output "$scratch/knows.zip" --force >/dev/null
  [ $? != 2 ] || { # shellcheck disable=SC2181
    echo "this seam does not take $*"
    return 77
  }
}

measure_fast() { # NAME OPTIONS...
  knows --math fast || return 77
  measure "$@" --math fast
}

histogram_share() {
  command -v python3 >/dev/null || { echo "python3 is missing"; return 77; }
  measure histograms-all --histograms all && measure histograms-one --histograms loss &&
    python3 "$source_dir/bench/rates.py" histograms "$scratch/bench-histograms-all" "$scratch/bench-histograms-one" \
      --figure "$scratch/figures"
}

# Pairs counted a second, in three runs.
prediction_rate() {
  command -v python3 >/dev/null || { echo "python3 is missing"; return 77; }
  for repeat in 1 2 3; do
    "$seam" predict --json --backend cuda --chains 16M --output "$scratch/cuda.zip" --force \
      >"$scratch/predict-$repeat" || return 1
  done
  python3 "$source_dir/bench/rates.py" predict "$scratch"/predict-* --figure "$scratch/figures"
}

# All cards in one process, compared with each card alone.
several_cards() {
  local card card_count alone=()
  card_count=$("$seam" info --json | grep -o '"backend":"cuda"' | wc -l)
  [ "$card_count" -gt 1 ] || { echo "one card only"; return 77; }
  command -v python3 >/dev/null || { echo "python3 is missing"; return 77; }
  knows --device all || return 77
  measure cards-all --device all --repeat 2 || return 1
  for ((card = 0; card < card_count; card++)); do
    measure "card-$card" --device "$card" --repeat 2 || return 1
    alone+=("$scratch/bench-card-$card")
  done
  python3 "$source_dir/bench/rates.py" cards "$scratch/bench-cards-all" "${alone[@]}" --figure "$scratch/figures"
}

# run.py ends before the time limit of the part, so that it writes its table.
peers() {
  local python=${PEERS_PYTHON:-python3}
  command -v "$python" >/dev/null || { echo "$python is missing"; return 77; }
  "$python" -B "$source_dir/bench/peers/run.py" --seam "$seam" --device cuda --repeats 3 --limit 100 \
    --work "$scratch/peers" --output "$out/peers-cuda"
}

growth() {
  command -v python3 >/dev/null || { echo "python3 is missing"; return 77; }
  python3 -B "$source_dir/bench/growth.py" --seam "$seam" --backend cuda --repeats 1 --limit 4 \
    --target 0.5 --output "$out/growth-cuda" --force
}

profile() {
  command -v ncu >/dev/null || { echo "ncu is missing"; return 77; }
  ncu --kernel-name regex:train --launch-skip 2 --launch-count 1 --section SpeedOfLight --section LaunchStats \
    --section Occupancy --section SchedulerStats --section WarpStateStats \
    "$seam" train --backend cuda --chains 262144 --steps 200 --output "$scratch/profile.zip" --force && return 0
  echo "ncu does not work here; it may lack the right to read performance counters"
  return 77
}

export -f build_seam run_tests run_on same_counts counts_equal_cpu predictions_equal_cpu device_test math_distance \
  stressed_histograms sanitize measure knows measure_fast histogram_rates histogram_share prediction_rate several_cards \
  peers growth profile
export source_dir build seam scratch LD_LIBRARY_PATH="$build:${LD_LIBRARY_PATH:-}" # an existing build may have been moved

# ---- In order of importance ------------------------------------------------------------------------------------------

device=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1 | plain)
cards=$(nvidia-smi --format=csv,noheader --query-gpu="$card_fields" 2>/dev/null | tr -d '"\134')
driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1 | plain)
if [ -z "$device" ]; then
  record device skip 0 "no NVIDIA GPU: nvidia-smi is missing or lists none"
  finish no-gpu 77
fi
record device pass 0 "$device"

[ -n "${SEAM_BUILD:-}" ] || part check build 300 bash -c build_seam
if [ ! -x "$seam" ]; then
  record seam fail 0 "no program $seam: build it, or name a build in SEAM_BUILD"
  finish fail 2
fi
part check counts-equal-cpu 150 bash -c counts_equal_cpu
part check predictions-equal-cpu 90 bash -c predictions_equal_cpu
part check philox-equals-curand 30 bash -c "device_test test_curand_device"
part check division 30 bash -c "device_test test_division_device"
for tool in memcheck racecheck initcheck synccheck; do part check "sanitizer-$tool" 60 bash -c "sanitize $tool"; done
part measure bench-mlp8-adam 40 bash -c "measure mlp8-adam"
part measure bench-mlp8-adam-fast 40 bash -c "measure_fast mlp8-adam-fast"
part measure bench-mlp8-sgd 40 bash -c "measure mlp8-sgd --optimizer sgd"
part measure bench-mlp8-sgd-fast 40 bash -c "measure_fast mlp8-sgd-fast --optimizer sgd"
part measure bench-buffer 40 bash -c "measure buffer --first buffer --second buffer"
part measure bench-buffer-fast 40 bash -c "measure_fast buffer-fast --first buffer --second buffer"
part measure math-distance 90 bash -c math_distance
part measure histogram-rates 40 bash -c histogram_rates
part measure histogram-share 60 bash -c histogram_share
part measure prediction-rate 40 bash -c prediction_rate
part measure several-cards 100 bash -c several_cards
part measure peers 150 bash -c peers
part check tests 180 bash -c run_tests
for size in "mlp8-64k --chains 65536" "mlp8-1M --chains 1048576" "mlp4 --first mlp4 --second mlp4" \
  "mlp16 --first mlp16 --second mlp16"; do
  part measure "bench-${size%% *}" 40 bash -c "measure $size"
done
part measure growth 60 bash -c growth
part measure profile 60 bash -c profile

[ "$failed" = 0 ] || finish fail 1
finish pass 0
