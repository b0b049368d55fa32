#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Sessions are resumed, by ID and by ticket (RFC 5246 section 7.3, RFC 5077): by
# whom, by whom not any more, with lost flights, and what it spares.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/clients.sh"
. "$(dirname "$0")/certs.sh"

topology 1
quick='retransmit-min = 500ms'
configure "$quick"
daemon_start
serve
openssl_all

one_peer() { on_gw assoc show dg0 -j | jq -e 'map(."peer-id") | unique | length == 1'; }
# resumed N: the Nth handshake of the last peer resumed a session; whole: not
resumed() { answers "map(select(.handshake != null))[$1].resumed"; }
whole() { answers "map(select(.handshake != null))[$1].resumed | not"; }
idle() { wait_for 10 daemon_is '.sessions == 0 and .half_open == 0'; }
# shellcheck disable=SC2034 # by reference
n_ids=0 n_tickets=0
# counted KIND N: the daemon says that so many more were resumed by ID or ticket
counted() {
	declare -n n=n_$1
	n=$((n + $2))
	daemon_is ".resumed_$1 == $n"
}

# ---- by ID, by ticket ----
for by in ids tickets; do
	with=
	[ $by = ids ] || with=tickets
	check "$by: resumed" peer "handshake $with" 'get /x' "handshake resume $with" 'get /x'
	check "$by: the second, not the first" eval 'whole 0 && resumed 1'
	check "$by: the daemon says so" counted $by 1
	check "$by: it is the same peer" eval 'served_once 2 && one_peer' &&
		interop mbedTLS server PreSharedKey aes-128-ccm-8 +resumption_by_${by%s}
	check "$by: its records are numbered by the kernel" answers '[.[] | select(.coap)] | all(.seq >= 32)'
	check "$by: no state is left at once" idle
	for c in $CIPHERS; do
		check "$by, $c: resumed" eval "cipher=$c peer 'handshake $with' 'handshake resume $with' 'get /x'"
		check "$by, $c: it was" resumed 1
	done
	counted $by "$(wc -w <<<"$CIPHERS")"
	check "$by: with connection IDs" peer -C 4 "handshake $with" 'get /x' "handshake resume $with" 'get /x' \
		"move [$DEV]:40900" 'get /x'
	check "$by: new ones" answers '[.[] | select(.handshake)] | all(.cid) and .[1].resumed'
	check "$by: from another port" peer "handshake $with" "move [$DEV]:40901" "handshake resume $with" 'get /x'
	check "$by: resumed there" resumed 1
	counted $by 2
	seen=$(n_served)

	# ---- lost flights, data too early ----
	for lost in 1 2; do
		check "$by: the server's flight lost $lost times" peer "handshake $with" \
			"handshake resume $with lose=$lost" 'get /x'
		check "$by, $lost: resumed" resumed 1
		check "$by, $lost: served once" served_once 1
		# The device is done, and its data waits at the gateway until the flight comes again.
		check "$by: the client's flight lost $lost times" peer "handshake $with" \
			"handshake resume $with lose-own=$lost" 'get /x'
		check "$by, $lost: resumed" resumed 1
		check "$by, $lost: served once" served_once 1
	done
	check "$by: with connection IDs, both flights lost" peer -C 4 "handshake $with" \
		"handshake resume $with lose=1 lose-own=1" 'get /x'
	check "$by, connection IDs: resumed" resumed 1
	check "$by, connection IDs: served once" served_once 1
	for where in before same after; do
		check "$by: data $where the Finished" peer "handshake $with" \
			"handshake resume $with overtake=$where seq=8 get=/over" read 'get /x'
		check "$by, $where: served once each" served_once 2
	done
	counted $by 8
	check "$by: nothing is held any more" idle
done

# ---- the association that is there lives until the client's Finished has come ----
check "a resumed handshake is not finished" peer handshake 'get /x' \
	'fail resume lose=100 ms=1500' 'send seq=100 get=/x'
check "records of the old association pass" wait_for 5 eval 'served_once 2'
check "it stays the one at its endpoint" eval 'on_gw assoc show dg0 -j | jq -e "map(select(.\"remote-port\" == $DEV_PORT)) | length == 1"'

