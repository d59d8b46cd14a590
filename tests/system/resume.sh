#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 5 on the command line: a run that is killed, interrupted or spread over shards ends in the same histogram
# members, to the byte, as one that was left alone.
# usage: resume.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work"
cd "$work"
options=(--first buffer --second buffer --chains 20k --steps 1000 --lr 0.05 --bins 64 --histograms all,interchange
         --backend cpu)
same() { python3 "$source_dir/bench/same_counts.py" whole.zip "$1" >/dev/null || { echo "FAIL: $1"; exit 1; } }
wrong() { echo "FAIL: $1"; exit 1; }
covered() { "$seam" info "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["chains"])'; }

# refused STATUS PART ARGUMENTS...: one line on stderr that has PART.
refused() {
  local status=0
  "$seam" "${@:3}" >out 2>err || status=$?
  [ "$status" -eq "$1" ] || wrong "exit code $status instead of $1 of seam ${*:3}"
  [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$2" err || { cat err; wrong "seam ${*:3} does not say '$2'"; }
}

# start FILE COMMAND ARGUMENTS...: in the background, slowly, until the file is written for the first time.
start() {
  touch begin
  "$seam" "${@:2}" --threads 1 --isa baseline --checkpoint-every 0.05s --output "$1" --quiet 2>err &
  run=$!
  for ((i = 0; i < 30000; i++)); do
    [ ! "$1" -nt begin ] || return 0
    sleep 0.01
  done
  wrong "$1 was not written"
}

"$seam" train "${options[@]}" --output whole.zip --quiet

# ---- Killed ----
before=0
for kill in 1 2 3; do
  start killed.zip train "${options[@]}" --resume
  kill -9 $run || wrong "run $kill had ended before it could be killed"
  wait $run 2>/dev/null || true
  now=$(covered killed.zip)
  [ "$now" -gt "$before" ] && [ "$now" -lt 20000 ] || wrong "$now chains in the file after kill $kill, $before before"
  before=$now
done
"$seam" train "${options[@]}" --resume --output killed.zip --quiet
same killed.zip
echo "same: killed three times, $before chains kept"

# ---- Interrupted, and resumed on another way of running ----
start interrupted.zip train "${options[@]}"
mv err held
for second in "train --resume" "train --force" "predict --force" "merge --force killed.zip"; do
  refused 5 "another run writes interrupted.zip and holds interrupted.zip.lock" $second --output interrupted.zip
done
mv held err
kill -INT $run
wait $run || true
grep -q "of 20,000 chains counted, written to interrupted.zip" err || wrong "the run was not interrupted"
"$seam" train --config interrupted.zip --resume --threads 2 --isa baseline --slice 7 --output interrupted.zip --quiet
same interrupted.zip
cp interrupted.zip again.zip
"$seam" train "${options[@]}" --resume --output again.zip --quiet # nothing is left to be run
same again.zip
echo "same: interrupted"

# ---- Shards and ranges ----
options+=(--steps 100)
"$seam" train "${options[@]}" --output whole.zip --force --quiet
for i in 1 2 3; do "$seam" train "${options[@]}" --shard $i/3 --output "shard$i.zip" --quiet; done
"$seam" merge --output shards.zip shard2.zip shard3.zip shard1.zip >out
grep -q "3 files merged, written to shards.zip" out || wrong "merge does not say what it did"
same shards.zip
"$seam" train "${options[@]}" --chains 1k --first-chain 19k --output range1.zip --quiet
"$seam" train "${options[@]}" --chains 19k --first-chain 0 --output range2.zip --quiet
"$seam" merge range1.zip range2.zip --output ranges.zip --json | python3 -c '
import json, sys
record = json.loads(sys.stdin.read())
sys.exit(record["event"] != "result" or record["chains"] != 20000 or record["output"] != "ranges.zip")'
same ranges.zip
"$seam" merge --output two.zip shard1.zip shard3.zip >out
grep -q "6,668 of 20,000 chains are missing" out || { cat out; wrong "merge does not say what is missing"; }
"$seam" train --config two.zip --resume --output two.zip --quiet # as merge said
same two.zip
echo "same: shards and ranges"

# ---- Predictions ----
predict=(--first buffer --second buffer --chains 20000002 --draws 100k --bins 64)
"$seam" predict "${predict[@]}" --output whole.zip --force --quiet
start predicted.zip predict "${predict[@]}"
kill -INT $run
wait $run || true
grep -q "of 20,000,002 first components counted" err || wrong "the prediction was not interrupted"
"$seam" predict "${predict[@]}" --threads 2 --resume --output predicted.zip --quiet
same predicted.zip
for i in 1 2; do "$seam" predict "${predict[@]}" --shard $i/2 --output "shard$i.zip" --quiet --force; done
"$seam" merge --output halves.zip shard2.zip shard1.zip >out
same halves.zip
echo "same: predictions"
for i in 1 2 3; do "$seam" train "${options[@]}" --shard $i/3 --output "shard$i.zip" --quiet --force; done
"$seam" train "${options[@]}" --output whole.zip --force --quiet

# ---- Refused ----
refused 7 "shard1.zip and whole.zip both counted chain 0" merge --output x.zip shard1.zip whole.zip
"$seam" train "${options[@]}" --shard 2/3 --seed 2 --output seed.zip --quiet
refused 7 "differ in --seed, 1 and 2" merge --output x.zip shard1.zip seed.zip
head -c 1000 shard2.zip >cut.zip
refused 6 "cut.zip" merge --output x.zip shard1.zip cut.zip
refused 4 "absent.zip" merge --output x.zip shard1.zip absent.zip
refused 2 "needs --output" merge shard1.zip shard2.zip
refused 2 "needs files" merge --output x.zip
refused 3 "whole.zip exists" merge --output whole.zip shard1.zip shard2.zip
refused 7 "--lr 0.06: the output has 0.05" train "${options[@]}" --lr 0.06 --resume --output two.zip
refused 6 "cut.zip" train "${options[@]}" --resume --output cut.zip
refused 2 "give one of them" train "${options[@]}" --resume --force --output two.zip
refused 2 "--shard 4/3" train "${options[@]}" --shard 4/3 --output x.zip
refused 2 "--checkpoint-every 10x" train "${options[@]}" --checkpoint-every 10x --output x.zip
[ ! -e x.zip ] && [ "$(stat -c %s cut.zip)" -eq 1000 ] || wrong "a refusal left or changed a file"
same two.zip
cp shard1.zip forced.zip
"$seam" merge --force --output forced.zip shard1.zip shard2.zip shard3.zip >out # itself one of the parts' names
same forced.zip
[ -z "$(find . -name '*.lock' -o -name '*.seam-partial')" ] || wrong "a lock or a partial file was left"
echo "refused: all that must be"
