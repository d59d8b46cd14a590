#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# skip.sh REASON: what CTest runs in place of a test that cannot run in this build.
echo "SKIP: $1"
exit 77
