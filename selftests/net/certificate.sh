#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Certificate mode with foreign clients: every cipher, chains, names of every
# kind, connection IDs, datagrams for a small MTU, and other credentials beside
# it. Who is refused: certificate-bad.sh.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/clients.sh"
. "$(dirname "$0")/certs.sh"

topology -v 1
openssl_all
must new_authorities
must new_device cn '/O=test/CN=sensor 1'
must new_device dns '/CN=x' 'subjectAltName = DNS:other.example, DNS:Lamp.Example'
must new_device uri '/CN=y' 'subjectAltName = URI:urn:dev:mac:0024befffe804ff1'
must new_device eui64 '/CN=00-24-BE-FF-FE-80-4F-F2'
must sign self self '/CN=self' "$device"
must chain self
# coap-client-openssl sends one certificate only.
must sign direct root '/CN=sensor 2' "$device"

own=("private-key-file = $pki/gateway.key" "certificate-file = $pki/gateway.pem")
peers=("[peer dev1]" "certificate-identity = cn:sensor 1" "address = $INNER"
	"[peer dev2]" "certificate-identity = cn:sensor 2"
	"[peer lamp]" "certificate-identity = dns:LAMP.example"
	"[peer meter]" "certificate-identity = uri:urn:dev:mac:0024befffe804ff1"
	"[peer door]" "certificate-identity = eui64:00:24:be:ff:fe:80:4f:f2"
	"[peer pinned]" "certificate-fingerprint = $(digest self)")
# with [LINES...]: these peers, and more for the interface
with() { configure_keys "${own[@]}" "ca-file = $pki/root.crt" "$@" -- "${peers[@]}"; }
with 'payload = opaque'
daemon_start
serve

