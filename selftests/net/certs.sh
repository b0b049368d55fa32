# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What tests with certificates and raw public keys share, on top of daemon.sh:
# an authority with one below it, and whatever devices may come with.

: "${out:?source lib.sh first}" "${conf:?source daemon.sh first}"
pki=$(mktemp -d "/tmp/pki-$$.XXXXXX") # holds keys: no log

# new_key NAME: an elliptic curve key, and what is public of it
new_key() {
	(umask 077 && openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$pki/$1.key") &&
		openssl pkey -in "$pki/$1.key" -pubout -out "$pki/$1.pub"
}

# sign NAME ISSUER SUBJECT EXTENSIONS [WORDS OF openssl x509...]
sign() {
	local name=$1 issuer=$2 subject=$3 extensions=$4
	shift 4
	[ -e "$pki/$name.key" ] || new_key "$name" || return
	printf '%s\n' 'subjectKeyIdentifier = hash' "$extensions" >"$pki/ext"
	openssl req -new -key "$pki/$name.key" -subj "$subject" -out "$pki/csr" || return
	if [ "$issuer" = "$name" ]; then
		set -- -signkey "$pki/$name.key" "$@"
	else
		set -- -CA "$pki/$issuer.crt" -CAkey "$pki/$issuer.key" "$@"
	fi
	openssl x509 -req -in "$pki/csr" -extfile "$pki/ext" -out "$pki/$name.crt" "$@" 2>>"$out/openssl"
}

authority='basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign'
device='basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth'

# new_authorities: "root", "middle" below it, and the gateway's own certificate
new_authorities() {
	sign root root '/CN=test root' "$authority" &&
		sign middle root '/CN=test middle' "$authority" &&
		sign gateway middle '/CN=gateway' "basicConstraints = CA:FALSE
			keyUsage = critical, digitalSignature
			extendedKeyUsage = serverAuth
			subjectAltName = IP:$GW" &&
		cat "$pki/gateway.crt" "$pki/middle.crt" >"$pki/gateway.pem"
}

# new_device NAME SUBJECT [EXTENSIONS] [WORDS OF openssl x509...]: signed by middle
new_device() {
	sign "$1" middle "$2" "$device
		${3:-}" "${@:4}" && chain "$1" middle
}

# chain NAME [ISSUER...]: what it sends
chain() {
	local n
	for n; do
		cat "$pki/$n.crt"
	done >"$pki/$1.pem"
}

# revoke AUTHORITY [NAME...]: its list of revoked certificates is $pki/AUTHORITY.crl
revoke() {
	local ca=$1 n
	shift
	for n; do
		cat "$pki/$n.crt"
	done >"$pki/revoked"
	printf 'crl_%s_update_date = "%s-01-01"\n' this 2025 next "${crl_until:-2090}" >"$pki/template"
	[ -s "$pki/revoked" ] && set -- --load-certificate "$pki/revoked" || set --
	certtool --generate-crl --load-ca-privkey "$pki/$ca.key" --load-ca-certificate "$pki/$ca.crt" \
		--template "$pki/template" --outfile "$pki/$ca.crl" "$@" >>"$out/certtool" 2>&1
}

# digest NAME: SHA-256 of the certificate
digest() { openssl x509 -in "$pki/$1.crt" -outform DER | sha256sum | cut -c1-64; }

# ni NAME: its public key as RFC 6920 has it
ni() {
	printf 'ni:///sha-256;'
	openssl pkey -in "$pki/$1.key" -pubout -outform DER | openssl dgst -sha256 -binary |
		openssl base64 | tr '+/' '-_' | tr -d '='
}

# spki NAME: the same as base64 of all of it
spki() { grep -v -- ----- "$pki/$1.pub" | tr -d '\n'; }

# configure_keys [LINES OF THE INTERFACE...] -- [SECTIONS OF PEERS...]
configure_keys() {
	{
		printf '%s\n' '[interface dg0]' 'lower = lowpan0' "address = $GW_INNER/64" 'confirm-grace = 3s'
		while [ $# != 0 ] && [ "$1" != -- ]; do
			printf '%s\n' "$1"
			shift
		done
		shift
		printf '%s\n' "$@"
	} >"$conf.new"
	chmod 600 "$conf.new"
	mv "$conf.new" "$conf"
}

# with_certificate NAME: the options of openssl s_client to come with it, in $options
# shellcheck disable=SC2034 # for the tests
with_certificate() { options=(-cert "$pki/$1.crt" -key "$pki/$1.key" -cert_chain "$pki/$1.pem"); }

# s_client WORDS...: from dev1; true if a handshake comes about. It stays until the next.
s_client() {
	stop s_client KILL >/dev/null
	# shellcheck disable=SC2016 # for the inner shell; its input never ends
	start s_client dev1 bash -c 'exec "$@" < <(exec sleep 1000)' - openssl s_client -dtls1_2 \
		-connect "[$GW]:5684" -cipher 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0' -nocommands "$@"
	wait_for 20 said "$out/s_client" 'alert number|Extended master secret' || return
	! said "$out/s_client" 'alert number|Cipher is \(NONE\)'
}

# cert_peer NAME KEY [WORDS OF dtls-peer...]: dev1 with this certificate and that key
cert_peer() {
	at dev1 dtls-peer -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" -x "$pki/$1.pem" -k "$pki/$2.key" -a "$pki/root.crt" \
		-c "${cipher:-aes-128-ccm-8}" "${@:3}" >"$out/answers" && return
	cat "$out/answers"
	return 1
}

# installed PEER CIPHER [FILTER]: it has an association with this cipher
installed() {
	local id
	id=$(on_gw peer show dg0 -j | jq ".[] | select(.name == \"$1\") | .id")
	on_gw assoc show dg0 -j | jq -e "any(.\"peer-id\" == $id and .cipher == \"$2\" and ${3:-true})" && return
	on_gw assoc show dg0 -j
	return 1
}

clear_assocs() {
	local n
	stop s_client KILL >/dev/null
	for n in $(on_gw assoc show dg0 -j | jq '.[].id'); do
		on_gw assoc del dg0 "$n"
	done
	n_assocs 0
}

# ended NAME: one more handshake has ended for this reason, and no association came
ended() {
	local now before=${ends[$1]:-0}
	wait_for 10 daemon_is ".ended.$1 != $before"
	now=$(daemon_stat ".ended.$1")
	ends[$1]=$now
	[ "$now" = $((before + 1)) ] || { daemon_stat .ended; return 1; }
	n_assocs 0
}
declare -A ends=()
