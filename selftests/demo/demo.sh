#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The main job, step by step: a device behind a 6LoWPAN radio talks CoAP over
# DTLS to servers that know nothing of DTLS. The handshakes are dgsecd's, all
# records are the kernel's. Runs in the virtual machine (make demo).
#
#	 host                gateway                  device
#	+------+          +-----------+             +---------+
#	| eth0 +-- veth --+ eth0      |             |         |
#	+------+          |   lowpan0 +--- radio ---+ lowpan0 |
#	 plain CoAP       |   dg0     |  DTLS       +---------+
#	 server           +-----------+              coap-client
#	                   plain CoAP server
set -euo pipefail

out=${DGSEC_LOG:?run this by: make demo}
conf=/tmp/dgsec.conf
children=()
requests=0 answered=0

step() { printf '\n== %s\n' "$*"; }
die() {
	printf '\ndemo: FAILED: %s\n' "$*"
	exit 1
}
# Show a command as a reader would type it, and run it.
run() {
	printf '   # %s\n' "$*"
	"$@" || die "$*"
}
on() { ip netns exec "$@"; }
background() {
	local name=$1
	shift
	"$@" >"$out/$name" 2>&1 &
	children+=($!)
}
until_ok() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || die "waited in vain for: $*"
		read -r -t 0.1 <> <(:) || :
	done
}
cleanup() {
	local rc=$?
	trap - EXIT
	[ $rc = 0 ] || tail -n 20 "$out"/dgsecd 2>/dev/null || :
	kill "${children[@]}" 2>/dev/null || :
	wait
	ip -all netns delete
	rmmod dgsec dgsec_ccm 2>/dev/null || :
	exit $rc
}
trap cleanup EXIT
trap 'die "line $LINENO: $BASH_COMMAND"' ERR

# ---- the world around ---------------------------------------------------------

step "A device and a gateway with simulated IEEE 802.15.4 radios, and a host on the backbone"
modprobe ieee802154_6lowpan
modprobe mac802154_hwsim radios=2
mapfile -t phys < <(find /sys/class/ieee802154 -name 'phy*' -printf '%f\n' | sort -V)
n=0
for ns in gateway device; do
	ip netns add $ns
	ip -n $ns link set lo up
	on $ns sysctl -qw net.ipv6.conf.default.accept_dad=0
	iwpan phy "${phys[n]}" set netns name $ns
	wpan=$(on $ns find /sys/class/net -name 'wpan*' -printf '%f\n')
	on $ns iwpan dev "$wpan" set pan_id 0xabcd
	ip -n $ns link add link "$wpan" name lowpan0 type lowpan
	ip -n $ns link set "$wpan" up
	ip -n $ns link set lowpan0 up
	n=$((n + 1))
	ip -n $ns addr add fd00:6::$n/64 dev lowpan0 nodad
done
ip netns add host
ip -n host link set lo up
ip link add eth0 netns gateway type veth peer name eth0 netns host
ip -n gateway link set eth0 up
ip -n gateway addr add fd00:b::1/64 dev eth0 nodad
ip -n host link set eth0 up
ip -n host addr add fd00:b::2/64 dev eth0 nodad
ip -n host route add default via fd00:b::1
on gateway sysctl -qw net.ipv6.conf.all.forwarding=1
echo "   device fd00:6::2 --- 6LoWPAN --- fd00:6::1 gateway fd00:b::1 --- Ethernet --- fd00:b::2 host"

# ---- what a user does on a gateway ---------------------------------------------

step "The gateway: the module, the interface, the daemon"
modinfo -F depends "$DGSEC_KO" | tr , '\n' | sed '/^dgsec_ccm$/d' | xargs -rn1 modprobe
run insmod "${DGSEC_KO%/*}/dgsec_ccm.ko"
run insmod "$DGSEC_KO"
run on gateway ip link add link lowpan0 name dg0 type dgsec
cat >$conf <<'CONF'
[interface dg0]
lower = lowpan0
address = fd00:d9::1/64
[peer lamp]
identity = lamp
psk = 736563726574206f6620746865206c616d70
address = fd00:d9::17
[peer meter]
identity = meter
psk = 736563726574206f6620746865206d65746572
address = fd00:d9::18
service = [fd00:b::2]:5683
CONF
chmod 600 $conf
echo "   $conf:"
sed 's/^/      /' $conf
run dgsecd --check -c $conf
echo "   # dgsecd -c $conf &"
background dgsecd ip netns exec gateway dgsecd -c $conf -S "$out/dgsecd.json"
daemon=$!
attached() { on gateway dgsec show dg0 -j | jq -e '.[0]."socket-list"[0].standby | not'; }
until_ok 20 attached
until_ok 20 eval 'on gateway ip addr show dev dg0 up | grep -q fd00:d9::1'

