#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make the directory of inputs that a libFuzzer target starts from.
#
# usage: seeds.sh TARGET DIR
#
# seeds/TARGET.hex has an input in each line, in hexadecimal; blanks and what
# is behind a # do not count. Inputs that once made the target fail stay there.
# For dgsecd's configuration the files of other tests are inputs too.
set -eu
here=$(dirname "$0")
target=$1 dir=$2

rm -rf "$dir.tmp" "$dir"
mkdir -p "$dir.tmp"
# printf in the shell makes octets of \ooo, and of nothing else everywhere
awk '{ sub(/#.*/, ""); gsub(/[ \t]/, "") } length' "$here/seeds/$target.hex" | {
	n=0
	while read -r hex; do
		n=$((n + 1))
		# shellcheck disable=SC2059 # it is the octets
		printf "$(echo "$hex" | sed 's/../0x& /g' | tr ' ' '\n' | while read -r octet; do
			[ -z "$octet" ] || printf '\\%03o' "$octet"
		done)" >"$dir.tmp/$n"
	done
}
if [ "$target" = config ]; then
	cp "$here"/../net/config-bad/*.conf "$here"/../../userspace/dgsecd/dgsec.conf.example "$dir.tmp/"
fi
mv "$dir.tmp" "$dir"
