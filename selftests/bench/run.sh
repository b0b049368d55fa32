#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The part of the bench that runs in the virtual machine (bench.sh starts it):
# sends packets through all paths and writes what bench-path prints into
# $DGSEC_LOG/bench.tsv. Judges nothing but that no packet is lost or wrong.
#
# usage: run.sh [-f] [-s] [-n PACKETS] [-r ROUNDS] [-l PAYLOAD]... [-c CIPHER]... [-b BURST]
#   -f  everything; without it what a developer wants to know in some minutes
#   -s  for stages.sh: each path of the kernel once, and its symbols
#   -l  these payloads only; -c these ciphers of dgsec only; -b all in bursts
set -u

packets=500 rounds=2
full=no stages=no
payloads=() ciphers=() together=()
log=${DGSEC_LOG:-.}

die()
{
	echo "bench: $*" >&2
	exit 1
}

while getopts fsn:r:l:c:b: option; do
	case $option in
	f)	full=yes ;;
	s)	stages=yes ;;
	n)	packets=$OPTARG ;;
	r)	rounds=$OPTARG ;;
	l)	payloads+=("$OPTARG") ;;
	c)	ciphers+=("$OPTARG") ;;
	b)	together=(-b "$OPTARG") ;;
	*)	exit 2 ;;
	esac
done

