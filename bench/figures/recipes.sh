#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the recipes of the README as they stand there, and puts their pictures into this folder. The fifth takes a minute.
# usage: bench/figures/recipes.sh [SEAM]
set -euo pipefail
figures=$(cd "$(dirname "$0")" && pwd)
seam=$(realpath "${1:-$figures/../../build/seam}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$seam" "$work/bin/seam"
export PATH="$work/bin:$PATH"
cd "$work"
awk '/^## / { recipes = $2 == "Recipes" } recipes' "$figures/../../README.md" >recipes.md
awk '/^```sh(ell)?$/ { inside = 1; next } /^```/ { inside = 0 } inside' recipes.md >commands
bash -euxo pipefail commands
for picture in $(grep -o 'bench/figures/[a-z]*\.png' recipes.md); do
  made=$(basename "$picture")
  [ "$(stat -c %s "$made")" -lt 150000 ] || { echo "$made has 150 kB or more: make it narrower" >&2; exit 1; }
  cp "$made" "$figures/"
done
