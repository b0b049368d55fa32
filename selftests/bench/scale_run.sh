#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The part of scale.sh that runs in the virtual machine.
#
# usage: scale_run.sh DEVICES ASSOCIATIONS
set -u
devices=${1:?usage: scale_run.sh DEVICES ASSOCIATIONS} many=${2:?}
log=${DGSEC_LOG:-.}
few=$((devices < 500 ? devices : 500))	# handshakes for comparison, one after the other
PSK=7369787465656e206f63746574732e00	# bench-scale's for all
# Devices are the addresses of one prefix, all of them in dev.
server=fd00:6::1 net=fd00:77::

die() {
	echo "scale: $*" >&2
	exit 1
}

say() { echo "scale: $*"; }

at() { ip netns exec "$@"; } # in the background a shell of its own: not for who is measured

wait_for() { # COMMAND...
	local i
	for ((i = 0; i < 600; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	die "in vain: $*"
}

load() {
	local depends
	for depends in $(modinfo -F depends "${DGSEC_KO%/*}/$1.ko" | tr , ' '); do
		if [ -e "${DGSEC_KO%/*}/$depends.ko" ]; then
			[ -d "/sys/module/$depends" ] || load "$depends"
		else
			modprobe "$depends" || die "no module $depends"
		fi
	done
	insmod "${DGSEC_KO%/*}/$1.ko" || die "cannot load $1"
}

network() {
	local n
	for n in gw dev; do
		ip netns add $n || die "no network namespaces"
		at $n sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
		ip -n $n link set lo up
	done
	ip link add lowpan0 mtu 1280 netns gw type veth peer name lowpan0 mtu 1280 netns dev
	ip -n gw link set lowpan0 up
	ip -n dev link set lowpan0 up
	ip -n gw addr add $server/64 dev lowpan0 nodad
	ip -n dev addr add fd00:6::2/64 dev lowpan0 nodad
	ip -n gw route add $net/48 via fd00:6::2 dev lowpan0
	ip -n dev route add local $net/48 dev lo
}

configure() {
	(umask 077 && awk -v n="$devices" 'BEGIN {
		print "[interface dg0]\nlower = lowpan0\naddress = fd00:d9::1/64"
		print "handshake-rate = 0\nhandshake-prefix-rate = 0\nhandshake-total-rate = 0\nconfirm-grace = 1s"
		for (i = 0; i < n; i++)
			printf "[peer device-%u]\nidentity = device-%u\naddress = fd00:d9::1:%x:%x\npsk = 7369787465656e206f637465%08x\n",
				i, i, i / 65536, i % 65536, i
	}' >/tmp/scale.conf)
}

# clients NAME OPTION...: one line of JSON in $log/NAME.json
clients() {
	local name=$1
	shift
	at dev bench-scale "$@" >"$log/$name.json" || say "$name: $(cat "$log/$name.json")"
	jq -e .done "$log/$name.json" >/dev/null || die "$name: no figures"
	say "$name: $(cat "$log/$name.json")"
}

slab() { awk -v name="$1" '$1 == name { print $2 * $4 }' /proc/slabinfo; }
interface() { at gw dgsec show dg0 -j | jq ".[0].$1"; }
attached() { at gw dgsec show dg0 -j | jq -e '.[0]."socket-list" | length == 1'; }

# ---- real handshakes ---------------------------------------------------------

# What servers say stays in the machine: writing it out to the host is waiting, and
# then the machine's clock jumps.
network
load dgsec
configure
ip netns exec gw dgsecd -c /tmp/scale.conf >/tmp/dgsecd.log 2>&1 &
daemon=$!
wait_for attached
ip netns exec gw coap-echo -l "[fd00:d9::1]:5683" >/dev/null 2>&1 &
echo_pid=$!
wait_for at gw ss -Hlun 'sport = :5683'
sleep 1
before=$(slab dgsec_assoc)
clients dgsecd -r "[$server]:5684" -b $net -n "$devices" -w 64 -e 3 -s 20 -p $daemon
assocs=$(interface assocs)
association=$((($(slab dgsec_assoc) - before) / assocs))
# once more from elsewhere, one at a time and with nothing behind, as the others can
clients dgsecd-single -r "[$server]:5684" -b fd00:77:0:1:: -n $few -w 1 -c -p $daemon
kill $daemon $echo_pid
wait $daemon
ip -n gw link del dg0

# ---- the libraries' own servers, one client at a time --------------------------

openssl version >"$log/versions"
gnutls-serv --version | head -1 >>"$log/versions"
ip netns exec gw openssl s_server -dtls1_2 -listen -accept "[$server]:5001" -nocert -psk $PSK -psk_identity device \
	-cipher 'PSK-AES128-CCM8:@SECLEVEL=0' -quiet </dev/null >/tmp/openssl.log 2>&1 &
other=$!
wait_for at gw ss -Hlun 'sport = :5001'
clients openssl -r "[$server]:5001" -b fd00:77:0:2:: -n $few -i device -c -p $other
kill $other
(umask 077 && echo "device:$PSK" >/tmp/scale.psk)
ip netns exec gw gnutls-serv --udp -p 5002 --pskpasswd /tmp/scale.psk --priority 'NORMAL:-KX-ALL:+PSK:-CIPHER-ALL:+AES-128-CCM-8' \
	--echo -q </dev/null >/tmp/gnutls.log 2>&1 &
other=$!
wait_for at gw ss -Hlun 'sport = :5002'
clients gnutls -r "[$server]:5002" -b fd00:77:0:3:: -n $few -i device -c -p $other
kill $other
ip netns del dev
ip netns del gw

# ---- over netlink ----------------------------------------------------------------

modprobe -q tun
: >"$log/path.tsv"
for way in in out; do
	for n in 1 $many; do
		bench-path -n 500 -a $n -c aes-128-ccm-8 dgsec-dtls12 $way >>"$log/path.tsv" || die "bench-path $way $n"
		bench-path -n 500 -a $n forwarding $way >>"$log/path.tsv" || die "bench-path forwarding $way $n"
		say "$n over netlink, $way"
	done
done

# ---- what came of it -------------------------------------------------------------

# packet PATH WAY PEERS: median of instructions
packet() { awk -F '\t' -v p="$1" -v w="$2" -v n="$3" '$1 == "packet" && $2 == p && $3 == w && $6 == n { print $11; exit }' "$log/path.tsv"; }
over() { echo $(($(packet dgsec-dtls12 "$1" "$2") - $(packet forwarding "$1" "$2"))); }
memory() { awk -F '\t' -v what="$1" '$1 == "memory" && $5 == what { print $7; exit }' "$log/path.tsv"; }
install=$(awk -F '\t' '$1 == "install" { print $5; exit }' "$log/path.tsv")

jq -n --slurpfile d "$log/dgsecd.json" --slurpfile s "$log/dgsecd-single.json" --slurpfile o "$log/openssl.json" \
	--slurpfile g "$log/gnutls.json" --argjson devices "$devices" --argjson many "$many" --argjson association $association \
	--argjson peer "$(memory kmalloc-192 || echo null)" --argjson all "$(memory all)" --argjson install "$install" \
	--argjson in_one "$(over in 1)" --argjson in_many "$(over in $many)" \
	--argjson out_one "$(over out 1)" --argjson out_many "$(over out $many)" \
	--arg kernel "$(uname -r)" --rawfile versions "$log/versions" '
	def rate: .clients * 1e9 / .server_ns | round;
	{ format: 1, kernel: $kernel, versions: ($versions | rtrimstr("\n") | split("\n")), devices: $devices, associations: $many,
	  handshakes_per_second: { dgsecd: ($s[0] | rate), openssl: ($o[0] | rate), gnutls: ($g[0] | rate),
		dgsecd_with_clients: ($d[0] | .clients * 1e9 / .handshake_ns | round) },
	  octets: { association: $association, peer: $peer, all_kernel: $all, daemon: ($d[0] | .memory_kib * 1024 / .clients | round),
		daemon_peak: ($d[0] | .memory_peak_kib * 1024 / .clients | round),
		daemon_configuration: ($d[0] | .memory_before_kib * 1024 / .clients | round) },
	  installs_per_second: (1e9 / $install | round),
	  packet: { in_one: $in_one, in_many: $in_many, out_one: $out_one, out_many: $out_many },
	  dgsecd: $d[0], dgsecd_single: $s[0], openssl: $o[0], gnutls: $g[0] }' >"$log/scale.json" || die "no scale.json"

jq -r 'def n: tostring | [while(length > 0; .[:-3])] | reverse | . as $all | [range(length) as $i | $all[$i][(if $i == 0 then 0 else ($all[$i-1] | length) end):]] | join(",");
	"| \(.devices | n) devices, real handshakes | |", "|---|---:|",
	"| handshakes a second, the server alone: dgsecd | \(.handshakes_per_second.dgsecd | n) |",
	"| \(.versions[0] | split(" ") | .[0:2] | join(" ")), s_server | \(.handshakes_per_second.openssl | n) |",
	"| GnuTLS \(.versions[1] | split(" ") | last), gnutls-serv | \(.handshakes_per_second.gnutls | n) |",
	"| dgsecd, with \(.devices | n) clients on the same processor, 64 at a time | \(.handshakes_per_second.dgsecd_with_clients | n) |",
	"| kernel memory: association, peer | \(.octets.association), \(.octets.peer | round) octets |",
	"| the daemon'"'"'s memory for an established association | \(.octets.daemon) octets |",
	"| for its peer'"'"'s configuration | \(.octets.daemon_configuration | n) octets |",
	"| answers of \(.dgsecd.requests | n) requests over all associations | \(.dgsecd.answers | n) |",
	"| peers with an association installed over netlink, a second | \(.installs_per_second | n) |",
	"| instructions over forwarding, in / out: 1 association | \(.packet.in_one | n) / \(.packet.out_one | n) |",
	"| \(.associations | n) associations | \(.packet.in_many | n) / \(.packet.out_many | n) |"' "$log/scale.json" >"$log/scale.md"
