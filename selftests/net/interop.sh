#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Foreign DTLS clients over the simulated radio, to unmodified plain CoAP servers
# on the gateway and on the backbone. Ciphers of 256 bits: see ciphers.sh.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/clients.sh"

CIPHERS_128="aes-128-ccm-8 aes-128-ccm aes-128-gcm"

topology 1
configure
daemon_start
start server gw coap-server-notls -A $GW_INNER -p 5683
start server2 host coap-server-notls -A $HOST -p 5683
must wait_for 10 eval 'at gw ss -Hlnu | grep -q ":5683 "'
must wait_for 10 eval 'at host ss -Hlnu | grep -q ":5683 "'
openssl_all

text="dgsec-$$-$RANDOM"

# The daemon offers one cipher at a time, so it is clear which one was used.
for c in $CIPHERS_128; do
	configure "ciphers = $c"
	check "$c: the daemon takes the new configuration" reload

	for lib in gnutls openssl; do
		# Before the answer: close_notify takes the association away.
		mark
		check "$c: coap-client-$lib GET" get $lib /time
		check "$c: and that is the time" time_of_day
		check "$c: coap-client-$lib PUT" coap $lib -m put -e "$text-$lib-$c" "coaps://[$GW]/example_data"
		check "$c: GET of what was PUT" get $lib /example_data
		check "$c: it is the same" said "$out/got" "$text-$lib-$c" &&
			interop libcoap-$lib server PreSharedKey $c
	done

	cipher=$c
	check "$c: dtls-peer" peer handshake 'get /time' 'get /'
	check "$c: the kernel has the keys" uses "$c"
	check "$c: dtls-peer says goodbye" peer handshake 'get /time' close
done
configure
check "all ciphers again" reload

# ---- Observe ----
# notified LIBRARY: at least two notifications besides the first answer, within 6 s
notified() {
	coap "$1" -m get -s 4 -B 8 "coaps://[$GW]/time" >"$out/observed" 2>&1
	[ "$(grep -oE '[0-9]{2}:[0-9]{2}:[0-9]{2}' "$out/observed" | sort -u | wc -l)" -ge 3 ] && return
	cat "$out/observed"
	return 1
}
for lib in gnutls openssl; do
	check "coap-client-$lib Observe" notified $lib &&
		interop libcoap-$lib server PreSharedKey +Observe
done

# ---- the service on the backbone ----
also "service = [$HOST]:5683"
check "a peer's service on a backbone host" reload
start wire host tcpdump -n -l -i eth0 udp port 5683
must wait_for 10 said "$out/wire" listening
for lib in gnutls openssl; do
	check "coap-client-$lib GET from there" get $lib /time
	check "and that is the time there" time_of_day
	check "coap-client-$lib PUT there" coap $lib -m put -e "$text-host-$lib" "coaps://[$GW]/example_data"
	check "GET of that" get $lib /example_data
	check "it is the same" said "$out/got" "$text-host-$lib"
	check "coap-client-$lib Observe there" notified $lib
done
stop wire
check "the backbone host saw the inner address" said "$out/wire" "$INNER.5683 > $HOST.5683"
refuse "and never the outer one" said "$out/wire" "$DEV"
check "what is on the gateway was left alone" eval "at host timeout 10 coap-client-notls -m get \
	coap://[$GW_INNER]/example_data | grep -qv $text-host"

# ---- programs that are no CoAP clients: lines go out and come back ----
stop server
stop server2
configure 'payload = opaque'
check "any payload, a service that sends it back" reload
serve
for c in $CIPHERS_128; do
	openssl_line $c
	gnutls_line $c
done

check "the daemon opened no application record" daemon_is '.records_daemon == 0'
check "no handshake failed" daemon_is '[.refused[]] | add == 0'
done_testing
