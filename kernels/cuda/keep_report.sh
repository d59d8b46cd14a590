#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# keep_report.sh REPORT COMMAND...: runs a compiler and keeps its messages, ptxas's report among them, in REPORT.
report=$1
shift
"$@" 2>"$report.new"
status=$?
grep -v -e '^ptxas info' -e 'stack frame' -e '^$' "$report.new" >&2
mv "$report.new" "$report"
exit $status
