#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: BUG: KCSAN: data-race in .*\[dgsec_fault\]
# kernel: kcsan
# Two threads that count in one variable.
. "$(dirname "$0")/fault.sh"

commits data-race