step "Two CoAP servers that know nothing of DTLS: one on the gateway, one on the host"
echo "   gateway# coap-server-notls -A fd00:d9::1 -p 5683      (serves the lamp)"
background server-gateway ip netns exec gateway coap-server-notls -A fd00:d9::1 -p 5683
echo "   host#    coap-server-notls -A fd00:b::2 -p 5683       (serves the meter)"
background server-host ip netns exec host coap-server-notls -A fd00:b::2 -p 5683
until_ok 10 eval 'on gateway ss -Hlnu | grep -q :5683'
until_ok 10 eval 'on host ss -Hlnu | grep -q :5683'
captures=()
for dev in lowpan0 dg0; do
	background tcpdump-$dev ip netns exec gateway tcpdump -n -U --immediate-mode -i $dev -w "$out/$dev.pcap"
	captures+=($!)
	until_ok 10 grep -q listening "$out/tcpdump-$dev"
done

# ---- the device ------------------------------------------------------------------

declare -A psk=([lamp]="secret of the lamp" [meter]="secret of the meter")
client() { # WHO WORDS...
	local who=$1
	shift
	timeout 60 ip netns exec device coap-client-gnutls -u "$who" -k "${psk[$who]}" "$@"
}
# One request, whose answer must match; PUT answers with nothing but success.
request() { # WHO METHOD PATH REGEX [PAYLOAD]
	local who=$1 method=$2 path=$3 regex=$4 words=() answer
	[ $# -lt 5 ] || words=(-e "$5")
	requests=$((requests + 1))
	answer=$(client "$who" -m "$method" "${words[@]}" "coaps://[fd00:6::1]$path" 2>"$out/client.log") || answer="(none)"
	printf '   %-6s %s %-14s %-22s -> %s\n' "$who" "${method^^}" "$path" "${5:-}" "${answer:-done}"
	[[ $answer =~ $regex ]] || die "the answer to ${method^^} $path of $who was not as expected: $(cat "$out/client.log")"
	answered=$((answered + 1))
}
time='^[A-Z][a-z][a-z] [0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$'

step "The device, with libcoap's unmodified coap-client-gnutls: PSK, AES-128-CCM-8"
echo "   device# coap-client-gnutls -u lamp -k '${psk[lamp]}' -m get 'coaps://[fd00:6::1]/time'"
for who in lamp meter; do
	text="written by the $who"
	request $who get /time "$time"
	request $who put /example_data '^$' "$text"
	request $who get /example_data "^$text\$"
done

step "Observe: the lamp asks once, notifications come by themselves"
requests=$((requests + 1))
background observe ip netns exec device timeout 60 coap-client-gnutls -u lamp -k "${psk[lamp]}" -m get -s 8 -B 20 \
	'coaps://[fd00:6::1]/time'
observer=$!
notifications() { grep -oE '[A-Z][a-z]{2} [0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}' "$out/observe" | sort -u; }
until_ok 30 eval '[ "$(notifications | wc -l)" -ge 4 ]'
answered=$((answered + 1))
notifications | sed 's/^/   lamp GET \/time (observe) -> /'

# ---- what it looks like -------------------------------------------------------------

step "The gateway's view while the lamp is connected"
run on gateway dgsec show
cipher=$(on gateway dgsec assoc show dg0 -j | jq -r '.[0].cipher')
[ "$cipher" = aes-128-ccm-8 ] || die "the association's cipher is $cipher"
# It says that it wants no more, and goodbye.
wait $observer || die "the observing client failed"
gone() { on gateway dgsec assoc show dg0 -j | jq -e 'length == 0'; }
until_ok 10 gone

# ---- the proof ------------------------------------------------------------------------

# After the IPv6 and UDP headers: a record's type, its version, its epoch
data='ip6[48] == 23'
packets() { tcpdump -n -t -r "$out/$1.pcap" "${@:2}" 2>/dev/null; }
count() { packets "$@" | wc -l; }

stats=$(on gateway dgsec stats dg0 -j)
kernel_stat() { jq ".\"$1\"" <<<"$stats"; }
rx=$(kernel_stat rx-records) tx=$(kernel_stat tx-records)
# The captures may lag behind; too few would be a failure below, as too many.
until_ok 10 eval '[ "$(count dg0 udp)" -ge $((rx + tx)) ]'
until_ok 10 eval '[ "$(count lowpan0 "udp and $data")" -ge $((rx + tx)) ]'
kill -INT "${captures[@]}"
wait "${captures[@]}" || :

first() { packets "$1" -c 6 "${@:2}" | cut -c 1-100 | sed 's/^/      /'; }

step "The same traffic twice: on the radio's side, and on dg0"
echo "   lowpan0, records of application data:"
first lowpan0 "udp and $data"
echo "   dg0, plain CoAP, each peer at its own address:"
first dg0 udp

dtls_version='(ip6[49:2] == 0xfefd or ip6[49:2] == 0xfeff)'
other=$(count lowpan0 "udp and not (port 5684 and ip6[48] >= 20 and ip6[48] <= 23 and $dtls_version)")
[ "$other" = 0 ] || die "$other datagrams on lowpan0 are no DTLS"
for who in lamp meter; do
	grep -aqF "written by the $who" "$out/dg0.pcap" || die "the PUT of the $who was not seen on dg0"
	! grep -aqF "written by the $who" "$out/lowpan0.pcap" || die "plaintext of the $who was seen on lowpan0"
done
echo "   \"written by the lamp\" is to be read on dg0, and nowhere on lowpan0"

step "Who did the work"
rm -f "$out/dgsecd.json"
kill -USR1 $daemon
until_ok 10 test -s "$out/dgsecd.json"
daemon_stat() { jq ".$1" "$out/dgsecd.json"; }
records_daemon=$(daemon_stat records_daemon) handshakes=$(daemon_stat handshakes)
air_rx=$(count lowpan0 "udp dst port 5684 and $data") air_tx=$(count lowpan0 "udp src port 5684 and $data")
dg0_rx=$(count dg0 'udp and src net fd00:d9::10/124') dg0_tx=$(count dg0 'udp and dst net fd00:d9::10/124')
row() { printf '   %-44s %6s %6s\n' "$@"; }
row "" "in" "out"
row "application records on the air (tcpdump)" "$air_rx" "$air_tx"
row "opened and sealed by the kernel (dgsec stats)" "$rx" "$tx"
row "plain packets on dg0 (tcpdump)" "$dg0_rx" "$dg0_tx"
row "application records at the daemon" "$records_daemon" ""
row "handshakes by the daemon" "$handshakes" ""
row "requests of the device, answered" "$requests" "$answered"
jq -n --argjson requests $requests --argjson answered $answered --argjson rx "$rx" --argjson tx "$tx" \
	--argjson daemon "$records_daemon" --argjson handshakes "$handshakes" --arg kernel "$(uname -r)" \
	--argjson notifications "$(notifications | wc -l)" \
	'{requests: $requests, answered: $answered, notifications: $notifications, records_kernel_rx: $rx,
	records_kernel_tx: $tx, records_daemon: $daemon, handshakes: $handshakes, kernel: $kernel}' \
	>"$out/summary.json"

[ $answered = $requests ] || die "$answered of $requests requests were answered"
[ "$records_daemon" = 0 ] || die "$records_daemon application records came to the daemon"
[ "$rx" -ge $requests ] || die "the kernel opened $rx records for $requests requests"
[ "$rx/$tx" = "$air_rx/$air_tx" ] || die "the kernel's records are not those on the air"
[ "$rx/$tx" = "$dg0_rx/$dg0_tx" ] || die "the packets on dg0 are not the kernel's records"
[ "$handshakes" = $((requests)) ] || die "$handshakes handshakes for $requests runs of the client"
drops=$(jq -r 'to_entries | map(select(.key | contains("drop")) | select(.value > 0) | "\(.key)=\(.value)") | join(" ")' <<<"$stats")
[ -z "$drops" ] || die "packets were dropped: $drops"
kill -0 $daemon || die "dgsecd is gone"
printf '\ndemo: ok\n'
