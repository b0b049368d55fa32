#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Make a kernel ready to boot and print the directory it is in: vmlinuz, initrd,
# lib/modules, release; for the debug kernel also headers/, to build modules for.
#
# usage: kernel.sh stock|debug|7.2
. "$(dirname "$0")/common.sh"

here=$top/scripts/vm
flavour=${1:?usage: kernel.sh stock|debug|7.2}
"$here/rootfs.sh"
root=$(root_dir)

# download PACKAGE DIR [=VERSION]: get a Debian package by its exact name and unpack it
download() {
	# shellcheck disable=SC2016 # for the inner shell
	in_root -n sh -ec 'apt-get update -q && cd "$2" && apt-get download -q "$1$3" && dpkg-deb -x "$1"_*.deb . &&
		rm "$1"_*.deb && chown -R --reference=/src . ' sh "$1" "/src/${2#"$top"/}" "${3:-}" >"$2.log" 2>&1 ||
		{ tail -5 "$2.log" >&2; die "cannot download $1; if it is gone, 'make distclean' takes the newest"; }
}

# Debian's kernel: only the modules that a network test can want, unpacked, as
# the emulated processor is slow at that.
from_debian() {
	local unpacked=$1 release=$2 tmp=$3 modules
	cp "$unpacked/boot/vmlinuz-$release" "$tmp/vmlinuz"
	modules=$(echo "$unpacked"/{,usr/}lib/modules/"$release" | tr ' ' '\n' | grep -v '\*' |
		while read -r d; do [ ! -d "$d" ] || echo "$d"; done)
	mkdir -p "$tmp/lib/modules/$release"
	(cd "$modules" && cp modules.* "$tmp/lib/modules/$release/" &&
		find kernel/arch/*/crypto kernel/crypto kernel/lib kernel/net kernel/drivers/net/*.ko* \
			kernel/drivers/net/{ieee802154,macsec,vxlan} kernel/drivers/block/virtio_blk.ko* \
			kernel/drivers/char/hw_random/virtio-rng.ko* \
			kernel/fs/{9p,ext4,jbd2,mbcache.ko*,netfs} -name '*.ko*' 2>/dev/null || true) |
		while read -r m; do
			case $m in
			modules.*) ;;
			*)	mkdir -p "$tmp/lib/modules/$release/${m%/*}"
				cp "$modules/$m" "$tmp/lib/modules/$release/$m" ;;
			esac
		done
	find "$tmp/lib/modules" -name '*.xz' -exec xz -d {} +
}

make_stock() {
	from_debian "$root/opt/kernel" "$(kernel_release 6.12)" "$1"
	kernel_release 6.12 >"$1/release"
}

make_7.2() {
	local release
	release=$(kernel_release 7.2)
	mkdir "$1/deb"
	say "fetching kernel $release"
	download "linux-image-$release" "$1/deb"
	from_debian "$1/deb" "$release" "$1"
	rm -rf "$1/deb" "$1/deb.log"
	echo "$release" >"$1/release"
}

make_debug() {
	local src=/src/${1#"$top"/} log=$cache/kernel-debug.log version
	say "building the debug kernel (about five minutes, once; log in $log)"
	mkdir "$1/deb" "$1/build"
	# The same version as the headers.
	version=$(in_root dpkg-query -W -f '${Version}' "linux-headers-$(kernel_release 6.12)")
	download linux-source-6.12 "$1/deb" "=$version"
	in_root sh -ec 'cd "$1" && mkdir source && tar -xf deb/usr/src/linux-source-6.12.tar.* -C source --strip-components=1
		cd source
		make -s O="$1/build" KCONFIG_ALLCONFIG=/src/scripts/vm/debug.config allnoconfig' \
		sh "$src" >"$log" 2>&1 || { tail -20 "$log" >&2; die "no configuration for the debug kernel"; }

	# kconfig drops silently what it does not know or whose dependencies are off.
	local want bad=
	while read -r want; do
		case $want in
		''|'#'*) ;;
		*=n)	! grep -q "^${want%=n}=" "$1/build/.config" || bad="$bad $want" ;;
		*)	grep -qxF -- "$want" "$1/build/.config" || bad="$bad $want" ;;
		esac
	done <"$here/debug.config"
	[ -z "$bad" ] || die "debug.config: these did not take:$bad"

	in_root nice sh -ec 'cd "$1/source"
		make -s O="$1/build" -j"$(nproc)" bzImage modules
		make -s O="$1/build" INSTALL_MOD_PATH="$1" modules_install
		make -s O="$1/build" run-command KBUILD_RUN_COMMAND="\$(srctree)/scripts/package/install-extmod-build $1/headers"
		cp "$1/build/arch/x86/boot/bzImage" "$1/vmlinuz"
		cp "$1/build/include/config/kernel.release" "$1/release"' \
		sh "$src" >>"$log" 2>&1 || { tail -20 "$log" >&2; die "the debug kernel does not build, see $log"; }
	rm -rf "$1"/{deb,deb.log,source,build} "$1"/lib/modules/*/{build,source}
}

# What must be there before the root file system is: in the order of loading.
make_initrd() {
	local release n=10 what path
	release=$(cat "$1/release")
	mkdir -p "$1/initrd.tmp"/{bin,modules,root,dev,proc}
	cp "$root/usr/bin/busybox" "$1/initrd.tmp/bin/"
	cp "$here/initrd-init" "$1/initrd.tmp/init"
	in_root depmod -b "/src/${1#"$top"/}" "$release"
	in_root modprobe -d "/src/${1#"$top"/}" -S "$release" -a --show-depends virtio_blk ext4 9pnet_virtio 9p |
		while read -r what path; do
			[ "$what" = insmod ] || continue
			n=$((n + 1))
			cp "$top/${path#/src/}" "$1/initrd.tmp/modules/$n-${path##*/}"
		done
	(cd "$1/initrd.tmp" && find . | cpio -o -H newc --quiet) >"$1/initrd"
	rm -rf "$1/initrd.tmp"
}

case $flavour in
stock)	inputs=$(kernel_release 6.12) ;;
7.2)	inputs=$(kernel_release 7.2) ;;
debug)	inputs=$(kernel_release 6.12)-$(digest "$here/debug.config") ;;
*)	die "no kernel '$flavour': stock, debug or 7.2" ;;
esac
dir=$cache/kernel-$flavour-$inputs-$(digest "$here"/{kernel.sh,initrd-init})

make_kernel() {
	[ ! -d "$dir" ] || return 0
	rm -rf "$dir.tmp"
	mkdir "$dir.tmp"
	"make_$flavour" "$dir.tmp"
	make_initrd "$dir.tmp"
	mv "$dir.tmp" "$dir"
}

locked "kernel-$flavour" make_kernel
echo "$dir"
