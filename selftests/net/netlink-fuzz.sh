#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 90
# Random requests of the family, made from its own policies, by two processes at
# once against the same interface; afterwards a new one works.
#
# usage: netlink-fuzz.sh [SECONDS [SEED]]
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

seconds=${1:-15} seed=${2:-1}
topology -v 1
at gw nl-fuzz -j 2 -s "$seconds" -r "$seed" dg0 lowpan0 >"$out/fuzz" 2>&1
rc=$?
note "$(cat "$out/fuzz")"
# 1: some command never succeeded, as by chance on a machine that makes few requests
if [ $rc = 1 ] && [ "$DGSEC_SLOW" -gt 2 ]; then
	skip "each command has succeeded, too" "this kernel is too slow for requests enough in $seconds s"
else
	check "each command has succeeded, too" [ $rc = 0 ]
fi
check "the family still answers" on_gw show dg0
must ip -n "$(ns gw)" link del dg0
must at gw ip link add link lowpan0 name dg0 type dgsec
must ip -n "$(ns gw)" link set dg0 up
must ip -n "$(ns gw)" addr add $GW_INNER/64 dev dg0 nodad
manual
serve
new_assoc aes-128-ccm-8
check "and a new interface works" eval 'raw "send seq=1 get=/x" recv'
done_testing
