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

# call_to ENDPOINT [LINES OF THE PEER...]: the device is there; $more are lines of the interface
more=()
call_to() {
	configure "ciphers = ${cipher:-aes-128-ccm-8}" 'retransmit-min = 1s' 'retransmit-max = 4s' \
		"retry-min = ${retry:-2s}" "retry-max = ${retry:-4s}" 'linger = 2s' "${more[@]}"
	also "endpoint = $1" "${@:2}"
}

call_to "[$DEV]"
sockets=3
daemon_start
check "the interface has the ports of our own handshakes" eval 'on_gw show dg0 -j |
	jq -e ".[0].\"socket-list\" | map(.port) | sort == [5684, 61616, 61617]"'
refuse "nobody is called without need" assoc_there

# ---- libcoap ----
for lib in gnutls openssl; do
	for c in $CIPHERS; do
		if [ $lib-$c = gnutls-aes-256-ccm-8 ]; then
			skip "$lib, $c" "libcoap does not offer it to GnuTLS"
			continue
		fi
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
		check "$lib, $c: and had not to wait" [ "$(moved_by tx-queued)" = 1 ] &&
			interop "libcoap-$lib" client PreSharedKey "${c%%,*}"
		device_stop
		check "$lib, $c: the device's goodbye, or ours, ends it" end_assocs
	done
done
check "the daemon keeps nothing of it" wait_for 5 daemon_is '.sessions == 0 and .half_open == 0'
check "it opened no application record" daemon_is '.records_daemon == 0'

# ---- anybody may ask ----
device_start gnutls
mark
check "a host on the backbone asks" eval "at host timeout $((30 * DGSEC_SLOW)) coap-client-notls -m get -B 25 \
	\"coap://[$INNER]/time\" >\"\$out/got\""
check "it is answered" time_of_day
check "its request had to wait, too" eval '[ "$(moved_by tx-queued)" = 1 ] && [ "$(dropped)" = 0 ]'
end_assocs
device_stop

# ---- OpenSSL, GnuTLS, mbedTLS ----
cipher=aes-128-ccm-8
call_to "[$DEV]:5684" 'payload = opaque' 'local-identity = gateway'
check "any payload, and an identity of our own" reload
end_assocs
start device dev1 bash -c "exec openssl s_server -dtls1_2 -listen -accept '[$DEV]:5684' -nocert -psk $PSK_HEX \
	-psk_identity gateway -cipher 'PSK-AES128-CCM8:@SECLEVEL=0' < <(sleep 1000)"
must wait_for 10 eval 'within dev1 ss -Hlnu | grep -q ":5684 "'
mark
# Four lines at once, before there is an association
check "openssl s_server: four packets at once" tell 6f6e650a 74776f0a 74687265650a 666f75720a
check "openssl s_server: all come, in order" wait_for 20 eval 'tr -d "\r" <"$out/device" | tr "\n" " " |
	grep -q "one two three four"'
check "openssl s_server: all had to wait" eval '[ "$(moved_by tx-queued)" = 4 ] && [ "$(dropped)" = 0 ]'
refuse "openssl s_server: knows our identity" said "$out/device" 'PSK warning'
device_stop
end_assocs
(umask 077 && echo "gateway:$PSK_HEX" >/tmp/psk-$$)
start device dev1 gnutls-serv --udp --echo -p 5684 --pskpasswd /tmp/psk-$$ \
	--priority 'NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-ALL'
must wait_for 10 eval 'within dev1 ss -Hlnu | grep -q ":5684 "'
mark
check "gnutls-serv: three packets at once" tell 6f6e65 74776f 7468726565
check "gnutls-serv: all come, and come back" wait_for 20 eval '[ "$(moved_by rx-records)" = 3 ]'
check "gnutls-serv: none was lost" [ "$(dropped)" = 0 ]
device_stop
end_assocs
rm /tmp/psk-$$

