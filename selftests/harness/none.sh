#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: ^ok 
# No fault at all: not everything fails.
. "$(dirname "$0")/fault.sh"

commits none
