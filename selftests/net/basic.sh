#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# The interface as ip(8) sees it: add, delete, up, down, counters, other
# network namespaces, and what becomes of it when what it stands on goes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 1
manual
serve
new_assoc aes-128-ccm-8
n=0
passes() { raw "send seq=$((n += 1)) get=/x" recv; }
link() { ip -n "$(ns "${2:-gw}")" -j -d -s link show "$1" 2>/dev/null | jq -e ".[0] | $3" >/dev/null; }
in_ns() { ip netns exec "$(ns "$1")" "${@:2}"; }
gone() { ! ip -n "$(ns "${2:-gw}")" link show "$1" >/dev/null 2>&1; }

# ---- add and delete ----
check "ip link shows it with its lower device" link dg0 gw '.link == "lowpan0" and
	.linkinfo.info_kind == "dgsec" and .mtu == 1280 and (.flags | index("NOARP"))'
refuse "no interface without a lower device" at gw ip link add dg1 type dgsec
at gw ip link add dg1 type dgsec 2>"$out/refusal"
check "and it says why" said "$out/refusal" 'lower device'
refuse "none on a lower device that is not there" at gw ip link add link none0 name dg1 type dgsec
refuse "none on another one" at gw ip link add link dg0 name dg1 type dgsec
refuse "an MTU below IPv6's least" ip -n "$(ns gw)" link set dg0 mtu 1279
check "a second one on the same lower device" at gw ip link add link lowpan0 name dg1 type dgsec
refuse "which one lower: means is not clear" on_gw show lower:lowpan0
refuse "the first one's port is not for the second" on_gw socket add dg1 :5684
on_gw socket add dg1 :5684 2>"$out/refusal"
check "and it says why" said "$out/refusal" 'another interface on this lower device'
check "another port is" on_gw socket add dg1 :5685
check "the first still works beside it" passes
check "is deleted" ip -n "$(ns gw)" link del dg1
check "now lower: is clear" on_gw show lower:lowpan0
adds() {
	local i
	for ((i = 0; i < 20; i++)); do
		at gw ip link add link lowpan0 name dg1 type dgsec &&
			on_gw peer add dg1 addr fd00:da::1 >/dev/null && ip -n "$(ns gw)" link del dg1 || return
	done
}
check "twenty more come and go" adds
check "the first still works" passes

# ---- counters ----
before=$(ip -n "$(ns gw)" -j -s link show dg0 | jq -c '.[0].stats64')
raw 'send seq=101 get=/x' recv 'send seq=102 get=/x' recv 'send seq=103 get=/x' recv \
	'send seq=104 get=/x flip=-1' 'send seq=103 get=/x' 'send seq=0 get=/x count=2'
check "ip -s link counts packets, octets, drops and errors" wait_for 5 link dg0 gw ".stats64 as \$s | $before as \$b |
	\$s.rx.packets == \$b.rx.packets + 3 and \$s.rx.bytes == \$b.rx.bytes + 36 and
	\$s.tx.packets == \$b.tx.packets + 3 and \$s.tx.bytes == \$b.tx.bytes + 48 and
	\$s.rx.errors == \$b.rx.errors + 1 and \$s.rx.dropped == \$b.rx.dropped + 3"
counters_agree() {
	local peer iface
	peer=$(on_gw stats dg0 peer dev1 -j | jq '[."rx-records", ."tx-records", ."rx-drop-auth"]')
	iface=$(on_gw stats dg0 -j | jq '[."rx-records", ."tx-records", ."rx-drop-auth"]')
	[ "$peer" = "$iface" ] && return
	echo "peer $peer, interface $iface"
	return 1
}
check "the peer's counters agree with the interface's" counters_agree

# ---- down and up ----
ip -n "$(ns gw)" link set dg0 down
mark
raw "send seq=200 get=/x"
check "down: dropped and counted" moved rx-drop-down=1
ip -n "$(ns gw)" link set dg0 up
n=200
# The kernel has taken the address away with the interface.
at gw ip addr replace $GW_INNER/64 dev dg0 nodad
check "up again: it passes" passes
ip -n "$(ns gw)" link set lowpan0 down
ip -n "$(ns gw)" link set lowpan0 up
at gw ip addr replace $GW/64 dev lowpan0 nodad
check "the lower device down and up: it passes" wait_for 10 passes

# ---- another network namespace ----
stop echo
new_ns inner
check "dg0 moves to another netns" ip -n "$(ns gw)" link set dg0 netns "$(ns inner)"
must ip -n "$(ns inner)" addr add $GW_INNER/64 dev dg0 nodad
must ip -n "$(ns inner)" link set dg0 up
start echo inner coap-echo -l "[$GW_INNER]:5683"
must wait_for 10 said "$out/echo" ready
check "and works there" passes
check "it is managed from there" in_ns inner dgsec show dg0
check "and from the netns of the lower device" on_gw show lower:lowpan0
refuse "by its name only where it is" on_gw show dg0
check "ip link names the netns of the lower device" link dg0 inner '.link_netnsid != null or .link_netns != null'
refuse "it does not come back under a name that is taken" eval \
	'ip -n $(ns gw) link add dg0 type dummy && ip -n $(ns inner) link set dg0 netns $(ns gw)'
ip -n "$(ns gw)" link del dg0
stop echo
check "it moves back" ip -n "$(ns inner)" link set dg0 netns "$(ns gw)"
must at gw ip addr add $GW_INNER/64 dev dg0 nodad
must ip -n "$(ns gw)" link set dg0 up
serve
check "and works" passes

# ---- what it stands on goes ----
stop echo
must ip -n "$(ns gw)" link set dg0 netns "$(ns inner)"
ip netns delete "$(ns inner)"
check "its netns is deleted, and so is it" wait_for 10 gone dg0
check "the lower device is not" link lowpan0 gw '.ifname == "lowpan0"'
oracle_stop

must at gw ip link add link lowpan0 name dg0 type dgsec
must ip -n "$(ns gw)" link set dg0 up
check "a new one takes its place" on_gw socket add dg0 :5684
must on_gw peer add dg0 addr $INNER
check "the lower device is deleted" ip -n "$(ns gw)" link del lowpan0
check "and dg0 with it" wait_for 10 gone dg0
check "nothing holds the module" rmmod dgsec
done_testing