# server WORDS OF dtls-peer...: an mbedTLS server on the device
server() {
	start device dev1 dtls-peer -S -l "[$DEV]:5684" -i gateway -s "$PSK_HEX" -c $cipher "$@"
	must wait_for 10 eval 'within dev1 ss -Hlnu | grep -q ":5684 "'
}
read_all() { wait "$(pid_of device)"; unset "children[device]"; }
for cid in none 0 8 16; do
	for words in handshake 'handshake lose-own=1'; do
		what="mbedTLS, connection ID $cid, $words"
		mark
		if [ $cid = none ]; then server "$words" read read 'write 6869' close
		else server -C $cid "$words" read read 'write 6869' close; fi
		check "$what: two packets" tell aa bb
		check "$what: the device is satisfied" read_all
		check "$what: both came, in order" holds "$out/device" 'map(select(.data).data) == ["aa", "bb"]'
		check "$what: above what the library may use" holds "$out/device" \
			'map(select(.data))[0] | .seq >= 32'
		check "$what: its own came, and its goodbye" wait_for 5 eval \
			'[ "$(moved_by rx-records rx-alerts)" = 2 ] && [ "$(dropped)" = 0 ]'
		check "$what: that is the end" wait_for 5 eval '! assoc_there'
	done
done
# ---- connection IDs let the gateway be found, too: the device moves ----
server -C 4 handshake read "move [$DEV]:5690" 'write 6869' read
tell cc
check "a device that moves is followed" wait_for 10 eval \
	'assocs | jq -e "any(.\"remote-port\" == 5690 and .role == \"client\")"'
tell dd
check "to where it is" read_all
check "it got all" holds "$out/device" 'map(select(.data).data) == ["cc", "dd"]'
end_assocs

# ---- nobody answers ----
more=('queue-len = 4')
retry=10s call_to "[$DEV]"
check "four packets may wait" reload
start icmp gw tcpdump -n -l -i lo icmp6
must wait_for 10 said "$out/icmp" listening
failed=$(daemon_stat .calls_failed)
mark
check "six packets" tell 01 02 03 04 05 06
check "four wait, two do not" moved tx-queued=4 tx-drop-queue-full=2
check "the peer shows it" eval 'on_gw peer show dg0 -j | jq -e ".[0] | .queued == 4 and .acquire == 1"'
check "the interface shows it" eval 'on_gw show dg0 -j | jq -e ".[0] | .queued == 4 and .\"queue-len\" == 4"'
check "people see it" eval 'on_gw show dg0 | grep "no association, 4 wait"'
check "they are dropped when the call has failed" wait_for 20 moved tx-drop-queue-refused=4
check "which is told" wait_for 5 said "$out/icmp" "unreachable address $INNER"
check "the log says why" daemon_said 'dev1 at .*: handshake failed: the device does not answer'
check "one call has failed" [ "$(daemon_stat .calls_failed)" = $((failed + 1)) ]
calls=$(daemon_stat .calls)
tell 07
check "while we do not try again nothing waits" moved tx-drop-queue-refused=1
check "nor is it called" [ "$(daemon_stat .calls)" = "$calls" ]
device_start gnutls
check "it is back: after a while it is called again" wait_for 20 ask /time
check "more than once was tried" [ "$(daemon_stat .calls)" -gt "$calls" ]
more=()
call_to "[$DEV]"
check "no long waits any more" reload
end_assocs
device_stop

# ---- it comes while something waits; CoAP's repetitions ----
mark
check "the same packet three times" tell 08 08 08
check "waits once" moved tx-queued=1 tx-queue-repeated=2
device_start gnutls
check "a device that comes late gets it" wait_for 20 eval '[ "$(moved_by tx-records)" = 1 ]'
check "once" [ "$(dropped)" = 0 ]
end_assocs

# ---- without the daemon ----
check "the daemon stops" stop "$daemon"
on_gw set dg0 queue-seconds 2
mark
tell 09
check "without daemon a packet waits for its time, and is dropped" wait_for 10 moved tx-queued=1 tx-drop-queue-time=1
on_gw set dg0 queue-seconds 60
tell 0a
check "another waits" moved tx-queued=1
daemon_start
check "the next daemon is told of it" wait_for 20 eval '[ "$(moved_by tx-records)" -ge 1 ]'
check "it was not lost" [ "$(dropped)" = 0 ]
kill -9 "$(daemon_pid)"
stop "$daemon" || :
check "the daemon is killed: its ports stay open" wait_for 10 eval \
	'on_gw show dg0 -j | jq -e ".[0].\"socket-list\" | length == 3 and all(.[]; .standby)"'
