#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fuzz the cryptography on all processors, without sanitizers and with new
# messages each time (make check runs some with them, always the same).
#
# usage: fuzz.sh CASES
. "$(dirname "$0")/vm/common.sh"

cases=${1:?usage: fuzz.sh CASES}
"$top/scripts/vm/deps.sh"
"$top/scripts/build.sh" fuzz-fast | grep '^ok' >/dev/null || {
	tail -20 "$build/logs/build-fuzz-fast.log" >&2
	die "the fuzzer does not build"
}
in_root /src/build/out/fuzz-fast/fuzz-ccm -n "$cases" -j "$(nproc)" -s "$(date +%s%N)"
