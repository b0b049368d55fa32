#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# The ciphers beyond AES-128 (interop.sh has that): foreign clients with each, in
# both directions, and what becomes of a client that offers them all.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/clients.sh"

topology -v 1
configure 'payload = opaque' # coap-echo answers to anything
daemon_start
serve
openssl_all

# libcoap by GnuTLS does not offer AES-256-CCM-8, by OpenSSL all of them.
declare -A libcoap=([aes-256-ccm-8]=openssl [aes-256-ccm]="gnutls openssl" [aes-256-gcm]="gnutls openssl"
	[chacha20-poly1305]="gnutls openssl")
for c in aes-256-ccm-8 aes-256-ccm aes-256-gcm chacha20-poly1305; do
	configure 'payload = opaque' "ciphers = $c"
	check "$c: the daemon takes the new configuration" reload
	openssl_line $c
	gnutls_line $c
	for lib in ${libcoap[$c]}; do
		check "$c: coap-client-$lib GET" get "$lib" /x &&
			interop libcoap-$lib server PreSharedKey $c
	done
	cipher=$c
	check "$c: dtls-peer" peer handshake 'get /x' 'get /y'
	check "$c: the kernel has the keys" uses "$c" &&
		interop mbedTLS server PreSharedKey $c
	check "$c: with a connection ID" peer -C 4 handshake 'get /x'
	check "$c: it was negotiated" answers '.[0].cid'
	check "$c: the kernel has one" eval "on_gw assoc show dg0 -j | jq -e 'any(.[\"tx-cid\"])'"
	check "$c: dtls-peer says goodbye" peer -C 4 handshake 'get /x' close
done

# The daemon's order decides: by default the smallest comes first.
cipher='' configure 'payload = opaque'
check "all ciphers again" reload
check "a client that offers all" get openssl /x
wait_for 5 daemon_is '.sessions == 0'
configure 'payload = opaque' 'ciphers = chacha20-poly1305, aes-128-ccm-8'
check "another order" reload
ready='Verify return code|Extended master secret'
check "decides" line "exec openssl s_client -dtls1_2 -connect '[$GW]:5684' -psk $PSK_HEX \
	-psk_identity dev1 -cipher 'PSK:@SECLEVEL=0' -nocommands"
check "what is used" said "$out/client" "Cipher is PSK-CHACHA20-POLY1305"

check "the daemon opened no application record" daemon_is '.records_daemon == 0'
check "no handshake failed" daemon_is '[.refused[]] | add == 0'
done_testing
