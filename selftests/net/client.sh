#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
# Devices that are CoAP servers: a packet for one makes the gateway begin the
# handshake, and waits until it is done.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology 1
# shellcheck source=selftests/net/device.sh
. "$(dirname "$0")/device.sh"

# call_to ENDPOINT [LINES OF THE PEER...]: the device is there
call_to() {
	configure "ciphers = ${cipher:-aes-128-ccm-8}" 'retransmit-min = 1s' 'retransmit-max = 4s' \
		'retry-min = 2s' 'retry-max = 4s' 'linger = 2s'
	also "endpoint = $1" "${@:2}"
}

call_to "[$DEV]"
daemon_start
check "the interface has the ports of our own handshakes" eval 'on_gw show dg0 -j |
	jq -e ".[0].\"socket-list\" | map(.port) | sort == [5684, 61616, 61617]"'
refuse "nobody is called without need" assoc_there

# ---- libcoap ----
for lib in gnutls openssl; do
	for c in $CIPHERS; do
		# This one refuses clients that offer nothing but CCM_8.
		[ $lib-$c != openssl-aes-128-ccm-8 ] || c=aes-128-ccm-8,aes-128-ccm
		cipher=$c call_to "[$DEV]"
		check "$lib, $c: the daemon takes the configuration" reload
		device_start $lib
		mark
		check "$lib, $c: the first request is answered" ask /time
		check "$lib, $c: that is the time" time_of_day
		check "$lib, $c: the request had to wait, none was lost" \
			eval '[ "$(moved_by tx-queued)" = 1 ] && [ "$(dropped)" = 0 ]'
		check "$lib, $c: we are the client" assoc_is_client
		check "$lib, $c: the next one goes through" ask /
		check "$lib, $c: and had not to wait" [ "$(moved_by tx-queued)" = 1 ]
		device_stop
		check "$lib, $c: the device's goodbye, or ours, ends it" end_assocs
	done
done
check "the daemon keeps nothing of it" wait_for 5 daemon_is '.sessions == 0 and .half_open == 0'
check "it opened no application record" daemon_is '.records_daemon == 0'
done_testing
