#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The component kind that .github/CONTRIBUTING.md adds, added as it says: it trains, and counts alike on two instruction
# sets.
# usage: new_kind.sh SOURCE_DIR WORK_DIR
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2
fresh "$work"
mkdir -p "$work/source"
cd "$work/source"
cp -r "$source_dir"/{kernels,host,include,bench,CMakeLists.txt,README.md,LICENSE} .
component=kernels/component page=$source_dir/.github/CONTRIBUTING.md
awk '/^```c$/ { inside = 1; next } /^```/ { if (inside && text ~ /COMPONENT_CUBIC_H/) printf "%s", text; inside = 0; text = "" }
  inside { text = text $0 "\n" }' "$page" >$component/cubic.h
line=$(grep -o 'X(CUBIC[^)]*)' "$page")
sed -i "s/^  X(LINEAR,.*/&\n  $line \\\\/" $component/list.h
# The kinds that this test can do without, so that the kernels compile in half the time.
sed -i '/^  X(\(LOGISTIC\|BUFFER\|MLP16\|TABLE8\),/d' $component/list.h
sed -i 's/#include "buffer.h"/&\n#include "cubic.h"/' $component/component.h
cmake -S . -B ../build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DSEAM_CUDA=OFF -DSEAM_MPI=OFF -DSEAM_WERROR=ON >../log
cmake --build ../build --target seam >>../log || { tail -n 30 ../log; exit 1; }
cd ..
passing() { build/seam show "$1" --json | python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["buffer"] + r["inverter"])'; }
options=(--first cubic --second mlp4 --chains 20k --backend cpu --quiet)
build/seam train "${options[@]}" --steps 0 --output untrained.zip
build/seam train "${options[@]}" --steps 300 --output trained.zip
build/seam train "${options[@]}" --steps 300 --output baseline.zip --isa baseline
python3 "$source_dir/bench/same_counts.py" trained.zip baseline.zip
echo "pass: $(passing untrained.zip) untrained, $(passing trained.zip) trained"
[ "$(passing trained.zip)" -gt $((10 * $(passing untrained.zip) + 100)) ]
