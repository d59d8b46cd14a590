#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# seam sweep on the command line: the same counts as seam train at each point, whatever interrupts it; an index that
# others can read; plans that are refused.
# usage: sweep.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work"
cd "$work"
wrong() { echo "FAIL: $1"; [ ! -e err ] || cat err; exit 1; }
same() { python3 "$source_dir/bench/same_counts.py" "$1" "$2" >/dev/null || wrong "$1 and $2 have other counts"; }

# refused STATUS PART ARGUMENTS...: one line on stderr that has PART.
refused() {
  local status=0
  "$seam" "${@:3}" >out 2>err || status=$?
  [ "$status" -eq "$1" ] || wrong "exit code $status instead of $1 of seam ${*:3}"
  [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$2" err || wrong "seam ${*:3} does not say '$2'"
}

cat >plan.json <<'END'
{"task": "train",
 "options": {"chains": "3k", "steps": 2000, "bins": 64, "histograms": "interface,loss", "backend": "cpu", "threads": 1,
             "isa": "baseline", "checkpoint-every": "0.1s"},
 "grid": {"pair": ["buffer:buffer", "logistic:buffer"], "lr": {"from": 0.01, "to": 0.1, "points": 2}, "seed": [1, 2]}}
END
file() { echo "plan/pair=$1-buffer_lr=${2}_seed=$3.zip"; }

# ---- The plan ----
"$seam" sweep plan.json --dry-run >out
grep -q "8 points of train in plan; 24,000 chains, of which 24,000 are missing: about " out || wrong "the plan is not told"
[ "$(grep -c "3,000  .*_seed=[12].zip$" out)" -eq 8 ] || { cat out; wrong "not every point is told"; }
[ ! -e plan ] || wrong "a dry run left files"
"$seam" sweep plan.json --dry-run --json | python3 -c '
import json, sys
*points, plan = [json.loads(line) for line in sys.stdin]
assert [p["point"] for p in points] == list(range(1, 9)) and plan["event"] == "plan" and plan["missing"] == 24000
assert abs(sum(p["seconds"] for p in points) / plan["seconds"] - 1) < 1e-9 and 0 < plan["seconds"] < 3600
' || wrong "the plan as JSON"
echo "told: the plan"

# ---- Interrupted, killed, and run again ----
counted() { cat plan/index.csv 2>/dev/null | awk -F, 'NR > 1 { n += $5 } END { print n + 0 }'; }

"$seam" sweep plan.json --json >running 2>told &
run=$!
for ((i = 0; i < 30000; i++)); do
  ! ls plan/*.zip >/dev/null 2>&1 || break
  sleep 0.01
done
refused 5 "index.csv" sweep plan.json
kill -USR1 $run # asks, and changes nothing
while kill -0 $run 2>/dev/null; do
  kill -INT $run && kill -TERM $run || true
  sleep 0.01
done 2>/dev/null
status=0
wait $run || status=$?
[ $status -eq 130 ] || wrong "exit code $status after an interrupt"
chains=$(counted)
grep -q "^seam: interrupted: . of 8 points are complete" told || wrong "the interrupt is not told"
[ "$chains" -gt 0 ] && [ "$chains" -lt 24000 ] || wrong "$chains chains in the index after an interrupt"
"$seam" sweep plan.json --json >out 2>err &
run=$!
for ((i = 0; i < 30000; i++)); do
  [ ! -s out ] || break # it has told of its progress
  sleep 0.01
done
kill -9 $run || wrong "the sweep had ended before it could be killed"
wait $run 2>/dev/null || true
"$seam" sweep plan.json --json >out 2>err || wrong "the sweep was not completed"
python3 - "$chains" <<'END' || wrong "the progress of a sweep that goes on"
import json, sys
*progress, last = [json.loads(line) for line in open("out")]
assert last["event"] == "sweep" and last["points_done"] == last["points"] == 8
assert 0 < last["chains"] <= 24000 - int(sys.argv[1]), last
assert all(p["event"] == "progress" and p["points"] == 8 and 1 <= p["point"] <= 8 for p in progress)
assert progress[-1]["fraction"] <= 1 and progress[-1]["chains"] == last["chains"]
END
for pair in buffer logistic; do
  for lr in 0.01 0.1; do
    for seed in 1 2; do
      "$seam" train --first $pair --second buffer --lr $lr --seed $seed --chains 3k --steps 2000 --bins 64 \
        --histograms interface,loss --backend cpu --output alone.zip --force --quiet
      same alone.zip "$(file $pair $lr $seed)"
    done
  done
done
[ -z "$(find . -name '*.lock' -o -name '*.seam-partial')" ] || wrong "a lock or a partial file was left"
echo "same: interrupted with $chains chains counted, killed, completed"

# ---- The index ----
cp -r plan before
"$seam" sweep plan.json >out
grep -q "^8 of 8 points whole, 0 chains counted" out || wrong "whole points were run again"
diff -r plan before || wrong "a sweep that has nothing to do changed its files"
python3 - <<'END' || wrong "the index"
import csv, json, subprocess
rows = list(csv.DictReader(open("plan/index.csv")))
lines = [json.loads(line) for line in open("plan/index.jsonl")]
assert len(rows) == len(lines) == 8 and [r["file"] for r in rows] == [l["file"] for l in lines]
assert [(l["pair"], l["lr"], l["seed"]) for l in lines] == [
    (pair, lr, seed) for pair in ("buffer:buffer", "logistic:buffer") for lr in (0.01, 0.1) for seed in "12"]
for row, line in zip(rows, lines):
    for key, value in line.items():
        assert row[key] == value if isinstance(value, str) else float(row[key]) == value, key
    passed = line["buffer"] + line["inverter"]
    assert passed + line["fail"] + line["diverged"] == line["counted"] == 3000
    assert abs(line["pass"] - passed / 3000) < 1e-11 and line["pass_low"] < line["pass"] < line["pass_high"]
    assert abs(line["buffer_of_pass"] - line["buffer"] / passed) < 1e-11
END
echo "read: the index, by csv and json"

# ---- Predictions ----
cat >predict.json <<'END'
{"task": "predict", "options": {"first": "buffer", "second": "buffer", "chains": "4k", "bins": 64}, "folder": "guesses",
 "grid": {"input-margin": [0.1, 0.3], "draws": ["1k", "2k"]}}
END
"$seam" sweep predict.json --quiet
"$seam" predict --first buffer --second buffer --chains 4k --bins 64 --input-margin 0.3 --draws 2k --output alone.zip \
  --force --quiet
same alone.zip guesses/input-margin=0.3_draws=2000.zip
python3 - <<'END' || wrong "the index of predictions"
import csv
for row in csv.DictReader(open("guesses/index.csv")):
    low, value, high = (float(row["acceptance" + end]) for end in ("_low", "", "_high"))
    assert low < value < high and abs(high - value - 1.959963984540054 * float(row["acceptance_error"])) < 1e-9
END
echo "same: predictions"

# ---- Refused ----
refused 2 "needs a file" sweep
refused 4 "absent.json" sweep absent.json
echo '{"task": "train", "grid": {"lr": [0.1, -1]}}' >bad.json
refused 2 "bad.json: grid lr: --lr -1: too small; it takes" sweep bad.json
echo '{"task": "train", "grid": {"steeps": [1]}}' >bad.json
refused 2 "steeps: unknown option; did you mean steps?" sweep bad.json --dry-run
echo 'train' >bad.json
refused 2 "bad.json:1: " sweep bad.json
[ ! -e bad ] || wrong "a refused plan left a folder"
echo '{"task": "train", "grid": {"lr": [0.1]}, "folder": "no/such"}' >nowhere.json
refused 4 "the folder that no/such would be in does not exist: make it, or name another" sweep nowhere.json
sed -i 's|no/such|plan.json|' nowhere.json
refused 4 "plan.json is not a folder" sweep nowhere.json
sed 's/2000/1000/' plan.json >changed.json
sed -i 's/^{/{"folder": "plan", /' changed.json
refused 7 "has --steps 2000, but the plan has 1000" sweep changed.json
diff -rq plan before || wrong "a refused sweep changed files"
"$seam" sweep changed.json --force --quiet
"$seam" train --first buffer --second buffer --lr 0.1 --seed 2 --chains 3k --steps 1000 --bins 64 \
  --histograms interface,loss --output alone.zip --force --quiet
same alone.zip "$(file buffer 0.1 2)"
echo "refused: all that must be"
