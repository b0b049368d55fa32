#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Foreign DTLS clients over the simulated radio, with every cipher they have, to
# unmodified plain CoAP servers on the gateway and on the backbone.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology 1
configure
daemon_start
start server gw coap-server-notls -A $GW_INNER -p 5683
start server2 host coap-server-notls -A $HOST -p 5683
must wait_for 10 eval 'at gw ss -Hlnu | grep -q ":5683 "'
must wait_for 10 eval 'at host ss -Hlnu | grep -q ":5683 "'
export OPENSSL_CONF=$out/openssl.cnf
cat >"$OPENSSL_CONF" <<-EOT
	openssl_conf = conf
	[conf]
	ssl_conf = ssl
	[ssl]
	system_default = all
	[all]
	CipherString = DEFAULT:@SECLEVEL=0
EOT

# coap LIBRARY WORDS...: libcoap's client, as a device would run it
coap() {
	local lib=$1
	shift
	timeout $((20 * DGSEC_SLOW)) ip netns exec "$(ns dev1)" "coap-client-$lib" -k "$PSK" -u dev1 "$@"
}
# get LIBRARY PATH: what comes back is in $out/got
get() { coap "$1" -m get "coaps://[$GW]$2" >"$out/got" 2>&1 && [ -s "$out/got" ]; }
time_of_day() { said "$out/got" '[A-Z][a-z][a-z] [0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]'; }
uses() { on_gw assoc show dg0 -j | jq -e "any(.cipher == \"$1\")"; }
text="dgsec-$$-$RANDOM"

# The daemon offers one cipher at a time, so it is clear which one was used.
for c in $CIPHERS; do
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
# line COMMAND...: send a line through it, and see the same line come back
line() {
	local rc said="line-$RANDOM"
	mkfifo "/tmp/line-$$"
	start client dev1 bash -c "$* <'/tmp/line-$$'"
	exec {in}>"/tmp/line-$$"
	rm "/tmp/line-$$"
	wait_for 15 said "$out/client" "$ready" && echo "$said" >&$in &&
		wait_for 15 eval "served 'any(.data | contains(\"$(printf %s "$said" | od -An -vtx1 | tr -d ' \n')\"))'" &&
		wait_for 15 said "$out/client" "^$said"
	rc=$?
	exec {in}>&-
	stop client
	[ $rc = 0 ] || cat "$out/client"
	return $rc
}
declare -A openssl_names=([aes-128-ccm-8]=PSK-AES128-CCM8 [aes-128-ccm]=PSK-AES128-CCM
	[aes-128-gcm]=PSK-AES128-GCM-SHA256)
declare -A gnutls_names=([aes-128-ccm-8]=AES-128-CCM-8 [aes-128-ccm]=AES-128-CCM [aes-128-gcm]=AES-128-GCM)
for c in $CIPHERS; do
	ready='Verify return code|Extended master secret'
	check "$c: openssl s_client" line "exec openssl s_client -dtls1_2 -connect '[$GW]:5684' \
		-psk $PSK_HEX -psk_identity dev1 -cipher '${openssl_names[$c]}:@SECLEVEL=0' -nocommands"
	check "$c: was used" said "$out/client" "Cipher is ${openssl_names[$c]}" &&
		interop OpenSSL server PreSharedKey $c
	ready='Simple Client Mode'
	check "$c: gnutls-cli" line "exec gnutls-cli --udp -p 5684 --pskusername dev1 --pskkey $PSK_HEX --priority \
		'NONE:+VERS-DTLS1.2:+PSK:+${gnutls_names[$c]}:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-ALL' $GW"
	check "$c: was used" said "$out/client" "${gnutls_names[$c]}" &&
		interop GnuTLS server PreSharedKey $c
done

check "the daemon opened no application record" daemon_is '.records_daemon == 0'
check "no handshake failed" daemon_is '[.refused[]] | add == 0'
done_testing
