#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# The secured side: each peer at its own address and mark, with its own service,
# several associations at once; and everything that must not go out, each with
# its counter and, where the stack would send one, an ICMPv6 error.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 2
manual
INNER2=fd00:d9::18
must on_gw peer add dg0 addr $INNER2 name dev2 mark 7 service "[$HOST]:5700" >/dev/null
serve
start echo2 host coap-echo -l "[$HOST]:5700"
must wait_for 10 said "$out/echo2" ready
new_assoc aes-128-ccm-8
first=$keys
second=/tmp/keys2-$$
third=/tmp/keys3-$$
for f in $second $third; do
	keys=$f make_keys
done

# ---- two devices, two services ----
check "a second device" on_gw assoc add dg0 peer dev2 cipher aes-128-gcm keys $second \
	remote "[$(dev 2)]:40000" local "[$GW]:5684"
raw2() { within dev2 dtls-raw -k $second -c aes-128-gcm -l "[$(dev 2)]:40000" -r "[$GW]:5684" "$@" >"$out/answers"; }
must at gw nft -f - <<-EOT
	table inet watch {
		counter marked { }
		counter dg0 { }
		chain in {
			type filter hook prerouting priority 0;
			iifname "dg0" counter name dg0
			iifname "dg0" meta mark 7 ip6 saddr $INNER2 counter name marked
		}
	}
EOT
nft_count() { at gw nft -j list counter inet watch "$1" | jq '.nftables[] | select(.counter) | .counter.packets'; }
check "is served by its own service, on the host" raw2 'send seq=1 get=/x' recv
check "which saw its inner address" holds "$out/echo2" "map(select(.from)) | length == 1 and .[0].from == \"$INNER2\""
check "the first is served by the gateway" raw 'send seq=1 get=/x' recv 'send seq=2 get=/x' recv
check "which saw only the first" served 'length == 2 and all(.from == "fd00:d9::17")'
check "the firewall sees the interface" [ "$(nft_count dg0)" = 3 ]
check "and the mark of the second" [ "$(nft_count marked)" = 1 ]

# ---- two associations of one peer ----
more=$(on_gw assoc add dg0 peer dev1 cipher aes-128-ccm keys $third remote "[$DEV]:40001" local "[$GW]:5684")
raw3() { within dev1 dtls-raw -k $third -c aes-128-ccm -l "[$DEV]:40001" -r "[$GW]:5684" "$@" >"$out/answers"; }
check "one peer, a second association: it is answered" raw3 'send seq=1 get=/x' recv
check "at its own port" served '.[-1].port == 40001 and .[-1].from == "fd00:d9::17"'
check "the first association still is at 5683" raw 'send seq=3 get=/x' recv
check "and nowhere else" served '.[-1].port == 5683'
check "the first one goes" on_gw assoc del dg0 "$assoc"
check "the second stays where it is" raw3 'send seq=2 get=/x' recv
check "at its own port" served '.[-1].port == 40001'
on_gw assoc del dg0 "$more"
assoc=
keys=$first
new_assoc aes-128-ccm-8
check "the next one has 5683 again" eval 'raw "send seq=1 get=/x" recv && served ".[-1].port == 5683"'

# ---- what must not go out ----
start icmp gw tcpdump -n -l -i any icmp6
must wait_for 10 said "$out/icmp" listening
# refused COUNTER NAMESPACE SOURCE DESTINATION [OPTIONS]: a datagram that is dropped for this reason
refused() {
	mark
	at "$2" dtls-raw -k "$keys" -c aes-128-ccm-8 -l "$3" -r "$4" "${@:5}" 'send raw=68656c6c6f'
	moved "$1=1"
}
check "to an address of nobody" refused tx-drop-no-peer gw "[$GW_INNER]:5683" "[fd00:d9::99]:5683"
check "to a port without association" refused tx-drop-no-assoc gw "[$GW_INNER]:5683" "[$INNER]:5999"
check "from another port than the service's" refused tx-drop-not-coap gw "[$GW_INNER]:5999" "[$INNER]:5683"
check "from a host that is not its service" refused tx-drop-not-coap host "[$HOST]:5683" "[$INNER]:5683"
check "from its service's host, to the other peer" refused tx-drop-not-coap host "[$HOST]:5700" "[$INNER]:5683"
check "without a checksum" refused tx-drop-checksum gw "[$GW_INNER]:5683" "[$INNER]:5683" -z
pinged() {
	mark
	at "$2" ping -c 1 -W 2 "$3" >"$out/ping" 2>&1
	moved "$1=1" && said "$out/ping" "$4"
}
check "a ping to a peer is told that it is prohibited" pinged tx-drop-not-udp gw $INNER prohibited
check "from the host too" pinged tx-drop-not-udp host $INNER prohibited
ipv4() {
	mark
	at gw ip addr add 192.0.2.1/24 dev dg0 && at gw ping -c 1 -W 1 192.0.2.2 >/dev/null 2>&1
	at gw ip addr del 192.0.2.1/24 dev dg0
	moved tx-drop-malformed=1
}
check "IPv4 does not go out" ipv4
check "to an address of nobody: unreachable" wait_for 5 said "$out/icmp" 'unreachable address fd00:d9::99'
check "to a port without association: the same" wait_for 5 said "$out/icmp" "unreachable address $INNER"
check "from a host that is not its service: prohibited" wait_for 5 \
	said "$out/icmp" "> $HOST: ICMP6, destination unreachable, +unreachable prohibited $INNER"

on_gw socket del dg0 5684
check "without a socket" refused tx-drop-no-socket gw "[$GW_INNER]:5683" "[$INNER]:5683"
must on_gw socket add dg0 :5684
must ip -n "$(ns gw)" route del fd00:6::/64 dev lowpan0
check "without a route through the lower device" refused tx-drop-no-route gw "[$GW_INNER]:5683" "[$INNER]:5683"
must ip -n "$(ns gw)" route add fd00:6::/64 dev eth0
check "with a route through another" refused tx-drop-no-route gw "[$GW_INNER]:5683" "[$INNER]:5683"
must ip -n "$(ns gw)" route del fd00:6::/64 dev eth0
must ip -n "$(ns gw)" route add fd00:6::/64 dev lowpan0
check "with the route back, all is well" raw 'send seq=7 get=/x' recv

# ---- no service ----
stop echo
must on_gw set dg0 service auto
must ip -n "$(ns gw)" addr del $GW_INNER/64 dev dg0
mark
raw 'send seq=8 get=/x'
check "without an address there is no service" moved rx-drop-no-service=1
must ip -n "$(ns gw)" addr add $GW_INNER/64 dev dg0 nodad
must at gw ip link set dg0 mtu 9000
serve -s 8000
check "with a larger MTU on dg0, 8000 octets come whole" raw 'send seq=9 get=/x' recv
check "and say so" answers '.[0].auth and (.[0].data | length == 16000)'
rm -f "$second" "$third"
done_testing
