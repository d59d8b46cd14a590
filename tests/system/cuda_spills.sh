#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ptxas spills no training kernel of a pair that must stay in registers, and no kernel of predictions; only their first
# components may index memory on the stack. Lists the registers and spills of all kernels. Skipped without the reports
# cuda_MATH_FIRST_SECOND.txt, cuda_kind_KIND.txt and cuda_count.txt, which a build with nvcc keeps in FOLDER.
# usage: cuda_spills.sh FOLDER
[ -d "$1" ] || { echo "SKIP: built without nvcc, so there is no ptxas report"; exit 77; }
set -- "$1"/cuda_exact_*.txt "$1"/cuda_fast_*.txt "$1"/cuda_kind_*.txt "$1"/cuda_count.txt
[ -f "$1" ] || { echo "no ptxas report in $(dirname "$1"): build first"; exit 1; }
awk '
BEGIN {
  split("linear logistic buffer table8 mlp4 mlp8", kinds)
  train = "train_sgd train_adam train_langevin"
  for (k in kinds) needed["exact_" kinds[k] "_" kinds[k]] = needed["fast_" kinds[k] "_" kinds[k]] = train
  needed["count"] = "count_works count_weights add swap"
  printf "%-24s %-6s %-15s %9s %6s %6s\n", "pair", "arch", "kernel", "registers", "stack", "spills"
}
FNR == 1 {
  pair = FILENAME
  sub(/.*\/cuda_/, "", pair)
  sub(/\.txt$/, "", pair)
  if (pair ~ /^kind_/) needed[pair] = "find_all_cells find_level_cells accept weigh"
  built[pair] = 1
  kernel = ""
}
/Compiling entry function/ {
  kernel = match($0, /train_(sgd|adam|langevin)|find_(all|level)_cells|accept|weigh|count_(works|weights)|add|swap/) \
    ? substr($0, RSTART, RLENGTH) : ""
  arch = match($0, /sm_[0-9]+/) ? substr($0, RSTART, RLENGTH) : "?"
}
/bytes stack frame/ { stack = $1; spills = $5 + $9 }
/Used [0-9]+ registers/ && kernel != "" {
  match($0, /Used [0-9]+/)
  bad = (pair in needed) && (spills > 0 || (stack > 0 && kernel !~ /^find/))
  printf "%-24s %-6s %-15s %9d %6d %6d%s\n", pair, arch, kernel, substr($0, RSTART + 5, RLENGTH - 5), stack, spills,
    bad ? "  <- must not spill" : ""
  failed += bad
  seen[pair " " kernel] = 1
  kernel = ""
}
END {
  for (p in needed) {
    count = split(needed[p], names, " ")
    for (k = 1; k <= count && p in built; k++)
      if (!((p " " names[k]) in seen)) {
        printf "%s: no report of %s; remove its object file and build again\n", p, names[k]
        failed++
      }
  }
  exit failed > 0
}' "$@"
