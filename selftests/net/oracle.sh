#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The nonce oracle, which watches every other test, does fail when it should:
# its table of cases, and real datagrams on a real wire.
. "$(dirname "$0")/lib.sh"

keys=/tmp/oracle-keys-$$
(umask 077 && cat >$keys <<-EOT
	tx-key 000102030405060708090a0b0c0d0e0f
	tx-iv 00010203
	rx-key 101112131415161718191a1b1c1d1e1f
	rx-iv 10111213
EOT
)

while read -r line; do
	case $line in
	"ok "*)		ok "${line#ok * }" ;;
	"not ok "*)	fail "${line#not ok * }" ;;
	esac
done < <(nonce-oracle -t)
check "the table was gone through" [ $results -ge 17 ]

new_ns a b
must ip link add wire netns "$(ns a)" type veth peer name wire netns "$(ns b)"
for i in a b; do
	must ip -n "$(ns $i)" link set wire up
	must ip -n "$(ns $i)" addr add fd00::$i/64 dev wire nodad
done

# watch NAME COMMANDS OF dtls-raw...: the status of an oracle that saw them leave
watch() {
	local file=$out/$1
	shift
	rm -f "$file"
	start oracle a nonce-oracle -i wire -p 5684 -o "$file"
	must wait_for 10 said "$file" ready
	at a dtls-raw -o -k $keys -c aes-128-ccm-8 -l "[$from]:5684" -r "[$to]:40000" "$@"
	stop oracle
}
from=fd00::a to=fd00::b
check "rising numbers pass" watch rising 'send seq=1 get=/x count=300'
check "it saw all of them" said "$out/rising" ': 300 records in 300 datagrams'
refuse "one repeated among 300 fails" watch repeated 'send seq=1 get=/x count=300' 'send seq=150 get=/y'
check "it says which" said "$out/repeated" 'sequence number 150 '
check "it shows both datagrams" [ "$(grep -c 'datagram, ' "$out/repeated")" -ge 2 ]
refuse "a repeated explicit nonce fails" watch nonce 'send seq=1 get=/x' 'send seq=2 nonce=0001000000000001 get=/x'
refuse "a repeated number in a fragmented datagram fails" watch fragments 'send seq=1 fill=3000' 'send seq=1 fill=3000'
refuse "a repeated number in the second record fails" watch second \
	'send seq=1 get=/x / seq=2 get=/x' 'send seq=3 get=/x / seq=2 get=/x'
ip -n "$(ns a)" addr add 192.0.2.1/24 dev wire
ip -n "$(ns b)" addr add 192.0.2.2/24 dev wire
from=::ffff:192.0.2.1 to=::ffff:192.0.2.2
check "rising numbers over IPv4 pass" watch rising4 'send seq=1 get=/x count=300'
check "it saw all of them, too" said "$out/rising4" ': 300 records in 300 datagrams'
refuse "one repeated over IPv4 fails" watch repeated4 'send seq=1 get=/x count=30' 'send seq=15 get=/y'
refuse "in a fragmented datagram, too" watch fragments4 'send seq=1 fill=3000' 'send seq=1 fill=3000'
rm -f $keys
done_testing
