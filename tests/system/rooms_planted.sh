#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The test `rooms` fails if one include or one call goes the wrong way round: both are planted in a copy.
# usage: rooms_planted.sh SOURCE_DIR BUILD_DIR WORK_DIR
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 build=$2 work=$3
rooms=$source_dir/tests/system/rooms.py
fresh "$work"
mkdir -p "$work/source" "$work/build"
cp -r "$source_dir"/{include,kernels,host} "$work/source"
(cd "$build" && find host kernels -name '*.o' -exec cp --parents {} "$work/build" ';')
# found LINE: rooms.py fails and tells this line.
found() {
  if python3 -B "$rooms" "$work/source" "$work/build" >"$work/told"; then echo "FAIL: rooms passes '$1'"; exit 1; fi
  grep -qxF -- "$1" "$work/told" || { cat "$work/told"; echo "FAIL: rooms does not tell '$1'"; exit 1; }
  echo "found: $1"
}
cp "$work/source/host/base/number.c" "$work/kept"
echo '#include "run/checkpoint.h"' >>"$work/source/host/base/number.c"
found "host/base/number.c includes host/run/checkpoint.h"
cp "$work/kept" "$work/source/host/base/number.c"

objects=$work/build/host/CMakeFiles/seam_objects.dir
symbol=$(nm -P --defined-only "$objects/run/checkpoint.c.o" | awk '$2 == "T" { print $1; exit }')
printf 'void %s(void);\nvoid planted(void) { %s(); }\n' "$symbol" "$symbol" >"$work/source/host/base/planted.c"
cc -c "$work/source/host/base/planted.c" -o "$objects/base/planted.c.o"
found "host/base/planted.c uses $symbol of host/run/checkpoint.c"
