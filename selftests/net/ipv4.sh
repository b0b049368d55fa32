#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Outer IPv4: records by hand and handshakes, sizes and fragments, peers that move
# between the families, what is broadcast, floods, and the daemon's death.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/clients.sh"

topology -v 2
for i in gw dev1 dev2; do
	case $i in
	gw)	n=1 ;;
	*)	n=$((${i#dev} + 1)) ;;
	esac
	must ip -n "$(ns $i)" addr add 192.0.2.$n/24 brd 192.0.2.255 dev lowpan0
done
GW6=$GW DEV6=$DEV
# as the tools and the kernel have them
GW=::ffff:192.0.2.1 DEV=::ffff:192.0.2.2

# ---- sockets and endpoints ----
manual max-assocs 4
check "a socket of IPv4 beside that of IPv6" on_gw socket add dg0 0.0.0.0:5684
sockets_are() { on_gw show dg0 -j | jq -e ".[0].\"socket-list\" | map([.addr, .port]) == $1"; }
check "both are shown" sockets_are '[["::", 5684], ["0.0.0.0", 5684]]'
check "people see it, too" eval 'on_gw show dg0 | grep -q "socket 0.0.0.0:5684 dtls12"'
check "another port" on_gw socket add dg0 192.0.2.1:5690
check "by its address" sockets_are '[["::", 5684], ["0.0.0.0", 5684], ["192.0.2.1", 5690]]'
check "deleted again" on_gw socket del dg0 5690
add() { on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys "$keys" "$@"; }
make_keys
check "one end of IPv4, one of IPv6 is refused" eval \
	'{ add remote 192.0.2.2:40000 local "[$GW6]:5684" || :; } 2>&1 | grep -q "both be IPv6 or both IPv4"'
for a in 0.0.0.0 224.0.1.187 255.255.255.255; do
	refuse "no peer is at $a" add remote $a:40000 local 192.0.2.1:5684
done
refuse "an inner address is of IPv6" on_gw peer add dg0 addr ::ffff:192.0.2.9

# ---- records ----
serve
start wire gw tcpdump -n -l -v -i lowpan0 ip
must wait_for 10 said "$out/wire" listening
for c in $CIPHERS; do
	check "$c: an association" new_assoc "$c" tx-seq 32
	mark
	check "$c: a request is answered" raw 'send seq=7 get=/x' recv
	check "$c: by the service" answers '.[0].auth and .[0].coap.code == "2.05" and .[0].seq == 32'
	check "$c: one octet" raw 'send seq=8 data=41' recv
	check "$c: 1100 octets" raw 'send seq=9 fill=1100' recv
	check "$c: come back" answers '.[0].auth and (.[0].data | length == 2200)'
	check "$c: three records in a datagram" \
		raw 'send seq=13 get=/a / seq=14 get=/b / seq=15 get=/c' 'recv 3'
	check "$c: counted" moved rx-records=6 rx-bytes=1149 tx-records=6 tx-bytes=1165
	check "$c: no octet may change" raw 'send seq=20 get=/x flip=-1'
	check "$c: counted" moved rx-drop-auth=1
	check "$c: no number comes twice" raw 'send seq=9 get=/x'
	check "$c: counted" moved rx-drop-replay=1
done
check "how it is shown" assoc_is '."remote-addr" == "192.0.2.2" and ."local-addr" == "192.0.2.1"'
check "to people" eval "on_gw assoc show dg0 $assoc | grep -q 'remote 192.0.2.2:$DEV_PORT'"
check "the service saw the inner address" served 'all(.from == "fd00:d9::17" and .port == 5683)'
check "datagrams of ours may be fragmented, and have the usual TTL" said "$out/wire" 'ttl 64, id [0-9]+, offset 0, flags \[none\], proto UDP'
stop wire

# ---- sizes: 1280 - 20 (IPv4) - 8 (UDP) - 21 (record) - 8 (tag) ----
new_assoc aes-128-ccm-8
n=0
for size in 1222 1223 1224 1232; do
	stop echo
	serve -s $size
	mark
	check "an answer of $size octets comes whole" eval \
		'raw "send seq=$((n += 1)) get=/x" recv && answers ".[0].auth and (.[0].data | length == 2 * $size)"'
	pieces=()
	[ $size -le 1223 ] || pieces=(tx-fragmented=1)
	check "and is counted" moved rx-bytes=12 rx-records=1 tx-bytes=$size tx-records=1 "${pieces[@]}"
done
stop echo
serve
mark
raw "send seq=$((n += 1)) fill=1232" recv
check "a fragmented datagram of the device is opened" moved rx-bytes=1232 rx-records=1 tx-bytes=1232 \
	tx-records=1 tx-fragmented=1

# ---- what is for all is for nobody ----
mark
for a in 192.0.2.255 255.255.255.255 224.0.0.1; do
	at dev1 socat -u "EXEC:echo hello" "UDP4-DATAGRAM:$a:5684,broadcast,so-bindtodevice=lowpan0"
done
check "broadcast and multicast datagrams are dropped" moved rx-drop-multicast=3

# ---- the address and the socket go away ----
mark
ip -n "$(ns gw)" addr del 192.0.2.1/24 dev lowpan0
notify $INNER
check "without our address nothing leaves" moved tx-drop-no-route=1
must ip -n "$(ns gw)" addr add 192.0.2.1/24 brd 192.0.2.255 dev lowpan0
check "and again" raw "send seq=$((n += 1)) get=/x" recv
mark
on_gw socket del dg0 5684
must on_gw socket add dg0 :5684
notify $INNER
check "nothing goes by the other family's socket" moved tx-drop-no-socket=1
must on_gw socket add dg0 0.0.0.0:5684

# ---- between the families ----
on_gw assoc del dg0 "$assoc"
assoc=
must on_gw set dg0 cid-len 8
check "a peer with a connection ID" new_assoc aes-128-ccm-8 rx-cid a1a2a3a4a5a6a7a8 tx-cid b1b2
# cid ADDRESS OF THE DEVICE AND THE GATEWAY COMMANDS OF dtls-raw...
cid() {
	within dev1 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$1]:$DEV_PORT" -r "[$2]:5684" -t a1a2a3a4a5a6a7a8 \
		-i b1b2 "${@:3}" >"$out/answers" && return
	cat "$out/answers"
	return 1
}
watch
mark
check "over IPv4" cid $DEV $GW 'send seq=1 get=/x' recv
check "over IPv6" cid $DEV6 $GW6 'send seq=2 get=/x' recv
check "it has moved" assoc_is "."'"remote-addr" == "fd00:6::2" and ."local-addr" == "fd00:6::1"'
check "back to IPv4" cid $DEV $GW 'send seq=3 get=/x' recv
check "it has moved" assoc_is "."'"remote-addr" == "192.0.2.2" and ."local-addr" == "192.0.2.1"'
check "that was told" events 'map(select(.event == "moved") | .assoc."remote-addr") == ["fd00:6::2", "192.0.2.2"]'
check "and counted" moved rx-records=3 rx-bytes=36 tx-records=3 tx-bytes=48 rx-moved=2
check "to and fro" eval 'for i in 10 20 30 40 50; do
	cid $DEV6 $GW6 "send seq=$i get=/x" recv && cid $DEV $GW "send seq=$((i + 1)) get=/x" recv || exit 1; done'
check "an old record of IPv6 moves nothing" eval "cid $DEV6 $GW6 'send seq=45 get=/x' &&
	assoc_is '.\"remote-addr\" == \"192.0.2.2\"'"
stop events
on_gw assoc del dg0 "$assoc"
assoc=
must on_gw socket del dg0 5684
must on_gw peer del dg0 dev1

# ---- handshakes ----
also_dev2() { also '' '[peer dev2]' 'identity = dev2' "psk = $PSK_HEX" 'address = fd00:d9::18'; }
configure 'payload = opaque' 'listen = [::]:5684, 0.0.0.0:5684' 'handshake-rate = 10' 'handshake-burst = 20'
also_dev2
sockets=2
daemon_start
check "the daemon says where it is" daemon_said 'ready: dg0 on lowpan0, port 5684, IPv4 port 5684'
openssl_all
for i in 1 2; do
	check "dtls-peer over IPv$((2 * i + 2))" peer handshake 'get /x' 'get /y'
	GW=$GW6 DEV=$DEV6
done
GW=::ffff:192.0.2.1 DEV=::ffff:192.0.2.2
check "over IPv4, with a connection ID" peer -C 4 handshake 'get /x'
check "the final flight lost" peer 'handshake lose=1' 'get /x'
GW4=192.0.2.1
for lib in gnutls openssl; do
	check "coap-client-$lib GET" get $lib /x && interop libcoap-$lib server PreSharedKey +IPv4
done
openssl_line aes-128-ccm-8 && interop OpenSSL server PreSharedKey +IPv4
gnutls_line aes-128-ccm-8 && interop GnuTLS server PreSharedKey +IPv4
GW4=

# ---- floods ----
hello="01 00002a 0000 000000 00002a fefd $(printf '00%.0s' {1..32}) 00 00 0002c0a8 0100"
flood() { within dev2 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[::ffff:192.0.2.3]:50000" -r "[$GW]:5684" "$@"; }
from_daemon() { daemon_stat '.datagrams | add'; }
make_keys
check "a device is there" peer handshake 'get /x'
before=$(from_daemon)
mark
check "2000 records of nobody" flood 'send seq=1 get=/x count=2000'
check "are dropped" moved rx-drop-no-assoc=2000
check "1000 datagrams of garbage" flood 'send raw=ffffffffffffffffffffffffffffffff count=1000'
check "are dropped" moved rx-drop-truncated=1000
check "and never wake the daemon" [ "$(from_daemon)" = "$before" ]
check "500 ClientHellos from one address" flood "send type=22 epoch=0 seq=0 plain data=${hello// /} count=500"
limited() { [ "$(moved_by rx-drop-rate)" -gt 400 ]; }
check "the kernel drops what is over the rate" wait_for 5 limited
check "and counts each" [ "$(moved_by rx-drop-rate rx-handshake)" = 500 ]
check "another address is let in at once" peer handshake 'get /x'
check "and goes on" peer handshake 'stream n=200 gap=0 get=/x'

# ---- the daemon dies and comes back ----
stop "$daemon" KILL >/dev/null
standby4() { on_gw show dg0 -j | jq -e '.[0]."socket-list" | length == 2 and all(.standby)'; }
check "both sockets are on standby" wait_for 10 standby4
mark
check "a ClientHello has no answer" flood "send type=22 epoch=0 seq=0 plain data=${hello// /}"
check "and no ICMP error" moved rx-drop-no-daemon=1
daemon_start
check "it is back" peer handshake 'get /x'
stop "$daemon" KILL >/dev/null
configure 'listen = 5684'
sockets=1
daemon_start
check "without IPv4 in the configuration its socket goes" daemon_said 'closing port 5684 of an earlier'
check "that of IPv6 stays" sockets_are '[["::", 5684]]'
rm -f "$conf"
done_testing
