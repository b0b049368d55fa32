#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a packet costs: instructions on all paths, counted in a virtual machine,
# and cycles of AES-CCM alone on this one (docs/performance.md). Judges the
# figures, and leaves results.json, tables and plots in build/bench.
#
# usage: bench.sh [-k KERNEL] [-f]
#   -f  everything, in ten minutes and more; without it a selection, in three
. "$(dirname "$0")/../../scripts/vm/common.sh"

kernel=stock full=
while getopts k:f option; do
	case $option in
	k)	kernel=$OPTARG ;;
	f)	full=-f ;;
	*)	exit 2 ;;
	esac
done

out=$build/bench
"$top/scripts/vm/run.sh" -k "$kernel" -c -p bench -t 5400 -o "$out" "selftests/bench/run.sh $full"
say "timing AES-CCM"
in_root /src/build/out/bench/ccm-time >"$out/ccm.tsv" || die "ccm-time failed"
if [ -n "$full" ]; then
	"$top/selftests/bench/uml.sh" >"$out/uml.tsv"
	cat "$out/uml.tsv" >>"$out/ccm.tsv"
fi
in_root /src/selftests/bench/results.sh "/src/${out#"$top"/}"
