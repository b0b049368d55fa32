#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 180
# Every kind of bad datagram: the right counter moves by exactly the right
# amount and no other, and the window does not move: the next genuine record,
# whose number is far below what the bad one said, is still answered.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 1
manual
serve
new_assoc aes-128-ccm-8
n=0
mark

genuine="rx-bytes=12 rx-records=1 tx-bytes=16 tx-records=1"

# bad DESCRIPTION "COUNTER=AMOUNT..." COMMANDS OF dtls-raw...
# Then the next genuine record, and its answer. In the commands seq=A is far
# ahead, seq=N and seq=N+I are genuine numbers.
bad() {
	local what=$1 want=$2 i
	shift 2
	local commands=("${@//seq=A/seq=$((n + 1000))}")
	for i in 3 2 1; do
		commands=("${commands[@]//seq=N+$i/seq=$((n + i))}")
	done
	commands=("${commands[@]//seq=N/seq=$n}")
	check "$what" tried "$want" "${commands[@]}"
	n=$((n + 5))
}
tried() {
	local want=$1
	shift
	# shellcheck disable=SC2086 # words
	raw "$@" "send seq=$((n + 4)) get=/x" recv && moved $want $genuine
}
bytes() { printf "%0$((2 * $1))d" 0; }

bad "an empty datagram" rx-drop-truncated=1 'send raw='
bad "one octet" rx-drop-truncated=1 'send raw=17'
bad "a header without its last octet" rx-drop-truncated=1 'send seq=A plain data= cut=1'
bad "a header and nothing of what it says" rx-drop-truncated=1 'send seq=A get=/x cut=28'
bad "a record without its last octet" rx-drop-truncated=1 'send seq=A get=/x cut=1'
bad "a length of one more than there is" rx-drop-truncated=1 'send seq=A get=/x length=29'
bad "a length of 65535" rx-drop-truncated=1 'send seq=A get=/x length=65535'
bad "a length of one less than there is" "rx-drop-auth=1 rx-drop-truncated=1" \
	'send seq=A get=/x length=27'
bad "an empty record" rx-drop-length=1 'send seq=A plain data='
bad "no room for nonce and tag" rx-drop-length=1 'send seq=A get=/x length=15 cut=13'
bad "no room for the tag" rx-drop-length=1 'send seq=A get=/x length=8 cut=20'
bad "more than 2^14 octets of plaintext" rx-drop-length=1 'send seq=A fill=16385'
bad "more than 2^14 + 2048 octets" rx-drop-length=1 'send seq=A plain fill=18433'

for version in feff fefc fefe 0303 0000 ffff; do
	bad "version $version" rx-drop-version=1 "send seq=A version=$version get=/x"
done
for type in 0 19 24 25 26 255; do
	bad "content type $type" rx-drop-type=1 "send seq=A type=$type get=/x"
done
# Nobody is there for handshakes in this test.
bad "a handshake record" rx-drop-no-daemon=1 'send seq=A type=22 epoch=0 plain data=0100000000000000'
bad "a handshake record of epoch 1" rx-drop-no-daemon=1 'send seq=A type=22 fill=20 flip=-1'
bad "a ChangeCipherSpec" rx-drop-no-daemon=1 'send seq=A type=20 epoch=0 plain data=01'
bad "an alert of epoch 0" rx-drop-no-daemon=1 'send seq=A type=21 epoch=0 plain data=0200'

bad "a forged tag" rx-drop-auth=1 'send seq=A get=/x flip=-1'
bad "a forged ciphertext" rx-drop-auth=1 'send seq=A get=/x flip=21'
bad "a forged explicit nonce" rx-drop-auth=1 'send seq=A get=/x flip=13'
bad "a forged sequence number" rx-drop-auth=1 'send seq=A get=/x flip=6'
bad "a tag only" rx-drop-auth=1 'send seq=A data= flip=-1'
bad "fifty forged ones" rx-drop-auth=50 'send seq=A get=/x flip=-1 count=50'
bad "the highest sequence number, forged" rx-drop-auth=1 'send seq=0xffffffffffff get=/x flip=-1'

bad "epoch 0" rx-drop-epoch=1 'send seq=A epoch=0 get=/x'
bad "the next epoch" rx-drop-epoch=1 'send seq=A epoch=2 get=/x'
bad "the last epoch" rx-drop-epoch=1 'send seq=A epoch=65535 get=/x'

bad "a replay" "rx-drop-replay=1 $genuine" \
	'send seq=N get=/x' recv replay
bad "the same record twice in a datagram" "rx-drop-replay=1 $genuine" \
	'send seq=N get=/x / seq=N get=/x' recv

two="$genuine $genuine"
bad "a forged one between two good ones" "rx-drop-auth=1 $two" \
	'send seq=N get=/x / seq=A get=/x flip=-1 / seq=N+1 get=/x' 'recv 2'
bad "a wrong type between two good ones" "rx-drop-type=1 $two" \
	'send seq=N get=/x / seq=A type=99 get=/x / seq=N+1 get=/x' 'recv 2'
bad "a wrong version between two good ones" "rx-drop-version=1 $two" \
	'send seq=N get=/x / seq=A version=0303 get=/x / seq=N+1 get=/x' 'recv 2'
bad "an old epoch before two good ones" "rx-drop-epoch=1 $two" \
	'send seq=A epoch=0 get=/x / seq=N get=/x / seq=N+1 get=/x' 'recv 2'
bad "a lying length between two good ones loses the rest" "rx-drop-truncated=1 $genuine" \
	'send seq=N get=/x / seq=A get=/x length=2000 / seq=N+1 get=/x' recv
bad "an octet after a good one" "rx-drop-truncated=1 $genuine" 'send seq=N get=/x / raw=17' recv
bad "zeros after a good one" "rx-drop-type=1 $genuine" "send seq=N get=/x / raw=$(bytes 13)" recv
bad "a handshake record between two good ones" "rx-drop-no-daemon=1 $two" \
	'send seq=N get=/x / seq=A type=22 epoch=0 plain data=01 / seq=N+1 get=/x' 'recv 2'

bad "a forged alert" rx-drop-auth=1 'send seq=A type=21 data=0200 flip=-1'
bad "an alert of one octet" rx-drop-alert=1 'send seq=N type=21 data=02'
bad "an alert of three octets" rx-drop-alert=1 'send seq=N type=21 data=010000'
bad "an alert of level 3" rx-drop-alert=1 'send seq=N type=21 data=0300'
bad "a warning is taken" rx-alerts=1 'send seq=N type=21 data=015a'

# From an endpoint that nobody knows
unknown() {
	local DEV_PORT=40001
	raw "$@"
}
check "an unknown endpoint" eval 'unknown "send seq=1 get=/x count=20" && moved rx-drop-no-assoc=20'
check "an unknown endpoint, several records" \
	eval 'unknown "send seq=1 get=/x / seq=2 get=/y" && moved rx-drop-no-assoc=2'
check "the known endpoint still passes" raw "send seq=$n get=/x" recv

# Each octet of a record wrong, one after the other: nothing but genuine ones gets in.
flips() {
	local i commands=()
	for ((i = 0; i < 41; i++)); do
		commands+=("send seq=$((n + 1)) get=/x flip=$i")
	done
	raw "${commands[@]}" "send seq=$((n + 1)) get=/x" recv
}
records_before=$(stat rx-records)
check "a genuine record after every single-bit forgery of it" flips
check "is the only one that got in" stat_is rx-records $((records_before + 1))
done_testing
