#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: WARNING: CPU: .*commit_warn
# A condition that the code itself warns of.
. "$(dirname "$0")/fault.sh"

commits warn
