#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: unregister_netdevice: waiting for fault0
# A network device whose reference nobody gives back. The kernel waits ten seconds.
. "$(dirname "$0")/fault.sh"

plan 3
must ip link add fault0 type dummy
check "netdev-reference" commit netdev-reference device=fault0
start delete - ip link del fault0
waits() { dmesg | grep -q "waiting for fault0"; }
check "the kernel waits for it" wait_for 30 waits
check "the module goes, and with it the reference" withdraw
gone() { ! running delete; }
must wait_for 30 gone
