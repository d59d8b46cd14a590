#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy finds nothing in host/ and kernels/ with the checks of .clang-tidy. Other versions than 14 know other checks: SKIP.
# usage: tidy.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
for program in clang-tidy-14 clang-tidy none; do
  "$program" --version 2>/dev/null | grep -q "version 14\." && break
done
[ "$program" != none ] || { echo "SKIP: no clang-tidy 14: install clang-tidy"; exit 77; }
[ -e "$2/compile_commands.json" ] || { echo "SKIP: this build writes no compile_commands.json; the presets do"; exit 77; }
python3 - "$1" "$2" <<'END' | xargs -P "$(nproc)" -n 4 "$program" -p "$2" --quiet
import json, sys
source, build = sys.argv[1:]
files = {entry["file"] for entry in json.load(open(build + "/compile_commands.json"))}
print(*sorted(f for f in files if f.startswith((source + "/host/", source + "/kernels/")) and f.endswith(".c")), sep="\n")
END
