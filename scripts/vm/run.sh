#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build what is needed, boot the virtual machine, run one command in it.
#
# usage: run.sh [-k stock|debug|kcsan|7.2] [-c | -s N] [-M MIB] [-t SECONDS] [-p PART]... -o DIR COMMAND
#        run.sh [-k stock|debug|kcsan|7.2] [-s N] -i
#   -c       count instructions (see boot.sh)
#   -M MIB   so much memory (1536)
#   -i       interactive: a shell on this terminal; Ctrl-a x ends it
#   -s N     N processors (2)
#   -p PART  build this too (see build.sh)
#   -o DIR   where the files the command leaves in $DGSEC_LOG go
. "$(dirname "$0")/common.sh"

usage() { sed -n 's/^# \{0,1\}usage: /usage: /p' "$0" >&2; exit 2; }

kernel=stock parts="userspace tools" opts=() keep="" interactive=no
while getopts k:ciM:s:t:p:o: o; do
	case $o in
	k)	kernel=$OPTARG ;;
	c)	opts+=(-c) ;;
	i)	interactive=yes; opts+=(-i) ;;
	M)	opts+=(-M "$OPTARG") ;;
	s)	opts+=(-s "$OPTARG") ;;
	t)	opts+=(-t "$OPTARG") ;;
	p)	parts="$parts $OPTARG" ;;
	o)	keep=$OPTARG ;;
	*)	usage ;;
	esac
done
shift $((OPTIND - 1))
[ $interactive = yes ] || { [ -n "$keep" ] && [ $# = 1 ]; } || usage
case $kernel in
stock)	parts="module-6.12 $parts" ;;
*)	parts="module-$kernel $parts" ;;
esac

"$top/scripts/vm/deps.sh"
# shellcheck disable=SC2086 # a list of words
while read -r verdict rest; do
	if [ "$verdict" = ok ]; then
		say "built ${rest% *} in ${rest##* } s"
		continue
	fi
	rest=${rest#ok }
	tail -30 "$build/logs/build-${rest% *}.log" >&2
	die "${rest% *} does not build, see build/logs/build-${rest% *}.log"
done < <("$top/scripts/build.sh" $parts)
dir=$build/run/run-$$
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP
"$top/scripts/vm/kernel.sh" "$kernel" >/dev/null
"$top/scripts/vm/stage.sh" "$dir"
say "booting kernel $kernel"
rc=0
setpriv --pdeathsig TERM "$top/scripts/vm/boot.sh" -k "$kernel" "${opts[@]}" "$dir" "$@" || rc=$?
if [ -n "$keep" ]; then
	rm -rf "$keep"
	mkdir -p "$(dirname "$keep")"
	mv "$dir/log" "$keep"
	rm -f "$keep/status"
fi
if [ $rc = 125 ]; then
	say "the machine died or hung; the end of its console:"
	tail -30 "${keep:-$dir/log}/console" >&2 || :
fi
exit $rc
