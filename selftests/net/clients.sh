# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Foreign DTLS clients, on top of daemon.sh: libcoap's, OpenSSL's, GnuTLS'.

: "${out:?source lib.sh first}"
GW4='' # the gateway's IPv4 address, if clients shall use that

# openssl_all: programs of OpenSSL, libcoap's too, offer short tags as well
openssl_all() {
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
}

# coap LIBRARY WORDS...: libcoap's client, as a device would run it
coap() {
	local lib=$1
	shift
	timeout $((20 * DGSEC_SLOW)) ip netns exec "$(ns dev1)" "coap-client-$lib" -k "$PSK" -u dev1 "$@"
}
# get LIBRARY PATH: what comes back is in $out/got
get() { coap "$1" -m get "coaps://${GW4:-[$GW]}$2" >"$out/got" 2>&1 && [ -s "$out/got" ]; }
# Not a line of the client's own log, which goes on behind the seconds.
time_of_day() { said "$out/got" '[A-Z][a-z][a-z] [0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]$'; }
uses() { on_gw assoc show dg0 -j | jq -e "any(.cipher == \"$1\")"; }

# ---- programs that are no CoAP clients: lines go out and come back ----------

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
	[aes-128-gcm]=PSK-AES128-GCM-SHA256 [aes-256-ccm-8]=PSK-AES256-CCM8 [aes-256-ccm]=PSK-AES256-CCM
	[aes-256-gcm]=PSK-AES256-GCM-SHA384 [chacha20-poly1305]=PSK-CHACHA20-POLY1305)
declare -A gnutls_names=([aes-128-ccm-8]=AES-128-CCM-8 [aes-128-ccm]=AES-128-CCM [aes-128-gcm]=AES-128-GCM
	[aes-256-ccm-8]=AES-256-CCM-8 [aes-256-ccm]=AES-256-CCM [aes-256-gcm]=AES-256-GCM
	[chacha20-poly1305]=CHACHA20-POLY1305)

# openssl_line CIPHER, gnutls_line CIPHER: a line there and back under this one
openssl_line() {
	ready='Verify return code|Extended master secret'
	check "$1: openssl s_client" line "exec openssl s_client -dtls1_2 -connect '${GW4:-[$GW]}:5684' \
		-psk $PSK_HEX -psk_identity dev1 -cipher '${openssl_names[$1]}:@SECLEVEL=0' -nocommands"
	check "$1: was used" said "$out/client" "Cipher is ${openssl_names[$1]}" &&
		interop OpenSSL server PreSharedKey "$1"
}
gnutls_line() {
	ready='Simple Client Mode'
	check "$1: gnutls-cli" line "exec gnutls-cli --udp -p 5684 --pskusername dev1 --pskkey $PSK_HEX --priority \
		'NONE:+VERS-DTLS1.2:+PSK:+${gnutls_names[$1]}:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-ALL' ${GW4:-$GW}"
	check "$1: was used" said "$out/client" "${gnutls_names[$1]}" &&
		interop GnuTLS server PreSharedKey "$1"
}
