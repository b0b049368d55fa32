#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 180
# How associations end, and what is told about it: limits of packets, octets and
# seconds, the end of the sequence space, alerts, replacement, deletion.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 1
manual max-assocs 4
make_keys
watch
serve -n

told='.event == "expire" and .assoc.id == $assoc and'
gone() { ! on_gw assoc show dg0 "$assoc" >/dev/null 2>&1; }
# It has ended: what comes is dropped, for one reason before it is taken away, for another after.
shut() {
	local records
	records=$(stat rx-records)
	raw "send seq=9000 get=/x" || return
	wait_for 5 dropped && stat_is rx-records "$records"
}
dropped() { [ "$(moved_by rx-drop-expired rx-drop-no-assoc)" -ge 1 ]; }
# hard REASON: it ends with this reason, and nothing passes afterwards
hard() {
	check "$1: its end is told once" event "$told .hard and .reason == \"$2\""
	check "$1: it is gone" wait_for 5 gone
	mark
	check "$1: nothing passes any more" shut
}

# ---- packets and octets ----
new_assoc aes-128-ccm-8 soft-packets 3 hard-packets 5
raw 'send seq=1 get=/x count=2'
refuse "packets: 2 of 3: no event" events "any($told true)"
raw 'send seq=3 get=/x'
check "packets: the third is told" event "$told (.hard | not) and .reason == \"packets\""
mark
check "packets: two more pass" eval "raw 'send seq=4 get=/x count=2' && moved rx-bytes=24 rx-records=2 tx-alerts=1"
hard packets packets
check "packets: soft was told once" events "map(select($told (.hard | not))) | length == 1"

new_assoc aes-128-gcm soft-bytes 30 hard-bytes 60
mark
raw 'send seq=1 get=/x count=2'
refuse "octets: 24 of 30: no event" events "any($told true)"
raw 'send seq=3 get=/x'
check "octets: 36 are told" event "$told (.hard | not) and .reason == \"bytes\""
raw 'send seq=4 get=/x count=2'
check "octets: 60 passed" moved rx-bytes=60 rx-records=5 tx-alerts=1
hard octets bytes

new_assoc aes-128-ccm hard-packets 3
mark
notify $INNER 3
check "sent packets: three pass" moved tx-bytes=15 tx-records=3 tx-alerts=1
check "sent packets: its end is told" event "$told .hard and .reason == \"packets\""

# ---- seconds ----
new_assoc aes-128-ccm-8 soft-seconds 1 hard-seconds 3
check "seconds: soft is told" event "$told (.hard | not) and .reason == \"seconds\""
hard seconds seconds

new_assoc aes-128-ccm-8 idle-seconds 3
n=0
# For longer than the limit: as long as something comes, it stays.
lives_on() {
	n=$((n + 1))
	raw "send seq=$n get=/x"
	[ "$(on_gw assoc show dg0 "$assoc" -j | jq '.[0].age')" -ge 5 ]
}
check "idle: it stays as long as something comes" wait_for 20 lives_on
hard idle idle

new_assoc aes-128-ccm-8
raw 'send seq=1 get=/x count=5'
check "a limit can be set later" on_gw assoc set dg0 "$assoc" hard-packets 6
raw 'send seq=6 get=/x'
hard "a later limit" packets

# ---- failures of authentication (RFC 9147 section 4.5.3) ----
new_assoc aes-128-ccm-8 soft-failed 3 hard-failed 5
raw 'send seq=1 get=/x flip=-1 count=2' 'send seq=1 get=/x'
refuse "failures: 2 of 3: no event" events "any($told true)"
raw 'send seq=2 get=/x flip=-1'
check "failures: the third is told" event "$told (.hard | not) and .reason == \"authentication\""
raw 'send seq=2 get=/x flip=-1' 'send seq=3 get=/x'
refuse "failures: the fourth does not end it" gone
check "failures: they are counted" assoc_is '.stats["rx-drop-auth"] == 4 and ."hard-failed" == 5'
raw 'send seq=4 get=/x flip=-1'
hard failures authentication

# What nobody has set is by the cipher, and cannot be raised.
new_assoc aes-128-ccm-8 hard-packets 100000000 hard-failed 100000000
check "AES-CCM: 2^23 records, 2^23.5 failures" assoc_is '."hard-packets" == 8388608 and
	."soft-packets" == 7340032 and ."hard-failed" == 11863283 and ."soft-failed" < 11863283'
new_assoc aes-128-gcm
check "AES-GCM: 2^24.5 records, 2^36 failures" assoc_is '."hard-packets" == 23726566 and
	."hard-failed" == 68719476736'

