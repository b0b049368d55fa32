#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Make the root file system that everything is built in, and the disk image of
# it that the virtual machine boots. Both are kept; packages.txt and the scripts
# that make them decide when they are out of date.
. "$(dirname "$0")/common.sh"

PATH=$PATH:/usr/sbin:/sbin
here=$top/scripts/vm
root=$(root_dir)
image=$root.img

make_root() {
	[ ! -d "$root" ] || return 0
	say "making the root file system (about a minute, once)"
	local tmp=$root.tmp packages
	as_root rm -rf "$cache"/rootfs-*.tmp
	packages=$(grep -v '^#' "$here/packages.txt" | paste -sd, | tr -s ,)
	if ! as_root mmdebstrap --mode=root --variant=apt --include="$packages" \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--customize-hook="$here/rootfs-kernels.sh \"\$1\"" \
		trixie "$tmp" >"$cache/rootfs.log" 2>&1; then
		tail -20 "$cache/rootfs.log" >&2
		die "mmdebstrap failed, see $cache/rootfs.log"
	fi
	mv "$tmp" "$root" 2>/dev/null || as_root mv "$tmp" "$root"
}

# What only a compiler needs stays out of the image. Hard links make the copy
# that mke2fs reads cost nothing.
make_image() {
	[ ! -e "$image" ] || return 0
	say "making the disk image"
	local tmp=$image.tmp tree=$root.tree.tmp size
	as_root rm -rf "$tree" "$tmp"
	as_root cp -al "$root" "$tree"
	as_root sh -c 'cd "$1" && rm -rf boot opt/kernel opt/linux-source* usr/src usr/include usr/lib/gcc usr/lib/modules \
		usr/lib/llvm* usr/libexec/gcc usr/lib/x86_64-linux-gnu/*.a var/cache/apt' sh "$tree"
	size=$(as_root du -sm "$tree" | cut -f1)
	truncate -s $((size + 1024))M "$tmp"
	as_root mke2fs -q -F -t ext4 -O ^has_journal -m 0 -d "$tree" "$tmp"
	as_root rm -rf "$tree"
	mv "$tmp" "$image"
	# Two gigabytes each: keep none that is out of date. A machine that runs on
	# one has its image open and does not miss the name.
	find "$cache" -maxdepth 1 -name 'rootfs-*' ! -name "${root##*/}" ! -name "${image##*/}" -print0 |
		as_root xargs -0 -r rm -rf
}

locked rootfs eval 'make_root && make_image'
