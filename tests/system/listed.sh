#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every test that CTest knows is on the page tests/README.md, between backquotes.
# usage: listed.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
page=$1/tests/README.md
names=$(ctest --test-dir "$2" -N | sed -n 's/^ *Test *#[0-9]*: //p')
[ -n "$names" ] || { echo "FAILED: CTest knows no test in $2"; exit 1; }
missing=$(for name in $names; do grep -qF "\`$name\`" "$page" || echo "$name"; done)
[ -z "$missing" ] || { echo "FAILED: not on the page tests/README.md:" $missing; exit 1; }
echo "$(wc -w <<<"$names") tests are on the page"
