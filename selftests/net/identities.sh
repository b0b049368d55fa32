#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 180
# PSK identities that nobody has, that nobody can have, and wrong keys: each is
# refused, nothing is left behind, and those who are known still come in.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 1
configure
longest=$(printf 'i%.0s' {1..128})
utf8=$'l\xc3\xa4mpchen-\xe2\x9a\xa1'
also '' '[peer longest]' "identity = $longest" "psk = $PSK_HEX" 'address = fd00:d9::20' \
	'' '[peer utf8]' "identity = $utf8" "psk = $PSK_HEX" 'address = fd00:d9::21' \
	'' '[peer key64]' 'identity = key64' 'psk-file = key64.psk' 'address = fd00:d9::22'
daemon_keys=/tmp/key64.psk
key16=00112233445566778899aabbccddeeff
(umask 077 && echo $key16$key16 >$daemon_keys)
daemon_start
serve
assocs() { on_gw assoc show dg0 -j | jq length; }
bad_ends='.ended | .unknown_identity + .bad_identity + .bad_key + .timeout + .alert + .bad_message'

# known NAME IDENTITY [KEY]: comes in
known() { check "$1" eval "identity='$2' psk='${3:-$PSK_HEX}' peer handshake 'get /x' close"; }
known "a known identity" dev1
known "one of 128 octets" "$longest"
known "one that is UTF-8 but not ASCII" "$utf8"
known "one whose key is in a file" key64 $key16$key16
check "all of them left" wait_for 5 eval '[ "$(assocs)" = 0 ]'

# stranger NAME IDENTITY [KEY]: does not
stranger() {
	local before
	before=$(daemon_stat "$bad_ends")
	check "$1: refused" eval "identity='$2' psk='${3:-$PSK_HEX}' peer -t 100 'fail ms=1500'"
	check "$1: counted" wait_for 10 eval "[ \$(daemon_stat '$bad_ends') -gt $before ]"
	check "$1: no association" [ "$(assocs)" = 0 ]
	# From the very port of the stranger: his remains are in nobody's way.
	known "$1: then the known device comes" dev1
}
hexes() { printf "$1%.0s" $(seq "$2"); }
for mode in hide reject; do
	configure "unknown-identity = $mode" 'half-open-expiry = 2s'
	check "unknown-identity = $mode" reload
	stranger "$mode: an unknown identity" dev9
	stranger "$mode: a wrong key" dev1 $key16
	stranger "$mode: the beginning of a known one" dev
	stranger "$mode: a known one and more" dev11
	stranger "$mode: a known one in capitals" DEV1
	stranger "$mode: a known one and a NUL" hex:6465763100
	stranger "$mode: 129 octets" "hex:$(hexes 69 129)"
	stranger "$mode: 900 octets" "hex:$(hexes 69 900)"
	stranger "$mode: not UTF-8" hex:646576ff
	stranger "$mode: half a UTF-8 character" hex:646576c3
	stranger "$mode: a UTF-16 surrogate in UTF-8" hex:6465eda080
	stranger "$mode: control characters" hex:6465760a5b31
	stranger "$mode: one NUL" hex:00
done
check "the log has no control characters" eval "! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' '$out/$daemon'"
check "nor keys" eval "! grep -qiF -e $PSK_HEX -e $key16 -e $PSK '$out/$daemon'"
check "it names the unknown identity" daemon_said dev9
check "nothing was left half open" wait_for 10 daemon_is '.half_open == 0 and .sessions == 0'
check "the daemon goes on" running "$daemon"
rm -f "$conf" $daemon_keys
done_testing