# ---- who may not resume ----
session=$out/session
client_of() {
	line "exec openssl s_client -dtls1_2 -connect '[$GW]:5684' -psk $PSK_HEX -psk_identity ${identity:-dev1} \
		-cipher 'PSK-AES128-CCM8:@SECLEVEL=0' -nocommands $*"
}
# connects WORDS OF s_client...: does it get an association? Without a line through it.
connects() {
	local before
	before=$(daemon_stat .handshakes)
	timeout $((5 * DGSEC_SLOW)) ip netns exec "$(ns dev1)" openssl s_client -dtls1_2 -connect "[$GW]:5684" -psk "$PSK_HEX" \
		-psk_identity dev1 -cipher 'PSK-AES128-CCM8:@SECLEVEL=0' -ign_eof "$@" </dev/null >"$out/client" 2>&1
	[ "$(daemon_stat .handshakes)" -gt "$before" ]
}
ready='Verify return code|Extended master secret'
stop echo
configure "$quick" 'payload = opaque'
reload
serve
for by in ids tickets; do
	flag=
	[ $by = tickets ] || flag=-no_ticket
	check "openssl, $by: a whole handshake" client_of $flag -sess_out "$session"
	check "openssl, $by: resumed" client_of $flag -sess_in "$session"
	check "openssl, $by: it says so" said "$out/client" '^Reused' &&
		interop OpenSSL server PreSharedKey aes-128-ccm-8 +resumption_by_${by%s}
	counted $by 1
	also '' '[peer other]' 'identity = other' 'psk = 8899aabbccddeeff0011223344556677'
	check "$by: another peer comes, which changes nothing" reload
	check "$by: resumed still" client_of $flag -sess_in "$session"
	check "$by: it says so" said "$out/client" '^Reused'
	counted $by 1
	# The client has the old key: if the session were resumed it would not need it.
	sed -i "0,/^psk = .*/s//psk = 00112233445566778899aabbccddeeff/" "$conf"
	check "$by: a new key" reload
	refuse "$by: who had the old one is not let in" connects $flag -sess_in "$session"
	configure "$quick" 'payload = opaque'
	check "$by: the old key again" reload
	check "$by: a new session" client_of $flag -sess_out "$session"
	sed -i '/^\[peer dev1/,$d' "$conf"
	also '[peer other]' 'identity = other' "psk = $PSK_HEX" "address = $INNER"
	check "$by: the peer is gone, another has its address and key" reload
	check "$by: it comes as itself" eval "identity=other client_of $flag -sess_in $session"
	refuse "$by: with a whole handshake" said "$out/client" '^Reused'
	configure "$quick" 'payload = opaque'
	check "$by: the peer is back" reload
done
# The client has all it needs before the kernel is asked, so it has to be told under the keys.
check "a last session" client_of -no_ticket -sess_out "$session"
on_gw set dg0 max-assocs 0
refuse "it is resumed, but the kernel takes no association" connects -no_ticket -sess_in "$session"
check "the client is told" said "$out/client" 'alert internal error'
on_gw set dg0 max-assocs 131072
check "nothing of it was resumed" eval 'counted ids 0 && counted tickets 0'
for by in ids tickets; do
	noticket=
	[ $by = tickets ] || noticket=:%NO_TICKETS
	ready='This is a resumed session'
	check "gnutls-cli, $by: resumed" line "exec gnutls-cli --udp -r -p 5684 --pskusername dev1 --pskkey $PSK_HEX \
		--priority 'NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-ALL$noticket' $GW" &&
		interop GnuTLS server PreSharedKey aes-128-ccm-8 +resumption_by_${by%s}
	counted $by 1
done
check "as the daemon counted" eval 'counted ids 0 && counted tickets 0'

