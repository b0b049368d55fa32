#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Put the figures of the last full bench into docs: plots and results.json into
# docs/performance, tables between the marks in docs/performance.md. Stages too,
# if stages.sh has run.
. "$(dirname "$0")/../../scripts/vm/common.sh"

from=$build/bench page=$top/docs/performance.md to=$top/docs/performance
grep -q '^"full": true' "$from/results.json" 2>/dev/null ||
	die "there is no full bench in build/bench: make bench FULL=1"
mkdir -p "$to"
cp "$from"/{payload,associations,burst}.svg "$from/results.json" "$to/"

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

for table in paths payload associations memory burst ccm; do
	splice "$table" "$from/$table.md"
done
if [ -e "$build/bench-stages/stages.md" ]; then
	splice stages "$build/bench-stages/stages.md"
fi
