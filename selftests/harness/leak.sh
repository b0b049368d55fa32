#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: memory leaked in leak[,; ]
# Memory that nobody has a pointer to.
. "$(dirname "$0")/fault.sh"

commits leak
