#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 420
# What an established association costs the daemon: 1,000 of them, by handshakes,
# each confirmed by a request, with their sessions kept for resumption.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

EACH=50 PEERS=20
topology -v 1
configure 'confirm-grace = 1s' 'handshake-rate = 0' 'retransmit-min = 5s'
sed -i '/^confirm-grace = 3s/d' "$conf"
for ((i = 0; i <= PEERS; i++)); do
	also '' "[peer p$i]" "identity = p$i" "psk = $PSK_HEX" 'max-assocs = 64'
done
daemon_start
serve -b

# associate N: 50 associations of peer pN, from 50 ports
associate() {
	local i words=()
	for ((i = 1; i <= EACH; i++)); do
		words+=("move [$DEV]:$((20000 + $1 * EACH + i))" handshake 'get /x')
	done
	at dev1 dtls-peer -t 5000 -l "[$DEV]:$((10000 + $1))" -r "[$GW]:5684" -i "p$1" -s "$PSK_HEX" "${words[@]}" \
		>"$out/associated" || { tail -3 "$out/associated"; return 1; }
}
idle() { daemon_is '.sessions == 0'; }
rss() { awk '/^RssAnon:/ { print 1024 * $2 }' "/proc/$(daemon_pid)/status"; }
heap() { daemon_stat .memory; }

# The first ones bring in code and tables.
check "the first associations" associate 0
check "are confirmed" wait_for 30 idle
# until freed memory has been given back (five seconds after the last session)
quiet_rss() {
	local last=0 now
	now=$(rss)
	while [ "$last" != "$now" ]; do
		last=$now
		read -r -t 7 -u "$quiet" || :
		now=$(rss)
	done
	echo "$now"
}
before=$(quiet_rss) heap_before=$(heap)
for ((i = 1; i <= PEERS; i++)); do
	associate $i || break
done
check "1,000 more" n_assocs $((EACH * (PEERS + 1)))
check "are confirmed" wait_for 60 idle
after=$(quiet_rss) heap_after=$(heap)
n=$((EACH * PEERS))
note "daemon memory for an established association: $(((after - before) / n)) octets resident," \
	"$(((heap_after - heap_before) / n)) allocated; $(daemon_stat .cached_sessions) sessions kept in $(daemon_stat .cached_octets) octets"
check "at most 1 KiB each" [ $(((heap_after - heap_before) / n)) -le 1024 ]
# the allocator cannot give back a page that something small is left on
check "resident: at most 4 KiB" [ $(((after - before) / n)) -le 4096 ]
done_testing
