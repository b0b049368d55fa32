#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Raw public keys (RFC 7250) with foreign clients: every cipher, keys written in
# every form, who is refused, and certificates and pre-shared keys beside them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/clients.sh"
. "$(dirname "$0")/certs.sh"

topology -v 1
openssl_all
must new_authorities
must new_device cn '/CN=sensor 1'
for k in dev1 dev2 dev3 stranger; do
	must new_key $k
done

own=("private-key-file = $pki/gateway.key")
peers=("[peer dev1]" "public-key = $(ni dev1)" "address = $INNER"
	"[peer dev2]" "public-key = $(spki dev2)"
	"[peer dev3]" "public-key-file = $pki/dev3.pub")
with() { configure_keys "${own[@]}" "$@" -- "${peers[@]}"; }
with 'payload = opaque'
daemon_start
serve

raw=(-enable_client_rpk -enable_server_rpk)
# with_key NAME: the options of openssl s_client to come with it; it wants a certificate beside it
with_key() {
	openssl req -x509 -key "$pki/$1.key" -subj /CN=unused -out "$pki/$1.unused" 2>>"$out/openssl"
	options=(-cert "$pki/$1.unused" -key "$pki/$1.key" "${raw[@]}")
}
# gnutls_raw CIPHER NAME [MORE PRIORITIES]: gnutls-cli as a client with this public key
gnutls_raw() {
	echo "exec gnutls-cli --udp -p 5684 --rawpkkeyfile $pki/$2.key --rawpkfile $pki/$2.pub --no-ca-verification \
		--priority 'NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+${gnutls_names[$1]}:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-CLI-RAWPK${3:-:+CTYPE-SRV-RAWPK}' $GW"
}

# ---- every cipher: lines go out and come back ----
with_key dev1
for c in $CIPHERS; do
	name=${openssl_names[$c]/#PSK/ECDHE-ECDSA}
	ready='Verify return code|Extended master secret'
	check "$c: openssl s_client" line "exec openssl s_client -dtls1_2 -connect '[$GW]:5684' -nocommands \
		${options[*]} -cipher '$name:@SECLEVEL=0'"
	check "$c: was used" said "$out/client" "Cipher is $name" && interop OpenSSL server RawPublicKey "$c"
	check "$c: the gateway showed its key, no certificate" said "$out/client" 'Server raw public key'
	ready='Simple Client Mode'
	check "$c: gnutls-cli" line "$(gnutls_raw "$c" dev1)"
	check "$c: was used" said "$out/client" "${gnutls_names[$c]}" && interop GnuTLS server RawPublicKey "$c"
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
# by NAME HOST: the time, asked for with this key by libcoap
by() {
	openssl ec -in "$pki/$1.key" -out "$pki/$1.ec" 2>>"$out/openssl"
	timeout $((20 * DGSEC_SLOW)) ip netns exec "$(ns dev1)" coap-client-gnutls -M "$pki/$1.ec" -n -m get \
		"coaps://$2/time" >"$out/got" 2>&1 && time_of_day && return
	cat "$out/got"
	return 1
}
hosts=/etc/netns/$(ns dev1)
mkdir -p "$hosts"
echo "$GW gateway.example" >"$hosts/hosts"
check "coap-client-gnutls" by dev1 gateway.example && interop libcoap-gnutls server RawPublicKey aes-128-ccm-8
check "no handshake has failed" daemon_is \
	'[.ended | del(.confirmed, .unconfirmed, .assoc_gone, .library)[]] + [.refused[]] | add == 0'

# ---- keys in every form ----
check "all are gone" clear_assocs
for k in dev2 dev3; do
	with_key $k
	check "$k comes" s_client "${options[@]}"
	check "that is $k" installed $k aes-128-ccm-8
done
address=$(on_gw peer show dg0 -j | jq -r '.[] | select(.name == "dev2") | ."inner-addr"')
check "its address is derived from its key" \
	[ "$(printf 'dgsec-inner-address:%s' "$(ni dev2)" | sha256sum | cut -c1-16 | sed 's/..../&:/g; s/:$//; s/\<0*//g')" = \
	"${address#fd00:d9::}" ]
check "they go" clear_assocs

# ---- small datagrams ----
with 'handshake-mtu = 128'
check "datagrams of 128 octets" reload
start wire gw tcpdump -n -l -i lowpan0 udp src port 5684
must wait_for 10 said "$out/wire" listening
with_key dev1
check "a handshake with them" s_client "${options[@]}"
check "it is installed" installed dev1 aes-128-ccm-8
stop wire
check "there are no larger ones" eval "! grep -oE 'UDP, length [0-9]+' '$out/wire' | awk '\$3 > 128' | grep ."
check "it goes" clear_assocs
with
check "as before" reload

# ---- who is refused ----
# GnuTLS does not take an address for a server's name, which RFC 6066 forbids.
refuse "libcoap, asking for an address" by dev1 "[$GW]"
check "for the right reason" ended bad_server_name
with_key stranger
refuse "an unknown key is refused" s_client "${options[@]}"
check "for the right reason" ended unknown_public_key
check "and told" said "$out/s_client" 'SSL alert number 49$'
check "the log has its name" eval 'daemon_said "identity \"$(ni stranger)\""'
with_key dev1
refuse "a certificate of the same key is" s_client "${options[@]::4}"
check "for the right reason" eval 'daemon_is ".refused.no_cipher == 1" && n_assocs 0'
refuse "neither key nor certificate" s_client "${raw[@]}"
check "for the right reason" ended no_certificate
check "and told" said "$out/s_client" 'SSL alert number 40$'
check "nor does one with a pre-shared key" peer 'fail'

# ---- reloading ----
check "it comes" s_client "${options[@]}"
with 'window = 128'
check "other settings" reload
check "leave it alone" installed dev1 aes-128-ccm-8
stop "$daemon"
daemon_start
check "it survives the daemon" installed dev1 aes-128-ccm-8
peers[1]="public-key = $(ni stranger)"
with
check "another key for it" reload
check "ends it" n_assocs 0
refuse "the old key is refused" s_client "${options[@]}"
with_key stranger
check "the new one comes" s_client "${options[@]}"
check "it goes" clear_assocs

# ---- other kinds of credentials beside it ----
own+=("certificate-file = $pki/gateway.pem" "ca-file = $pki/root.crt")
peers=("[peer dev1]" "public-key = $(ni dev1)" "certificate-identity = cn:sensor 1" "identity = dev1"
	"psk = $PSK_HEX" "address = $INNER")
with 'connection-id = 8'
check "a peer with all three" reload
with_key dev1
check "with its key" s_client "${options[@]}"
check "without connection IDs" installed dev1 aes-128-ccm-8 '(has("rx-cid") | not)'
check "it goes" clear_assocs
with_certificate cn
check "with its certificate" s_client "${options[@]}"
check "and with connection IDs" cert_peer cn cn -C 4 handshake 'get /time' close
check "with its pre-shared key" peer handshake 'get /time' close
check "with connection IDs" peer -C 4 handshake 'get /time' close
# It takes the gateway's certificate, and shows a key.
ready='Simple Client Mode'
start client dev1 bash -c "$(gnutls_raw aes-128-ccm-8 dev1 :+CTYPE-SRV-X509) < <(exec sleep 1000)"
check "with its key, where the gateway has to have a certificate" wait_for 20 said "$out/client" "$ready"
check "it got that" said "$out/client" 'subject .CN=gateway'
stop client KILL
check "they go" clear_assocs
check "the daemon is alive" running "$daemon"
rm -rf "$pki" "$hosts"
done_testing
