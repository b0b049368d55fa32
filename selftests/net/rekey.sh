#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# New keys before the limits of the old ones, under traffic; and how associations end.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 1
# shellcheck source=selftests/net/device.sh
. "$(dirname "$0")/device.sh"

# with LINES OF THE PEER...: the daemon has this configuration
with() {
	configure 'retransmit-min = 1s' 'retransmit-max = 4s' 'retry-min = 1s' 'retry-max = 2s' 'linger = 2s'
	also "$@"
	[ -z "${daemon:-}" ] || reload
}
endpoint="endpoint = [$DEV]"
with "$endpoint" 'soft-packets = 50' 'hard-packets = 1000'
sockets=3
daemon_start
make_keys
watch
device_start gnutls

# gets N: as many requests for /time from the service, in quick succession, each
# a message of its own that nobody repeats
number=0
gets() {
	local i list=()
	for ((i = 0; i < $1; i++)); do
		list+=("$(printf '5001%04xb474696d65' $((0x1000 + (number += 1))))")
	done
	tell "${list[@]}"
}
moved_to() { [ "$(moved_by "$1")" = "$2" ]; }
newest() { assocs | jq 'map(.id) | max'; }
newer() { [ "$(newest)" -gt "$1" ]; }
told() { events "any(.event == \"expire\" and .hard == $1 and .reason == \"$2\")"; }
# Those with limits of the configuration before have been succeeded, and are gone.
settle() { wait_for 20 n_assocs 1 && end_assocs; }

# ---- by packets ----
check "an association" ask /time
first=$(newest)
mark
for n in 1 2 3 4 5 6; do
	check "packets: 40 requests ($n)" gets 40
	check "packets: all are answered ($n)" wait_for 20 moved_to rx-records $((40 * n))
done
check "packets: nothing was dropped" [ "$(dropped)" = 0 ]
check "packets: nothing even had to wait" moved_to tx-queued 0
check "packets: there were new keys again and again" newer $((first + 2))
check "packets: the soft limit is told" told false packets
check "packets: the old ones are closed" wait_for 20 n_assocs 1
check "packets: each with close_notify" [ "$(moved_by tx-alerts)" -ge 3 ]
check "packets: the inner port is CoAP's still" eval 'assocs | jq -e ".[0].\"inner-port\" == 5683"'
check "packets: the daemon keeps nothing" wait_for 5 daemon_is '.sessions == 0'

# ---- in one burst ----
mark
check "burst: 400 requests at once" gets 400
check "burst: all are answered" wait_for 30 moved_to rx-records 400
check "burst: nothing was dropped" [ "$(dropped)" = 0 ]
wait_for 20 n_assocs 1

# ---- by octets, by time ----
for limit in 'soft-bytes = 500' 'soft-time = 2s'; do
	reason=${limit%% =*} reason=${reason#soft-} reason=${reason/time/seconds}
	with "$endpoint" "$limit"
	settle
	check "$reason: an association" ask /time
	first=$(newest)
	mark
	check "$reason: 60 requests" gets 60
	check "$reason: new keys" wait_for 20 newer "$first"
	check "$reason: 20 more" gets 20
	check "$reason: all are answered" wait_for 20 moved_to rx-records 80
	check "$reason: nothing was dropped" [ "$(dropped)" = 0 ]
	check "$reason: the soft limit is told" told false $reason
done

# ---- the device does not answer for a while ----
with "$endpoint" 'soft-packets = 20' 'hard-packets = 100' 'unanswered-time = 0'
settle
check "silence: an association" ask /time
first=$(newest)
kill -STOP "$(pid_of device)"
before=$(daemon_stat .calls_failed)
failed_since() { [ "$(daemon_stat .calls_failed)" -gt "$1" ]; }
mark
gets 30
check "silence: the call for new keys fails" wait_for 30 failed_since "$before"
refuse "silence: the old ones are still used" newer "$first"
check "silence: nothing was dropped" [ "$(dropped)" = 0 ]
kill -CONT "$(pid_of device)"
check "silence: all is answered in the end" wait_for 20 eval '[ "$(moved_by rx-records)" -ge 30 ]'
check "silence: it is tried again, and there are new keys" wait_for 30 newer "$first"
check "silence: the old ones go" wait_for 20 n_assocs 1
check "silence: all is well" ask /time
end_assocs
device_stop

# ---- only the device can begin: it is told that the association has ended ----
with 'hard-packets = 3'
serve
check "device: a third record is one too many" eval "! peer handshake 'get /x' 'get /x' 'get /x'"
check "device: it is told" answers '.[-1].error | test("going to be closed")'
check "device: so are we" told true packets
check "device: it can begin anew at once" peer handshake 'get /x' close
with 'hard-time = 2s'
check "device: too old" eval "! peer handshake 'get /x' 'read 15000'"
check "device: it is told" answers '.[-1].error | test("going to be closed")'
check "device: so are we" told true seconds
with 'idle-time = 2s'
check "device: silent for too long" eval "! peer handshake 'get /x' 'read 15000'"
check "device: it is told" answers '.[-1].error | test("going to be closed")'
check "device: so are we" told true idle
# ---- a device of IPv4 ----
stop "$daemon"
stop echo
for n in 1:gw 2:dev1; do
	must ip -n "$(ns ${n#*:})" addr add "192.0.2.${n%:*}/24" brd 192.0.2.255 dev lowpan0
done
configure "listen = 5684, 0.0.0.0:5684" "retransmit-min = 1s" "linger = 2s"
also "endpoint = 192.0.2.2" "soft-packets = 10"
sockets=6
daemon_start
DEV=192.0.2.2 device_start gnutls
check "IPv4: it is called" ask /time
check "IPv4: there" eval "assocs | jq -e '.[0].\"remote-addr\" == \"192.0.2.2\"'"
first=$(newest)
mark
check "IPv4: 30 requests" gets 30
check "IPv4: all are answered" wait_for 20 moved_to rx-records 30
check "IPv4: new keys" wait_for 20 newer "$first"
device_stop
check "no session is left" wait_for 10 daemon_is '.half_open == 0'
done_testing
