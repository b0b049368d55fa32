#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# Routing as ever, although routes are cached: what a packet passes and where it
# goes follows the tables, the rules and the firewall at once, in both directions.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

SERVICE=fd00:5::1
SERVICE_PORT=5700
topology -v 1
new_ns other
must ip link add eth1 netns "$(ns gw)" type veth peer name eth0 netns "$(ns other)"
must ip -n "$(ns gw)" link set eth1 up
must ip -n "$(ns gw)" addr add fd00:c::1/64 dev eth1 nodad
must ip -n "$(ns other)" link set eth0 up
must ip -n "$(ns other)" addr add fd00:c::2/64 dev eth0 nodad
must ip -n "$(ns other)" route add default via fd00:c::1
manual service "[$SERVICE]:$SERVICE_PORT"

# Two programs at the same address; the gateway's table says which one is asked.
for n in host other; do
	must ip -n "$(ns $n)" addr add $SERVICE/128 dev lo nodad
	start $n $n coap-echo -l "[$SERVICE]:$SERVICE_PORT"
	must wait_for 10 said "$out/$n" ready
done
start third other coap-echo -l "[fd00:c::2]:$SERVICE_PORT"
must wait_for 10 said "$out/third" ready
gw_route() { ip -n "$(ns gw)" -6 route "$@"; }
must gw_route add $SERVICE via $HOST
must new_assoc aes-128-ccm-8

seq=0
ask() { raw "send seq=$((seq += 1)) get=/x" recv; }
# unanswered: a record that gets no answer
unanswered() { raw "send seq=$((seq += 1)) get=/x"; }
saw() { jq -s 'map(select(.from)) | length' "$out/$1"; }
# asks NAME COMMAND...: exactly so, one request comes, and to this one
asks() {
	local name=$1 before after
	shift
	before=$(all_saw) after=$(all_saw "$name")
	"$@" || return
	wait_for 5 counts "$after" && return
	echo "host, other, third saw $before, now $(all_saw), not $after"
	return 1
}
all_saw() {
	local n
	for n in host other third; do
		echo $(($(saw $n) + $([ $n = "${1:-}" ] && echo 1 || echo 0)))
	done | paste -sd' '
}
counts() { [ "$(all_saw)" = "$1" ]; }

# ---- to the service ----
check "the first is asked" asks host ask
check "and again" asks host ask
gw_route replace $SERVICE via fd00:c::2
check "the route changes: the other is asked" asks other ask
check "and again" asks other ask
gw_route replace unreachable $SERVICE
check "no route: nobody is asked" asks nobody unanswered
gw_route del unreachable $SERVICE
gw_route add $SERVICE via $HOST
check "a route again: the first is asked" asks host ask
gw_route add $SERVICE via fd00:c::2 metric 1
check "a better one: the other is" asks other ask
gw_route del $SERVICE via fd00:c::2 metric 1
check "it goes: the first is" asks host ask
ip -n "$(ns gw)" link set eth0 down
check "its device goes down: nobody is asked" asks nobody unanswered
ip -n "$(ns gw)" link set eth0 up
ip -n "$(ns gw)" addr replace $GW_BACKBONE/64 dev eth0 nodad
gw_route replace $SERVICE via $HOST
ip -n "$(ns host)" route replace default via $GW_BACKBONE
check "it comes up: the first is asked" asks host ask

# ---- from the service ----
request() { asks "$1" ask; }
# lost NAME: this one is asked, and its answer does not come to the peer
lost() {
	mark
	asks "$1" unanswered && moved rx-records=1 rx-bytes=12
}
gw_route add $INNER via fd00:c::2
check "a route to the peer elsewhere takes the answer away" lost host
gw_route del $INNER
check "without it the answer comes" request host

# ---- the firewall ----
table() {
	at gw nft -f - <<-EOT
		table inet t {
			counter hits { }
			chain c { type $1; $2; }
		}
	EOT
}
table_end() { at gw nft delete table inet t; }
hits() { at gw nft -j list counter inet t hits | jq '.nftables[] | select(.counter) | .counter.packets'; }
dropped() { "$@" && [ "$(hits)" -gt 0 ]; }
for place in prerouting forward; do
	must table "filter hook $place priority 0" 'iifname "dg0" counter name hits drop'
	check "nftables drops what comes from dg0: $place" dropped asks nobody unanswered
	table_end
done
for place in prerouting input; do
	must table "filter hook $place priority 0" 'iifname "lowpan0" udp dport 5684 counter name hits drop'
	check "nftables drops what comes from lowpan0: $place" dropped asks nobody unanswered
	table_end
done
for place in prerouting forward; do
	must table "filter hook $place priority 0" "ip6 daddr $INNER counter name hits drop"
	check "nftables drops what goes to the peer: $place" dropped asks host unanswered
	table_end
done
check "without these all is as before" request host
must table "filter hook prerouting priority -300" "iifname \"dg0\" counter name hits ip6 daddr set fd00:c::2"
check "a rewritten destination counts" dropped asks third unanswered
table_end
must table "nat hook prerouting priority -100" "iifname \"dg0\" counter name hits dnat ip6 to fd00:c::2"
check "as it does with NAT, and the answer comes back" request third
table_end
check "without these all is as before" request host

# ---- the gateway's own address ----
must ip -n "$(ns gw)" addr del $GW/64 dev lowpan0
check "the gateway's address goes: nobody is asked" asks nobody unanswered
must ip -n "$(ns gw)" addr add $GW/64 dev lowpan0 nodad
check "it comes back" wait_for 5 request host
must ip -n "$(ns dev1)" route add fd00:b::/64 via $GW
start passing host coap-echo -l "[$HOST]:5684"
must wait_for 10 said "$out/passing" ready
passes() {
	within dev1 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$DEV]:5684" -r "[$HOST]:5684" 'send raw=40010001b178'
	holds "$out/passing" 'map(select(.from)) | length > 0'
}
check "what only passes through with our port passes" wait_for 5 passes

# ---- in a VRF ----
# It takes the packet through PRE_ROUTING twice, as from two devices.
must ip -n "$(ns gw)" link add vrf0 type vrf table 10
must ip -n "$(ns gw)" link set vrf0 up
must ip -n "$(ns gw)" link set dg0 master vrf0
must gw_route add $SERVICE via $HOST dev eth0 table 10
check "in a VRF the routes of the VRF count" asks host unanswered
refuse "and nobody is taken for an impostor" eval '[ "$(stat rx-drop-spoofed)" -gt 0 ]'
must ip -n "$(ns gw)" link set dg0 nomaster
must ip -n "$(ns gw)" link del vrf0
must ip -n "$(ns gw)" addr replace $GW_INNER/64 dev dg0 nodad
check "out of it all is as before" wait_for 5 request host

# ---- rules: the stack looks for itself ----
must on_gw peer set dg0 dev1 mark 5
must gw_route add default via fd00:c::2 table 55
check "a mark without a rule means nothing" request host
must ip -n "$(ns gw)" -6 rule add fwmark 5 table 55
check "a rule for it counts at once" request other
must ip -n "$(ns gw)" -6 rule del fwmark 5 table 55
check "so does its end" request host
must ip -n "$(ns gw)" -6 rule add from $INNER prohibit
check "and a rule for the source" asks nobody unanswered
done_testing
