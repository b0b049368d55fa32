#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: WARNING: possible circular locking dependency
# Two locks, in both orders.
. "$(dirname "$0")/fault.sh"

commits lock-inversion
