# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What tests share in which the device is a DTLS server, on top of daemon.sh.

: "${out:?source lib.sh first}"
# Bursts of requests must not be lost in the device.
must sysctl -q -w net.core.rmem_default=4194304
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

# device_start LIBRARY [WORDS...]: libcoap's server on the device
device_start() {
	start device dev1 "coap-server-$1" -A "$DEV" -k "${key:-$PSK}" -h dev1 -v 7 "${@:2}"
	must wait_for 10 eval 'within dev1 ss -Hlnu | grep -q ":5684 "'
}
device_stop() { stop device "${1:-TERM}" || :; }

# ask PATH [WORDS...]: a plain CoAP client on the gateway, as the peer's service;
# what comes back is in $out/got
ask() {
	timeout $((30 * DGSEC_SLOW)) nsenter --net="/run/netns/$(ns gw)" coap-client-notls -m get -p 5683 \
		-B 25 "${@:2}" "coap://[$INNER]$1" >"$out/got" 2>&1
	[ -s "$out/got" ] && ! said "$out/got" 'unreachable|refused|WARN|ERR' && return
	cat "$out/got"
	return 1
}
time_of_day() { said "$out/got" '[A-Z][a-z][a-z] [0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]'; }

# tell HEX...: datagrams from the service to the device, one after the other
tell() {
	local commands=() h
	for h; do
		commands+=("send raw=$h")
	done
	# shellcheck disable=SC2154 # of gateway.sh
	[ -e "$keys" ] || make_keys
	within gw dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$GW_INNER]:5683" -r "[$INNER]:5683" "${commands[@]}"
}

assocs() { on_gw assoc show dg0 -j; }
assoc_there() { assocs | jq -e 'length > 0' >/dev/null; }
assoc_is_client() { assocs | jq -e 'map(select(.role == "client" and .confirmed)) | length == 1'; }
# The same before anything was heard
assoc_as_client() { assocs | jq -e 'map(.role) == ["client"]'; }
# All drops on the way out since the mark, but for ICMP: answers to what has no service
dropped() {
	on_gw stats dg0 -j | jq --slurpfile was "$out/mark" \
		'[to_entries[] | select(.key | startswith("tx-drop-") and . != "tx-drop-not-udp") | .value - $was[0][.key]] | add'
}
# Whatever is there is ended, and told so
end_assocs() {
	local id
	for id in $(assocs | jq '.[].id'); do
		on_gw assoc del dg0 "$id" close 2>/dev/null
	done
	! assoc_there
}
