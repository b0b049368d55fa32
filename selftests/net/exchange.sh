#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Many clients, one association: programs on the gateway and on the backbone ask
# a device that is a CoAP server, all at once and in all ways that CoAP has.
#
# dev1 connects, and its server is behind dtls-peer; dev2 is libcoap's DTLS server.
#
#	aiocoap, libcoap              dgsec           dtls-peer       libcoap, coap-echo
#	host, gw ---- plain CoAP ---- dg0 --- DTLS --- dev1 --- plain CoAP ---+
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

# a thousand at once must not be lost in the device
must sysctl -q -w net.core.rmem_default=4194304
topology -v 2
INNER2=fd00:d9::18
configure 'ciphers = aes-128-ccm-8' 'retransmit-min = 1s'
also '' '[peer dev2]' 'identity = dev2' "psk = $PSK_HEX" "address = $INNER2" "endpoint = [$(dev 2)]"
sockets=3
daemon_start
start server dev1 coap-server-notls -A ::1 -p 5683 -d 10
start echo dev1 coap-echo -b -l '[::1]:5693'
must wait_for 10 eval 'at dev1 ss -Hlnu | grep -q ":5683 "'
must wait_for 10 said "$out/echo" ready

# device SERVER-PORT [WORDS OF serve...]: dev1 connects, and serves from now on
device() {
	local to=$1
	shift
	start device dev1 dtls-peer -l "[$DEV]:${port:-$DEV_PORT}" -r "[$GW]:5684" -i dev1 -s "$PSK_HEX" \
		handshake "serve [::1]:6001 [::1]:$to $*"
	must wait_for 20 said "$out/device" 'serving":true'
}
# get NAMESPACE PATH [OPTIONS]: what comes back is in $out/got
get() {
	local where=$1 path=$2
	shift 2
	coap "$where" "$path" "$@" && [ -s "$out/got.$where" ] && return
	cat "$out/got.$where"
	return 1
}
coap() {
	timeout $((90 * DGSEC_SLOW)) ip netns exec "$(ns "$1")" coap-client-notls "${@:3}" "coap://[$INNER]$2" >"$out/got.$1" 2>&1
}
# put NAMESPACE PATH [OPTIONS]: which says nothing if all is well
put() {
	coap "$1" "$2" -m put "${@:3}" && [ ! -s "$out/got.$1" ] && return
	cat "$out/got.$1"
	return 1
}
got() { said "$out/got.$1" "$2"; }
clock='[A-Z][a-z][a-z] [0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]'
exchanges() {
	on_gw exchange dg0 -j >"$out/exchanges" && jq -e "$1" "$out/exchanges" >/dev/null && return
	jq -c 'map(select(.state != "answered"))[:20][]' "$out/exchanges"
	return 1
}
n_exchanges() { [ "$(on_gw show dg0 -j | jq '.[0].exchanges')" = "$1" ]; }
many() { within "$1" coap-many -r "[$INNER]:5683" "${@:2}" >"$out/many.$1" && return; cat "$out/many.$1"; return 1; }

# wait_clients: until all have ended, and said what was to come
wait_clients() {
	local i rc=0
	for ((i = 0; i < n; i++)); do
		wait "$(pid_of "client.$i")" || rc=1
		unset "children[client.$i]"
		said "$out/client.$i" 'done' || { echo "client $i: $(cat "$out/client.$i")"; rc=1; }
	done
	return $rc
}
# moved_at_least NAME N: since the mark
moved_at_least() { [ "$(moved_by "$1")" -ge "$2" ]; }

# ---- nobody there ----
mark
refuse "without an association nobody is asked" get host /time -B 1
check "and who asks is told" moved_at_least tx-drop-no-assoc 1
check "no exchange was opened" n_exchanges 0

