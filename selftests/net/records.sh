#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Records under keys installed by hand, every cipher, both directions. The
# device's end is an implementation of its own (dtls-raw). A plain service sees
# plain CoAP from the inner address; the wire shows nothing but DTLS.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 1
manual
serve
start wire gw tcpdump -n -l -x -i lowpan0 udp
start inner gw tcpdump -n -l -i dg0 udp
must wait_for 10 said "$out/wire" listening
must wait_for 10 said "$out/inner" listening

for c in $CIPHERS; do
	check "$c: an association is created" new_assoc "$c" tx-seq 32
	mark
	check "$c: a request is answered" raw 'send seq=7 get=/x' recv
	check "$c: by the service" answers 'length == 1 and (.[0] | .type == 23 and .version == "fefd"
		and .epoch == 1 and .auth and .coap.code == "2.05" and .coap.token == "000000000007"
		and .coap.payload == "hello")'
	check "$c: the first number sent is the reserved one" \
		answers '.[0].seq == 32 and .[0].nonce == "0001000000000020"'
	check "$c: counted" moved rx-bytes=12 rx-records=1 tx-bytes=16 tx-records=1

	if [ "$c" = chacha20-poly1305 ]; then
		check "$c: another request" raw 'send seq=8 get=/x' recv
	else
		check "$c: an explicit nonce that is not the number is taken from the record" \
			raw 'send seq=8 nonce=1122334455667788 get=/x' recv
	fi
	check "$c: the gateway's numbers rise" raw 'send seq=9 get=/x' recv 'send seq=10 get=/x' recv
	check "$c: by one" answers 'map(.seq) == [34, 35]'
	check "$c: one octet" raw 'send seq=11 data=41' recv
	check "$c: comes back" answers '.[0].data == "41"'
	check "$c: 1100 octets" raw 'send seq=12 fill=1100' recv
	check "$c: come back" answers '.[0].auth and (.[0].data | length == 2200)'
	mark
	check "$c: three records in a datagram" \
		raw 'send seq=13 get=/a / seq=14 get=/b / seq=15 get=/c' 'recv 3'
	check "$c: are three packets" moved rx-bytes=36 rx-records=3 tx-bytes=48 tx-records=3
	mark
	check "$c: a record without content" raw 'send seq=16 data= / seq=17 get=/a' recv
	check "$c: is consumed" moved rx-bytes=12 rx-empty=1 rx-records=1 tx-bytes=16 tx-records=1
done

check "the association says what it is" assoc_is '.cipher == "chacha20-poly1305" and .confirmed and
	."remote-port" == 40000 and ."remote-addr" == "fd00:6::2" and ."rx-seq" == 17 and
	."inner-port" == 5683'
check "the service saw only the inner address and port" served 'length > 20 and
	all(.from == "fd00:d9::17" and .port == 5683)'
stop wire
stop inner
check "the wire showed datagrams" said "$out/wire" "$DEV.$DEV_PORT > $GW.5684"
check "dg0 showed plain packets" said "$out/inner" "$INNER.5683 > $GW_INNER.5683"
# "hello" of the answers, wherever tcpdump's groups of two octets fall
plaintext() { sed 's/^[^:]*://' "$out/$1" | tr -d '\n ' | grep -q 68656c6c6f; }
refuse "no plaintext was on the wire" plaintext wire

keys_shown() { on_gw show dg0 -j | grep -qFf <(cut -d' ' -f2 "$keys"); }
refuse "keys never come back" keys_shown

# The association is gone: no way in, no way out.
on_gw assoc del dg0 "$assoc"
mark
raw 'send seq=20 get=/x'
check "without association nothing gets in" moved rx-drop-no-assoc=1
mark
notify $INNER
check "and nothing gets out" moved tx-drop-no-assoc=1
done_testing
