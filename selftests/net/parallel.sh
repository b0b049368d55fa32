#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# cpus: 4
# The data path on all processors at once, in both directions, over the same
# associations, while the configuration changes: see gateway-load. What races, the
# harness sees in the kernel's log, above all on the kernels debug and kcsan. Here
# it is about the sums: nothing is lost, nothing passes twice, nothing is counted
# wrongly.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

seconds=6 assocs=64
# Where all is slow, longer, and fewer that are used more often.
case ${DGSEC_KERNEL:-} in
debug|kcsan)	seconds=25 assocs=16 ;;
esac

plan 20
topology -v 4
devices=()
for i in 1 2 3 4; do
	devices+=("$(ns "dev$i")" "$(dev $i)")
done

# phase NAME FILTER: what was counted in it, k(name) by the kernel, is as FILTER says
phase() {
	grep "^{\"phase\":\"$1\"" "$out/load" >"$out/phase" &&
		holds "$out/phase" "def k(name): .kernel[name] // 0; .[0] | $2"
}

# The rest of the machine's network changes too: routes and rules (for the cached
# routes), addresses of the lower device, packet sockets.
changes() {
	local gw n
	gw=$(ns gw)
	printf '%s\n' "route add fd00:77::/64 dev lowpan0" "addr add fd00:6::77/64 dev lowpan0 nodad" \
		"rule add from fd00:88::/64 lookup main" "route add fd00:d9:0:1::/64 dev dg0" >"$out/add"
	printf '%s\n' "route del fd00:77::/64 dev lowpan0" "addr del fd00:6::77/64 dev lowpan0" \
		"rule del from fd00:88::/64 lookup main" "route del fd00:d9:0:1::/64 dev dg0" >"$out/del"
	while :; do
		ip -6 -n "$gw" -batch "$out/add"
		ip -6 -n "$gw" route flush cache
		ip -6 -n "$gw" -batch "$out/del"
		timeout 1 ip netns exec "$gw" tcpdump -p -c 50 -n -i dg0
	done
}
changes >/dev/null 2>&1 &
children[changes]=$!

start load - gateway-load -g "$(ns gw)" -n $assocs -q $seconds -c $((2 * seconds)) -s $seconds -a $seconds "${devices[@]}"
ended() { ! running load; }
# The phases take as long everywhere, the rest does not.
if ! check "the load ends" wait_for $((60 + 5 * seconds / DGSEC_SLOW)) ended; then
	echo w >/proc/sysrq-trigger
fi
stop changes KILL
mv "$out/load" "$out/load.out"
grep '^{' "$out/load.out" >"$out/load"
grep -v '^{' "$out/load.out" | head -20 | sed 's/^/# /'
cut -c1-3000 "$out/load" | sed 's/^/# /'

# What the hook saw of what the devices sent, and what became of it
heard='(.kernel | to_entries | map(select(.key | test("^rx-(records|empty|alerts|expected|handshake|drop-.*)$")) |
	.value) | add)'
sealed='(.kernel | to_entries | map(select(.key | test("^tx-(records|drop-.*)$")) |
	select(.key != "tx-drop-not-udp") | .value) | add)'
sent='(."device-sent" + ."device-replayed" + ."device-forged" + ."config-injected")'

for p in quiet change after; do
	check "$p: every record from the devices was counted once" phase $p "$sent == $heard"
done
check "swap: no more records were counted than there were" phase swap "$sent >= $heard"
for p in quiet change swap after; do
	check "$p: every message of the service was counted once" phase $p "."'"service-sent"'" == $sealed"
done
for p in quiet after; do
	check "$p: the service got all that was opened" phase $p '."service-received" == k("rx-records")'
done
for p in quiet change swap after; do
	check "$p: the devices got all that was sealed, authentic, theirs, once" phase $p \
		'."device-received" == k("tx-records") and ."device-alerts" == k("tx-alerts") and
		(."device-bad" + ."device-stray" + ."device-twice" + ."service-stray" + ."service-twice") == 0'
done
check "quiet: only what was forged is not authentic, only what was late or replayed is refused" phase quiet \
	'k("rx-drop-auth") <= ."device-forged" and
	(."device-sent" - k("rx-records")) <= k("rx-drop-old") + k("rx-drop-replay")'
check "an association's own counters are right" \
	holds "$out/load" 'map(select(.phase == "quiet" or .phase == "after")) | all(.uneven == 0)'
check "in the end all associations work" phase after '.silent == 0 and .peers == '$assocs
check "no command was refused" holds "$out/load" 'all(."config-failed" == 0)'
check "there was enough of everything" phase change '."config-done" > 50 and k("rx-records") > 300 and k("tx-records") > 300'
