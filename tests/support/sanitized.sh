# SPDX-License-Identifier: Apache-2.0
# The one build with sanitizers, for sanitizers.sh and fuzz.sh, which source this: with clang, so that another compiler's
# warnings are errors here, and with libFuzzer where clang has it; with gcc where there is no clang.

# sanitized_configure SOURCE_DIR BUILD_DIR: sets `fuzzer` to ON or OFF.
sanitized_configure() {
  local compiler sanitizers=address,undefined
  compiler=$(command -v clang || command -v gcc)
  mkdir -p "$2"
  fuzzer=OFF
  echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long s) { return d && s > 4096; }' >"$2/probe.c"
  if "$compiler" -fsanitize=fuzzer,address,undefined -o "$2/probe" "$2/probe.c" 2>/dev/null; then
    fuzzer=ON
    sanitizers+=,fuzzer-no-link
  fi
  cmake -S "$1" -B "$2" -G Ninja -DCMAKE_C_COMPILER="$compiler" -DCMAKE_CXX_COMPILER="$compiler++" -DSEAM_CUDA=OFF \
    -DSEAM_WERROR=ON -DSEAM_SANITIZE=$sanitizers -DSEAM_FUZZ=$fuzzer -DSEAM_NESTED=ON -DBUILD_TESTING=ON >"$2/build.log"
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  # fontconfig, which Cairo looks for fonts with, keeps pointers as offsets: what they point to looks lost.
  echo leak:libfontconfig >"$2/leaks"
  export LSAN_OPTIONS=suppressions=$2/leaks:print_suppressions=0
}

# sanitized_build BUILD_DIR TARGET...
sanitized_build() {
  cmake --build "$1" -j "$(nproc)" --target "${@:2}" >>"$1/build.log" 2>&1 || { tail -50 "$1/build.log"; exit 1; }
}
