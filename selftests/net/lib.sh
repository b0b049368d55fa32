# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the net selftests share. A test sources this file and looks like
#
#	. "$(dirname "$0")/lib.sh"
#	plan 2
#	topology 1
#	check "the device reaches the gateway" at dev1 ping -q -c 1 -W 5 "$GW"
#	...
#
# Results are KTAP on standard output. At the end, however it comes, children
# are killed and namespaces deleted; a missing result or a reused nonce fails.

set -uo pipefail

: "${DGSEC_TEST:=$(basename "$0" .sh)}" "${DGSEC_LOG:=/tmp}" "${DGSEC_SLOW:=1}"
export DGSEC_TEST
# Files of this test, kept on the host.
out=$DGSEC_LOG/$DGSEC_TEST
mkdir -p "$out"

echo "KTAP version 1"
results=0 failures=0 planned=
namespaces=()
declare -A children=()

# A pipe that never says anything: reading it with a timeout is waiting without a
# process for it.
exec {quiet}<> <(:)

# ---- results ---------------------------------------------------------------

plan() {
	planned=$1
	echo "1..$1"
}

# Instead of plan, as the last thing, where the number is not known before.
done_testing() {
	planned=$results
	echo "1..$results"
}

ok() {
	results=$((results + 1))
	echo "ok $results - $*"
}

# fail DESCRIPTION [REASON...]
fail() {
	results=$((results + 1)) failures=$((failures + 1))
	echo "not ok $results - $1"
	shift
	[ $# = 0 ] || note "$@"
}

# skip DESCRIPTION WHY...
skip() {
	results=$((results + 1))
	echo "ok $results - $1 # SKIP ${*:2}"
}

# skip_all WHY...: this whole test cannot run here
skip_all() {
	planned=0
	echo "1..0 # SKIP $*"
	exit 4
}

# interop PEER server|client MODE WORDS...: for docs/interop.md: this has worked with a foreign peer, and
# dgsec was that. Words are ciphers; what begins with + goes to the last column (_ for blanks).
interop() { echo "# interop $*"; }

note() { printf '%s\n' "$*" | sed 's/^/# /'; }

# check DESCRIPTION COMMAND...: ok if the command succeeds; says what it printed if not
check() {
	local what=$1 rc=0
	shift
	"$@" >"$out/check" 2>&1 || rc=$?
	if [ $rc = 0 ]; then
		ok "$what"
	else
		fail "$what" "status $rc: $*"
		sed 's/^/# /' "$out/check"
	fi
	return $rc
}

# refuse DESCRIPTION COMMAND...: ok if the command fails
refuse() {
	local what=$1
	shift
	if "$@" >"$out/check" 2>&1; then
		fail "$what" "succeeded: $*"
		sed 's/^/# /' "$out/check"
		return 1
	fi
	ok "$what"
}

# must COMMAND...: what the rest cannot do without
must() {
	local rc=0
	"$@" || rc=$?
	[ $rc = 0 ] && return
	echo "Bail out! status $rc: $*"
	failures=$((failures + 1))
	exit 1
}

# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
	local end=$((SECONDS + $1 * DGSEC_SLOW + 1))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			note "waited in vain for: $*"
			return 1
		fi
		read -r -t 0.1 -u "$quiet" || :
	done
}

# said FILE PATTERN: for wait_for and check
said() { grep -qE -- "$2" "$1"; }

# ---- namespaces and processes ----------------------------------------------

# ns NAME: its full name, unique to this process
ns() { echo "$1-$$"; }

# at NAME COMMAND...: in that namespace
at() {
	local n=$1
	shift
	ip netns exec "$n-$$" "$@"
}

new_ns() {
	local n
	for n; do
		must ip netns add "$n-$$"
		namespaces+=("$n-$$")
		at "$n" sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
		ip -n "$n-$$" link set lo up
	done
}

# start NAME NAMESPACE COMMAND...: in the background, output in $out/NAME
# (and pid in $pid); NAMESPACE - is where we are
start() {
	local name=$1 where=$2
	shift 2
	[ "$where" = - ] || set -- ip netns exec "$where-$$" "$@"
	"$@" >"$out/$name" 2>&1 </dev/null &
	pid=$!
	children[$name]=$pid
}

