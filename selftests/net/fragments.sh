#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# dg0 has IPv6's least MTU, and so has lowpan0: a full-size packet becomes a
# record that leaves as a fragment pair. Over the simulated radio.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology 1
manual
check "lowpan0 has an MTU of 1280" eval "ip -n $(ns gw) -j link show lowpan0 | jq -e '.[0].mtu == 1280'"
check "dg0 too" eval "ip -n $(ns gw) -j link show dg0 | jq -e '.[0].mtu == 1280'"

start wire gw tcpdump -n -l -i lowpan0 'ip6 and (udp port 5684 or ip6[6] == 44)'
must wait_for 10 said "$out/wire" listening

# fits SIZE TAG: does an answer of SIZE octets leave in one datagram?
# 1280 - 40 (IPv6) - 8 (UDP) - 21 (record header, explicit nonce) - tag
n=0
for c in $CIPHERS; do
	head=21 tag=16
	case $c in
	*-ccm-8)	tag=8 ;;
	chacha20-*)	head=13 ;;
	esac
	new_assoc "$c"
	most=$((1280 - 40 - 8 - head - tag))
	for size in $((most - 1)) $most $((most + 1)) 1231 1232; do
		serve -s $size
		mark
		check "$c: an answer of $size octets comes whole" eval \
			'raw "send seq=$((n += 1)) get=/x" recv && answers ".[0].auth and (.[0].data | length == 2 * $size)"'
		pieces=()
		[ $size -le $most ] || pieces=(tx-fragmented=1)
		check "$c: and is counted" moved rx-bytes=12 rx-records=1 tx-bytes=$size tx-records=1 "${pieces[@]}"
		stop echo
	done
done

# One octet more than the inner MTU takes: the stack makes inner fragments.
serve -s 1233
mark
raw "send seq=$((n += 1)) get=/x"
check "what does not fit into dg0's MTU is dropped and counted" \
	moved rx-bytes=12 rx-records=1 tx-drop-not-udp=2
stop echo

# Towards the gateway
serve
mark
raw "send seq=$((n += 1)) fill=1220"
check "a fragmented datagram of the device is opened" moved rx-bytes=1220 rx-records=1 tx-bytes=1220 \
	tx-records=1 tx-fragmented=1
stop wire
check "the wire showed fragment pairs" said "$out/wire" 'frag \(0\|'
done_testing
