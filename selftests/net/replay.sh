#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# The replay window (RFC 6347 section 4.1.2.6) seen from outside: after each
# step the window must be where it should, whatever was tried before.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 1
manual
# A service that is silent: nothing is sent, and only the way in is looked at.
serve -n
mark

# step VERDICT SEQ [WORDS...]: a GET with that number; VERDICT is new or a counter
step() {
	local verdict=$1 seq=$2
	shift 2
	raw "send seq=$seq $* get=/x" || return
	case $verdict in
	new)	moved rx-bytes=12 rx-records=1 ;;
	*)	moved "rx-drop-$verdict=1" ;;
	esac
}

# table TITLE: the cases on standard input, in order:
# VERDICT SEQ [WORDS OF dtls-raw]
table() {
	local title=$1 verdict seq words
	while read -r verdict seq words; do
		# shellcheck disable=SC2086 # words
		check "$title: $seq $words is $verdict" step "$verdict" "$seq" $words
	done
}

new_assoc aes-128-ccm-8 window 64
table "window 64" <<EOT
new 0
replay 0
new 1
new 63
replay 0
new 2
new 64
old 0
replay 1
replay 64
auth 100 flip=-1
auth 99999 flip=-1
auth 281474976710655 flip=-1
new 3
new 100
old 36
new 37
replay 37
new 99
replay 99
new 1000
old 936
new 937
auth 938 flip=20
new 938
replay 938
new 281474976710655
replay 281474976710655
new 281474976710592
old 281474976710591
old 0
EOT
check "the highest number is told" assoc_is '."rx-seq" == 281474976710655'

new_assoc aes-128-ccm window 1024
table "window 1024" <<EOT
new 5
new 1023
new 0
replay 5
new 1024
old 0
new 1
replay 1
new 2047
old 1023
replay 1024
new 1025
auth 5000 flip=-1
new 1026
new 5000
old 3976
new 3977
replay 5000
new 4999
EOT

# What the handshake library has received counts as received.
new_assoc aes-128-gcm window 64 rx-seq 0
table "after a handshake" <<EOT
replay 0
new 1
replay 1
EOT
new_assoc aes-128-gcm window 64 rx-seq 200
table "after 200 records" <<EOT
old 136
replay 137
replay 200
new 201
replay 199
EOT

# The number in the header decides, whatever the explicit nonce says.
new_assoc aes-128-ccm-8
table "explicit nonces" <<EOT
new 10 nonce=0000000000000001
new 11 nonce=0000000000000001
replay 10 nonce=0000000000000009
EOT

# A whole window at once, then all of it again, in one go each.
new_assoc aes-128-ccm-8 window 1024
raw 'send seq=1000 count=1024 data=40'
check "1024 new records" moved rx-bytes=1024 rx-records=1024
raw 'send seq=1000 count=1024 data=40'
check "all of them again" moved rx-drop-replay=1024
done_testing
