#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the kernel's generic ccm(aes) costs in time on this machine: User-mode
# Linux runs the kernel's code as an ordinary program, without the AES
# instructions, and tcrypt (crypto/tcrypt.c, mode 212) measures it in ticks of the
# time stamp counter. Prints lines as ccm-time does: the quartiles of all runs.
. "$(dirname "$0")/../../scripts/vm/common.sh"

runs=25
here=selftests/bench

make_uml() {
	local log=$cache/kernel-uml.log
	[ ! -e "$dir/linux" ] || return 0
	say "building User-mode Linux (some minutes, once; log in $log)"
	rm -rf "$cache"/kernel-uml-*
	mkdir -p "$dir"/{source,build}
	in_root sh -ec 'cd "$1/source"
		tar -xf /opt/linux-source-6.12.tar.xz --strip-components=1
		make -s ARCH=um O="$1/build" KCONFIG_ALLCONFIG="/src/$2/uml.config" allnoconfig
		make -s ARCH=um O="$1/build" KCFLAGS="-include /src/$2/uml_cycles.h" -j"$(nproc)" linux' \
		sh "/src/${dir#"$top"/}" "$here" >"$log" 2>&1 ||
		{ tail -20 "$log" >&2; die "User-mode Linux does not build"; }
	mv "$dir/build/linux" "$dir/linux"
	rm -rf "$dir"/{source,build}
}
"$top/scripts/vm/rootfs.sh"
dir=$cache/kernel-uml-$(kernel_release 6.12)-$(declare -f make_uml | digest - "$top/$here"/uml{.config,_cycles.h})
locked kernel-uml make_uml

# It has no root file system, and panics when it has done the test and looks for
# one.
for ((i = 0; i < runs; i++)); do
	in_root timeout 60 "/src/${dir#"$top"/}/linux" mem=64M con=null con0=fd:0,fd:1 panic=-1 \
		tcrypt.mode=212 </dev/null 2>&1 || :
done | tr -d '\r' | awk '
	/testing speed of/ { operation = /decryption/ ? "open" : "seal" }
	match($0, /[0-9]+ byte blocks\): 1 operation in [0-9]+ cycles/) {
		split(substr($0, RSTART, RLENGTH), f, " ")
		print operation "\t" f[1], f[7]
	}' | sort -k1,2 -k3n | awk -F '[\t ]' -v runs="$runs" '
	$2 <= 1024 {
		key = $1 "\t" $2
		cost[key, ++n[key]] = $3
	}
	END {
		for (key in n) {
			if (n[key] != runs)
				exit 1
			printf "ccm\tkernel, generic\t%s\tticks\t%d\t%d\t%d\n", key, cost[key, int(runs / 4) + 1],
				cost[key, int(runs / 2) + 1], cost[key, int(runs * 3 / 4) + 1]
			found++
		}
		exit !found
	}' || die "tcrypt has not told what it should"
