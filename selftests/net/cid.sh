#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Connection IDs (RFC 9146) in both directions, of all lengths: peers that move,
# attackers that replay, race and forge from elsewhere, and what is no record of
# the association although it looks like one.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 2
manual max-assocs 4
make_keys
watch
serve
OURS=a1a2a3a4a5a6a7a8 # in the peer's records
THEIRS=b1b2
must on_gw set dg0 cid-len 8

# cid COMMANDS OF dtls-raw...: the device's end of an association with connection IDs
cid() { cid_at "[$DEV]:$DEV_PORT" dev1 "$@"; }
# cid_at ENDPOINT NAMESPACE COMMANDS...: from somewhere else
cid_at() {
	local from=$1 where=$2
	shift 2
	within "$where" dtls-raw -k "$keys" -c "$cipher" -l "$from" -r "[$GW]:5684" ${OURS:+-t $OURS} \
		${THEIRS:+-i $THEIRS} "$@" >"$out/answers" && return
	cat "$out/answers"
	return 1
}
# hex N: N octets that are the same for the same N
hex() { seq -f '%02.0f' 10 41 | head -n "$1" | tr -d '\n'; }
remote_is() { assoc_is ".\"remote-addr\" == \"$1\" and .\"remote-port\" == $2"; }

# ---- both directions, all ciphers, all lengths ----
for c in $CIPHERS; do
	check "$c: an association with both" new_assoc "$c" rx-cid $OURS tx-cid $THEIRS
	mark
	check "$c: a request is answered" cid 'send seq=1 get=/x' recv
	check "$c: under the peer's ID" answers '.[0].cid and .[0].type == 23 and .[0].auth'
	check "$c: padding is taken off" cid 'send seq=2 get=/x pad=100' recv
	check "$c: three records" moved rx-records=2 rx-bytes=24 tx-records=2 tx-bytes=32
done
check "what is shown" assoc_is ".\"rx-cid\" == \"$OURS\" and .\"tx-cid\" == \"$THEIRS\""
check "by the command too" eval "on_gw assoc show dg0 $assoc | grep -q 'rx-cid $OURS tx-cid $THEIRS'"

for n in 0 1 2 7 16 31 32; do
	on_gw assoc del dg0 "$assoc"
	assoc=
	check "our IDs of $n octets" on_gw set dg0 cid-len $n
	for m in 0 1 15 32; do
		OURS=$(hex $n) THEIRS=$(hex $m)
		check "ours of $n, theirs of $m" new_assoc aes-128-ccm-8 ${OURS:+rx-cid $OURS} ${THEIRS:+tx-cid $THEIRS}
		check "ours of $n, theirs of $m: answered" cid 'send seq=1 get=/x' recv
	done
done
on_gw assoc del dg0 "$assoc"
assoc=
OURS=a1a2a3a4a5a6a7a8 THEIRS=b1b2
must on_gw set dg0 cid-len 8

# ---- what is not of the association ----
must new_assoc aes-128-ccm-8 rx-cid $OURS tx-cid $THEIRS
must cid 'send seq=10 get=/x' recv
mark
check "without its ID" cid 'send seq=11 get=/x nocid'
check "it is nobody's" moved rx-drop-no-assoc=1
good=$OURS OURS=a1a2a3a4a5a6a7a9
check "with another ID" cid 'send seq=11 get=/x'
check "nor is that" moved rx-drop-no-assoc=1
OURS=$good
check "an octet changed" cid 'send seq=11 get=/x flip=-1'
check "is seen" moved rx-drop-auth=1
check "only padding inside" cid 'send seq=11 type=0'
check "is dropped" moved rx-drop-type=1
check "a type that there is not" cid 'send seq=12 type=99 text=x'
check "is dropped" moved rx-drop-type=1
check "a number again" cid 'send seq=10 get=/x'
check "is dropped" moved rx-drop-replay=1
check "cut off in the ID" cid 'send seq=13 get=/x cut=40'
check "is dropped" moved rx-drop-truncated=1
check "two records in one datagram" cid 'send seq=14 get=/a / seq=15 get=/b' recv 'recv'
check "both are opened" moved rx-records=2 rx-bytes=24 tx-records=2 tx-bytes=32
check "another one is, after all this" cid 'send seq=16 get=/x' recv
refuse "our IDs stay as long as one has them" on_gw set dg0 cid-len 4
refuse "the same ID again" on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys "$keys" \
	remote "[$DEV]:7" local "[$GW]:5684" rx-cid $OURS
refuse "one of another length" on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys "$keys" \
	remote "[$DEV]:7" local "[$GW]:5684" rx-cid a1
refuse "one too long" on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys "$keys" \
	remote "[$DEV]:7" local "[$GW]:5684" tx-cid "$(hex 32)ff"

# ---- roaming ----
mark
check "the peer sends from another port" cid_at "[$DEV]:41000" dev1 'send seq=20 get=/x' recv
check "it has moved" remote_is "$DEV" 41000
check "and that is told" event ".event == \"moved\" and .assoc.id == \$assoc and .assoc.\"remote-port\" == 41000"
check "and counted" moved rx-records=1 rx-bytes=12 tx-records=1 tx-bytes=16 rx-moved=1
D2=$(dev 2)
check "from another address" cid_at "[$D2]:42000" dev2 'send seq=21 get=/x' recv
check "it has moved" remote_is "$D2" 42000
check "an older record from the old place" cid 'send seq=19 get=/x'
check "is served" moved rx-records=2 rx-bytes=24 tx-records=2 tx-bytes=32 rx-moved=1
check "but moves nothing" remote_is "$D2" 42000
check "a record recorded on its way, from an attacker" cid 'send seq=21 get=/x'
check "is a replay" moved rx-drop-replay=1
check "and moves nothing" remote_is "$D2" 42000
check "a forged one with a high number" cid 'send seq=9999 get=/x flip=-1'
check "is not authentic" moved rx-drop-auth=1
check "and moves nothing" remote_is "$D2" 42000
check "the peer itself goes on" cid_at "[$D2]:42000" dev2 'send seq=22 get=/x' recv
check "and comes back" cid 'send seq=23 get=/x' recv
check "where it was" remote_is "$DEV" $DEV_PORT
# A notification follows the peer to where it spoke last.
cid_at "[$D2]:43000" dev2 'send seq=24 get=/x' recv
start listener dev2 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$D2]:43000" -r "[$GW]:5684" -i $THEIRS 'recv 1 20000'
heard() {
	notify $INNER && said "$out/listener" '"auth":true'
}
check "a notification goes where it spoke last" wait_for 10 heard

# ---- by the endpoint, or by the ID? ----
must new_assoc aes-128-ccm-8
check "one without ID" raw 'send seq=1 get=/x' recv
second=/tmp/keys2-$$
first=$keys
keys=$second make_keys
check "one with, at the same endpoint: another one" on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys $second \
	remote "[$DEV]:$DEV_PORT" local "[$GW]:5684" rx-cid $OURS tx-cid $THEIRS replace
oracle_reset
keys=$second
check "it is served" cid 'send seq=1 get=/x' recv
keys=$first
mark
check "the old one has gone" raw 'send seq=5 get=/x'
check "with its endpoint" wait_for 5 eval '[ "$(moved_by rx-drop-no-assoc rx-drop-expired)" = 1 ]'
rm -f $second
done_testing
