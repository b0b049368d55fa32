#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: WARNING: suspicious RCU usage
# rcu_dereference() without rcu_read_lock().
. "$(dirname "$0")/fault.sh"

commits rcu-without-lock
