#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Connection IDs (RFC 9146) negotiated by dgsecd, with an mbedTLS client: all
# lengths, lost flights, a client that changes its port under traffic, and
# clients that have none.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 1
configure 'connection-id-prefix = c0de'
daemon_start
serve
the_assoc() { on_gw assoc show dg0 -j >"$out/assocs" && holds "$out/assocs" ".[0] | length == 1 and (.[0] | $1)"; }

check "the daemon's IDs are 8 octets long" eval 'on_gw show dg0 -j | jq -e ".[0].\"cid-len\" == 8"'

# ---- all lengths ----
for n in 0 1 4 8 32; do
	check "a client with an ID of $n octets" peer -C $n handshake 'get /x' 'get /y'
	check "$n: it was negotiated" answers '.[0].cid'
	check "$n: served once each" served_once 2
	check "$n: as the kernel has it" the_assoc ".\"rx-cid\" | startswith(\"c0de\") and length == 16"
	if [ $n = 0 ]; then
		check "$n: nothing in ours" the_assoc '.["tx-cid"] == null'
	else
		check "$n: the client's in ours" the_assoc ".\"tx-cid\" | length == $((2 * n))"
	fi
	check "$n: the session is freed at the first record" wait_for 10 daemon_is '.sessions == 0'
done
for c in $CIPHERS; do
	cipher=$c
	check "$c: it is served" peer -C 4 handshake 'get /x'
	check "$c: once" served_once 1 &&
		interop mbedTLS server PreSharedKey $c +connection_IDs,_0_to_32_octets
done
cipher=''
check "a client without one" peer handshake 'get /x'
check "took the place of the one before" the_assoc true
check "has none" answers '.[0].cid | not'
check "is known by its endpoint" the_assoc '.["rx-cid"] == null'
served_once 1 >/dev/null

# ---- lost flights ----
for lost in 1 2 3; do
	check "final flight lost $lost times: the handshake recovers" peer -C 4 "handshake lose=$lost" 'get /x'
	check "lost $lost times: it was lost" answers ".[0].lost == $lost"
	check "lost $lost times: the request is served once" served_once 1
	check "lost $lost times: the session is freed" wait_for 10 daemon_is '.sessions == 0'
done

# ---- another port in the middle of traffic, as behind a NAT ----
mark
check "a client moves three times" peer -C 4 handshake 'stream n=20 gap=5 get=/x' "move [$DEV]:41001" \
	'stream n=20 gap=5 get=/x' "move [$DEV]:41002" 'stream n=20 gap=5 get=/x' "move [$DEV]:$DEV_PORT" 'get /x'
check "nothing is lost" answers 'map(select(.answered)) | length == 3 and all(.lost == 0 and .doubled == 0)'
check "it has moved three times" eval '[ "$(moved_by rx-moved)" = 3 ]'
check "with the same association" the_assoc '.stats["rx-moved"] == 3'
served_once 61 >/dev/null
check "and no handshake but the first" daemon_is '.half_open == 0'

# ---- the daemon's next life ----
on_gw assoc show dg0 -j | jq -r '.[0].id' >"$out/id"
kill -KILL "$(daemon_pid)"
check "it is killed: the kernel goes on" wait_for 10 standby
stop "$daemon" KILL >/dev/null
configure 'connection-id = 4'
daemon_fails() {
	at gw timeout $((20 * DGSEC_SLOW)) dgsecd -c "$conf" >"$out/refusal" 2>&1
	[ $? = 1 ] && said "$out/refusal" 'connection-id'
}
check "another length, as long as there are associations, is refused" daemon_fails
configure 'connection-id = 0'
must on_gw assoc del dg0 "$(cat "$out/id")"
daemon_start
check "none are wanted: the client's alone" peer -C 4 handshake 'get /x'
check "is in our records" the_assoc '.["rx-cid"] == null and (.["tx-cid"] | length == 8)'
rm -f "$conf" "$out/assocs" "$out/id"
done_testing
