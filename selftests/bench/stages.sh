#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where the instructions of a packet go: for each path of bench-path the calls
# that cost most, and the functions that make it dearer than plain forwarding.
# Runs on the host, after `make bench`, with the module that was built there.
#
# usage: stages.sh [-m LEAST] [-t TOP] [bench-path OPTIONS]
#   -m  leave out calls below so many instructions (100)
#   -t  so many functions in the list of differences (40)
#
# QEMU counts, by a plugin (profile.c): nothing in the guest slows down or
# changes, unlike with ftrace or perf. Kept in build/bench/stages.
. "$(dirname "$0")/../../scripts/vm/common.sh"

paths=("forwarding in" "forwarding out" "esp in" "esp out"
	"dgsec-dtls12 in" "dgsec-dtls12 out")
least=100
top_functions=40
while getopts m:t:n:l:c: option; do
	case $option in
	m)	least=$OPTARG ;;
	t)	top_functions=$OPTARG ;;
	n|l|c)	options="${options:-} -$option $OPTARG" ;;
	*)	exit 2 ;;
	esac
done

out=$build/bench/stages
[ -x "$build/out/bench/bench-path" ] || die "nothing is built yet: run make bench"

# The plugin's interface changed in QEMU 9.0 and 9.1.
version=$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
case $version in
[1-8]\ *) plugin=1 ;;
9\ 0)	plugin=2 ;;
*)	plugin=3 ;;
esac
in_root make -s -C /src/selftests/bench O=/src/build/out/bench/profile \
	PLUGIN_VERSION=$plugin profile >&2

"$top/scripts/vm/stage.sh" "$out"
say "counting, about a minute"
DGSEC_QEMU_ARGS="-plugin $build/out/bench/profile/bench-profile.so,out=$out/log/profile" \
	"$top/scripts/vm/boot.sh" -c -t 900 "$out" \
	"selftests/bench/run.sh -k -r 1 ${options:-}" >&2

# Addresses sort like text when all have 16 digits; "~" sorts behind names.
export LC_ALL=C
{
	awk '$1 == "piece" { print $3, "~" } $1 == "call" { print $5, "~" }' "$out/log/profile"
	awk '$2 ~ /^[tTwW]$/ && $3 !~ /^__pfx_/ { print $1, $3 $4 }' "$out/log/kallsyms"
} | sort -u | awk '
	$2 == "~" { print $1, $1 ~ /^0000/ ? "user" : name; next }
	{ name = $2 }' >"$out/log/names"
titles=$(IFS=,; echo "${paths[*]}")
awk -v least="$least" -v top="$top_functions" -v titles="$titles" \
	-f "$top/selftests/bench/stages.awk" "$out/log/names" "$out/log/profile"
