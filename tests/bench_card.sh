#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What seam bench tells of a card, on the shim's device with a made-up management library and made-up counts; and what
# the scripts in bench/ make of it.
#   bench_card.sh SEAM_ON_SHIM FOLDER_OF_NVML FOLDER_OF_BENCH
set -u
seam=$1 nvml=$2 scripts=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

wrong() {
  failures=$((failures + 1))
  echo "FAILED $1"
  sed 's/^/    /' out err | head -20
}
bench() { "$seam" bench --backend cuda --first linear --second linear --optimizer sgd --steps 10 --chains 5k --repeat 2 "$@"; }
with_nvml() { LD_LIBRARY_PATH=$nvml${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$@"; }
# holds NAME EXPRESSION: of the line of JSON in `out`, its row on CUDA is r.
holds() {
  python3 -c 'import json, sys
line = json.load(open("out")); r = line["rows"][-1]
sys.exit(not eval(sys.argv[1]))' "$2" 2>>err || wrong "$1: not so: $2"
}

with_nvml bench >out 2>err || wrong "bench with NVML"
grep -qE '^cuda: [0-9.]+% of the roof \(issue, 300 cycles a warp\) at 1,755 of 1,980 MHz$' out || wrong "roof and clock"
awk 'length > 80' out | grep -q . && wrong "a line of more than 80 columns"

with_nvml bench --json >out 2>err || wrong "bench --json with NVML"
holds "clock" 'r["cards"] == 1 and r["clock_mhz"] == 1755 and r["clock_max_mhz"] == 1980'
holds "roof" 'r["roof_pipe"] == "issue" and r["roof_cycles"] == 300'
holds "fraction" 'abs(r["roof_fraction"] * 128 * 1755e6 / 300 / r["chain_steps_per_second"]["median"] - 1) < 1e-9'
holds "power and what it bought" '(r["power_watts"] is None) == (r["chain_steps_per_joule"] is None)'
holds "the configuration given" 'line["config"]["chains"] == "5000"'

with_nvml bench --json --samples 5 >out 2>err
holds "the roof knows the samples" 'r["roof_cycles"] == 350'
for option in --input-noise=0.1 --interface-noise=0.1 --optimizer=adam; do
  with_nvml bench --json "$option" >out 2>err
  holds "no roof with $option" 'r["roof_fraction"] is r["roof_cycles"] is r["roof_pipe"] is None and r["clock_mhz"] == 1755'
done
with_nvml bench --optimizer adam >out 2>err
grep -qx 'cuda: at 1,755 of 1,980 MHz' out || wrong "a clock without a roof"

# The shim's own greatest clock is 1 GHz.
bench >out 2>err || wrong "bench without NVML"
grep -q '1,000 MHz (maximum)$' out || wrong "the card's greatest clock where NVML is missing"
bench --json >out 2>err
holds "nothing is known without NVML" 'r["clock_mhz"] is r["power_watts"] is None and r["clock_max_mhz"] == 1000'
holds "fraction at the greatest clock" \
  'abs(r["roof_fraction"] * 128 * 1e9 / 300 / r["chain_steps_per_second"]["median"] - 1) < 1e-9'
FAKE_NVML_FAIL=nvmlDeviceGetClockInfo with_nvml bench --json >out 2>err
holds "a clock that fails" 'r["clock_mhz"] is None and r["clock_max_mhz"] == 1980'

"$seam" bench --first linear --second linear --steps 10 --chains 2k --repeat 1 --threads 2 >out 2>err
grep -q '^cpu: [^ ]' out || wrong "the processor is named"
grep -qx 'cuda: shim' out || wrong "the card is named"

[ $failures = 0 ] && echo "all as it should be"
exit $((failures > 0))
