# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the harness scripts share. Source it; $top, $build and $cache are set.

set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$top/build
cache=$build/cache
mkdir -p "$cache"

say() { echo "==> $*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this step needs root: become root or install sudo"
	fi
}

# digest FILE...: a short name for what these files say now
digest() { cat "$@" | sha256sum | cut -c1-12; }

# locked NAME COMMAND...: one at a time, whoever else works in this tree
locked() {
	local name=$1
	shift
	(
		flock -n 9 || { say "waiting for another $name"; flock 9; }
		"$@"
	) 9>"$cache/$name.lock"
}

root_key() { digest "$top"/scripts/vm/{packages.txt,rootfs.sh,rootfs-kernels.sh}; }
root_dir() { echo "$cache/rootfs-$(root_key)"; }

# kernel_release FLAVOUR: the full version for a short one (6.1, 6.12, 7.2)
kernel_release() { awk -v v="$1" '$1 == v { print $2 }' "$(root_dir)/etc/dgsec-kernels"; }

# in_root COMMAND...: run in the build root, see chroot.sh
in_root() { "$top/scripts/vm/chroot.sh" "$@"; }
