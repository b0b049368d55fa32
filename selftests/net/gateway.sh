# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What tests of the gateway share, on top of lib.sh: peers and keys installed by
# hand, a service, and counters that must move by exactly so much.

: "${out:?source lib.sh first}"
INNER=fd00:d9::17
DEV=$(dev 1)
DEV_PORT=40000
# shellcheck disable=SC2034 # used by the tests
CIPHERS="aes-128-ccm-8 aes-128-ccm aes-128-gcm aes-256-ccm-8 aes-256-ccm aes-256-gcm chacha20-poly1305"
keys=/tmp/keys-$$ # no log
assoc='' cipher='' keyed=aes-128-ccm-8

# As at, but without the mounts of ip netns exec, which make it slow.
within() { nsenter --net="/run/netns/$(ns "$1")" "${@:2}"; }

on_gw() { within gw dgsec "$@"; }

# ---- keys by hand ----------------------------------------------------------

# A socket of the kernel's own and the peer dev1: for keys installed by hand
manual() {
	must on_gw socket add dg0 :5684
	must on_gw peer add dg0 addr $INNER name dev1 "$@" >/dev/null
}

# make_keys [CIPHER]: for AES-128 if not given
make_keys() {
	local n key=16 iv=4
	keyed=${1:-aes-128-ccm-8}
	case $keyed in
	*-256-*)	key=32 ;;
	chacha20-*)	key=32 iv=12 ;;
	esac
	(umask 077 && for n in tx-key:$key tx-iv:$iv rx-key:$key rx-iv:$iv; do
		echo "${n%:*} $(od -An -vtx1 -N "${n#*:}" /dev/urandom | tr -d ' \n')"
	done >"$keys")
}

# The oracle cannot know that keys changed without a handshake.
oracle_reset() {
	local n
	n=$(grep -c '^reset' "$out/nonce-oracle")
	kill -USR1 "$(pid_of nonce-oracle)" || return
	wait_for 10 said "$out/nonce-oracle" "^reset $((n + 1))"
}

# new_assoc CIPHER [WORDS OF assoc add...]: in place of the last one, its number in $assoc
new_assoc() {
	cipher=$1
	shift
	[ -z "$assoc" ] || on_gw assoc del dg0 "$assoc"
	make_keys "$cipher"
	oracle_reset || return
	assoc=$(on_gw assoc add dg0 peer dev1 cipher "$cipher" keys "$keys" \
		remote "[$DEV]:$DEV_PORT" local "[$GW]:5684" "$@")
}

# raw COMMANDS OF dtls-raw...: the device's end; what comes back is kept for answers
raw() {
	within dev1 dtls-raw -k "$keys" -c "$cipher" -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" \
		"$@" >"$out/answers" && return
	cat "$out/answers"
	return 1
}

# holds FILE FILTER: FILE, lines of JSON taken as an array, is as FILTER says
holds() {
	jq -es "$2" "$1" >/dev/null && return
	echo "not so: $2"
	tail -n 5 "$1"
	return 1
}

answers() { holds "$out/answers" "$1"; }

# assoc_is FILTER: the association is as FILTER says
assoc_is() {
	on_gw assoc show dg0 "$assoc" -j >"$out/assoc" && holds "$out/assoc" ".[0][0] | $1"
}

# n_assocs N: the interface has so many associations
n_assocs() { [ "$(on_gw assoc show dg0 -j | jq length)" = "$1" ]; }

# ---- a service -------------------------------------------------------------

# serve [WORDS OF coap-echo...]: a service on the gateway that answers everything
serve() {
	start echo gw coap-echo -l "[$GW_INNER]:5683" "$@"
	must wait_for 10 said "$out/echo" ready
}

# notify ADDRESS [N]: the service sends something (hello) by itself, N times
notify() {
	at gw dtls-raw -k "$keys" -c "$keyed" -l "[$GW_INNER]:5683" -r "[$1]:5683" \
		"send raw=68656c6c6f count=${2:-1}"
}

# served FILTER: the array of what the service received is as FILTER says
served() { holds "$out/echo" "map(select(.from)) | $1"; }

n_served() { jq -s 'map(select(.from)) | length' "$out/echo"; }

# served_once N: the service got so many requests since the last look
seen=0
served_once() {
	local now
	now=$(n_served)
	[ $((now - seen)) = "$1" ] || { echo "$((now - seen)) requests at the service instead of $1"; return 1; }
	seen=$now
}

# ---- counters --------------------------------------------------------------

stat() { on_gw stats dg0 -j | jq ".\"$1\" // 0"; }

# stat_is NAME VALUE
stat_is() { [ "$(stat "$1")" = "$2" ]; }

mark() { on_gw stats dg0 -j >"$out/mark"; }

# What has moved since the mark, as an object of names and amounts
moves='to_entries | map(.value -= ($was[0][.key] // 0) | select(.value != 0)) | sort_by(.key) | from_entries'

moves_are() {
	on_gw stats dg0 -j >"$out/now" && jq -e --slurpfile was "$out/mark" --arg want "$1" "$moves"' == (
		$want | split(" ") | map(split("=")) | group_by(.[0]) |
		map({key: .[0][0], value: map(.[1] | tonumber) | add}) | from_entries)' "$out/now" &&
		mv "$out/now" "$out/mark"
}

# moved NAME=AMOUNT...: since the last mark or success of this, these have moved
# by so much (amounts of the same name are added), and no others.
moved() {
	wait_for 5 moves_are "$*" && return
	echo "not '$*', but $(jq -c --slurpfile was "$out/mark" "$moves" "$out/now")"
	return 1
}

# moved_by NAME...: by how much these together have moved since the mark
moved_by() {
	on_gw stats dg0 -j >"$out/now" &&
		jq --slurpfile was "$out/mark" "$moves"' | [.[$ARGS.positional[]] // 0] | add' \
			"$out/now" --args "$@"
}

# ---- events ----------------------------------------------------------------

# watch: events are in $out/events from here on
watch() {
	must on_gw peer add dg0 addr fd00:d9::eee name nobody >/dev/null
	start events gw dgsec monitor dg0 -j
	must wait_for 20 provoke
	must on_gw peer del dg0 nobody
}

# The monitor listens as soon as it has told of this.
provoke() {
	notify fd00:d9::eee
	said "$out/events" acquire
}

# events FILTER: the array of the events is as FILTER says; $assoc is in the filter
events() {
	jq -es --argjson assoc "${assoc:-0}" "$1" "$out/events" >/dev/null && return
	echo "not so: $1"
	tail -n 5 "$out/events"
	return 1
}

# event FILTER: exactly one event is as FILTER says; waits for it
event() { wait_for 10 events "map(select($1)) | length == 1" || events "map(select($1)) | length == 1"; }
