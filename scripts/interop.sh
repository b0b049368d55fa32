#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Put into docs/interop.md what the tests with foreign peers have just shown: run
# those that say so (interop in selftests/net/lib.sh), and make a table of it.
#
# usage: interop.sh [DIR]
#   DIR  the logs of a run that is over: "make check" names them at its end. What failed in it
#        said nothing
. "$(dirname "$0")/vm/common.sh"

page=$top/docs/interop.md
# A peer's name in the table, and the Debian package that says its version
peers="OpenSSL:openssl GnuTLS:libgnutls30t64 mbedTLS:libmbedtls21 wolfSSL:libwolfssl42t64
	libcoap-gnutls:libcoap3t64 libcoap-openssl:libcoap3t64 aiocoap:python3-aiocoap"

logs=${1:-}
if [ -z "$logs" ]; then
	tests=$(grep -lE '(^|&& |	)interop ' "$top"/selftests/net/*.sh | xargs -n 1 basename -s .sh | grep -vx lib)
	# shellcheck disable=SC2086 # a list of words
	said=$("$top/selftests/run" $tests | tee /dev/stderr) || die "not all of them passed: the page stays as it was"
	logs=$(sed -n 's/^ *logs: //p' <<<"$said")
fi

versions=$(mktemp)
trap 'rm -f "$versions" "$page.new"' EXIT
for p in $peers; do
	# shellcheck disable=SC2016 # dpkg-query's own variable
	echo "${p%:*} $(in_root dpkg-query -W -f '${source:Upstream-Version}' "${p#*:}")"
done >"$versions"

table() {
	cat "$logs"/*.log | awk '
		NR == FNR { version[$1] = $2; next }
		/^# interop / {
			if (!($3 in version)) { print "no version of " $3 >"/dev/stderr"; exit 1 }
			row = $3 " " $4 " " $5
			if (!(row in ciphers)) order[++n] = row
			for (i = 6; i <= NF; i++) {
				if (seen[row, $i]++) continue
				word = $i
				if (sub(/^\+/, "", word)) {
					gsub(/_/, " ", word)
					also[row] = also[row] (also[row] == "" ? "" : ", ") word
				} else {
					ciphers[row] = ciphers[row] (ciphers[row] == "" ? "" : ", ") word
				}
			}
			ciphers[row] = ciphers[row]
		}
		END {
			print "| peer | dgsec is | mode | ciphers | with |"
			print "|---|---|---|---|---|"
			fflush()
			for (i = 1; i <= n; i++) {
				split(order[i], w, " ")
				print "| " w[1] " " version[w[1]] " | " w[2] " | " w[3] " | " ciphers[order[i]] " | " also[order[i]] " |" | "sort -f"
			}
		}' "$versions" -
}

awk '/^<!-- \/table -->/ { on = 0 } !on { print } /^<!-- table -->/ { on = 1; exit }' "$page" >"$page.new"
table >>"$page.new"
sed -n '/^<!-- \/table -->/,$p' "$page" >>"$page.new"
grep -q '^| [A-Za-z].* [0-9]' "$page.new" || die "the tests said nothing"
mv "$page.new" "$page"
echo "docs/interop.md is written"