# ---- settings ----
check "kept sessions are shown" daemon_is '.cached_sessions > 0 and .cached_octets > 200 and .cached_octets < 4194304'
configure "$quick" 'session-cache = 1000'
check "a small cache" reload
check "has few" daemon_is '.cached_sessions < 4 and .cached_octets <= 1000'
configure "$quick" 'session-cache = 0'
check "no cache" reload
check "not by ID" peer handshake 'handshake resume'
check "a whole one" whole 1
check "but by ticket" peer 'handshake tickets' 'handshake tickets resume'
check "resumed" resumed 1
configure "$quick" 'session-tickets = no'
check "no tickets" reload
check "by ID, for who would take a ticket" peer 'handshake tickets' 'handshake tickets resume'
check "resumed" resumed 1
configure "$quick" 'resumption-time = 0'
check "no resumption" reload
check "neither" peer handshake 'handshake resume' 'handshake tickets' 'handshake tickets resume'
check "whole ones" eval 'whole 1 && whole 3'
configure "$quick" 'resumption-time = 1s'
check "a short time" reload
for with in '' tickets; do
	check "${with:-IDs}: it passes" eval "peer 'handshake $with' 'get /x' 'read 1500' 'handshake resume $with'; true"
	check "${with:-IDs}: a whole one" whole 1
done
configure "$quick"
check "the daemon restarts" eval 'stop $daemon; daemon_start'
check "and forgets" daemon_is '.cached_sessions == 0'

# ---- what it spares ----
# frames: sent by both radios since they are there
sent() { at "$1" sh -c 'cat /sys/class/net/wpan*/statistics/tx_packets'; }
frames() { echo $(($(sent gw) + $(sent dev1))); }
# cost WORDS OF handshake...: the last handshake's octets, flights and frames
cost() {
	local before
	before=$(frames)
	"$@" || return
	echo "$(($(frames) - before))" >"$out/frames"
	jq -s 'map(select(.handshake != null)) | last' "$out/answers" >"$out/cost"
}
figure() { jq ".$1" "$out/cost"; }
check "a whole handshake, to measure" cost peer handshake
whole=$(($(figure sent) + $(figure received))) whole_flights=$(figure flights) whole_frames=$(cat "$out/frames")
check "and a resumed one" cost peer handshake 'handshake resume'
short=$(($(figure sent) + $(figure received))) short_flights=$(figure flights)
short_frames=$(($(cat "$out/frames") - whole_frames))
check "a whole one with a ticket" cost peer 'handshake tickets'
ticket=$(($(figure sent) + $(figure received))) ticket_frames=$(cat "$out/frames")
check "and a resumed one" cost peer 'handshake tickets' 'handshake tickets resume'
ticket_short=$(($(figure sent) + $(figure received))) ticket_short_flights=$(figure flights)
ticket_short_frames=$(($(cat "$out/frames") - ticket_frames))
must new_authorities
must new_device cn '/O=test/CN=sensor 1'
configure_keys "$quick" "private-key-file = $pki/gateway.key" "certificate-file = $pki/gateway.pem" "ca-file = $pki/root.crt" -- \
	"[peer dev1]" "certificate-identity = cn:sensor 1" "address = $INNER"
check "certificates" reload
check "a whole handshake with them" cost cert_peer cn cn handshake
cert=$(($(figure sent) + $(figure received))) cert_flights=$(figure flights) cert_frames=$(cat "$out/frames")
check "and a resumed one" cost cert_peer cn cn handshake 'handshake resume'
cert_short=$(($(figure sent) + $(figure received))) cert_short_flights=$(figure flights)
cert_short_frames=$(($(cat "$out/frames") - cert_frames))
note "cookie included, octets of UDP payload; frames of 802.15.4 without acknowledgements:"
note "certificates: $cert octets, $cert_flights flights, $cert_frames frames; by ID $cert_short octets, $cert_short_flights flights, $cert_short_frames frames"
note "pre-shared keys: $whole octets, $whole_flights flights, $whole_frames frames; with a new ticket $ticket octets, $ticket_frames frames"
note "by ID: $short octets, $short_flights flights, $short_frames frames; by ticket $ticket_short octets, $ticket_short_frames frames"
check "by ID: a flight less" [ "$short_flights" -lt "$whole_flights" ]
check "by ticket too" [ "$ticket_short_flights" -lt "$whole_flights" ]
check "with certificates by far fewer octets" [ $((2 * cert_short)) -lt "$cert" ]
done_testing