pid_of() { echo "${children[$1]}"; }

running() { kill -0 "${children[$1]}" 2>/dev/null; }

# stop NAME [SIGNAL]: returns the status it ends with; kills it if it does not
stop() {
	local p=${children[$1]:-} rc=0 quitting=$((SECONDS + 5 * DGSEC_SLOW))
	[ -n "$p" ] || return 0
	unset "children[$1]"
	kill "-${2:-TERM}" "$p" 2>/dev/null
	while kill -0 "$p" 2>/dev/null && [ $SECONDS -lt $quitting ]; do
		read -r -t 0.05 -u "$quiet" || :
	done
	if kill -9 "$p" 2>/dev/null; then
		note "$1 did not stop, killed"
	fi
	wait "$p" 2>/dev/null || rc=$?
	return $rc
}

finish() {
	local rc=$? name n
	trap - EXIT
	trap '' INT TERM
	oracle_stop
	for name in "${!children[@]}"; do
		stop "$name" >/dev/null
	done
	for n in "${namespaces[@]}"; do
		ip netns pids "$n" 2>/dev/null | xargs -r kill -9 2>/dev/null
		ip netns delete "$n"
	done
	rm -f "$out/check"
	rmdir "$out" 2>/dev/null
	if [ -z "$planned" ]; then
		note "ended before it had said how many checks there are"
		rc=1
	elif [ "$results" != "$planned" ] && [ "$rc" != 4 ]; then
		note "$results results, $planned planned"
		rc=1
	fi
	[ $failures = 0 ] || rc=1
	exit $rc
}
trap finish EXIT
trap 'exit 1' INT TERM

# ---- the module ------------------------------------------------------------

# load_dependencies [FILE]: the modules that dgsec.ko or another one names as its
# own needs: insmod does not get them. Ours lie beside it.
load_dependencies() {
	local m file=${1:-$DGSEC_KO}
	for m in $(modinfo -F depends "$file" | tr , ' '); do
		if [ -e "${file%/*}/$m.ko" ]; then
			[ -d "/sys/module/$m" ] || { load_dependencies "${file%/*}/$m.ko" && insmod "${file%/*}/$m.ko"; }
		else
			modprobe "$m"
		fi || return
	done
}

# kcsan on|off, where there is KCSAN
kcsan() { [ ! -w /sys/kernel/debug/kcsan ] || echo "$1" >/sys/kernel/debug/kcsan; }

# The self tests race with nobody: KCSAN would only make them slow.
load_module() {
	[ ! -d /sys/module/dgsec ] || return 0
	kcsan off
	load_dependencies
	insmod "$DGSEC_KO"
	kcsan on
	[ -d /sys/module/dgsec ]
}

# ---- the nonce oracle ------------------------------------------------------

# Watches every record of the gateway's lower side during the whole test, in
# namespace NAME (gw) on device DEVICE (lowpan0).
# shellcheck disable=SC2120 # tests with a topology of their own give arguments
oracle_start() {
	local name=${1:-gw} device=${2:-lowpan0}
	ip netns exec "$name-$$" nonce-oracle -i "$device" -p 5684 -p 61616 -p 61617 -o "$out/nonce-oracle" \
		>"$out/nonce-oracle.out" 2>&1 </dev/null &
	children[nonce-oracle]=$!
	must wait_for 10 said "$out/nonce-oracle" '^ready'
}

oracle_stop() {
	[ -n "${children[nonce-oracle]:-}" ] || return 0
	local rc=0
	stop nonce-oracle || rc=$?
	if [ $rc = 0 ]; then
		note "nonce oracle: $(grep -v '^ready' "$out/nonce-oracle" "$out/nonce-oracle.out" -h | tail -1)"
	else
		# Not among the planned ones, as it can happen in any test.
		echo "not ok $((results + 1)) - no nonce is used twice"
		failures=$((failures + 1))
		cat "$out/nonce-oracle" "$out/nonce-oracle.out" | tail -20 | sed 's/^/# /'
	fi
}