check "what is associated goes on" ask /time
daemon_start
check "and with the next one" ask /time
end_assocs
device_stop
at gw sysctl -q -w net.ipv6.conf.dg0.keep_addr_on_down=1
mark
tell 0e
check "a packet waits" moved tx-queued=1
ip -n "$(ns gw)" link set dg0 down
check "an interface that goes down drops it" moved tx-drop-queue-refused=1
ip -n "$(ns gw)" link set dg0 up
: the call for it goes on
wait_for 20 daemon_is '.half_open == 0'

# ---- it refuses ----
for what in key cipher; do
	if [ $what = key ]; then
		key=notThisKeyAtAll0 device_start gnutls
	else
		start device dev1 bash -c "exec openssl s_server -dtls1_2 -accept '[$DEV]:5684' -nocert -psk $PSK_HEX \
			-cipher 'PSK-AES128-GCM-SHA256:@SECLEVEL=0' < <(sleep 1000)"
		must wait_for 10 eval 'within dev1 ss -Hlnu | grep -q ":5684 "'
	fi
	failed=$(daemon_stat .calls_failed)
	must wait_for 20 eval "mark; tell 0b; [ \"\$(moved_by tx-queued)\" = 1 ]"
	check "a wrong $what: the packet is dropped" wait_for 20 eval '[ "$(moved_by tx-drop-queue-refused)" = 1 ]'
	check "a wrong $what: one call has failed" [ "$(daemon_stat .calls_failed)" -gt "$failed" ]
	refuse "a wrong $what: there is no association" assoc_there
	device_stop KILL
done
check "the log says that it refused" daemon_said 'dev1 at .*: handshake failed: the device refused with an alert'
device_start gnutls
check "with the right ones it answers" wait_for 20 ask /time

# ---- it loses its memory ----
call_to "[$DEV]" 'unanswered-time = 3s'
check "three seconds without answer are too long" reload
end_assocs
check "it answers" ask /time
before=$(assocs | jq '.[0].id')
device_stop KILL
device_start gnutls
check "a device that has forgotten us answers the same request, repeated" ask /time
check "through a new association" eval "assocs | jq -e 'map(.id) | max > $before'"
check "as nothing was answered" daemon_said 'soft limit reached \(unanswered\)'
check "the old one goes" wait_for 10 n_assocs 1
end_assocs
device_stop

# ---- both begin ----
for port in 40000 5684; do
	call_to "[$DEV]:5684"
	check "port $port: a device that may call itself" reload
	superfluous=$(daemon_stat .ended.superfluous)
	must wait_for 20 eval "mark; tell 0c; [ \"\$(moved_by tx-queued)\" = 1 ]"
	check "port $port: it does, while we call it" peer handshake read close
	check "port $port: what waited comes to it" answers 'map(select(.data).data) == ["0c"]'
	check "port $port: our call ends" [ "$(daemon_stat .ended.superfluous)" = $((superfluous + 1)) ]
done

# ---- where it was last ----
call_to last
check "the device is where it was last" reload
check "that is known still" eval 'on_gw peer show dg0 -j | jq -e ".[0].acquire == 1"'
stop "$daemon"
on_gw peer del dg0 dev1
daemon_start
mark
tell 0d
check "nobody knows where it is: nothing waits" moved tx-drop-no-assoc=1
port=5684
check "it comes" peer handshake close
device_start gnutls
check "and is called there" wait_for 20 ask /time
check "by us" assoc_is_client
end_assocs

# ---- always ----
call_to "[$DEV]" 'connect = always'
check "always connected" reload
check "it is called without need" wait_for 20 assoc_as_client
check "and again when it has ended" eval 'end_assocs; wait_for 20 assoc_as_client'
check "no more than one" n_assocs 1
device_stop
check "the oracle of nonces is still there" running nonce-oracle
done_testing
