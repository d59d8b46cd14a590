# SPDX-License-Identifier: Apache-2.0
# A Slurm cluster with its own files and ports for tests/system/slurm.sh. Both of its nodes are this machine.

# cluster_start FOLDER
cluster_start() {
  cluster=$1
  mkdir -p "$cluster/state" "$cluster/n1" "$cluster/n2" "$cluster/munge"
  chmod 700 "$cluster/munge"
  head -c 1024 /dev/urandom >"$cluster/munge/key"
  chmod 600 "$cluster/munge/key"
  write_slurm_conf >"$cluster/slurm.conf"
  export SLURM_CONF=$cluster/slurm.conf
  munged --foreground --force --socket "$cluster/munge.socket" --key-file "$cluster/munge/key" \
    --pid-file "$cluster/munge/pid" --log-file "$cluster/munge/log" --seed-file "$cluster/munge/seed" \
    >"$cluster/munged.log" 2>&1 &
  cluster_daemons=($!)
  until [ -S "$cluster/munge.socket" ]; do sleep 0.1; done
  slurmctld -D >"$cluster/slurmctld.out" 2>&1 &
  cluster_daemons+=($!)
  for node in n1 n2; do
    slurmd -D -N $node >"$cluster/$node.out" 2>&1 &
    cluster_daemons+=($!)
  done
  for ((i = 0; i < 300; i++)); do
    [ "$(sinfo --noheader --format %t%D 2>/dev/null)" != idle2 ] || return 0
    sleep 0.1
  done
  echo "the cluster does not start:"
  tail -n 5 "$cluster"/*.log "$cluster"/*.out
  return 1
}

cluster_stop() {
  scancel --user root >/dev/null 2>&1 || true
  kill "${cluster_daemons[@]}" 2>/dev/null || true
  wait "${cluster_daemons[@]}" 2>/dev/null || true
}

# A job that is queued again can start only when its old credentials have expired, so these expire soon.
write_slurm_conf() {
  local port=$((20000 + RANDOM % 10000))
  cat <<END
ClusterName=seam
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket,cred_expire=5
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/%n
MailProg=/bin/true
TmpFS=$cluster/%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,batch_sched_delay=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
NodeName=n1 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=4
NodeName=n2 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=4
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
END
}
