#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The loop that measures a core's peak holds at least 12 independent fused multiply-adds and touches no memory.
# usage: peak_in_registers.sh OBJECT...
set -euo pipefail
for object in "$@"; do
  # The loop runs from the target of the first backward jump to that jump.
  objdump -d --no-show-raw-insn "$object" | awk -v object="$object" '
    /<multiply_add_burst>:$/ { inside = 1; next }
    inside && /^$/ { inside = 0 }
    inside { line[++n] = $0; at[$1] = n }
    inside && $2 ~ /^j/ && !to && ($3 ":") in at { from = at[$3 ":"]; to = n }
    END {
      for (k = from; from && k <= to; k++) {
        if (line[k] ~ /vfmadd/) adds++
        if (line[k] ~ /\(/) memory++
      }
      printf "%s: %d multiply-adds in the loop, %d instructions touch memory\n", object, adds, memory
      exit !(adds >= 12 && memory == 0)
    }'
done
