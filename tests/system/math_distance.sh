#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fast math moves no outcome beyond chance (|z| of McNemar, two-sided 10^-6), even if each approximation is as wrong as
# its documentation allows; and the comparison detects larger errors.
# usage: math_distance.sh MATH_DISTANCE_ON_SHIM
set -u
failures=0

# expect NAME CONDITION ARGUMENT...: checks awk's condition on the row's fields, which are counted from the end.
expect() {
  name=$1 condition=$2
  shift 2
  row=$("$tool" "$@" | tail -n 1) || row="failed"
  printf '%-40s %s\n' "$name" "$row"
  echo "$row" | awk "function size(x) { return x < 0 ? -x : x }
    NF < 12 { exit 1 } { alone = \$(NF-4) + \$(NF-3); z = \$(NF-2); cells = \$NF; exit !($condition) }" && return
  echo "FAILED $name: not so: $condition"
  failures=$((failures + 1))
}
tool=$1

expect "no approximation, no difference" "alone == 0 && cells == 0" \
  first=linear second=linear optimizer=sgd range=-8:8 chains=2000 steps=60
expect "mlp4, adam" "size(z) < 4.9 && cells > 0" first=mlp4 second=mlp4 chains=9000 steps=60
expect "buffer, sgd" "size(z) < 4.9" first=buffer second=buffer optimizer=sgd lr=0.3 chains=9000 steps=60
expect "logistic, langevin" "size(z) < 4.9" first=logistic second=logistic optimizer=langevin chains=9000 steps=60
expect "a learning rate 5% higher is seen" "size(z) > 4.9" first=mlp4 second=mlp4 lr=0.02 fast.lr=0.021 chains=9000 steps=60
expect "a margin 5% wider is seen" "size(z) > 4.9" first=mlp4 second=mlp4 chains=9000 steps=60 fast.input-margin=0.315
exit $((failures > 0))
