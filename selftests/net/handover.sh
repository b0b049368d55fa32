#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# From the handshake library to the kernel and back to the same daemon's next
# life: nothing may be lost, doubled, or left behind.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 1
configure
daemon_start
serve

# ---- the plain case ----
check "a handshake and a request" peer handshake 'get /x'
check "reach the service once" served_once 1
check "the kernel's numbers start above what the library may use" \
	answers '[.[] | select(.coap)][0].seq >= 32'
check "the session is freed at the first record" wait_for 5 daemon_is '.sessions == 0'
check "the device is one association" n_assocs 1

# ---- the final flight is lost ----
for lost in 1 2 3; do
	check "final flight lost $lost times: the handshake recovers" peer "handshake lose=$lost" 'get /x'
	check "lost $lost times: it was lost" answers ".[0].lost == $lost"
	check "lost $lost times: the request is served once" served_once 1
	check "lost $lost times: the session is freed" wait_for 5 daemon_is '.sessions == 0'
done

# ---- application data overtakes the handover ----
# RFC 6347 section 4.1: records may be reordered, and may share a datagram.
for where in before same after; do
	check "data $where the Finished: the handshake succeeds, the data is answered" \
		peer "handshake overtake=$where seq=8 get=/over" read 'get /x'
	check "data $where: once, and what follows too" answers 'map(select(.coap).coap.token) | .[0] == "000000000008" and
		length == 2'
	check "data $where: at the service once each" served_once 2
done
check "three records overtake in one datagram" peer \
	'handshake overtake=after seq=8 get=/a / seq=9 get=/b / seq=10 get=/c' read read read
check "three records: at the service once each" served_once 3
check "overtaking and a lost final flight" peer 'handshake lose=1 overtake=after seq=8 get=/over' read
check "both: at the service once" served_once 1
check "overtaking data replayed" eval "peer 'handshake overtake=after seq=8 get=/over' read 'send seq=8 get=/over' \
	'get /x' && served_once 2"
check "nothing is held any more" wait_for 5 daemon_is '.sessions == 0 and .half_open == 0'

# ---- again from the same port ----
for i in 1 2 3; do
	check "restart $i from the same port, without close_notify" peer handshake 'get /x' handshake 'get /x' \
		handshake 'get /x'
	check "restart $i: each request is served once" served_once 3
done
check "still one association" n_assocs 1
check "a half-open handshake leaves the association alone" peer handshake 'get /x' 'handshake half' \
	'send seq=100 get=/x'
check "its record was served" wait_for 5 served_once 2
check "as does one with a wrong key" peer -t 100 handshake 'get /x' \
	'fail psk=00112233445566778899aabbccddeeff ms=3000' 'send seq=100 get=/x'
check "its record was served" wait_for 5 served_once 2
check "and the next handshake succeeds" peer handshake 'get /x'
check "once" served_once 1

# ---- the daemon dies ----
# A device sends and counts, while the daemon is killed and comes back.
traffic_start() {
	rm -f "$out/stop"
	start traffic dev1 dtls-peer -l "[$DEV]:41000" -r "[$GW]:5684" -i dev1 -s "$PSK_HEX" handshake \
		"stream n=60000 gap=20 get=/x every=20 stop=$out/stop"
	wait_for 20 progress 20
}
progress() { holds "$out/traffic" "any(.progress >= $1)"; }
# It goes on, as it did before: twenty more requests are answered.
goes_on() {
	local now
	now=$(jq -s 'map(.answered // 0) | max' "$out/traffic")
	wait_for 20 holds "$out/traffic" "any(.answered >= $((now + 20)))"
}
# Every request so far was answered, once.
traffic_whole() {
	touch "$out/stop"
	wait "$(pid_of traffic)"
	tail -n 1 "$out/traffic" >"$out/whole"
	holds "$out/whole" '.[0] | .sent > 40 and .answered == .sent and .lost == 0 and .doubled == 0 and
		.foreign == 0 and .error == ""'
}
check "traffic flows" traffic_start
kill -9 "$(daemon_pid)"
check "the daemon is killed; the kernel keeps the port" wait_for 10 standby
kill_status=0
stop "$daemon" || kill_status=$?
check "it died of SIGKILL" [ $kill_status = 137 ]
check "traffic goes on without it" goes_on
make_keys
before=$(stat rx-drop-no-daemon)
at dev1 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$DEV]:42000" -r "[$GW]:5684" 'send type=22 epoch=0 plain data=01'
check "handshake records are counted while nobody is there" wait_for 5 stat_is rx-drop-no-daemon $((before + 1))
daemon_start
check "the daemon is back, and traffic goes on" goes_on
check "it knows the associations" n_assocs 2
check "and the peer is still one" eval '[ "$(on_gw peer show dg0 -j | jq length)" = 1 ]'
check "no request was lost or doubled" traffic_whole
seen=$(n_served)
check "a new handshake after the restart" peer handshake 'get /x'
check "is served" served_once 1
check "a restart of that device from the old port too" eval 'port=41000 peer handshake "get /x"'
check "is served" served_once 1

# ---- reload ----
check "traffic flows again" traffic_start
also '' '[peer dev2]' 'identity = dev2' "psk = $PSK_HEX" 'address = fd00:d9::18'
check "a reload adds a peer" reload
check "who can come" eval 'identity=dev2 port=43000 peer handshake "get /x"'
also 'nonsense = yes'
check "a broken configuration is refused" eval 'reload && daemon_is ".reloads_failed == 1"'
check "it says why, with the line" daemon_said 'conf:[0-9]+: .*nonsense'
check "and the old one stays in force" eval 'identity=dev2 port=43000 peer handshake "get /x"'
configure
check "a reload takes a peer away" reload
refuse "with its associations" on_gw peer show dg0 fd00:d9::18
check "he is refused" eval 'identity=dev2 port=43000 peer -t 100 "fail ms=2000"'
check "the other's traffic goes on" goes_on
check "nothing of it was lost or doubled" traffic_whole

# ---- shutdown ----
check "traffic flows a last time" traffic_start
check "the daemon stops when told" stop "$daemon"
check "the associations live on" goes_on
daemon_start
check "and it starts again" peer handshake 'get /x'
check "nothing was lost or doubled" traffic_whole
rm -f "$conf"
done_testing
