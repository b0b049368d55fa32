#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 180
# dgsec_ccm.ko: it becomes the kernel's ccm(aes), and the kernel's own users of
# that, ESP and 802.15.4 link-layer security, understand through it what was
# sealed without it, and the other way round. One end takes its algorithm before
# the module is loaded, the other one after.
. "$(dirname "$0")/lib.sh"

ccm=${DGSEC_KO%/*}/dgsec_ccm.ko
KEY=000102030405060708090a0b0c0d0e0f
OTHER=f00102030405060708090a0b0c0d0e0f

# driver PATTERN: the kernel has such a driver, and what the rest of it says. While it
# is tested there is another one of that name, a "larval" one.
driver() {
	awk -v RS= -v what="$1" '{ split($0, l, "\n"); sub(/.*: /, "", l[2]) }
		l[2] ~ what && !/\ntype *: larval/' /proc/crypto
}
is() { driver "$1" | grep -qE "$2"; }
priority_of() { driver "$1" | awk '/^priority/ { print $3 }' | sort -n | tail -1; }
unloads() { rmmod dgsec_ccm 2>/dev/null; }

# ---- ESP between two namespaces: a has its algorithms before, b after ----------

new_ns a b
must ip link add eth0 netns "$(ns a)" type veth peer name eth0 netns "$(ns b)"
for n in a b; do
	must ip -n "$(ns $n)" link set eth0 up
done
must ip -n "$(ns a)" addr add fd00::a/64 dev eth0 nodad
must ip -n "$(ns b)" addr add fd00::b/64 dev eth0 nodad

# states NAMESPACE: keys of 128, 192 and 256 bits with 3 octets of salt; tags of 8, 12
# and 16 octets. One pair of addresses for each.
ciphers=("$KEY a1a2a3 64" "$KEY$OTHER a4a5a6 96" "${KEY}0011223344556677 a7a8a9 128")
states() {
	local i=0 cipher key salt tag
	for cipher in "${ciphers[@]}"; do
		read -r key salt tag <<<"$cipher"
		i=$((i + 1))
		for way in "a b" "b a"; do
			must at "$1" ip xfrm state add src "fd00:$i::${way% *}" dst "fd00:$i::${way#* }" \
				proto esp spi "0x10$i" mode transport \
				aead 'rfc4309(ccm(aes))' "0x$key$salt" "$tag" replay-window 64
		done
	done
}
policies() {
	local n i
	for n in "a b" "b a"; do
		for i in 1 2 3; do
			must ip -n "$(ns "${n% *}")" addr add "fd00:$i::${n% *}/64" dev eth0 nodad
			must at "${n% *}" ip xfrm policy add dir out src "fd00:$i::${n% *}" \
				dst "fd00:$i::${n#* }" tmpl proto esp mode transport
			must at "${n% *}" ip xfrm policy add dir in src "fd00:$i::${n#* }" \
				dst "fd00:$i::${n% *}" tmpl proto esp mode transport
		done
	done
}
# the kernel's best
modprobe -q aesni_intel
policies
states a

# ---- 802.15.4 link-layer security: wpan0 before, wpan1 after ---------------------

# It can be set up in the first namespace only, so wpan0 stays there.
secure() { # DEVICE OTHER KEY LEVEL
	must iwpan dev "$1" set pan_id 0xabcd
	must llsec key "$1" "$3"
	must llsec peer "$1" "$(cat "/sys/class/net/$2/address")"
	must llsec level "$1" "$4"
}
# On the debug kernel not: its RCU checker complains of the kernel's own llsec.c.
if [ "${DGSEC_KERNEL:-}" != debug ]; then
	must wait_for 5 modprobe -r mac802154_hwsim
	must modprobe ieee802154_6lowpan
	must modprobe mac802154_hwsim
	secure wpan0 wpan1 $KEY 6
fi

# ---- loading ----------------------------------------------------------------------

check "the kernel has ccm(aes) before" is '^ccm_base' '^name .*: ccm\(aes\)$'
# On the debug kernel the test manager makes up messages, and compares.
iterations=/sys/module/cryptomgr/parameters/fuzz_iterations
[ ! -w $iterations ] || echo 100 >$iterations
check "insmod" insmod "$ccm"
if ! grep -qw aes /proc/cpuinfo; then
	check "its self tests pass, without AES instructions" eval \
		"dmesg | tail -n 20 | grep 'dgsec_ccm: self-tests: pass (portable)'"
	check "and it says that the kernel does better" eval \
		"dmesg | tail -n 20 | grep 'dgsec_ccm: .* left to the kernel'"
	refuse "so it is no ccm(aes)" is '^ccm-aes-dgsec' .
	states b
	check "which is the kernel's as before" is '^rfc4309\(ccm_base' '^refcnt .*: ([2-9]|1[0-9])$'
	check "and ESP passes" at a ping -q -c 2 -i 0.2 -W 5 fd00:1::b
	check "unloads" unloads
	done_testing
	exit
fi
check "its self tests pass, with AES instructions and without" eval \
	"dmesg | tail -n 20 | grep 'dgsec_ccm: self-tests: pass (portable, AES-NI'"
check "the kernel's own tests pass" wait_for 120 is '^ccm-aes-dgsec$' '^selftest .*: passed$'
[ ! -w $iterations ] || echo 10 >$iterations
check "it is synchronous" is '^ccm-aes-dgsec$' '^async .*: no$'
note "priorities: $(priority_of '^ccm-aes-dgsec$'), the kernel's $(priority_of '^ccm_base')"
check "its priority is above the kernel's" \
	[ "$(priority_of '^ccm-aes-dgsec$')" -gt "$(priority_of '^ccm_base')" ]
refuse "no kernel test of a ccm(aes) fails" eval "dmesg | grep 'alg:.*ccm.*fail'"

# ---- ESP ----------------------------------------------------------------------------

check "nobody uses it yet" eval 'wait_for 10 unloads && insmod "$ccm"'
states b
check "ESP at b uses it" is '^rfc4309\(ccm-aes-dgsec\)' '^refcnt .*: [2-9]'
refuse "in use it cannot be unloaded" unloads

ping_b() { at a ping -q -c 2 -i 0.2 -W 5 -M "do" -s "$1" "fd00:$2::b"; }
received() { at b awk '/^Ip6InReceives/ { print $2 }' /proc/net/snmp6; }
errors() { cat <(at a cat /proc/net/xfrm_stat) <(at b cat /proc/net/xfrm_stat) | awk '{ n += $2 } END { exit n == 0 }'; }
i=0
for what in "128 bits, tag 8" "256 bits, tag 12" "192 bits, tag 16"; do
	i=$((i + 1))
	pings() { for size in 0 1 8 9 56 127 500 1400; do ping_b $size $i || return; done; }
	check "$what: pings of many sizes between generic and ours" pings
	check "$what: fragments" at a ping -q -c 2 -i 0.2 -W 5 -s 9000 "fd00:$i::b"
done
start dump a tcpdump -n -l -c 1 -i eth0 'ip6 proto 50'
must wait_for 5 said "$out/dump" listening
ping_b 8 1 >/dev/null
check "and it is ESP" wait_for 5 said "$out/dump" 'ESP\(spi=0x00000101'

# TCP makes large packets of many pieces
head -c 3000000 /dev/urandom >"$out/random"
bulk() { # FROM TO
	start sink "$2" socat -u "TCP6-LISTEN:7777,bind=[fd00:1::$2]" "CREATE:$out/got"
	must wait_for 5 eval "at $2 ss -Hltn | grep -q :7777"
	at "$1" socat -u "OPEN:$out/random" "TCP6:[fd00:1::$2]:7777" && wait_for 10 cmp "$out/random" "$out/got"
	local rc=$?
	stop sink
	rm -f "$out/got"
	return $rc
}
check "3 MB by TCP from generic to ours" bulk a b
check "3 MB by TCP from ours to generic" bulk b a
rm -f "$out/random"
refuse "no error of ESP was counted" errors

# A state with another key: what it seals is not taken.
must at b ip xfrm state flush
ciphers=("$OTHER a1a2a3 64")
states b
refuse "another key at b: nothing passes" ping_b 8 1
check "and b says why" eval "at b grep -E 'XfrmInStateProtoError[[:space:]]+[1-9]' /proc/net/xfrm_stat"
for n in a b; do
	must at $n ip xfrm state flush
	must at $n ip xfrm policy flush
done

# ---- 802.15.4 link-layer security ---------------------------------------------------

if [ "${DGSEC_KERNEL:-}" = debug ]; then
	skip "802.15.4 link-layer security" "the debug kernel's RCU checker complains of net/mac802154/llsec.c"
else
	secure wpan1 wpan0 $KEY 6
	check "a key of wpan1 uses it" is '^ccm-aes-dgsec$' '^refcnt .*: [2-9]'
	refuse "in use it cannot be unloaded" unloads
	phy=$(find /sys/class/ieee802154 -name 'phy*' -printf '%f\n' | sort -V | tail -1)
	must iwpan phy "$phy" set netns name "$(ns b)"
	for n in "- wpan0 1" "b wpan1 2"; do
		read -r place wpan i <<<"$n"
		in_place() { if [ "$place" = - ]; then "$@"; else at "$place" "$@"; fi; }
		must in_place ip link add link "$wpan" name lowpan9 type lowpan
		must in_place ip link set "$wpan" up
		must in_place ip link set lowpan9 up
		must in_place ip addr add "fd00:154::$i/64" dev lowpan9 nodad
	done
	radio() { ping -q -c 2 -i 0.2 -W 5 -s "$1" fd00:154::2; }
	for level in 1 2 3 5 6 7; do
		must llsec level wpan0 $level
		check "link-layer security level $level between generic and ours" radio 20
	done
	check "and in 6LoWPAN fragments" radio 600
	ip link del lowpan9
	must modprobe -r mac802154_hwsim
fi

check "unloads when it is not in use" wait_for 10 unloads
done_testing
