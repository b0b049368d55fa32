#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Put the figures of the last full bench into docs: plots and results.json into
# docs/performance, tables between the marks in docs/performance.md. Stages and
# scale too, if stages.sh and scale.sh have run.
#
# usage: docs.sh [scale]: only that
. "$(dirname "$0")/../../scripts/vm/common.sh"

from=$build/bench page=$top/docs/performance.md to=$top/docs/performance
mkdir -p "$to"

# splice NAME FILE: FILE between <!-- NAME --> and <!-- /NAME -->
splice() {
	grep -q "^<!-- $1 -->\$" "$page" && grep -q "^<!-- /$1 -->\$" "$page" || die "no place for $1 in $page"
	awk -v name="$1" -v file="$2" '
		$0 == "<!-- /" name " -->" { inside = 0 }
		!inside
		$0 == "<!-- " name " -->" {
			inside = 1
			while ((getline line < file) > 0)
				print line
		}' "$page" >"$page.new"
	mv "$page.new" "$page"
}

if [ "${1:-}" != scale ]; then
	grep -q '^"full": true' "$from/results.json" 2>/dev/null ||
		die "there is no full bench in build/bench: make bench FULL=1"
	cp "$from"/{payload,associations,burst}.svg "$from/results.json" "$to/"
	for table in paths payload associations memory burst ccm; do
		splice "$table" "$from/$table.md"
	done
	[ ! -e "$build/bench-stages/stages.md" ] || splice stages "$build/bench-stages/stages.md"
elif [ ! -e "$build/bench-scale/scale.md" ]; then
	die "there is nothing in build/bench-scale: make bench T=scale"
fi
if [ -e "$build/bench-scale/scale.md" ]; then
	splice scale "$build/bench-scale/scale.md"
	cp "$build/bench-scale/scale.json" "$to/"
fi