# ---- one client, everything CoAP has ----
device 5683
for from in gw host; do
	check "$from: GET" get $from /time
	check "$from: and that is the time" got $from "$clock"
	check "$from: GET, non-confirmable" get $from /time -N
	check "$from: and that is the time" got $from "$clock"
	check "$from: a response that comes separately" get $from '/async?1'
	check "$from: and came" got $from 'done'
	check "$from: PUT" put $from /example_data -e "dgsec-$$-$from"
	check "$from: GET of that" get $from /example_data
	check "$from: it is the same" got $from "dgsec-$$-$from"
	check "$from: what is not there" eval "get $from /nothing; got $from '4.04'"
done
head -c 3000 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$out/blocks"
check "PUT in blocks" put host /example_data -b 64 -f "$out/blocks"
check "GET in blocks" get gw /example_data -b 128
check "6000 octets are the same" cmp <(tr -d '\n' <"$out/got.gw") "$out/blocks"
check "pings" many host -c 2 -n 1 -p
check "are answered" said "$out/many.host" '"answered":2,.*"resets":2'

check "exchanges are listed" exchanges 'length > 10 and all(."peer-id" == 1 and ."inner-port" == 5683 and .left <= 247)'
check "with clients" exchanges "[.[] | .\"client-addr\"] | unique == [\"$GW_INNER\", \"$HOST\"] or
	(unique | length == 2 and contains([\"$HOST\"]))"
check "and tokens of 5 octets towards the device, each once" exchanges '
	[.[] | select(."device-token") | ."device-token"] | length > 5 and all(length == 10) and length == (unique | length)'
check "and message IDs" exchanges '[.[]."device-mid"] | all(. != null) and length == (unique | length)'
check "for people too" eval "on_gw exchange show dg0 peer dev1 | grep -q 'answered *[0-9a-f]* > [0-9a-f]* '"
check "of one peer" eval '[ "$(on_gw exchange dg0 peer dev1 -j | jq length)" = "$(jq length "$out/exchanges")" ]'
refuse "of a peer that is not there" on_gw exchange dg0 peer nobody
check "what nobody asked for was not sent" [ "$(stat rx-drop-no-exchange)" = 0 ]

# ---- other foreign clients, all at once ----
check "aiocoap" eval "timeout 40 ip netns exec '$(ns gw)' aiocoap-client 'coap://[$INNER]/time' >'$out/aio' && said '$out/aio' '$clock'"
n=12
for ((i = 0; i < n; i++)); do
	start "client.$i" "$([ $((i % 2)) = 0 ] && echo gw || echo host)" coap-client-notls -B 30 \
		"coap://[$INNER]/async?$((i % 3 + 1))"
done
check "$n clients at once, answered separately" wait_clients

# ---- observation ----
# observed NAME: at least three times are there
observed() { [ "$(grep -oE '[0-9]{2}:[0-9]{2}:[0-9]{2}' "$out/$1" | sort -u | wc -l)" -ge "${2:-3}" ]; }
start observe.gw gw coap-client-notls -s 6 -B 20 "coap://[$INNER]/time"
start observe.host host coap-client-notls -s 6 -B 20 "coap://[$INNER]/time"
start observe.long host coap-client-notls -p 44000 -s 200 -B 300 "coap://[$INNER]/time"
# this one shows only the first one, without a gateway too
start observe.aio host aiocoap-client --observe "coap://[$INNER]/time"
for from in gw host long; do
	check "$from: notifications" wait_for 20 observed observe.$from
done
check "aio: the same" wait_for 20 exchanges 'map(select(.state == "observing" and .responses > 2 and ."client-addr" == "'$HOST'" and
	."client-token" != "01")) | length == 1'
check "are listed as such" exchanges 'map(select(.state == "observing")) | length >= 2 and all(.left > 86400)'
for from in gw host; do
	wait "$(pid_of observe.$from)"
	unset "children[observe.$from]"
done
check "both have cancelled" wait_for 20 exchanges 'map(select(.state == "observing")) | length == 2'

# The device starts anew, from another port: the observation goes on. Its CoAP
# server does not notice.
seen_so_far=$(grep -oE '[0-9]{2}:[0-9]{2}:[0-9]{2}' "$out/observe.long" | sort -u | wc -l)
stop device KILL
port=40009 device 5683
check "a new association changes nothing for who observes" wait_for 20 observed observe.long $((seen_so_far + 3))
check "and new requests go by it" get host /time
check "although the old one is still there" eval '[ "$(on_gw assoc show dg0 -j | jq length)" = 2 ]'
stop observe.aio KILL
stop observe.long KILL
check "clients that are gone: their host says so, and the device stops" wait_for 20 exchanges 'map(select(.state == "observing")) | length == 0'

# Its port gets another program, which does not know the token: it resets.
start observe.rst host coap-client-notls -p 45000 -s 60 -B 60 "coap://[$INNER]/time"
check "observes" wait_for 20 observed observe.rst 2
stop observe.rst KILL
check "another one at its port rejects the notifications" timeout 30 ip netns exec "$(ns host)" \
	coap-client-notls -p 45000 -T other -B 8 "coap://[$INNER]/async?4"
check "which ends the observation" wait_for 20 exchanges 'map(select(.state == "observing" and ."client-port" == 45000)) | length == 0'

# ---- a device that is called when it is asked ----
start device2 dev2 coap-server-gnutls -A "$(dev 2)" -k $PSK -h dev2
must wait_for 10 eval 'at dev2 ss -Hlnu | grep -q ":5684 "'
n=10
for ((i = 0; i < n; i++)); do
	start "client.$i" "$([ $((i % 2)) = 0 ] && echo gw || echo host)" coap-client-notls -B 40 \
		"coap://[$INNER2]/async?$((i % 2 + 1))"
done
check "libcoap's DTLS server: $n clients at once, before it is there" wait_clients
check "over associations that we began" eval 'on_gw assoc show dg0 peer dev2 -j | jq -e "map(.role) | unique == [\"client\"]"'
check "Observe by it" eval 'start observe.2 host coap-client-notls -s 4 -B 20 "coap://[$INNER2]/time"; wait_for 20 observed observe.2'
stop observe.2 KILL

# ---- loss, and what comes twice ----
stop device KILL
stop server
start server dev1 coap-server-notls -A ::1 -p 5683
must wait_for 10 eval 'at dev1 ss -Hlnu | grep -q ":5683 "'
port=40010 device 5683 lose=4 twice=3
check "a quarter is lost: GET" get host /time -B 60
check "PUT in blocks" put host /example_data -b 1024 -f "$out/blocks" -B 80
check "separate" get gw '/async?1' -B 60

# ---- a thousand at once ----
stop device KILL
stop echo
start echo dev1 coap-echo -w 1000 -l '[::1]:5693'
must wait_for 10 said "$out/echo" ready
port=40011 device 5693
mark
check "1000 exchanges of 50 clients with the same tokens and message IDs" many host -c 50 -n 20 -t 5000
check "each has its own answer" said "$out/many.host" '"answered":1000,"wrong":0'
check "all were open at once" [ "$(on_gw show dg0 -j | jq '.[0].exchanges')" -ge 1000 ]
check "no two were the same to the device" holds "$out/echo" \
	'map(select(.coap) | .coap) | (map(.mid) | unique | length) >= 1000 and all(.token | length == 10)'
check "another 1000, non-confirmable, from the gateway" many gw -c 50 -n 20 -t 3000 -N -m 77
check "counted" eval '[ "$(moved_by exchange-opened)" -ge 2000 ] && [ "$(moved_by rx-exchange)" -ge 2000 ]'

# ---- the service among others ----
many_at_once() {
	many host -c 10 -n 50 -m 1000 &
	local other=$!
	many gw -c 1 -n 300 -m 1000 -l "[$GW_INNER]:5683" && wait $other
}
# The service's 5683 is the association that has this port, not the youngest.
stop device KILL
for id in $(on_gw assoc show dg0 peer dev1 -j | jq '.[].id'); do
	on_gw assoc del dg0 "$id"
done
port=40012 device 5693
check "the service and others with the same message IDs" many_at_once
check "its tokens are its own" holds "$out/echo" 'any(.[] | .coap // empty; .token == "0001")'
check "its message IDs are watched meanwhile" exchanges 'any(.service and .state == "message")'

# ---- what must not pass ----
# refused COUNTER NAMESPACE SOURCE HEX
refused() {
	mark
	at "$2" dtls-raw -k "$keys" -c aes-128-ccm-8 -l "$3" -r "[$INNER]:5683" "send raw=$4"
	wait_for 5 eval '[ "$(moved_by '"$1"')" = 1 ]'
}
make_keys
start icmp host tcpdump -n -l -i any icmp6
must wait_for 10 said "$out/icmp" listening
check "octets that are not CoAP" refused tx-drop-not-coap host "[$HOST]:6000" 68656c6c6f
check "are told to be prohibited" wait_for 5 said "$out/icmp" "unreachable prohibited $INNER"
check "tokens over 8 octets" refused tx-drop-not-coap host "[$HOST]:6000" 4901123401020304050607080900
check "another version" refused tx-drop-not-coap host "[$HOST]:6000" 80011234
check "an acknowledgement of nothing" refused tx-drop-no-exchange host "[$HOST]:6000" 60001234
check "a reset of nothing" refused tx-drop-no-exchange host "[$HOST]:6000" 70001234
check "a response" refused tx-drop-no-exchange host "[$HOST]:6000" 40451234
check "a response in an acknowledgement" refused tx-drop-no-exchange host "[$HOST]:6000" 60451234

# ---- the firewall ----
must at gw nft -f - <<-EOT
	table inet guard {
		chain forward {
			type filter hook forward priority 0; policy drop;
			ct state established accept
			iifname "eth0" oifname "dg0" udp dport 5683 accept
			icmpv6 type nd-neighbor-solicit accept
		}
	}
EOT
check "the firewall takes the answers for answers" many host -c 5 -n 5 -m 3000
must at gw nft delete table inet guard

# ---- bounds ----
check "the bounds can be set" on_gw set dg0 max-exchanges 300 max-peer-exchanges 200
check "and are shown" eval "on_gw show dg0 | grep -q 'exchanges [0-9]* of 300, with one peer at most 200'"
mark
stop echo
start echo dev1 coap-echo -n -b -l '[::1]:5693'
must wait_for 10 said "$out/echo" ready
many gw -c 1 -n 3000 -N -t 100 >/dev/null
stop echo
check "a flood from one address makes room for itself" eval '[ "$(moved_by exchange-evicted)" -gt 2000 ]'
of_dev1() { [ "$(on_gw peer show dg0 dev1 -j | jq '.[0].exchanges')" = "$1" ]; }
check "and has what it may" of_dev1 200
# Others have asked before the flood, and are answered in its midst.
start echo dev1 coap-echo -w 1000 -l '[::1]:5693'
must wait_for 10 said "$out/echo" ready
start others host coap-many -r "[$INNER]:5683" -c 5 -n 4 -m 5000 -t 30000
must wait_for 10 eval '[ "$(wc -l <"$out/echo")" = 21 ]'
many gw -c 1 -n 3000 -N -t 100 -m 9000 >/dev/null
check "others lose nothing to it" wait "$(pid_of others)"
unset "children[others]"
check "not more than the bounds" of_dev1 200
check "none" on_gw set dg0 max-exchanges 0
check "are there then" n_exchanges 0
check "and nobody but the service may ask" refused tx-drop-not-service host "[$HOST]:6000" 40011234
check "again" on_gw set dg0 max-exchanges 1000
check "they may" many host -c 2 -n 2 -m 100
check "what goes with opaque payload is the service's" on_gw peer set dg0 dev1 payload opaque
check "only" refused tx-drop-not-service host "[$HOST]:6000" 40011234
check "no exchange is left" n_exchanges 0
check "CoAP again" on_gw peer set dg0 dev1 payload coap
check "they may again" many host -c 2 -n 2 -m 200
check "a peer goes with its exchanges" eval 'on_gw peer del dg0 dev1 && n_exchanges 0'
check "the daemon opened no application record" daemon_is '.records_daemon == 0'
done_testing
