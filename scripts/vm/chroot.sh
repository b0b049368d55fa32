#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run a command in the build root, as the calling user, with this tree at /src.
#
# usage: chroot.sh [-n] COMMAND...
#   -n  as root, with writable package lists: for apt-get update and download
#
# All mounts live in a mount namespace of their own: they are gone when the
# command ends, however it ends. The root itself is read-only meanwhile, so no
# build can leave traces in it.
. "$(dirname "$0")/common.sh"

if [ "${1:-}" != --inside ]; then
	user=$(id -u):$(id -g)
	lists=no
	if [ "${1:-}" = -n ]; then
		lists=yes user=0:0
		shift
	fi
	root=$(root_dir)
	[ -d "$root" ] || die "no root file system: run scripts/vm/rootfs.sh"
	PATH=$PATH:/usr/sbin:/sbin
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	# shellcheck disable=SC2086 # nothing or one word
	exec $sudo setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
		"$0" --inside "$root" "$user" "$lists" "$@"
fi

root=$2 user=$3 lists=$4
shift 4
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$top" "$root/src"
if [ "$lists" = yes ]; then
	mount -t tmpfs tmpfs "$root/var/lib/apt/lists"
	mount -t tmpfs tmpfs "$root/var/cache/apt"
	[ ! -e /etc/resolv.conf ] || mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
fi
exec chroot --userspec="$user" "$root" /usr/bin/env -i PATH="$PATH" HOME=/tmp LC_ALL=C.UTF-8 "$@"