# ---- the sequence space ----
last=281474976710655
new_assoc aes-128-ccm-8 tx-seq $((last - 2))
raw 'send seq=1 get=/x'
start listener dev1 dtls-raw -k "$keys" -c "$cipher" -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" 'recv 3' 'recv 1 3000'
must wait_for 10 at dev1 grep -qi ":$(printf %04X $DEV_PORT) " /proc/net/udp6
mark
notify $INNER 5
check "sequence: the last three numbers are used" wait_for 10 holds "$out/listener" 'map(select(.seq).seq) ==
	[281474976710653, 281474976710654, 281474976710655]'
tx_refused() { [ "$(moved_by tx-drop-sequence tx-drop-expired tx-drop-no-assoc)" = 2 ]; }
check "sequence: two more are refused" wait_for 5 tx_refused
check "sequence: three were sent" [ "$(moved_by tx-records)" = 3 ]
check "sequence: its coming end is told" event "$told (.hard | not) and .reason == \"sequence\""
check "sequence: its end is told" event "$told .hard and .reason == \"sequence\""
refuse "sequence: no number comes again" stop listener

# ---- alerts ----
new_assoc aes-128-ccm-8
raw 'send seq=1 type=21 data=0100'
check "close_notify: told" event '.event == "alert" and .assoc.id == $assoc and
	.alert.level == 1 and .alert.description == 0'
hard close_notify closed

new_assoc aes-128-ccm
raw 'send seq=1 type=21 data=0228'
check "a fatal alert: told" event '.event == "alert" and .assoc.id == $assoc and
	.alert.level == 2 and .alert.description == 40'
hard "a fatal alert" closed

new_assoc aes-128-ccm-8
raw 'send seq=1 type=21 data=015a' 'send seq=2 get=/x'
check "a warning: told" event '.event == "alert" and .assoc.id == $assoc and .alert.description == 90'
refuse "a warning: does not end it" gone

# hear COMMAND...: what the device hears of it is in answers
hear() {
	start listener dev1 dtls-raw -k "$keys" -c "$cipher" -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" recv
	wait_for 10 at dev1 grep -qi ":$(printf %04X $DEV_PORT) " /proc/net/udp6 && "$@" &&
		stop_waiting listener
}
stop_waiting() { wait "$(pid_of "$1")"; }
check "a warning is sent" hear on_gw alert dg0 "$assoc" user_canceled warning
check "a warning is heard" holds "$out/listener" '.[0].auth and .[0].type == 21 and .[0].data == "015a"'
refuse "and does not end it" gone
check "the end is said" hear on_gw assoc del dg0 "$assoc" close
check "as close_notify" holds "$out/listener" '.[0].auth and .[0].type == 21 and .[0].data == "0100"'
check "deletion is told" event "$told .hard and .reason == \"deleted\""

# ---- replacement and deletion ----
new_assoc aes-128-ccm-8
again() { on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys "$keys" \
	remote "[$DEV]:${1:-$DEV_PORT}" local "[$GW]:5684" "${@:2}"; }
refuse "an endpoint is not taken twice" again
check "but replaced if wanted" again $DEV_PORT replace
check "which is told" event "$told .hard and .reason == \"replaced\""
check "it is gone" wait_for 5 gone
# the same keys again, from the first number: only here, where nothing was sent yet
for port in 40001 40002 40003; do
	check "one more association, at port $port" again $port
done
check "a peer has at most four: the fifth replaces the most silent" again 40004
check "there are four" eval '[ "$(on_gw assoc show dg0 peer dev1 -j | jq length)" = 4 ]'
on_gw assoc show dg0 peer dev1 -j >"$out/assocs"
check "one of them is at port 5683, the others at their own" holds "$out/assocs" \
	'.[0] | (map(.["inner-port"]) | sort | unique | length == 4)'
had=$(jq -s "map(select(.reason == \"deleted\")) | length" "$out/events")
on_gw peer del dg0 dev1
check "with the peer all go" wait_for 5 events "map(select(.reason == \"deleted\")) | length == $((had + 4))"
check "nothing is left" eval '[ "$(on_gw assoc show dg0 -j | jq length)" = 0 ]'

# ---- the other events ----
manual_again() { on_gw peer add dg0 addr $INNER name dev1; }
check "the peer comes back" manual_again
assoc=
new_assoc aes-128-ccm-8
raw 'send seq=1 get=/x' 'send seq=2 get=/x'
check "the first authentic record is told, once" event '.event == "confirmed" and .assoc.id == $assoc'
raw 'send seq=3 get=/x flip=-1 count=300'
check "forgeries are told" wait_for 5 events 'any(.event == "auth" and .assoc.id == $assoc)'
check "at most once a second" events 'map(select(.event == "auth" and .assoc.id == $assoc)) |
	length < 10 and (map(.count) | add) <= 300'
on_gw assoc del dg0 "$assoc"
notify $INNER 50
check "a packet without association is told" wait_for 5 events 'any(.event == "acquire" and
	.peer.name == "dev1" and .peer."inner-addr" == "fd00:d9::17")'
check "at most once a second" events 'map(select(.event == "acquire" and .peer.name == "dev1")) | length < 5'
done_testing
