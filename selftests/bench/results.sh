#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Judge what bench.sh has measured, and make results.json, tables and plots of it.
# Prints the tables and what is wrong; status 1 if anything is.
# Copyright (C) 2026 The dgsec authors
#
# usage: results.sh DIR
#
# DIR has bench.tsv, of run.sh, and ccm.tsv, of ccm-time. results.awk judges and
# describes results.json, tables.awk makes NAME.md, lines.awk what plots.gp draws.
set -euo pipefail
# Other languages have other decimal points; gnuplot wants UTF-8.
export LC_ALL=C.UTF-8

die()
{
	echo "results.sh: $*" >&2
	exit 1
}

[ $# = 1 ] || { sed -n '/^# usage: /s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
for file in bench.tsv ccm.tsv; do
	[ -r $file ] || die "there is no $file in $1"
done

# The order counts: paths and implementations stay in that of their first lines.
awk -F '\t' -f "$here/commas.awk" -f "$here/results.awk" -f "$here/tables.awk" \
	-f "$here/lines.awk" ccm.tsv bench.tsv
jq -e .format results.json >/dev/null || die "results.json is not JSON"

# The largest value of these lines: both ways are drawn on the same scale.
top()
{
	awk '!/^"/ && NF == 2 && $2 > top { top = $2 } END { print top + 0 }' "$@"
}

payload_top=$(top payload-in.dat payload-out.dat)
burst_top=$(top burst-in.dat burst-out.dat)
if [ -s associations.dat ] && [ "$payload_top" != 0 ] && [ "$burst_top" != 0 ]; then
	gnuplot -e "payload_top=$payload_top; burst_top=$burst_top" "$here/plots.gp" || die "gnuplot failed"
else
	echo "bench: too few figures for plots"
fi
echo "bench: ok"
