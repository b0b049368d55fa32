#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build parts of the project in the build root, into build/out/PART.
#
# usage: build.sh PART...
#   PART: module-6.1 module-6.12 module-7.2 module-debug module-kcsan module-portable
#         (6.12, without instructions for AES: to be compiled only) userspace
#         fault-debug fault-kcsan tools unit bench userspace-tests fuzz fuzz-fast
#         (without sanitizers) libfuzzer
#
# Prints `ok PART SECONDS` or `not ok PART SECONDS` for each; what the compiler
# said is in build/logs/build-PART.log. Any warning is a failure.
. "$(dirname "$0")/vm/common.sh"

logs=$build/logs
out=$build/out
mkdir -p "$logs" "$out"

# The kernel's build system puts objects beside the sources, so every kernel
# gets a tree of links of its own.
module_sources() {
	(cd "$top" && find "$@" -type f \( -name Kbuild -o -name '*.[chS]' \) ! -name '*.mod.c' | sort)
}

# make_module PART KERNEL
make_module() {
	local kernel=$2 dir=$out/$1 release headers cc=gcc key f at=. sources objects portable=
	case $1 in
	module-*)	sources="Kbuild kmod" objects="kmod/dgsec.ko kmod/ccm/dgsec_ccm.ko" ;;
	fault-*)	at=selftests/harness sources=$at objects=$at/dgsec_fault.ko ;;
	esac
	case $kernel in
	debug|kcsan)
		headers=$("$top/scripts/vm/kernel.sh" "$kernel")
		release=$(cat "$headers/release")
		headers=/src/${headers#"$top"/}/headers ;;
	*)	if [ "$kernel" = portable ]; then
			kernel=6.12 portable=y
		fi
		release=$(kernel_release "$kernel")
		headers=/lib/modules/$release/build ;;
	esac
	# Debian's 6.1 is built with gcc 12.
	[ "$kernel" != 6.1 ] || cc=gcc-12
	[ -e "$top/Kbuild" ] || { echo "there is no Kbuild" >&2; return 1; }

	# shellcheck disable=SC2086 # a list of words
	sources=$(module_sources $sources)
	key=$(cd "$top" && { echo "$headers $(root_key)"; xargs sha256sum scripts/build.sh <<<"$sources"; } |
		sha256sum)
	[ "$(cat "$dir/key" 2>/dev/null)" != "$key" ] || return 0
	rm -f "$dir/key"
	mkdir -p "$dir"
	find "$dir" -type l ! -exec test -e {} \; -delete
	for f in $sources; do
		[ -e "$dir/$f" ] || { mkdir -p "$(dirname "$dir/$f")"; ln -sr "$top/$f" "$dir/$f"; }
	done
	# The text of the compiler's version is compared with that of the
	# headers' build, where another suite's package differs in it.
	# shellcheck disable=SC2016 # for the inner shell
	in_root sh -ec 'make -C "$1" M="$2" CC="$3" CONFIG_CC_VERSION_TEXT="$("$3" --version | head -1)" \
		DGSEC_CCM_PORTABLE="$4" W=1 KCFLAGS=-Werror modules' sh "$headers" "/src/${dir#"$top"/}/$at" "$cc" "$portable" || return
	for f in $objects; do
		[ -e "$dir/$f" ] || { echo "no $f was made" >&2; return 1; }
	done
	echo "$key" >"$dir/key"
}

make_part() {
	local dir=selftests/$1 target=all more=()
	case $1 in
	userspace)		dir=userspace ;;
	userspace-tests)	dir=userspace target=tests ;;
	fuzz-fast)		dir=selftests/fuzz more=(SANITIZE=) ;;
	libfuzzer)		dir=selftests/fuzz target=libfuzzer ;;
	esac
	in_root make --no-print-directory -C "/src/$dir" O="/src/build/out/$1" "${more[@]}" "$target"
}

part() {
	local name=$1 log=$logs/build-$1.log start=$EPOCHREALTIME ok=ok
	case $name in
	module-*|fault-*)
			make_module "$name" "${name#*-}" >"$log" 2>&1 || ok="not ok" ;;
	userspace|userspace-tests|tools|unit|bench|fuzz|fuzz-fast|libfuzzer)
			make_part "$name" >"$log" 2>&1 || ok="not ok" ;;
	*)		die "no part '$name'" ;;
	esac
	if [ "$ok" = ok ] && grep -qi 'warning' "$log"; then
		# It would not be said again by the next, incremental run.
		rm -rf "${out:?}/$name"
		ok="not ok"
	fi
	awk -v ok="$ok" -v name="$name" -v a="$start" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "%s %s %.1f\n", ok, name, b - a }'
}

"$top/scripts/vm/rootfs.sh"
for kernel in debug kcsan; do
	case " $* " in
	*" module-$kernel "*|*" fault-$kernel "*)
		"$top/scripts/vm/kernel.sh" $kernel >/dev/null ;;
	esac
done
all() {
	local p
	for p; do
		while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
			wait -n || :
		done
		part "$p" &
	done
	wait
}
locked build all "$@"
