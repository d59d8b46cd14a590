# SPDX-License-Identifier: Apache-2.0
# venv FOLDER PIP_ARGUMENT...: a Python environment with packages of the package index; for scripts that source this.
# The test is skipped where the index cannot be reached. A package that the index does not have is a failure.
venv() {
  local folder=$1
  python3 -m venv "$folder" >"$folder.log" 2>&1 || { echo "SKIP: no python3 with venv: install python3-venv"; exit 77; }
  "$folder/bin/pip" install --quiet --disable-pip-version-check --timeout 15 --retries 1 "${@:2}" >"$folder.log" 2>&1 &&
    return
  cat "$folder.log"
  grep -q "NewConnectionError\|ConnectTimeout\|ReadTimeout\|ProxyError\|ConnectionReset" "$folder.log" || exit 1
  echo "SKIP: the package index cannot be reached"
  exit 77
}