# ---- every cipher: lines go out and come back ----
for c in $CIPHERS; do
	name=${openssl_names[$c]/#PSK/ECDHE-ECDSA}
	ready='Verify return code|Extended master secret'
	check "$c: openssl s_client" line "exec openssl s_client -dtls1_2 -connect '[$GW]:5684' -nocommands \
		-cert $pki/cn.crt -key $pki/cn.key -cert_chain $pki/cn.pem -CAfile $pki/root.crt \
		-verify_return_error -cipher '$name:@SECLEVEL=0'"
	check "$c: was used" said "$out/client" "Cipher is $name" && interop OpenSSL server Certificate "$c"
	ready='Simple Client Mode'
	check "$c: gnutls-cli" line "exec gnutls-cli --udp -p 5684 --x509certfile $pki/cn.pem --x509keyfile $pki/cn.key \
		--x509cafile $pki/root.crt --priority \
		'NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+${gnutls_names[$c]}:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-ALL' $GW"
	check "$c: was used" said "$out/client" "${gnutls_names[$c]}" && interop GnuTLS server Certificate "$c"
	# Their associations may have ended with their close_notify.
	check "$c: for dev1" daemon_said "peer dev1 at .*: handshake done \\($c\\)"
	check "$c: they go" clear_assocs
done
stop echo

# ---- CoAP ----
with
check "CoAP again" reload
start server gw coap-server-notls -A $GW_INNER -p 5683
must wait_for 10 eval 'at gw ss -Hlnu | grep -q ":5683 "'
# by LIBRARY NAME: the time, asked for with this certificate
by() {
	timeout $((20 * DGSEC_SLOW)) ip netns exec "$(ns dev1)" "coap-client-$1" -c "$pki/$2" -j "$pki/${2%.*}.key" \
		-C "$pki/root.crt" -m get "coaps://[$GW]/time" >"$out/got" 2>&1 && time_of_day && return
	cat "$out/got"
	return 1
}
check "coap-client-openssl" by openssl direct.crt && interop libcoap-openssl server Certificate aes-128-ccm-8
check "coap-client-gnutls, with a chain" by gnutls cn.pem && interop libcoap-gnutls server Certificate aes-128-ccm-8
for cipher in $CIPHERS; do
	check "$cipher: mbedTLS, with connection IDs" cert_peer cn cn -C 4 handshake 'get /time' close &&
		interop mbedTLS server Certificate "$cipher" +connection_IDs
done
cipher=
check "they were used" answers '.[0].cid'
check "a device that moves" cert_peer cn cn -C 4 handshake 'get /time' "move [$DEV]:40900" 'get /time' close
check "a session is resumed" cert_peer cn cn handshake 'get /time' 'handshake resume' 'get /time' close
note "$(jq -rs 'map(select(.handshake)) | map("\(.sent + .received) octets, \(.flights) flights") |
	"whole: \(.[0]); resumed: \(.[1])"' "$out/answers")"
check "with connection IDs" cert_peer cn cn -C 4 handshake 'get /time' 'handshake resume' 'get /time' close
for lost in 1 3; do
	check "the final flight lost $lost times" cert_peer cn cn "handshake lose=$lost" 'get /time' close
done
check "a request that overtakes the Finished" cert_peer cn cn 'handshake overtake=before seq=8 get=/time' read close
check "no handshake has failed" daemon_is \
	'[.ended | del(.confirmed, .unconfirmed, .assoc_gone, .library, .resumed, .restarted)[]] + [.refused[]] | add == 0'

# ---- names ----
check "all are gone" clear_assocs
for n in "dns lamp" "uri meter" "eui64 door" "self pinned"; do
	with_certificate "${n% *}"
	check "by its ${n% *}" s_client "${options[@]}" -CAfile "$pki/root.crt" -verify_return_error
	check "that is ${n#* }" installed "${n#* }" aes-128-ccm-8
done
check "they go" clear_assocs

# ---- small datagrams ----
with 'handshake-mtu = 256'
check "datagrams of 256 octets" reload
start wire gw tcpdump -n -l -i lowpan0 udp src port 5684
must wait_for 10 said "$out/wire" listening
with_certificate cn
check "a handshake with them" s_client "${options[@]}"
check "it is installed" installed dev1 aes-128-ccm-8
stop wire
check "there are no larger ones" eval "! grep -oE 'UDP, length [0-9]+' '$out/wire' | awk '\$3 > 256' | grep ."
check "but several" [ "$(grep -c 'UDP, length 2[0-9][0-9]' "$out/wire")" -ge 3 ]

# ---- reloading ----
with 'window = 128'
check "other settings" reload
check "leave it alone" installed dev1 aes-128-ccm-8
peers[1]="certificate-identity = dns:sensor1.example"
with
check "another name for it" reload
check "ends it" n_assocs 0
peers[1]="certificate-identity = cn:sensor 1"
with
check "the old one again" reload
check "it comes" s_client "${options[@]}"
stop "$daemon"
daemon_start
check "it survives the daemon" installed dev1 aes-128-ccm-8
check "it goes" clear_assocs

# ---- resumption ----
# again: with the session of before
again() { s_client "${options[@]}" -no_ticket -sess_in "$pki/session" && said "$out/s_client" '^Reused, '; }
# before: a session
before() { s_client "${options[@]}" -no_ticket -sess_out "$pki/session" && test -s "$pki/session"; }
check "a session" before
check "is resumed" again
check "for dev1" installed dev1 aes-128-ccm-8
check "counted" daemon_is '.resumed_ids == 1'
check "tickets would be too long: none" eval 's_client "${options[@]}" && ! said "$out/s_client" "TLS session ticket:"'
must revoke root
must revoke middle
cat "$pki/root.crl" "$pki/middle.crl" >"$pki/all.crl"
with "crl-file = $pki/all.crl"
check "a list of revoked certificates" reload
refuse "ends it" again
check "it comes anew" said "$out/s_client" '^New, '
check "another session" before
check "it is resumed" again
with
check "no list again" reload
check "they go" clear_assocs

# ---- an allow list on top of the authority, and without it ----
peers=("[peer dev1]" "certificate-identity = cn:sensor 1" "certificate-fingerprint = $(digest cn)" "address = $INNER")
with
check "a name and a fingerprint" reload
check "the right one comes" s_client "${options[@]}"
check "it is installed" installed dev1 aes-128-ccm-8
peers=("[peer dev1]" "certificate-fingerprint = $(digest cn)" "address = $INNER")
configure_keys "${own[@]}" -- "${peers[@]}"
check "only a fingerprint, no authority" reload
check "other credentials, so it is gone" n_assocs 0
check "it comes" s_client "${options[@]}"
check "it is installed" installed dev1 aes-128-ccm-8
check "it goes" clear_assocs

# ---- a pre-shared key beside it ----
peers=("[peer dev1]" "certificate-identity = cn:sensor 1" "identity = dev1" "psk = $PSK_HEX" "address = $INNER")
with
check "a peer with both" reload
check "with its certificate" by gnutls cn.pem
check "with its key" peer handshake 'get /time' close
check "who offers both" s_client "${options[@]}" -psk "$PSK_HEX" -psk_identity dev1 \
	-cipher 'ECDHE-ECDSA-AES128-CCM8:PSK-AES128-CCM8:@SECLEVEL=0'
check "comes with its key" said "$out/s_client" 'Cipher is PSK-'
clear_assocs
configure_keys -- "[peer dev1]" "identity = dev1" "psk = $PSK_HEX" "address = $INNER"
check "its certificate is taken away" reload
refuse "it comes with it no more" s_client "${options[@]}"
check "it is told why in the log" daemon_said 'no cipher suite of'
check "the daemon is alive" running "$daemon"
rm -rf "$pki"
done_testing
