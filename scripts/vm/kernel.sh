#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Make a kernel ready to boot and print the directory it is in: vmlinuz, initrd,
# lib/modules, release; for debug and kcsan also headers/, to build modules for.
#
# usage: kernel.sh stock|debug|kcsan|7.2
. "$(dirname "$0")/common.sh"

here=$top/scripts/vm
flavour=${1:?usage: kernel.sh stock|debug|kcsan|7.2}
"$here/rootfs.sh"
root=$(root_dir)

# download DIR PACKAGE...: get Debian packages by their exact names and unpack them
download() {
	local dir=$1
	shift
	mkdir "$dir"
	# shellcheck disable=SC2016 # for the inner shell
	in_root -n sh -ec 'cd "$1"
		shift
		apt-get update -q
		apt-get download -q "$@"
		for deb in *.deb; do dpkg-deb -x "$deb" .; done
		rm ./*.deb
		chown -R --reference=/src .' sh "/src/${dir#"$top"/}" "$@" >"$dir.log" 2>&1 ||
		{ tail -5 "$dir.log" >&2; die "cannot download $*; if it is gone, 'make distclean' takes the newest"; }
}

# Debian's kernel: only the modules that a network test can want, unpacked, as
# the emulated processor is slow at that.
from_debian() {
	local unpacked=$1 release=$2 to=$3/lib/modules/$2 modules image
	modules=$unpacked/usr/lib/modules/$release
	[ -d "$modules" ] || modules=$unpacked/lib/modules/$release
	image=$unpacked/boot/vmlinuz-$release
	[ -e "$image" ] || image=$modules/vmlinuz
	cp "$image" "$3/vmlinuz"
	mkdir -p "$to"
	(
		cd "$modules"
		# What is built in, or not there in one version, is no fault here.
		find modules.* kernel/arch/*/crypto kernel/{crypto,lib,net} kernel/fs/{9p,ext4,jbd2,mbcache.ko*,netfs} \
			kernel/drivers/net/{*.ko*,ieee802154,macsec,vxlan,wireguard} kernel/drivers/block/virtio_blk.ko* \
			kernel/drivers/char/hw_random/virtio-rng.ko* \
			\( -name '*.ko*' -o -name 'modules.*' \) 2>/dev/null || :
	) | tar -C "$modules" -T - -cf - | tar -C "$to" -xf -
	find "$to" -name '*.xz' -exec xz -d {} +
}

make_stock() {
	from_debian "$root/opt/kernel" "$(kernel_release 6.12)" "$1"
	kernel_release 6.12 >"$1/release"
}

make_7.2() {
	local release
	release=$(kernel_release 7.2)
	say "fetching kernel $release"
	download "$1/deb" "linux-base-$release" "linux-binary-$release" "linux-modules-$release"
	from_debian "$1/deb" "$release" "$1"
	rm -rf "$1/deb" "$1/deb.log"
	echo "$release" >"$1/release"
}

# from_source DIR FLAVOUR FRAGMENT...: build a kernel of its own, with FLAVOUR.patch if
# there is one; of two values for an option the last one counts
from_source() {
	local to=$1 flavour=$2 src=/src/${1#"$top"/} log=$cache/kernel-$2.log
	shift 2
	say "building the $flavour kernel (about five minutes, once; log in $log)"
	mkdir "$to/build" "$to/source"
	awk -F= '{ line[NR] = $0; name[NR] = $1; last[$1] = NR }
		END { for (i = 1; i <= NR; i++) if (name[i] !~ /^CONFIG_/ || last[name[i]] == i) print line[i] }' \
		"$@" >"$to/config"
	in_root sh -ec 'cd "$1/source"
		tar -xf /opt/linux-source-6.12.tar.xz --strip-components=1
		[ ! -e "/src/scripts/vm/$2.patch" ] || patch -s -p1 <"/src/scripts/vm/$2.patch"
		make -s O="$1/build" KCONFIG_ALLCONFIG="$1/config" allnoconfig' \
		sh "$src" "$flavour" >"$log" 2>&1 || { tail -20 "$log" >&2; die "no configuration for the $flavour kernel"; }

	# kconfig drops silently what it does not know or whose dependencies are off.
	local want bad=
	while read -r want; do
		case $want in
		''|'#'*) ;;
		*=n)	! grep -q "^${want%=n}=" "$to/build/.config" || bad="$bad $want" ;;
		*)	grep -qxF -- "$want" "$to/build/.config" || bad="$bad $want" ;;
		esac
	done <"$to/config"
	[ -z "$bad" ] || die "${*##*/}: these did not take:$bad"

	in_root nice sh -ec 'cd "$1/source"
		make -s O="$1/build" -j"$(nproc)" bzImage modules
		make -s O="$1/build" INSTALL_MOD_PATH="$1" modules_install
		make -s O="$1/build" run-command KBUILD_RUN_COMMAND="\$(srctree)/scripts/package/install-extmod-build $1/headers"
		cp "$1/build/arch/x86/boot/bzImage" "$1/vmlinuz"
		cp "$1/build/include/config/kernel.release" "$1/release"' \
		sh "$src" >>"$log" 2>&1 || { tail -20 "$log" >&2; die "the $flavour kernel does not build, see $log"; }
	rm -rf "$to"/{source,build,config} "$to"/lib/modules/*/{build,source}
}

make_debug() { from_source "$1" debug "$here/debug.config"; }
make_kcsan() { from_source "$1" kcsan "$here/debug.config" "$here/kcsan.config"; }

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
stock)	inputs=$(kernel_release 6.12) steps="from_debian" ;;
7.2)	inputs=$(kernel_release 7.2) steps="from_debian" ;;
debug)	inputs=$(kernel_release 6.12)-$(digest "$here/debug.config") steps="from_source" ;;
kcsan)	inputs=$(kernel_release 6.12)-$(digest "$here"/{debug.config,kcsan.config,kcsan.patch}) steps="from_source" ;;
*)	die "no kernel '$flavour': stock, debug, kcsan or 7.2" ;;
esac
# shellcheck disable=SC2086 # a list of words
dir=$cache/kernel-$flavour-$inputs-$(declare -f "make_$flavour" make_initrd $steps |
	digest - "$here/initrd-init")

make_kernel() {
	[ ! -d "$dir" ] || return 0
	rm -rf "$cache/kernel-$flavour"-*.tmp
	mkdir "$dir.tmp"
	"make_$flavour" "$dir.tmp"
	make_initrd "$dir.tmp"
	mv "$dir.tmp" "$dir"
}

locked "kernel-$flavour" make_kernel
echo "$dir"
