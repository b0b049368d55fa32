#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
# Everything goes away while traffic flows in both directions: the interface,
# the lower device, either network namespace, the socket, the daemon, the
# module. Nothing may hang, crash or stay behind; whether something did, the
# harness sees in the kernel's log (and on the debug kernel in much more).
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

rounds=2
# Where everything is slow, each once: what one round misses the next run finds.
[ "${DGSEC_KERNEL:-}" != debug ] || rounds=1

# A topology of its own for each round, as each round destroys it
setup() {
	must load_module
	new_ns gw dev1
	must ip link add lowpan0 mtu 1280 netns "$(ns gw)" type veth peer name lowpan0 mtu 1280 netns "$(ns dev1)"
	must ip -n "$(ns gw)" link set lowpan0 up
	must ip -n "$(ns gw)" addr add $GW/64 dev lowpan0 nodad
	must ip -n "$(ns dev1)" link set lowpan0 up
	must ip -n "$(ns dev1)" addr add $DEV/64 dev lowpan0 nodad
	must at gw ip link add link lowpan0 name dg0 type dgsec
	must ip -n "$(ns gw)" addr add $GW_INNER/64 dev dg0 nodad
	must ip -n "$(ns gw)" link set dg0 up
	manual
	make_keys
	must on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys "$keys" \
		remote "[$DEV]:$DEV_PORT" local "[$GW]:5684" >/dev/null
	oracle_start
}

# Requests from the device as fast as it can, answers from the service, and
# more from the service by itself
flow() {
	serve -b
	start device dev1 bash -c "while :; do dtls-raw -k $keys -c aes-128-ccm-8 -l '[$DEV]:$DEV_PORT' \
		-r '[$GW]:5684' 'send seq=1 get=/x count=16000000' drain >/dev/null; done"
	start notifier gw bash -c "while :; do dtls-raw -k $keys -c aes-128-ccm-8 -l '[$GW_INNER]:5683' \
		-r '[$INNER]:5683' 'send raw=68656c6c6f count=16000000'; done"
	must wait_for 20 flows
}
flows() { on_gw stats dg0 -j | jq -e '."rx-records" > 100 and ."tx-records" > 100'; }

ebb() {
	local name
	for name in device notifier echo events; do
		stop "$name" KILL >/dev/null 2>&1
	done
	oracle_stop
}
quick() { timeout $((30 * DGSEC_SLOW)) "$@"; }
no_dg0() { ! ip -n "$(ns "$1")" link show dg0 >/dev/null 2>&1; }
delete_ns() {
	local n kept=()
	for n in "${namespaces[@]}"; do
		[ "$n" = "$(ns "$1")" ] || kept+=("$n")
	done
	namespaces=("${kept[@]}")
	quick ip netns delete "$(ns "$1")"
}
unload() { quick rmmod dgsec; }
end() {
	ebb
	check "$1: the module can be unloaded" unload
	delete_ns gw
	delete_ns dev1
}
for i in $(seq $rounds); do
	setup
	flow
	check "round $i: dg0 is deleted" quick ip -n "$(ns gw)" link del dg0
	check "round $i: it is gone" no_dg0 gw
	end "round $i, dg0"

	setup
	flow
	check "round $i: the lower device is deleted" quick ip -n "$(ns gw)" link del lowpan0
	check "round $i: dg0 is gone with it" wait_for 10 no_dg0 gw
	end "round $i, lower device"

	setup
	flow
	check "round $i: the module is unloaded" unload
	check "round $i: dg0 is gone with it" no_dg0 gw
	must load_module
	end "round $i, module"

	# The socket goes and comes, the peer, the associations
	setup
	flow
	churn() {
		local j
		for ((j = 0; j < 10; j++)); do
			on_gw socket del dg0 5684 && on_gw socket add dg0 :5684 &&
				on_gw assoc add dg0 peer dev1 cipher aes-128-ccm-8 keys "$keys" tx-seq $((1000000 * (j + 1))) \
					remote "[$DEV]:$DEV_PORT" local "[$GW]:5684" replace &&
				on_gw show dg0 -j >/dev/null || return
		done
		on_gw peer del dg0 dev1 && on_gw peer add dg0 addr $INNER name dev1
	}
	check "round $i: socket, association and peer come and go" churn
	end "round $i, socket"

	# Up and down
	setup
	flow
	updown() {
		local j
		for ((j = 0; j < 10; j++)); do
			ip -n "$(ns gw)" link set dg0 down && ip -n "$(ns gw)" link set dg0 up &&
				at gw ip addr replace $GW_INNER/64 dev dg0 nodad &&
				ip -n "$(ns gw)" link set lowpan0 down && ip -n "$(ns gw)" link set lowpan0 up &&
				at gw ip addr replace $GW/64 dev lowpan0 nodad || return
		done
	}
	check "round $i: both devices go down and up" updown
	end "round $i, up and down"

	# The netns of the interface, moved out of that of the lower device
	setup
	new_ns inner
	must ip -n "$(ns gw)" link set dg0 netns "$(ns inner)"
	must ip -n "$(ns inner)" addr add $GW_INNER/64 dev dg0 nodad
	must ip -n "$(ns inner)" link set dg0 up
	start device dev1 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" \
		'send seq=1 get=/x count=16000000'
	must wait_for 20 eval 'on_gw stats lower:lowpan0 -j | jq -e ".[\"rx-records\"] > 100"'
	check "round $i: the netns of dg0 is deleted" delete_ns inner
	check "round $i: the lower device stays, without it" wait_for 20 \
		eval '[ "$(on_gw show -j | jq length)" = 0 ] && ip -n $(ns gw) link show lowpan0'
	end "round $i, inner netns"

	# The netns of the lower device, with dg0 elsewhere
	setup
	new_ns inner
	must ip -n "$(ns gw)" link set dg0 netns "$(ns inner)"
	must ip -n "$(ns inner)" addr add $GW_INNER/64 dev dg0 nodad
	must ip -n "$(ns inner)" link set dg0 up
	start device dev1 dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" \
		'send seq=1 get=/x count=16000000'
	start echo inner coap-echo -b -l "[$GW_INNER]:5683"
	must wait_for 20 eval 'ip netns exec $(ns inner) dgsec stats dg0 -j | jq -e ".[\"tx-records\"] > 100"'
	oracle_stop # it is a process in there, and would keep the netns
	check "round $i: the netns of the lower device is deleted" delete_ns gw
	check "round $i: dg0 is gone from the other" wait_for 20 no_dg0 inner
	ebb
	check "round $i, outer netns: the module can be unloaded" unload
	delete_ns dev1
	delete_ns inner

	# The daemon, killed and started in the middle of it
	setup
	flow
	configure
	on_gw socket del dg0 5684
	deaths() {
		local j
		for ((j = 0; j < 3; j++)); do
			daemon_start
			kill -9 "$(daemon_pid)"
			wait_for 10 standby || return
			stop "$daemon" >/dev/null 2>&1
		done
		return 0
	}
	check "round $i: the daemon dies three times" deaths
	end "round $i, daemon"
done
rm -f "$conf"
done_testing
