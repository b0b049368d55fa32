#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Everything for which a client's certificate has to be refused: each with its
# alert, its counter and its line in the log, and never an association.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/certs.sh"

topology -v 1
must new_authorities
must new_device good '/CN=sensor 1'
must new_device two '/CN=sensor 1' 'subjectAltName = DNS:lamp.example'
must new_device stranger '/CN=stranger'
must new_device expired '/CN=sensor 1' '' -not_before 20240101000000Z -not_after 20250101000000Z
must new_device future '/CN=sensor 1' '' -not_before 20900101000000Z -not_after 20910101000000Z
must new_device revoked '/CN=sensor 1'
must sign usage middle '/CN=sensor 1' 'keyUsage = critical, digitalSignature
	extendedKeyUsage = serverAuth'
must chain usage middle
must sign nosign middle '/CN=sensor 1' 'keyUsage = critical, keyAgreement'
must chain nosign middle
# An authority of the same name, and a device that is no authority.
must sign false_root false_root '/CN=test root' "$authority"
must sign false false_root '/CN=sensor 1' "$device"
must chain false false_root
must sign below good '/CN=sensor 1' "$device"
must chain below good middle
must sign self self '/CN=sensor 1' "$device"
must chain self
must revoke root
must revoke middle revoked
cat "$pki/root.crl" "$pki/middle.crl" >"$pki/all.crl"

own=("private-key-file = $pki/gateway.key" "certificate-file = $pki/gateway.pem" "ca-file = $pki/root.crt")
peers=("[peer dev1]" "certificate-identity = cn:sensor 1" "address = $INNER"
	"[peer lamp]" "certificate-identity = dns:LAMP.example")
with() { configure_keys "${own[@]}" "$@" -- "${peers[@]}"; }
with "crl-file = $pki/all.crl"
daemon_start

# refused WHAT NAME REASON ALERT
refused() {
	with_certificate "$2"
	refuse "$1 is refused" s_client "${options[@]}"
	check "$1: for the right reason" ended "$3"
	check "$1: and told (alert $4)" said "$out/s_client" "SSL alert number $4\$"
}
with_certificate good
check "a good one comes" s_client "${options[@]}"
check "it is installed" installed dev1 aes-128-ccm-8
check "it goes" clear_assocs
refused "an expired one" expired certificate_expired 45
refused "one that is not valid yet" future certificate_expired 45
refused "a revoked one" revoked revoked 44
refused "one of another authority" false untrusted 48
refused "one signed by a device" below untrusted 48
refused "one signed by itself" self untrusted 48
refused "one for servers" usage bad_usage 43
refused "one that must not sign" nosign bad_usage 43
refused "a stranger's" stranger unknown_certificate 49
refused "one with the names of two peers" two unknown_certificate 49
chain good
refused "one without the one in between" good untrusted 48
chain good middle
refuse "none at all is refused" s_client
check "none at all: for the right reason" ended no_certificate
check "none at all: and told" said "$out/s_client" 'SSL alert number 40$'
check "a certificate with another key is refused" cert_peer good stranger fail
check "that: for the right reason" ended bad_signature
check "each has its line in the log" eval 'for w in "not valid now" "is in crl-file" "nobody in ca-file" \
	"not meant for TLS clients" "its names are those of no peer" "has no certificate" "does not have the private key"; do
	daemon_said "$w" || { echo "$w"; exit 1; }; done'
check "with the name it claims" daemon_said 'identity "cn:stranger"'

# ---- lists of revoked certificates ----
with
check "without a list" reload
with_certificate revoked
check "the revoked one comes" s_client "${options[@]}"
check "it goes" clear_assocs
with "crl-file = $pki/middle.crl"
check "only that of the authority in between" reload
refused "without the root's, everybody" good bad_crl 46
crl_until=2026
must revoke middle revoked
cat "$pki/root.crl" "$pki/middle.crl" >"$pki/all.crl"
with "crl-file = $pki/all.crl"
check "one that is out of date" reload
refused "then, everybody" good bad_crl 46

# ---- fingerprints ----
peers=("[peer dev1]" "certificate-identity = cn:sensor 1" "certificate-fingerprint = $(digest good)" "address = $INNER")
with
check "a name and a fingerprint" reload
refused "another one of that name" revoked unknown_certificate 49
peers=("[peer dev1]" "certificate-fingerprint = $(digest expired)" "address = $INNER")
own=("${own[@]::2}")
with
check "only a fingerprint, no authority" reload
refused "another one" good untrusted 48
refused "the right one, but expired" expired certificate_expired 45

check "the library's memory was freed" daemon_is '.sessions == 0'
check "nobody has come" daemon_is '.handshakes == 2'
check "the daemon is alive" running "$daemon"
rm -rf "$pki"
done_testing
