# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What tests with dgsecd share, on top of gateway.sh.

: "${out:?source lib.sh first}"
PSK=secretPSK16bytes
# shellcheck disable=SC2034 # used by the tests
PSK_HEX=$(printf %s "$PSK" | od -An -vtx1 | tr -d ' \n')
conf=/tmp/dgsecd-$$.conf
generation=0

# configure [LINES OF THE INTERFACE...]: with the one peer dev1
configure() {
	(umask 077 && cat >"$conf" <<-EOT
		[interface dg0]
		lower = lowpan0
		address = $GW_INNER/64
		confirm-grace = 3s
		$(printf '%s\n' "$@")

		[peer dev1]
		identity = dev1
		psk = $PSK_HEX
		address = $INNER
	EOT
	)
}

# also [LINES...]: more in the configuration
also() { printf '%s\n' "$@" >>"$conf"; }

daemon_start() {
	generation=$((generation + 1))
	daemon=dgsecd.$generation
	start "$daemon" gw dgsecd -c "$conf" -S "$out/stats.json"
	must wait_for 20 attached
}

attached() { on_gw show dg0 -j | jq -e '.[0]."socket-list" | length >= '${sockets:-1}' and all(.[]; .standby | not)'; }
standby() { on_gw show dg0 -j | jq -e '.[0]."socket-list"[0].standby'; }

# reload: wait until the configuration that is there now is in force
reload() {
	local n
	n=$(daemon_stat .reloads+.reloads_failed)
	kill -HUP "$(daemon_pid)" || return
	wait_for 10 eval "[ \"\$(daemon_stat .reloads+.reloads_failed)\" = $((n + 1)) ]"
}

# start's pid is that of ip netns exec, which becomes the daemon
daemon_pid() { pid_of "$daemon"; }

# daemon_stat FILTER: from the daemon's own counters, as they are now
daemon_stat() {
	rm -f "$out/stats.json"
	kill -USR1 "$(daemon_pid)" || return
	wait_for 10 test -s "$out/stats.json" && jq "$1" "$out/stats.json"
}

# daemon_is FILTER
daemon_is() { [ "$(daemon_stat "$1")" = true ]; }

daemon_said() { said "$out/$daemon" "$1"; }

# ended_with STATUS: the daemon has ended by itself
ended_with() {
	local rc=0
	wait "$(pid_of "$daemon")" || rc=$?
	unset "children[$daemon]"
	[ $rc = "$1" ] && return
	echo "status $rc"
	return 1
}

# peer COMMANDS OF dtls-peer...: dev1 with its identity; results are kept for answers
peer() {
	at dev1 dtls-peer -l "[$DEV]:${port:-$DEV_PORT}" -r "[$GW]:5684" -i "${identity:-dev1}" \
		-s "${psk:-$PSK_HEX}" -c "${cipher:-aes-128-ccm-8}" "$@" >"$out/answers" && return
	cat "$out/answers"
	return 1
}
