#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: BUG: sleeping function called from invalid context
# An allocation that may sleep, under a spinlock.
. "$(dirname "$0")/fault.sh"

commits sleep-in-atomic
