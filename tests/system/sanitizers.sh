#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The unit and command line tests under the address and undefined-behaviour sanitizers, in a build of their own with clang
# (gcc where there is none), so that the other compiler's warnings are errors here, too.
# usage: sanitizers.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
compiler=$(command -v clang || command -v gcc)
cmake -S "$1" -B "$2" -G Ninja -DCMAKE_C_COMPILER="$compiler" -DCMAKE_CXX_COMPILER="$compiler++" -DSEAM_CUDA=OFF \
  -DSEAM_WERROR=ON -DSEAM_SANITIZE=address,undefined -DSEAM_NESTED=ON -DBUILD_TESTING=ON >"$2.log"
cmake --build "$2" -j "$(nproc)" >>"$2.log" 2>&1 || { tail -50 "$2.log"; exit 1; }
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 ASAN_OPTIONS=detect_stack_use_after_return=0
# fontconfig, which Cairo looks for fonts with, keeps pointers as offsets: what they point to looks lost.
echo leak:libfontconfig >"$2.leaks"
export LSAN_OPTIONS=suppressions=$2.leaks:print_suppressions=0
ctest --test-dir "$2" --output-on-failure -j "$(nproc)"
