#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything that reads the code without running it. Prints what is wrong and
# `lint: N complaints`; status 1 if there are any.
#
# usage: lint.sh [CHECK...]
#   CHECK: generated checkpatch sparse tidy shell; all of them if none is given
. "$(dirname "$0")/vm/common.sh"

all=(generated checkpatch sparse tidy shell)

# The kernel's own tools: rootfs-kernels.sh has put them into the build root.
ksrc=/opt/linux

sources() { # NAME-PATTERN...: our own files, not what is generated, built or for the assembler
	local p args=()
	for p; do
		args+=(-o -name "$p")
	done
	find . \( -path ./build -o -path ./.git \) -prune -o -type f \( "${args[@]:1}" \) \
		! -name '*_gen.[ch]' ! -name '*.mod.c' ! -path ./kmod/uapi/linux/dgsec.h \
		! -path ./selftests/unit/include/linux/linkage.h -print
}

lint_generated() {
	local f
	scripts/generate.sh "$ksrc" /tmp/generated
	for f in kmod/netlink_gen.c kmod/netlink_gen.h kmod/uapi/linux/dgsec.h; do
		cmp -s "/tmp/generated/$f" "$f" || echo "$f: is not what scripts/generate.sh makes of docs/netlink/dgsec.yaml"
	done
}

checkpatch() { # IGNORE-MORE: files on standard input
	(cd "$ksrc" && xargs perl scripts/checkpatch.pl --no-tree --strict --terse --show-types --no-summary \
		--quiet --ignore "FILE_PATH_CHANGES,LONG_LINE_STRING,$1" --file 2>&1) | grep '^/src' | sed 's,^/src/,,' || :
}

# A message is not broken, however long. kmod/compat is where the kernel's version
# is looked at. Userspace has none of the kernel's own words (strscpy, __printf,
# fallthrough, READ_ONCE), and names members of structures in its tables.
lint_checkpatch() {
	sources '*.[ch]' | sed 's,^\.,/src,' >/tmp/files
	grep '^/src/kmod/compat' /tmp/files | checkpatch LINUX_VERSION_CODE,CONSTANT_COMPARISON,MACRO_WITH_FLOW_CONTROL
	grep -E '^/src/(kmod|selftests/harness)/' /tmp/files | grep -v '^/src/kmod/compat' | checkpatch NONE
	grep -vE '^/src/(kmod|selftests/harness)/' /tmp/files | checkpatch "$(echo STRCPY STRNCPY STRLCPY SSCANF_TO_KSTRTO VOLATILE \
		PREFER_DEFINED_ATTRIBUTE_MACRO PREFER_KERNEL_TYPES PREFER_FALLTHROUGH CAMELCASE \
		EMBEDDED_FUNCTION_NAME MACRO_ARG_REUSE MACRO_ARG_PRECEDENCE MACRO_ARG_UNUSED | tr ' ' ,)"
}

lint_sparse() {
	local tree=/src/build/out/sparse release
	release=$(awk '$1 == "6.12" { print $2 }' /etc/dgsec-kernels)
	rm -rf "$tree"
	mkdir -p "$tree"
	cp -r Kbuild kmod "$tree/"
	find "$tree" -name '*.o' -delete
	make -C "/lib/modules/$release/build" M="$tree" C=2 CF=-D__CHECK_ENDIAN__ W=1 modules >/tmp/sparse 2>&1 ||
		tail -5 /tmp/sparse
	grep -E "^$tree.*(warning|error):" /tmp/sparse | sed "s,^$tree/,," || :
}

lint_tidy() {
	local flags
	flags="-std=gnu11 -D_GNU_SOURCE -DDGSEC_VERSION='\"lint\"' -Ikmod -Ikmod/uapi -Iuserspace/lib"
	flags="$flags -Iuserspace/dgsec -Iuserspace/dgsecd -Iselftests/unit"
	flags="$flags $(pkg-config --cflags libnl-genl-3.0 mbedtls json-c)"
	# shellcheck disable=SC2086 # a list of words
	find userspace selftests -name '*.c' ! -path 'selftests/harness/*' -print0 |
		xargs -0 -n 8 -P "$(nproc)" sh -c 'clang-tidy --quiet "$@" -- '"$flags"' 2>/dev/null' sh |
		grep -E '(warning|error):' | sed 's,^/src/,,' | sort -u || :
}

lint_shell() {
	local f
	find . \( -path ./build -o -path ./.git \) -prune -o -type f -print |
		while read -r f; do
			case $(head -c 40 "$f" | head -1 | tr -d '\0') in
			'#!'*bash*|'#!'*/sh|'# shellcheck shell='*) echo "$f" ;;
			esac
		done | xargs shellcheck -x -P SCRIPTDIR -S warning -f gcc || :
}

if [ "${1:-}" = --inside ]; then
	cd /src
	"lint_$2"
	exit
fi

"$top/scripts/vm/deps.sh"
"$top/scripts/vm/rootfs.sh"
mkdir -p "$build/logs"
n=0
[ $# != 0 ] || set -- "${all[@]}"
for check; do
	log=$build/logs/lint-$check.log
	in_root bash /src/scripts/lint.sh --inside "$check" >"$log" 2>&1 ||
		echo "$check ended with status $?" >>"$log"
	found=$(wc -l <"$log")
	printf '%-12s %s\n' "$check" "$([ "$found" = 0 ] && echo ok || echo "$found complaints")"
	cat "$log"
	n=$((n + found))
done
echo "lint: $n complaints"
[ $n = 0 ]
