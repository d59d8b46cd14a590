#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The job scripts of bench/slurm on a cluster of two nodes that both are this machine: an array and an MPI job run into
# their time limit, are queued again and go on, and end with the same counts. Two minutes; needs root and slurm-wlm.
# usage: slurm.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2
export SEAM=$3
skip() { echo "SKIP: $1"; exit 77; }
wrong() { echo "FAIL: $1"; tail -n 20 "$work"/*.log; exit 1; }
for program in slurmctld slurmd munged sbatch srun; do
  command -v $program >/dev/null || skip "$program is not installed (Debian: slurm-wlm, munge)"
done
[ "$(id -u)" -eq 0 ] || skip "only root can start a cluster"
"$SEAM" info | grep -q "^MPI: Open MPI" || skip "built without Open MPI"
fresh "$work"
mkdir -p "$work"
cd "$work"
source "$source_dir/tests/support/slurm_cluster.sh"
trap cluster_stop EXIT
cluster_start "$work/cluster" || skip "no cluster here"

# Half a minute's work for each of two tasks: the warning comes within that, since Slurm looks twice a minute.
options=(--first buffer --second buffer --steps 20k --lr 0.05 --bins 64 --backend cpu --threads 1)
seconds=$("$SEAM" train "${options[@]}" --chains 4k --output rate.zip --json | tail -n 1 |
  python3 -c 'import json, sys; print(json.loads(sys.stdin.read())["seconds"])')
options+=(--chains "$(python3 -c "print(int(2 * 35 * 4000 / $seconds))")" --checkpoint-every 1s)

limit=(--time=1 --signal=TERM@30)
array=$(sbatch --parsable "${limit[@]}" --array=1-2 "$source_dir/bench/slurm/array.sbatch" "${options[@]}")
mpi=$(sbatch --parsable "${limit[@]}" --nodes=2 "$source_dir/bench/slurm/mpi.sbatch" "${options[@]}")
begin=$SECONDS
restarts=0
while squeue --noheader --format %i | grep -q .; do
  now=$(scontrol show job | grep -c "Restarts=[1-9]" || true)
  [ "$now" -le $restarts ] || restarts=$now
  [ $((SECONDS - begin)) -lt 240 ] || wrong "the jobs do not end: $(squeue)"
  sleep 1
done
[ $restarts -eq 3 ] || wrong "$restarts jobs of 3 were queued again"
for log in "seam-$array-1.log" "seam-$array-2.log" "seam-mpi-$mpi.log"; do
  grep -q "interrupted: .* chains counted, written to" "$log" || wrong "$log tells of no time limit"
done
echo "three jobs, $((SECONDS - begin)) s, each warned of its time limit and queued again"
"$SEAM" merge --output array.zip seam-1-of-2.zip seam-2-of-2.zip >merged
! grep -q missing merged || wrong "$(cat merged)"
"$SEAM" info seam.zip | grep -q "2 ranks" || wrong "the MPI job had not two ranks"
python3 "$source_dir/bench/same_counts.py" array.zip seam.zip || wrong "the array and the MPI job counted differently"
