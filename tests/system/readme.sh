#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every command that the README shows after its first two, which CI runs themselves, works as written, and prints what
# stands in the block of text after it, if there is one.
# usage: readme.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 seam=$3
fresh "$work"
mkdir -p "$work/build"
ln -s "$seam" "$work/build/seam"
ln -s "$source_dir/bench" "$source_dir/tests" "$source_dir/include" "$work/"
cd "$work"
export PATH="$work/build:$PATH"
blocks=$(grep -c '^```sh$' "$source_dir/README.md")
[ "$blocks" -gt 2 ] || { echo "the README shows no command after its first two"; exit 1; }
# after N: the block of text that is the next block after the Nth one of commands, or nothing.
after() {
  awk -v want="$1" '/^```sh$/ { n++; next } n == want && /^```text$/ { inside = 1; next } n == want && /^```./ { exit }
    inside && /^```/ { exit } inside' "$source_dir/README.md"
}
shown=0
for ((n = 3; n <= blocks; n++)); do
  command=$(awk -v want="$n" '/^```sh$/ { n++; inside = n == want; next } /^```/ { inside = 0 } inside' \
    "$source_dir/README.md")
  echo "\$ $command"
  bash -euo pipefail -c "$command" | tee printed
  expected=$(after "$n")
  [ -z "$expected" ] || diff <(echo "$expected") printed
  shown=$((shown + (${#expected} > 0)))
done
[ "$shown" -gt 0 ] || { echo "the README shows no output"; exit 1; }
