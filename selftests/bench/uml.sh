#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the kernel's generic ccm(aes) costs in time on this machine: User-mode
# Linux runs the kernel's code as an ordinary program, without the AES
# instructions, and tcrypt (crypto/tcrypt.c, mode 212) counts how many records it
# seals and opens in a second. Prints lines as ccm-time does.
#
# usage: uml.sh TICKS
#   TICKS  of the time stamp counter in a second
. "$(dirname "$0")/../../scripts/vm/common.sh"

ticks=${1:?usage: uml.sh TICKS}
rounds=3
config=selftests/bench/uml.config
make_uml() {
	local log=$cache/kernel-uml.log
	[ ! -e "$dir/linux" ] || return 0
	say "building User-mode Linux (some minutes, once; log in $log)"
	rm -rf "$cache"/kernel-uml-*
	mkdir -p "$dir"/{source,build}
	in_root sh -ec 'cd "$1/source"
		tar -xf /opt/linux-source-6.12.tar.xz --strip-components=1
		make -s ARCH=um O="$1/build" KCONFIG_ALLCONFIG="/src/$2" allnoconfig
		make -s ARCH=um O="$1/build" -j"$(nproc)" linux' sh "/src/${dir#"$top"/}" "$config" >"$log" 2>&1 ||
		{ tail -20 "$log" >&2; die "User-mode Linux does not build"; }
	mv "$dir/build/linux" "$dir/linux"
	rm -rf "$dir"/{source,build}
}
"$top/scripts/vm/rootfs.sh"
dir=$cache/kernel-uml-$(kernel_release 6.12)-$(declare -f make_uml | digest - "$top/$config")
locked kernel-uml make_uml

# It has no root file system, and panics when it has done the test and looks for
# one. Its seconds are the clock's: what other programs got of them is taken off.
work=$(mktemp)
trap 'rm -f "$work"' EXIT
TIMEFORMAT='time %R %U %S'
for ((i = 0; i < rounds; i++)); do
	{ time in_root timeout 120 "/src/${dir#"$top"/}/linux" mem=64M con=null con0=fd:0,fd:1 panic=-1 \
		tcrypt.mode=212 tcrypt.sec=1 </dev/null; } >>"$work" 2>&1 || :
done
tr -d '\r' <"$work" | awk -v ticks="$ticks" -v rounds="$rounds" '
	/testing speed of/ { operation = /decryption/ ? "open" : "seal" }
	match($0, /[0-9]+ byte blocks\): [0-9]+ operations in/) {
		split(substr($0, RSTART, RLENGTH), f, " ")
		key = operation "\t" f[1]
		cost[key, ++n[key]] = ticks / f[4]
	}
	$1 == "time" { share[++times] = ($3 + $4) / $2 }
	END {
		for (key in n) {
			if (n[key] != rounds || times != rounds)
				exit 1
			low = high = sum = cost[key, 1] * share[1]
			for (i = 2; i <= rounds; i++) {
				c = cost[key, i] * share[i]
				sum += c
				low = c < low ? c : low
				high = c > high ? c : high
			}
			split(key, f, "\t")
			if (f[2] <= 1024)
				printf "ccm\tkernel, generic\t%s\tticks\t%.0f\t%.0f\t%.0f\n", key, low, sum - low - high, high
			found++
		}
		exit !found
	}' || die "tcrypt has not told what it should"