plain=(forwarding)
others=(esp wireguard relay relay-mbedtls relay-gnutls)
bursts=(1 8 32) burst_paths=(relay relay-mbedtls relay-gnutls)
if [ $stages = yes ]; then
	others=(esp)
	rounds=1 bursts=() peers=()
	[ ${#payloads[@]} -gt 0 ] || payloads=(60)
	[ ${#ciphers[@]} -gt 0 ] || ciphers=(aes-128-ccm-8)
elif [ $full = yes ]; then
	peers=(1 100 10000 100000)
	[ ${#payloads[@]} -gt 0 ] || payloads=(16 32 60 128 256 512 1024)
else
	peers=(1 10000) burst_paths=(relay-gnutls)
	[ ${#payloads[@]} -gt 0 ] || payloads=(60 512)
fi

# What dgsec has; the first is the one all others are compared with.
known_ciphers()
{
	local cipher
	for cipher in aes-128-ccm-8 aes-128-ccm aes-256-ccm-8 aes-256-ccm aes-128-gcm aes-256-gcm \
		chacha20-poly1305; do
		! dgsec_has "$cipher" || ciphers+=("$cipher")
	done
}

dgsec_has()
{
	bench-path -n 1 -c "$1" dgsec-dtls12 in >/dev/null 2>&1
}

# measure NAME PATH OPTION...: both ways, all rounds, under this name. Where they
# differ by more than 1 % one more decides: a buffer that happens to lie across
# two pages can make a whole round dearer.
measure()
{
	local name=$1 path=$2 way round wanted
	shift 2
	for way in in out; do
		: >"$log/rounds"
		wanted=$rounds
		for ((round = 1; round <= wanted; round++)); do
			bench-path -n "$packets" "${together[@]}" "$@" "$path" $way >"$log/one" ||
				die "$name $way $*: no result"
			sed "s/^\([a-z]*\)\t$path\t/\1\t$name\t/" "$log/one" | tee -a "$log/rounds" >>"$raw"
			[ $round != $rounds ] || agree || wanted=$((rounds + 1))
		done
	done
	printf 'bench: %d of about %d: %s %s\n' $((++steps)) $total "$name" "$*"
}

# Do the medians of these rounds?
agree()
{
	awk -F '\t' '$1 == "packet" {
			low = !low || $11 < low ? $11 : low
			high = $11 > high ? $11 : high
		}
		END { exit (high - low) * 100 > low }' "$log/rounds"
}

each_payload()
{
	local payload
	for payload in "${payloads[@]}"; do
		measure "$@" -l "$payload"
	done
}

# The driver that the kernel has chosen for a cipher, if it has one by now.
drivers()
{
	awk '/^name/ { name = $3 }
		/^driver/ && name ~ /^(ccm|gcm)\(aes\)$/ { print "bench: " name " is " $3 }
	' /proc/crypto
}

# kernel_ccm NAME: instructions for a record by the kernel's ccm(aes), as its own
# speed test counts them, on TSC ticks, which here are the same
kernel_ccm()
{
	# it never stays loaded, and calls that an error; the first time finds
	# algorithms that are not there yet
	modprobe -q tcrypt mode=212
	dmesg -C
	modprobe -q tcrypt mode=212
	dmesg | awk -v name="$1" '
		/testing speed of/ { operation = /decryption/ ? "open" : "seal" }
		match($0, /[0-9]+ byte blocks\): 1 operation in [0-9]+ cycles/) {
			split(substr($0, RSTART, RLENGTH), f, " ")
			if (f[1] <= 1024)
				printf "ccm\t%s\t%s\t%d\tinstructions\t%d\t%d\t%d\n", name, operation, f[1], f[7], f[7], f[7]
			n[operation]++
		}
		END { exit !(n["seal"] && n["open"]) }' >>"$raw" || die "tcrypt has not told what it should"
}

# load MODULE: one of ours, after what it needs
load()
{
	local file=${DGSEC_KO%/*}/$1.ko depends
	for depends in $(modinfo -F depends "$file" | tr , ' '); do
		[ -e "${DGSEC_KO%/*}/$depends.ko" ] || modprobe "$depends" || die "no module $depends"
	done
	insmod "$file" || die "cannot load $file"
}

raw=$log/bench.tsv
printf 'kernel\t%s\n' "$(uname -r)" >"$raw" || die "cannot write $raw"
# how many ciphers dgsec has is not known yet: three, if none are given
per_payload=$((2 * ${#plain[@]} + ${#others[@]} + 1 + (${#ciphers[@]} ? ${#ciphers[@]} : 3)))
steps=0 total=$((${#payloads[@]} * per_payload + ${#bursts[@]} * (${#burst_paths[@]} + 2) + ${#peers[@]} * 2))

# The generic algorithm, as long as there is no other. It goes with its template,
# so that who comes next chooses anew.
if [ $full = yes ]; then
	modprobe -q ccm || die "kernel $(uname -r) has no ccm"
	kernel_ccm "kernel, generic"
	rmmod ccm || die "cannot unload the generic ccm(aes)"
fi

# aesni_intel and what ESP needs come by themselves on a machine with udev.
for module in tun esp6 xfrm_user ccm gcm ctr seqiv echainiv aesni_intel wireguard; do
	modprobe -q "$module" || die "kernel $(uname -r) has no module $module"
done
# A cipher is waited for while modprobe looks for a better one. On a busy host the
# machine's clock runs ahead of its disk, and that ends in a timeout: what there
# is, is here.
modprobe -q -a ghash_generic ip6_udp_tunnel udp_tunnel || :
echo >/proc/sys/kernel/modprobe
[ ! -d /sys/module/dgsec ] || die "dgsec is loaded already: unload it first"
[ -e "${DGSEC_KO:?DGSEC_KO names the module to measure}" ] || die "there is no $DGSEC_KO"

# ESP comes first, with nothing of ours in the kernel: whose ccm(aes) it uses
# is decided when somebody first asks for one.
for path in "${plain[@]}" "${others[@]}"; do
	each_payload "$path" "$path"
done
[ $full = no ] || kernel_ccm "kernel, AES-NI"
drivers
if [ -e "${DGSEC_KO%/*}/dgsec_ccm.ko" ]; then
	load dgsec_ccm
	[ $stages = yes ] || each_payload esp+dgsec_ccm esp
	[ $full = no ] || kernel_ccm "kernel, dgsec_ccm"
	drivers
fi
load dgsec
# Forwarding again, as another round: the module must not slow down what is not
# its own.
for path in "${plain[@]}"; do
	each_payload "$path" "$path"
done
[ ${#ciphers[@]} -gt 0 ] || known_ciphers
[ ${#ciphers[@]} -gt 0 ] || die "dgsec has no cipher that bench-path knows"
for cipher in "${ciphers[@]}"; do
	each_payload dgsec-dtls12 dgsec-dtls12 -c "$cipher"
done
drivers

if [ $stages = yes ]; then
	cat /proc/kallsyms >"$log/kallsyms" || die "cannot write $log/kallsyms"
	exit 0
fi

for burst in "${bursts[@]}"; do
	for path in "${plain[@]}" dgsec-dtls12 "${burst_paths[@]}"; do
		measure "$path" "$path" -b "$burst"
	done
done
for n in "${peers[@]}"; do
	for path in "${plain[@]}" dgsec-dtls12; do
		measure "$path" "$path" -a "$n"
	done
done
ccm-time -i >>"$raw" || die "ccm-time failed"
rm -f "$log/one" "$log/rounds"
echo "bench: all packets have arrived as they should"
