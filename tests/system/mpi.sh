#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs spread over MPI ranks: the same histogram members as of one process, to the byte, whatever is killed on the way.
# `unequal` tests instead that a rank that is held up counts less than another, which depends on how busy the machine is.
# usage: mpi.sh SOURCE_DIR WORK_DIR SEAM MPIRUN same|unequal
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work"
cd "$work"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
options=(--first buffer --second buffer --chains 100k --steps 200 --lr 0.05 --bins 64 --histograms all,interchange
         --backend cpu)
mpirun=("$4" --oversubscribe --bind-to none)
ranks() { "${mpirun[@]}" "$@"; }
same() { python3 "$source_dir/bench/same_counts.py" "${2-whole.zip}" "$1" >/dev/null || wrong "$1 has other counts"; }
wrong() { echo "FAIL: $1"; [ ! -e err ] || cat err; exit 1; }
field() { "$seam" info "$1" --json | python3 -c "import json, sys; print(json.load(sys.stdin)['$2'])"; }

# start FILE ARGUMENTS...: three ranks in the background, until the file is written for the first time.
start() {
  touch begin
  "${mpirun[@]}" -n 3 "$seam" "${@:2}" --threads 1 --isa baseline --checkpoint-every 0.1s --output "$1" --quiet \
    >out 2>err &
  run=$!
  for ((i = 0; i < 30000; i++)); do
    [ ! "$1" -nt begin ] || return 0
    sleep 0.01
  done
  wrong "$1 was not written"
}
rank() { pgrep -P $run | sort -n | sed -n "$(($1 + 1))p"; }

# ended STATUS: how mpirun ended.
ended() {
  local status=0
  wait $run || status=$?
  [ $status -eq "$1" ] || wrong "exit code $status instead of $1"
}

# ---- Ranks of unequal speed end together ----
if [ "$5" = unequal ]; then
  cat >slowly <<'END'
"$@" & run=$!
sleep 1 # until MPI has begun
while kill -STOP $run 2>/dev/null; do sleep 0.2; kill -CONT $run 2>/dev/null || break; sleep 0.05; done
wait $run
END
  slow=("${options[@]}" --steps 20k --chains 30k --threads 1)
  "$seam" train "${slow[@]}" --threads 0 --output long.zip --quiet
  slow+=(--output unequal.zip --json)
  ranks -n 1 "$seam" train "${slow[@]}" : -n 1 bash slowly "$seam" train "${slow[@]}" >out
  same unequal.zip long.zip
  python3 - <<'END' || wrong "a rank that is held up counts as much as another"
import json
quick, held = [json.loads(line) for line in open("out")][-2]["rank_chains"]
print(f"a rank that is held up counted {held}, another {quick}")
raise SystemExit(held > 0.7 * quick or held == 0)
END
  exit 0
fi

# ---- The same counts ----
"$seam" train "${options[@]}" --output whole.zip --quiet
ranks -n 3 "$seam" train "${options[@]}" --output three.zip --quiet
same three.zip
[[ $(field three.zip device) == *"; 3 ranks" ]] || wrong "the record does not say how many ranks there were"
for i in 1 2; do ranks -n 2 "$seam" train "${options[@]}" --shard $i/2 --output "shard$i.zip" --quiet; done
"$seam" train --config shard1.zip --resume --output shard1.zip --quiet # the whole of it
same shard1.zip
ranks -n 2 "$seam" train --config shard2.zip --resume --output shard2.zip --quiet
same shard2.zip
predict=(--first buffer --second buffer --chains 200k --draws 20k --bins 64)
for law in "" "--beta 10"; do
  "$seam" predict "${predict[@]}" $law --output predicted.zip --force --quiet
  ranks -n 3 "$seam" predict "${predict[@]}" $law --output predicted3.zip --force --quiet
  same predicted3.zip predicted.zip
done
echo "same: three ranks, shards, predictions"

