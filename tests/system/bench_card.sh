#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# seam bench, and the scripts in bench/ that read its output, report a card rightly: the shim's device with a made-up
# management library and made-up counts.
# usage: bench_card.sh SEAM_ON_SHIM FOLDER_OF_NVML FOLDER_OF_BENCH
#
# shellcheck disable=SC2317 # bench is called by with_nvml
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
small=(--backend cuda --first linear --second linear --optimizer sgd --steps 10 --chains 5k --repeat 2)
bench() { "$seam" bench "${small[@]}" "$@"; }
with_nvml() { LD_LIBRARY_PATH=$nvml${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$@"; }
# The machine's own management library is not used either, because it may know a card at the shim's address.
without_nvml() { FAKE_NVML_FAIL=nvmlInit_v2 with_nvml "$@"; }
# holds NAME EXPRESSION: checks the expression, in which r is the row for CUDA of the JSON line in `out`.
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

"$seam" bench --json --backend cpu --threads 1 --first linear --second linear --repeat 1 >out 2>err
holds "the configuration given, not the chains found" 'line["config"]["chains"] == "262144" != str(r["chains"])'

with_nvml bench --json --samples 5 >out 2>err
holds "the roof knows the samples" 'r["roof_cycles"] == 350'
for option in --input-noise=0.1 --interface-noise=0.1 --optimizer=adam; do
  with_nvml bench --json "$option" >out 2>err
  holds "no roof with $option" 'r["roof_fraction"] is r["roof_cycles"] is r["roof_pipe"] is None'
  holds "a clock with $option" 'r["clock_mhz"] == 1755'
done
with_nvml bench --optimizer adam >out 2>err
grep -qx 'cuda: at 1,755 of 1,980 MHz' out || wrong "a clock without a roof"

# 1 GHz is the greatest clock that the shim itself reports.
without_nvml bench >out 2>err || wrong "bench without NVML"
grep -q '1,000 MHz (maximum)$' out || wrong "the card's greatest clock where NVML is missing"
without_nvml bench --json >out 2>err
holds "nothing is known without NVML" 'r["clock_mhz"] is r["power_watts"] is None and r["clock_max_mhz"] == 1000'
holds "fraction at the greatest clock" \
  'abs(r["roof_fraction"] * 128 * 1e9 / 300 / r["chain_steps_per_second"]["median"] - 1) < 1e-9'
FAKE_NVML_FAIL=nvmlDeviceGetClockInfo with_nvml bench --json >out 2>err
holds "a clock that fails" 'r["clock_mhz"] is None and r["clock_max_mhz"] == 1980'

"$seam" bench --first linear --second linear --steps 10 --chains 2k --repeat 1 --threads 2 >out 2>err
grep -q '^cpu: [^ ]' out || wrong "the processor is named"
grep -qx 'cuda: shim' out || wrong "the card is named"

# ---- bench/rates.py and bench/gpu.sh -------------------------------------------------------------------------------

row() { # FILE MEDIAN MIN MAX
  echo "{\"config\":{\"steps\":\"1000\"},\"rows\":[{\"backend\":\"cpu\"},{\"backend\":\"cuda\",\"chains\":2000000,
    \"chain_steps_per_second\":{\"median\":$2,\"min\":$3,\"max\":$4},\"roof_fraction\":0.71,\"roof_pipe\":\"mufu\",
    \"clock_mhz\":1755.0,\"clock_max_mhz\":1980.0,\"power_watts\":512.0}]}" | tr -d '\n' >"$1"
}
# tells TEXT ARGUMENTS...: checks that rates.py prints the text.
tells() {
  "$scripts/rates.py" "${@:2}" >out 2>err || wrong "rates.py ${*:2}"
  [ "$(cat out)" = "$1" ] || wrong "rates.py ${*:2}: not '$1'"
}
row a 1.98e9 1.96e9 2e9
row b 2e9 2e9 2e9
row c 1e9 1e9 1e9
tells "1.980G chain-steps/s, 71.0% of the roof (mufu) at 1755 MHz, 512 W, 2,000,000 chains of 1,000 steps" row a
tells "1.00% of the time goes into histograms (0.00% to 2.00%)" histograms a b --figure figures
tells "99.00% of the cards' sum (98.00% to 100.00%)" cards a c c --figure figures
[ "$(grep -c '^{"name": "[a-z_]*", "value": 0.[09]' figures)" = 2 ] || wrong "two figures"
with_nvml bench --json >line 2>err
"$scripts/rates.py" row line >out 2>err || wrong "rates.py reads what bench prints"
grep -q ' of the roof (issue) at 1755 MHz, .*5,000 chains of 10 steps$' out || wrong "rates.py row"
echo '{"rows":[]}' >none
"$scripts/rates.py" row none >out 2>err
[ $? = 2 ] || wrong "rates.py takes what is no row"
grep -q '^none: no line of seam bench' err || wrong "rates.py does not say what is wrong"

mkdir path
printf '#!/bin/sh\nexit 9\n' >path/nvidia-smi
chmod +x path/nvidia-smi
PATH=$work/path:$PATH OUT=$work/results "$scripts/gpu.sh" >out 2>err
[ $? = 77 ] || wrong "gpu.sh without a card: another exit code than 77"
python3 -c 'import json
r = json.load(open("results/gpu.json"))
assert r["verdict"] == "no-gpu" and r["parts"][0]["verdict"] == "skip" and r["bench"] == []' 2>err || wrong "gpu.json"

[ $failures = 0 ] && echo "all as it should be"
exit $((failures > 0))
