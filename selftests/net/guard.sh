#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# Nobody speaks for a peer: its inner address comes in on dg0 only, nobody else
# can take the port of the gateway, and no datagram to many is answered.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

plan 20
topology -v 2
manual
serve
must new_assoc aes-128-ccm-8
OTHER=fd00:d9::99 # of the inner prefix, but nobody's

# pretend NAMESPACE DEVICE GATEWAY: this one has the inner addresses, too
pretend() {
	must ip -n "$(ns "$1")" addr add $INNER/128 dev lo nodad
	must ip -n "$(ns "$1")" addr add $OTHER/128 dev lo nodad
	must ip -n "$(ns "$1")" route add fd00:d9::1/128 via "$3" dev "$2"
}
pretend dev2 lowpan0 "$GW"
pretend host eth0 fd00:b::1
# in_clear NAMESPACE SOURCE: plain CoAP to the service
in_clear() {
	within "$1" dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$2]:5683" -r "[$GW_INNER]:5683" 'send raw=40010001b178'
}
spoofed() {
	mark
	in_clear "$1" $INNER && moved rx-drop-spoofed=1
}

check "the peer itself is served" raw 'send seq=1 get=/x' recv
check "and seen at its address" served "length == 1 and .[0].from == \"$INNER\""
check "a neighbour on the radio cannot speak for it" spoofed dev2
check "nor can a host on the backbone" spoofed host
check "the service saw nothing of it" served 'length == 1'
check "an address that is no peer's is the firewall's business" in_clear dev2 $OTHER
check "the service saw that" wait_for 5 served "length == 2 and .[1].from == \"$OTHER\""
check "the peer goes" on_gw peer del dg0 dev1
check "its address is nobody's now" in_clear dev2 $INNER
check "the service saw that" wait_for 5 served "length == 3 and .[2].from == \"$INNER\""

# A second prefix of inner addresses must be guarded as well.
check "a peer in another prefix" on_gw peer add dg0 addr fd00:d8::1 name dev1
check "and one in the first" on_gw peer add dg0 addr $INNER name dev2
check "is guarded all the same" spoofed dev2

# ---- the port ----
nobody() {
	within gw timeout 5 setpriv --reuid=65534 --regid=65534 --clear-groups coap-echo -l "[$1]:$2"
}
taken() {
	nobody "$@" 2>&1 | tee "$out/taken"
	grep -q 'in use' "$out/taken"
}
check "another user cannot bind the port" taken :: 5684
check "nor with an address of its own" taken "$GW" 5684
start free gw setpriv --reuid=65534 --regid=65534 --clear-groups coap-echo -l "[::]:5685"
check "a free one it can" wait_for 10 said "$out/free" ready

# ---- many at once ----
to_all() {
	mark
	within dev1 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[::]:$DEV_PORT" -r '[ff02::1%lowpan0]:5684' 'send type=22 epoch=0 seq=1 raw=01'
	moved rx-drop-multicast=1
}
check "a multicast datagram is dropped" to_all

# ---- it ends ----
must on_gw assoc add dg0 peer dev2 cipher aes-128-ccm-8 keys "$keys" remote "[$DEV]:$DEV_PORT" local "[$GW]:5684" tx-seq 1000
closed() {
	mark
	raw 'send type=21 seq=9 data=0100' recv && moved rx-alerts=1 tx-alerts=1
}
check "close_notify is answered in kind" closed
check "with close_notify" answers '.[-1].type == 21'
no_assoc() { on_gw assoc show dg0 -j | jq -e ".[0] | length == 0"; }
check "and ends the association" wait_for 5 no_assoc
