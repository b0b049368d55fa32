#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fuzz on all processors: the cryptography, without sanitizers and with new
# messages each time, and each libFuzzer target, which goes on from what it has
# found before (make check runs some of all, always the same).
#
# usage: [JOBS=N] fuzz.sh CASES [TARGET...]
#   TARGET: ccm record config datagram libnetlink, all of them if none is given;
#           or netlink: requests to the module, in a machine with the debug kernel
#
# What libFuzzer has found interesting stays in build/fuzz/TARGET, what it says
# in build/logs/fuzz-TARGET-N.log. An input that fails is shown as the line that
# keeps it in selftests/fuzz/seeds/TARGET.hex, for all later runs.
. "$(dirname "$0")/vm/common.sh"

cases=${1:?usage: fuzz.sh CASES [TARGET...]}
shift
[ $# != 0 ] || set -- ccm record config datagram libnetlink
cpus=${JOBS:-$(nproc)}
failed=0

build_part() {
	"$top/scripts/build.sh" "$1" | grep '^ok' >/dev/null || {
		tail -20 "$build/logs/build-$1.log" >&2
		die "the fuzzers do not build"
	}
}

fuzz_ccm() {
	build_part fuzz-fast
	in_root /src/build/out/fuzz-fast/fuzz-ccm -n "$cases" -j "$cpus" -s "$(date +%s%N)" || failed=1
}

executed() { cat "$build/logs/fuzz-$1"-*.log | awk '/number_of_executed_units/ { n += $2 } END { print n + 0 }'; }
edges() { cat "$build/logs/fuzz-$1"-*.log | awk '{ for (i = 1; i < NF; i++) if ($i == "cov:" && $(i + 1) > n) n = $(i + 1) } END { print n + 0 }'; }

fuzz_target() {
	local t=$1 dir=$build/fuzz/$1 f start=$EPOCHSECONDS found=0
	build_part libfuzzer
	mkdir -p "$dir" "$build/fuzz/found"
	rm -f "$build/logs/fuzz-$t"-*.log "$build/fuzz/found/$t"-*
	# libFuzzer writes its jobs' logs to where it is.
	# shellcheck disable=SC2016 # for the inner shell
	in_root sh -c 'mkdir /tmp/jobs && cd /tmp/jobs || exit
		/src/build/out/libfuzzer/fuzz-$1 -jobs="$2" -workers="$2" -runs="$3" -print_final_stats=1 \
			-max_len=1024 -timeout=10 -rss_limit_mb=2048 -artifact_prefix="/src/build/fuzz/found/$1-" \
			"/src/build/fuzz/$1" "/src/build/out/libfuzzer/fuzz-$1.seeds" >/dev/null 2>&1
		for f in fuzz-*.log; do
			cp "$f" "/src/build/logs/fuzz-$1-${f#fuzz-}"
		done' sh "$t" "$cpus" $(((cases + cpus - 1) / cpus))
	for f in "$build/fuzz/found/$t"-*; do
		[ -e "$f" ] || continue
		found=$((found + 1))
		echo "$(od -An -v -tx1 "$f" | tr -d ' \n') # ${f##*/}"
	done
	echo "$t: $(executed "$t") executions in $((EPOCHSECONDS - start)) s, $(edges "$t") edges, $found failed"
	[ $found = 0 ] && [ "$(executed "$t")" -ge "$cases" ] || failed=1
}

# Two processes at some hundreds a second each; what the kernel says decides.
fuzz_netlink() {
	local out=$build/fuzz/netlink seconds=$((cases / 500 + 10))
	"$top/scripts/vm/run.sh" -k debug -t $((seconds * 2 + 300)) -o "$out" \
		"DGSEC_TEST=netlink-fuzz DGSEC_SLOW=8 selftests/net/netlink-fuzz.sh $seconds $RANDOM" || failed=1
	if grep -E 'BUG[: ]|WARNING: |KASAN: |UBSAN: |ODEBUG: |Oops|general protection' "$out/console"; then
		failed=1
	fi
}

"$top/scripts/vm/deps.sh"
for target; do
	case $target in
	ccm)	fuzz_ccm ;;
	netlink) fuzz_netlink ;;
	*)	[ -e "$top/selftests/fuzz/$target.c" ] || die "no target '$target'"
		fuzz_target "$target" ;;
	esac
done
[ $failed = 0 ]
