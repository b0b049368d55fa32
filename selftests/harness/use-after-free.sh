#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: BUG: KASAN: slab-use-after-free
# A read of freed memory.
. "$(dirname "$0")/fault.sh"

commits use-after-free