# ---- A sweep, whose points go on at once ----
cat >plan.json <<'END'
{"task": "train", "options": {"second": "buffer", "chains": 3000, "bins": 64, "histograms": "all", "backend": "cpu"},
 "grid": {"steps": [0, 300], "first": ["buffer", "logistic"], "seed": [1, 2, 3]}}
END
"$seam" sweep plan.json --quiet
mv plan alone
timeout 1200 "${mpirun[@]}" -n 3 "$seam" sweep plan.json --json >out || wrong "a sweep of three ranks"
for file in alone/*.zip; do same "plan/${file#alone/}" "$file"; done
cmp plan/index.csv alone/index.csv && cmp plan/index.jsonl alone/index.jsonl || wrong "a sweep of ranks has another index"
rm plan/*seed=2.zip
timeout 1200 "${mpirun[@]}" -n 2 "$seam" sweep plan.json >out
grep -q "^12 of 12 points whole, 12,000 chains counted" out || wrong "a sweep of ranks runs what is there"
for file in alone/*.zip; do same "plan/${file#alone/}" "$file"; done
echo "same: a sweep"

# ---- Rank 0 alone works ----
ranks -n 3 "$seam" info | grep -c "^MPI: " | grep -qx 3 || wrong "info is not said by each process"
status=0
ranks -n 3 "$seam" train --lr 0x >out 2>err || status=$?
[ $status -eq 2 ] && [ "$(grep -c "^seam: --lr 0x" err)" -eq 1 ] || wrong "a wrong option is not said once"
status=0
ranks -n 3 "$seam" train "${options[@]}" --output whole.zip >out 2>err || status=$?
[ $status -eq 3 ] && [ "$(grep -c "^seam: whole.zip exists" err)" -eq 1 ] || wrong "a file that exists is not said once"
echo "rank 0 alone speaks"

# ---- What each rank is told ----
small=(--first buffer --second buffer --chains 1000 --steps 5 --backend cpu --threads 1)
export seam words="${small[*]}"
# refused WORDS COMMAND...: the command ends with 2, and stderr has the words once.
refused() {
  local status=0
  ranks "${@:2}" >out 2>err || status=$?
  [ $status -eq 2 ] || wrong "exit code $status instead of 2"
  [ "$(grep -c -- "^seam: $1" err)" -eq 1 ] || wrong "not said once: $1"
}
refused '--seed is "10" on rank 0 and "11" on rank 1: .*--ranks off' \
  -n 3 sh -c 'exec "$seam" train $words --seed 1$OMPI_COMM_WORLD_RANK --output differ.zip'
refused '--output is "differ.zip" on rank 0 and "other.zip" on rank 1' \
  -n 1 "$seam" train "${small[@]}" --output differ.zip : -n 1 "$seam" train "${small[@]}" --output other.zip
refused 'the command is "train" on rank 0 and "predict" on rank 1' -n 1 "$seam" train : -n 1 "$seam" predict
refused '--force is "no" on rank 0 and "yes" on rank 1' -n 1 "$seam" train : -n 1 "$seam" train --force
refused 'the plan is "a" on rank 0 and "b" on rank 1' -n 1 "$seam" sweep a : -n 1 "$seam" sweep b
refused 'rank 1: --lr 0x: not a number' -n 1 "$seam" train "${small[@]}" : -n 1 "$seam" train --lr 0x
[ ! -e differ.zip ] || wrong "ranks that differ write a file"
ranks -n 1 "$seam" train "${small[@]}" --output own.zip : -n 1 "$seam" train "${small[@]}" --threads 2 --isa baseline \
  --output own.zip >out 2>err || wrong "ranks may not differ in threads"
grep -q "^seam: joins the 2 processes .*--ranks off" err || wrong "nothing tells that ranks join"
ranks -n 3 sh -c 'exec "$seam" train $words --ranks off --quiet --output alone$OMPI_COMM_WORLD_RANK.zip' 2>err
ls alone0.zip alone1.zip alone2.zip >/dev/null || wrong "--ranks off makes no runs of their own"
[ ! -s err ] || wrong "--ranks off with --quiet prints"
echo "ranks agree, or run alone"

# ---- MPI that cannot begin ----
# Open MPI takes a rank once. The second command prints Open MPI's own errors, ends, and mpirun goes on.
timeout 60 "${mpirun[@]}" -n 2 sh -c '"$seam" train $words --quiet --output first.zip
  "$seam" train $words --output second.zip; echo "then $?"; "$seam" info >/dev/null; echo "info $?"
  "$seam" train $words --quiet --ranks off --output "third$OMPI_COMM_WORLD_RANK.zip"; echo "alone $?"' >out 2>err ||
  wrong "two commands after one another"
for line in "then 1" "info 0" "alone 0"; do
  [ "$(grep -c "^$line" out)" -eq 2 ] || wrong "a second start, not twice '$line': $(cat out)"
done
grep -q "^seam: joins the 2 processes .*--ranks off" err || wrong "a second start does not tell the remedy"
# Open MPI's MPI_Init leaves this variable to the children of its process.
timeout 60 "${mpirun[@]}" -n 2 sh -c 'OMPI_MCA_ess=pmi "$seam" train $words; echo "child $?"
  OMPI_MCA_ess=pmi "$seam" train $words --quiet --ranks off --output "child$OMPI_COMM_WORLD_RANK.zip"; echo "alone $?"
  ' >out 2>err || wrong "children of an MPI process"
[ "$(grep -c "^child 9" out)" -eq 2 ] && [ "$(grep -c "^alone 0" out)" -eq 2 ] || wrong "a child: $(cat out)"
grep -q "^seam: the program that started this one has begun MPI.*--ranks off" err || wrong "a child is not told"
! grep -q MPI_ERRORS err || wrong "a child begins MPI"
# A rank that waits for one that never starts gives up when its clock rings; the test rings it.
status=0
timeout 60 "${mpirun[@]}" -n 1 sh -c '"$seam" train $words --quiet & sleep 2; kill -ALRM $!; wait $!' : -n 1 sleep 50 \
  >out 2>err || status=$?
[ $status -eq 9 ] && grep -q "^seam: the other processes .* do not answer" err || wrong "a rank waits: $status"
echo "MPI that cannot begin ends"

# ---- Cores ----
if [ "$(nproc)" -gt 1 ]; then
  "$4" -n 1 --bind-to core "$seam" train "${small[@]}" --threads 0 --output bound.zip >out 2>err
  grep -q "^seam: 1 thread on a host of .* cores: bound by mpirun; mpirun --bind-to none" err || wrong "a bound rank is not told"
fi

# ---- Killed, and resumed ----
options+=(--steps 4000 --chains 60k)
"$seam" train "${options[@]}" --output whole.zip --force --quiet
for lost in 1 0; do
  start killed.zip train "${options[@]}" --resume
  kill -9 "$(rank $lost)"
  ended 137
  chains=$(field killed.zip chains)
  [ "$chains" -gt 0 ] && [ "$chains" -lt 60000 ] || wrong "$chains chains after rank $lost was killed"
  [ $lost -eq 0 ] || grep -q "^seam: rank 1 was lost.* of 60,000 chains counted, written to killed.zip" err ||
    wrong "the loss is not told"
done
ranks -n 2 "$seam" train "${options[@]}" --resume --output killed.zip --quiet
same killed.zip
echo "same: rank 1 killed, rank 0 killed, resumed"

# ---- Interrupted, and resumed ----
start ended.zip train "${options[@]}"
kill -TERM $run
ended 1 # mpirun's own
grep -q "^seam: interrupted: .* of 60,000 chains counted, written to ended.zip" err || wrong "the interrupt is not told"
"$seam" train "${options[@]}" --resume --output ended.zip --quiet
same ended.zip
start rank0.zip train "${options[@]}"
kill -INT "$(rank 0)"
ended 130
[ "$(field rank0.zip chains)" -lt 60000 ] || wrong "the run was not interrupted"
ranks -n 3 "$seam" train "${options[@]}" --resume --output rank0.zip --quiet
same rank0.zip
echo "same: interrupted, resumed"
