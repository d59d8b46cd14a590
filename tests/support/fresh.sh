# SPDX-License-Identifier: Apache-2.0
# fresh FOLDER: leaves no trace of the last run of a test in its folder; for scripts that source this. Arguments in the
# wrong order must not cost a checkout.
fresh() {
  if [ -e "$1/.git" ] || [ -e "$1/CMakeLists.txt" ]; then
    echo "$1 is no folder of a test: it holds sources; see the usage in $0" >&2
    exit 2
  fi
  rm -rf "$1"
}
