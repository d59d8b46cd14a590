#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests under the address and undefined-behaviour sanitizers. `some`: those of memory, files, options and the corpora of
# the fuzz targets. `all`: every unit test and the tests of the command line.
# usage: sanitizers.sh SOURCE_DIR BUILD_DIR some|all
set -euo pipefail
source "$(dirname "$0")/../support/sanitized.sh"
sanitized_configure "$1" "$2"
export ASAN_OPTIONS=detect_stack_use_after_return=0
some=(test_coverage test_histogram test_archive test_archive_damage test_output test_config test_compare_file test_run
      test_distance test_progress fuzz_result fuzz_member fuzz_configuration fuzz_command)
if [ "$3" = some ]; then
  sanitized_build "$2" "${some[@]}"
  ctest --test-dir "$2" --output-on-failure -j "$(nproc)" --no-tests=error -R "^($(IFS='|'; echo "${some[*]}"))\$"
else
  sanitized_build "$2" all
  ctest --test-dir "$2" --output-on-failure -j "$(nproc)" --no-tests=error
fi
