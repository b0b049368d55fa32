#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: 1 of 2 planned checks
# A test that ends before it has done what it planned.
. "$(dirname "$0")/fault.sh"

plan 2
ok "the first"
exit 0
