#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# Much of what is useless: the kernel drops garbage without waking the daemon
# and limits handshakes by source; the daemon keeps nothing of those who have
# not returned a cookie, and little of those who have. Others notice nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 2
configure 'handshake-rate = 10' 'handshake-burst = 20' 'half-open-max = 10' 'half-open-expiry = 3s'
also '' '[peer dev2]' 'identity = dev2' "psk = $PSK_HEX" 'address = fd00:d9::18'
daemon_start
serve
make_keys
from_daemon() { daemon_stat '.datagrams | add'; }
# flood COMMANDS OF dtls-raw...: from dev2
flood() { at dev2 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$(dev 2)]:50000" -r "[$GW]:5684" "$@"; }

before=$(from_daemon)
mark
check "5000 application records of nobody" flood 'send seq=1 get=/x count=5000'
check "are counted and dropped" moved rx-drop-no-assoc=5000
check "and never wake the daemon" [ "$(from_daemon)" = "$before" ]
mark
check "1000 datagrams of garbage" flood 'send raw=ffffffffffffffffffffffffffffffff count=1000'
check "are dropped too" moved rx-drop-truncated=1000
check "and never wake the daemon" [ "$(from_daemon)" = "$before" ]

# msg_type length message_seq offset length | version random session cookie suites compression
hello="01 00002a 0000 000000 00002a fefd $(printf '00%.0s' {1..32}) 00 00 0002c0a8 0100"
before=$(from_daemon)
mark
check "500 ClientHellos at once from one source" flood "send type=22 epoch=0 seq=0 plain data=${hello// /} count=500"
limited() { [ "$(moved_by rx-drop-rate)" -gt 400 ]; }
check "the kernel drops what is over the rate" wait_for 5 limited
check "and counts each" [ "$(moved_by rx-drop-rate rx-handshake)" = 500 ]
check "the daemon saw the rest" [ "$(($(from_daemon) - before))" -le 100 ]
check "asks them for a cookie" daemon_is '.cookies_sent > 0 and .cookies_good == 0'
check "and keeps nothing of them" daemon_is '.half_open == 0 and .sessions == 0'
check "another source is let in at once" peer handshake 'get /x'
check "its requests are not limited" peer handshake 'stream n=200 gap=0 get=/x'

# ---- those who return the cookie and then say nothing ----
configure 'handshake-rate = 0' 'half-open-max = 10' 'half-open-expiry = 8s'
also '' '[peer dev2]' 'identity = dev2' "psk = $PSK_HEX" 'address = fd00:d9::18'
check "no rate limit" reload
half() {
	local p
	for p in $(seq 51000 51024); do
		at dev2 dtls-peer -l "[$(dev 2)]:$p" -r "[$GW]:5684" -i dev2 -s "$PSK_HEX" 'handshake half' || return
	done
}
check "25 handshakes are left half open" half
check "the daemon keeps at most 10 of them" daemon_is '.half_open <= 10 and .ended.evicted > 0'
check "and accounts for all" daemon_is '.half_open + .ended.evicted + .ended.expired == 25'
check "a device comes in meanwhile" peer handshake 'get /x'
check "half-open handshakes expire" wait_for 15 daemon_is '.half_open == 0'
rm -f "$conf"
done_testing
