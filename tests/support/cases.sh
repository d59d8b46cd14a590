# SPDX-License-Identifier: Apache-2.0
# Helpers for scripts that check command lines, which source this with the program's path in $1: a folder of their own,
# a run with its expected exit code, and a list of what went wrong.
set -u
seam=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset NO_COLOR COLUMNS COLORTERM
export LC_ALL=C TERM=dumb
failures=0
cases=0

wrong() {
  failures=$((failures + 1))
  echo "FAILED $name: $1"
  sed 's/^/    stdout: /' out | head -5
  sed 's/^/    stderr: /' err | head -5
}

# run NAME EXPECTED_STATUS ARGUMENTS...: leaves stdout and stderr in the files out and err.
run() {
  name=$1
  local expected=$2
  shift 2
  cases=$((cases + 1))
  timeout 1000 "$seam" "$@" >out 2>err
  local status=$?
  [ $status -eq "$expected" ] || wrong "exit code $status instead of $expected"
}
