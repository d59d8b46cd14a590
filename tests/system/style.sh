#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-format would change no source. Other versions than 14 lay code out in other ways: SKIP.
# usage: style.sh SOURCE_DIR
set -euo pipefail
for program in clang-format-14 clang-format none; do
  "$program" --version 2>/dev/null | grep -q "version 14\." && break
done
[ "$program" != none ] || { echo "SKIP: no clang-format 14: install clang-format"; exit 77; }
cd "$1"
find include kernels host bench tests '(' -name '*.[ch]' -o -name '*.cu' -o -name '*.cuh' -o -name '*.cpp' ')' -print0 |
  xargs -0 "$program" --dry-run -Werror
