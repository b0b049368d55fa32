#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: left process
# A test that leaves a process behind.
. "$(dirname "$0")/fault.sh"

plan 1
setsid sleep 1000 &
ok "a process"
