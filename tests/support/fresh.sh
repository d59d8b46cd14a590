# SPDX-License-Identifier: Apache-2.0
# fresh FOLDER: removes a test's folder with everything from the last run; for scripts that source this. It refuses a
# folder with sources, so that arguments in the wrong order do not delete a checkout.
fresh() {
  if [ -e "$1/.git" ] || [ -e "$1/CMakeLists.txt" ]; then
    echo "$1 is no folder of a test: it holds sources; see the usage in $0" >&2
    exit 2
  fi
  rm -rf "$1"
}