# ---- the topology ----------------------------------------------------------
#
#	 host                      gw                        dev1 ... devN
#	+------+               +----------------+              +---------+
#	| eth0 +---- veth -----+ eth0   lowpan0 +--- radio ----+ lowpan0 |
#	+------+               |          dg0   |              +---------+
#	 fd00:b::2    fd00:b::1| fd00:6::1      |               fd00:6::2 ...
#	                       | dg0 fd00:d9::1 |
#	                       +----------------+

# shellcheck disable=SC2034 # for the tests
GW=fd00:6::1
GW_INNER=fd00:d9::1
GW_BACKBONE=fd00:b::1
HOST=fd00:b::2

# dev N: the address of device N on the lower network
dev() { printf 'fd00:6::%x\n' $(($1 + 1)); }

# topology [-v] N: N devices. With -v the lower network is veth under the same
# names: quicker, for tests to which the radio means nothing.
topology() {
	local radio=yes i n
	if [ "$1" = -v ]; then
		radio=no
		shift
	fi
	local count=$1 places=(gw)
	for ((i = 1; i <= count; i++)); do
		places+=("dev$i")
	done
	new_ns "${places[@]}" host
	if [ $radio = yes ]; then
		lower_radio "${places[@]}"
	else
		lower_veth "${places[@]}"
	fi
	i=0
	for n in "${places[@]}"; do
		i=$((i + 1))
		must ip -n "$(ns "$n")" link set lowpan0 up
		must ip -n "$(ns "$n")" addr add "fd00:6::$(printf %x $i)/64" dev lowpan0 nodad
	done

	must ip link add eth0 netns "$(ns gw)" type veth peer name eth0 netns "$(ns host)"
	must ip -n "$(ns gw)" link set eth0 up
	must ip -n "$(ns gw)" addr add $GW_BACKBONE/64 dev eth0 nodad
	must ip -n "$(ns host)" link set eth0 up
	must ip -n "$(ns host)" addr add $HOST/64 dev eth0 nodad
	must ip -n "$(ns host)" route add default via $GW_BACKBONE
	must at gw sysctl -q -w net.ipv6.conf.all.forwarding=1

	must load_module
	must ip -n "$(ns gw)" link add link lowpan0 name dg0 type dgsec
	must ip -n "$(ns gw)" addr add $GW_INNER/64 dev dg0 nodad
	must ip -n "$(ns gw)" link set dg0 up
	oracle_start
}

# The first radio, the gateway's, hears all others, the others only it. A lowpan
# device must live in the namespace of its radio, so the radio moves first.
lower_radio() {
	local n i wpan phys
	must wait_for 5 modprobe -r mac802154_hwsim
	must modprobe ieee802154_6lowpan
	must modprobe mac802154_hwsim # comes with radios 0 and 1, connected
	for ((i = 2; i < $#; i++)); do
		must wpan-hwsim add >/dev/null
		must wpan-hwsim edge add 0 $i
		must wpan-hwsim edge add $i 0
	done
	mapfile -t phys < <(find /sys/class/ieee802154 -name 'phy*' -printf '%f\n' | sort -V)
	[ ${#phys[@]} = $# ] || must false "${#phys[@]} radios instead of $#"
	for n; do
		must iwpan phy "${phys[0]}" set netns name "$(ns "$n")"
		phys=("${phys[@]:1}")
		wpan=$(at "$n" find /sys/class/net -name 'wpan*' -printf '%f\n')
		must at "$n" iwpan dev "$wpan" set pan_id 0xabcd
		must ip -n "$(ns "$n")" link add link "$wpan" name lowpan0 type lowpan
		must ip -n "$(ns "$n")" link set "$wpan" up
	done
}

lower_veth() {
	local n
	new_ns air
	must ip -n "$(ns air)" link add air type bridge mcast_snooping 0
	must ip -n "$(ns air)" link set air up
	for n; do
		must ip link add lowpan0 mtu 1280 netns "$(ns "$n")" type veth \
			peer name "$n" mtu 1280 netns "$(ns air)"
		must ip -n "$(ns air)" link set "$n" master air up
	done
}
