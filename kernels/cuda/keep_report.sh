#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a compiler and keeps its messages, which include the report of ptxas, in the file REPORT.
# usage: keep_report.sh REPORT COMMAND...
report=$1
shift
"$@" 2>"$report.new"
status=$?
grep -v -e '^ptxas info' -e 'stack frame' -e '^$' "$report.new" >&2
mv "$report.new" "$report"
exit $status
