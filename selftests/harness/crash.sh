#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: the machine died or hung during this test
# A machine that dies.
. "$(dirname "$0")/fault.sh"

plan 1
echo c >/proc/sysrq-trigger
