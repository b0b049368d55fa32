#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module loads by plain insmod, its self tests pass, it unloads, and it has
# tainted the kernel with nothing but being out of tree and unsigned.
. "$(dirname "$0")/lib.sh"

plan 6

# A fresh mark in the log: only what comes after it counts.
mark="load.sh $$"
echo "$mark" >/dev/kmsg
kernel_said() { dmesg | sed "1,/$mark/d" | grep "$1"; }

load_dependencies
check "insmod" insmod "$DGSEC_KO"
check "self tests pass" kernel_said 'dgsec: .*self-tests: pass'
refuse "no self test fails" kernel_said 'dgsec: .*self-tests: fail'
check "the netlink family is there" genl ctrl get name dgsec
check "rmmod" rmmod dgsec
# 12 and 13: out of tree, unsigned
taint=$(cat /proc/sys/kernel/tainted)
check "tainted as expected ($taint)" [ $((taint & ~(1 << 12 | 1 << 13))) = 0 ]
