#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copy what a virtual machine needs into a directory of its own, so that later
# changes to the tree and other machines do not disturb it.
#
# usage: stage.sh DIR
#   DIR               ends in -PID of who uses it, and goes when that does
#   DIR/tree          this tree
#   DIR/tree/bin      the programs that are built
#   DIR/tree/modules  our modules for each kernel: stock, 7.2, debug, kcsan
. "$(dirname "$0")/common.sh"

dir=${1:?usage: stage.sh DIR}

stage() {
	local p k d
	# What was killed could not clean up.
	for d in "$build"/run/*-*; do
		[ -d "/proc/${d##*-}" ] || rm -rf "$d"
	done
	rm -rf "$dir"
	mkdir -p "$dir"/{tree/bin,log}
	tar -C "$top" -cf - --exclude=./build --exclude=./.git . | tar -C "$dir/tree" -xf -
	for p in userspace tools bench; do
		[ -d "$build/out/$p" ] || continue
		find "$build/out/$p" -maxdepth 1 -type f -perm -u+x ! -name '*.so*' -exec cp -t "$dir/tree/bin" {} +
	done
	for k in 6.12:stock 7.2:7.2 debug:debug kcsan:kcsan; do
		[ -e "$build/out/module-${k%:*}/key" ] || continue
		mkdir -p "$dir/tree/modules/${k#*:}"
		find "$build/out/module-${k%:*}/kmod" -name '*.ko' -exec cp -t "$dir/tree/modules/${k#*:}/" {} +
		[ ! -e "$build/out/fault-${k%:*}/key" ] ||
			cp "$build/out/fault-${k%:*}/selftests/harness/dgsec_fault.ko" "$dir/tree/modules/${k#*:}/"
	done
}

locked build stage
