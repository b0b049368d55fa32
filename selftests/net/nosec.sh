#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 180
# Peers without security, an explicit choice: CoAP in the clear from their
# endpoints and from nowhere else, never beside security, and told wherever
# somebody looks.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 2
must ip -n "$(ns gw)" addr add 192.0.2.1/24 dev lowpan0
must ip -n "$(ns dev2)" addr add 192.0.2.3/24 dev lowpan0
DEV2=::ffff:192.0.2.3 GW4=::ffff:192.0.2.1 INNER2=fd00:d9::18
make_keys

# clear NAMESPACE OUR-ENDPOINT ITS-ENDPOINT COMMANDS OF dtls-raw...: datagrams as they are
clear() { at "$1" dtls-raw -k "$keys" -c aes-128-ccm-8 -l "$2" -r "$3" "${@:4}"; }
get=500112347465737474657374 # a NON GET, hardly more
# ask [NAMESPACE OUR-ENDPOINT ITS-ENDPOINT]
ask() { clear "${1:-dev1}" "${2:-[$DEV]:5683}" "${3:-[$GW]:5683}" "send raw=$get"; }

# ---- by hand ----
must on_gw peer add dg0 addr $INNER name dev1 >/dev/null
# none [PEER REMOTE LOCAL]: an association without security
# shellcheck disable=SC2120 # mostly as it stands
none() { on_gw assoc add dg0 peer "${1:-dev1}" protocol none remote "${2:-[$DEV]:5683}" local "${3:-[$GW]:5683}"; }
check "a socket without security" on_gw socket add dg0 "[$GW]:5683" protocol none
must on_gw socket add dg0 :5684
serve
start wire gw tcpdump -n -l -x -i lowpan0 udp
must wait_for 10 said "$out/wire" listening
mark
ask
check "nobody without security is known" moved rx-drop-nosec=1
assoc=$(none)
check "an association without security" n_assocs 1
mark
check "a datagram in the clear" ask
check "is delivered and answered" moved rx-bytes=12 rx-records=1 rx-nosec=1 tx-bytes=12 tx-records=1 tx-nosec=1
check "from the inner address" served 'length == 1 and .[0].from == "fd00:d9::17" and .[0].port == 5683'
check "the wire saw it in the clear" eval "sed 's/^[^:]*://' '$out/wire' | tr -d '\n ' | grep -q $get"
stop wire

mark
ask dev1 "[$DEV]:5682"
check "another port is not the peer's" moved rx-drop-nosec=1
ask dev2 "[$(dev 2)]:5683"
check "nor another address" moved rx-drop-nosec=1
ask dev1 "[$DEV]:5683" "[$GW]:5684"
check "what is in the clear at the other port is no record" moved rx-drop-truncated=1
clear dev1 "[$DEV]:5683" "[$GW]:5683" 'send seq=1 get=/x'
check "a record at this port is only a datagram" eval '[ "$(moved_by rx-nosec)" = 1 ] && [ "$(moved_by rx-drop-auth)" = 0 ]'
seen=$(n_served)

# ---- told ----
check "show is loud" eval 'on_gw show dg0 | grep dev1 | grep -q "NONE.*NONE.*NO SECURITY"'
check "of the socket, too" eval 'on_gw show dg0 | grep -q "socket .*:5683 NO SECURITY"'
check "assoc show" eval "on_gw assoc show dg0 $assoc | grep -q 'NO SECURITY: in the clear'"
check "JSON" assoc_is '.protocol == "none" and (has("cipher") or has("tx-seq") or has("window") | not)'
check "JSON of sockets" eval 'on_gw show dg0 -j | jq -e ".[0].\"socket-list\" | map(.protocol) | sort == [\"dtls12\", \"none\"]"'

# ---- never beside security ----
secure() { on_gw assoc add dg0 peer "$1" cipher aes-128-ccm-8 keys "$keys" remote "$2" local "$3"; }
refuse "no security and then some" secure dev1 "[$DEV]:40000" "[$GW]:5684"
refuse "at the same endpoint, too" secure dev1 "[$DEV]:5683" "[$GW]:5683"
must on_gw peer add dg0 addr $INNER2 name dev2 >/dev/null
check "a peer with security" secure dev2 "[$(dev 2)]:40000" "[$GW]:5684"
refuse "has none without" none dev2 "[$(dev 2)]:5683"
refuse "no keys for what has none" on_gw assoc add dg0 peer dev1 protocol none cipher aes-128-ccm-8 \
	keys "$keys" remote "[$DEV]:7" local "[$GW]:5683"
refuse "no alerts" on_gw alert dg0 "$assoc" close_notify
must on_gw peer del dg0 dev2

