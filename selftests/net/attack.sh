#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Under attack: somebody on the radio's link sends floods of what is useless,
# from one and from many forged addresses. A device that is there goes on to
# exchange, and another one comes in; memory and the daemon's work stay bounded.
# What each flood did is printed, and kept as JSON in floods.json.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

RATE=2000	# datagrams a second; four times of what the daemon lets itself in for
TOTAL=500
FLOOD_SECONDS=6

topology -v 2
configure 'handshake-prefix-rate = 250' "handshake-total-rate = $TOTAL" 'half-open-max = 100'
also '' '[peer dev2]' 'identity = dev2' "psk = $PSK_HEX" 'address = fd00:d9::18'
daemon_start
serve
mac=$(at gw cat /sys/class/net/lowpan0/address)
stop_file=/tmp/attack-$$.stop
rm -f "$stop_file"

ticks() { awk '{ print $14 + $15 }' "/proc/$(daemon_pid)/stat"; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$(daemon_pid)/status"; }
kernel_memory() { awk '/^(Slab|Percpu|KernelStack):/ { n += $2 } END { print n }' /proc/meminfo; }
from_daemon() { daemon_stat '.datagrams | add'; }
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# dev1's requests, one each 20 ms, until $stop_file is there
exchange() {
	rm -f "$stop_file"
	start stream dev1 dtls-peer -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" -i dev1 -s "$PSK_HEX" \
		handshake "stream n=60000 gap=20 get=/x every=20 wait=3000 stop=$stop_file"
	wait_for 20 said "$out/stream" '"progress"'
}

# come_in: dev2, with the timer of RFC 6347; $came_in: milliseconds it took
come_in() {
	local begin
	begin=$(now_ms)
	at dev2 dtls-peer -l "[$(dev 2)]:$((RANDOM % 20000 + 20000))" -r "[$GW]:5684" -i dev2 -s "$PSK_HEX" -t 1000 \
		'handshake ms=60000' 'get /x' >"$out/second" || { cat "$out/second"; return 1; }
	came_in=$(($(now_ms) - begin))
}

# flood NAME WORDS OF flood...: and what happens meanwhile
flood() {
	local name=$1 seconds=$FLOOD_SECONDS cpu cpu_at seen rss kernel came_in='' sent=0 answers
	shift
	exchange || { fail "$name: dev1 exchanges before" "$(tail -3 "$out/stream")"; return; }
	must daemon_is true
	seen=$(from_daemon) rss=$(resident) kernel=$(kernel_memory)
	mark
	cpu=$(ticks) cpu_at=$(now_ms)
	[ $# = 0 ] || start flood air flood -i gw -m "$mac" -d "[$GW]:5684" -r $RATE -s $seconds "$@"
	# not at its very first packets
	read -r -t 1 -u "$quiet" || :
	check "$name: a device comes in" come_in
	if [ $# != 0 ]; then
		wait_for $((seconds + 20)) eval '! running flood'
		check "$name: it was one" jq -e ".sent >= $((RATE * seconds / 2))" "$out/flood" || stop flood KILL
		sent=$(jq -e .sent "$out/flood") || sent=0
		stop flood
	fi
	cpu=$(($(ticks) - cpu)) cpu_at=$(($(now_ms) - cpu_at))
	touch "$stop_file"
	wait_for 20 eval '! running stream'
	answers=$(tail -1 "$out/stream")
	check "$name: the exchanges go on" jq -e '.answered >= .sent * 0.99 and .doubled == 0' <<<"$answers"
	seen=$(($(from_daemon) - seen))
	[ $# = 0 ] || check "$name: the daemon is spared" [ $seen -le $((2 * TOTAL * (cpu_at / 1000 + 2))) ]
	check "$name: its memory stays" [ $(($(resident) - rss)) -lt 8192 ]
	check "$name: the kernel's memory stays" [ $(($(kernel_memory) - kernel)) -lt 16384 ]
	jq -nc --arg name "$name" --argjson sent "$sent" --argjson answers "$answers" --argjson came_in "${came_in:-null}" \
		--argjson daemon $seen --argjson cpu $((cpu * 1000 / cpu_at)) --argjson rss $(($(resident) - rss)) \
		--argjson kernel $(($(kernel_memory) - kernel)) --argjson ms $cpu_at \
		--argjson drops "$(on_gw stats dg0 -j | jq -c --slurpfile was "$out/mark" "$moves | with_entries(select(.key | startswith(\"rx-drop\")))")" \
		'{name: $name, flood: $sent, ms: $ms, requests: $answers.sent, lost: ($answers.sent - $answers.answered),
		median_us: $answers.median_us, p99_us: $answers.p99_us, handshake_ms: $came_in, to_daemon: $daemon,
		daemon_cpu_percent: ($cpu / 10 * 10 | round), daemon_kib: $rss, kernel_kib: $kernel, drops: $drops}' >>"$out/floods.json"
	note "$(tail -1 "$out/floods.json")"
	stop stream
}

flood "no flood"
flood "ClientHellos from one address" -k hello -f fd00:6::bad
flood "ClientHellos from the link's prefix" -k hello -f fd00:6::/64
flood "ClientHellos from another prefix" -k hello -f 2001:db8:1::/64
flood "ClientHellos from everywhere" -k hello -f 2001:db8::/32
flood "fragments of ClientHellos from one address" -k fragment -f fd00:6::bad
flood "fragments of ClientHellos from everywhere" -k fragment -f 2001:db8::/32
flood "garbage from one address" -k garbage -f fd00:6::bad
flood "garbage from everywhere" -k garbage -f 2001:db8::/32
flood "forged records from dev1's endpoint" -k forged -f "$DEV" -p "$DEV_PORT"
flood "forged records from everywhere" -k forged -f 2001:db8::/32
flood "replayed records from their endpoint" -k replay
flood "replayed records from everywhere" -k replay -f 2001:db8::/32
check "none of them was taken" [ "$(moved_by rx-moved)" = 0 ]
rm -f "$stop_file" "$conf"
done_testing
