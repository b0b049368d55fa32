#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What ten thousand devices cost: handshakes, memory, exchanges with all of them,
# and a hundred thousand associations over netlink. In a virtual machine whose
# clock advances a nanosecond with each instruction, so "a second" is that of one
# processor with 10^9 instructions. Leaves scale.json and scale.md in
# build/bench-scale, and the first in build/bench too.
#
# usage: scale.sh [-k KERNEL] [-f] [-n DEVICES] [-a ASSOCIATIONS] [-m MIB]
#   -f  nothing more: for make bench
. "$(dirname "$0")/../../scripts/vm/common.sh"

kernel=stock devices=10000 assocs=100000 memory=3072
while getopts a:k:fn:m: option; do
	case $option in
	a)	assocs=$OPTARG ;;
	k)	kernel=$OPTARG ;;
	f)	;;
	n)	devices=$OPTARG ;;
	m)	memory=$OPTARG ;;
	*)	exit 2 ;;
	esac
done

out=$build/bench-scale
"$top/scripts/vm/run.sh" -k "$kernel" -c -M "$memory" -p bench -t 5400 -o "$out" \
	"selftests/bench/scale_run.sh $devices $assocs"
mkdir -p "$build/bench"
cp "$out/scale.json" "$build/bench/"
cat "$out/scale.md"
# The targets
jq -re 'def check($what; $ok): if $ok then empty else $what end;
	[check("not all devices came in"; .dgsecd.done == .devices),
	check("an exchange was lost"; .dgsecd.answers == .dgsecd.requests),
	check("an association and its peer take more than 512 octets"; .octets.association + .octets.peer <= 512),
	check("the daemon keeps more than 1 KiB for an association"; .octets.daemon <= 1024),
	check("a packet costs more than 5 % more among 100,000"; .packet | .in_many <= .in_one * 1.05 and .out_many <= .out_one * 1.05)
	] | if . == [] then "scale: ok" else "scale: " + .[] end' "$out/scale.json" | tee "$out/verdict"
[ "$(cat "$out/verdict")" = "scale: ok" ]