# ---- the firewall knows ----
cat >/tmp/nosec-$$.nft <<-EOT
	table inet t {
		counter none { }
		counter own { }
		chain c {
			type filter hook input priority 0
			iifname dg0 meta mark 0x6e6f6e65 counter name none
			iifname dg0 meta mark 7 counter name own
		}
	}
EOT
must at gw nft -f /tmp/nosec-$$.nft
rm -f /tmp/nosec-$$.nft
counted() { at gw nft -j list counter inet t "$1" | jq -e ".nftables[1].counter.packets == $2"; }
ask
check "packets without security have a mark" wait_for 5 counted none 1
must on_gw peer set dg0 dev1 mark 7
ask
check "unless the peer has its own" wait_for 5 counted own 1

# ---- limits end it like any other ----
watch
must on_gw assoc set dg0 "$assoc" hard-packets $(($(on_gw assoc show dg0 "$assoc" -j | jq '.[0].stats."rx-records"') + 1))
ask
check "its end is told" event '.event == "expire" and .hard and .assoc.id == $assoc and .assoc.protocol == "none"'
stop events
mark
ask
check "nothing passes then" moved rx-drop-nosec=1
mark
notify $INNER
check "neither out" moved tx-drop-no-assoc=1

# ---- sockets and associations each for their own ----
assoc=$(none)
must on_gw socket del dg0 5683
mark
notify $INNER
check "without its socket nothing leaves in the clear" moved tx-drop-no-socket=1
must on_gw socket add dg0 "[$GW]:5683"
mark
notify $INNER
check "nor by a socket for records" moved tx-drop-no-socket=1
mark
ask
check "nor is it taken there" moved rx-drop-truncated=1
must on_gw socket del dg0 5683
must on_gw socket del dg0 5684
must on_gw peer del dg0 dev1

# ---- the daemon ----
clear_peers() {
	(umask 077 && cat >"$conf" <<-EOT
		[interface dg0]
		lower = lowpan0
		address = $GW_INNER/64
		listen-nosec = [$GW]:5683, 0.0.0.0:5683

		[peer dev1]
		security = none
		address = $INNER
		endpoint = [$DEV]:${1:-5683}
	EOT
	)
}
clear_peers
also '' '[peer dev2]' 'security = none' "address = $INNER2" 'endpoint = 192.0.2.3'
sockets=3
daemon_start
check "the daemon warns" daemon_said 'peer dev1 has NO SECURITY: .* from \[fd00:6::2\]:5683'
check "of each" daemon_said 'peer dev2 has NO SECURITY: .* from 192.0.2.3:5683'
mark
check "over IPv6" ask
check "over IPv4" ask dev2 "[$DEV2]:5683" "[$GW4]:5683"
check "both are answered" moved rx-bytes=24 rx-records=2 rx-nosec=2 tx-bytes=24 tx-records=2 tx-nosec=2
check "each as itself" served ".[$seen:] | map(.from) | .[-2:] == [\"fd00:d9::17\", \"fd00:d9::18\"]"
start coap dev1 coap-server-notls -A $DEV -p 5683
must wait_for 10 eval 'at dev1 ss -Hlnu | grep -q ":5683 "'
check "programs ask in the clear" eval 'at gw timeout 20 coap-client-notls -m get "coap://[$INNER]/" | grep -q .'
stop coap

stop "$daemon" KILL >/dev/null
standing() { on_gw show dg0 -j | jq -e '.[0]."socket-list" | length == 3 and all(.standby)'; }
check "it dies" wait_for 10 standing
mark
check "peers go on" ask
check "and are answered" moved rx-bytes=12 rx-records=1 rx-nosec=1 tx-bytes=12 tx-records=1 tx-nosec=1
clear_peers 5699
daemon_start
check "one that is elsewhere by now" wait_for 10 eval 'on_gw assoc show dg0 -j | jq -e "map(.\"remote-port\") == [5699]"'
mark
ask
check "is not where it was" moved rx-drop-nosec=1
check "but there" ask dev1 "[$DEV]:5699"
check "and is answered" moved rx-bytes=12 rx-records=1 rx-nosec=1 tx-bytes=12 tx-records=1 tx-nosec=1

configure 'listen-nosec = 5683'
check "security, from now on" eval '! reload || daemon_is ".reloads_failed == 1"'
configure "listen-nosec = [$GW]:5683, 0.0.0.0:5683"
check "with the same sockets" reload
check "it is in force" daemon_is '.reloads == 1'
check "ends the association without" n_assocs 0
mark
ask
check "nothing passes in the clear" moved rx-drop-nosec=1
check "a handshake does" peer handshake 'get /x'
clear_peers
check "no security again" reload
check "ends the other" wait_for 10 eval 'on_gw assoc show dg0 -j | jq -e "map(.protocol) == [\"none\"]"'
rm -f "$conf"
done_testing
