#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# mmdebstrap's hook in rootfs.sh: add the headers of every kernel the module is
# built for, the stock kernel that the virtual machine boots, and its source.
#
# usage: rootfs-kernels.sh ROOT
set -eu
root=$1

# The other suites come from the mirror that mmdebstrap chose for trixie.
# shellcheck disable=SC2016 # apt's own variables
mirror=$(chroot "$root" apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
	awk '$2 == "trixie" { print $1; exit }')
cat >"$root/etc/apt/sources.list.d/kernels.list" <<END
deb $mirror trixie-backports main
deb $mirror bookworm main
END
# Nothing comes from there unless it is named or needed by what is named.
cat >"$root/etc/apt/preferences.d/kernels" <<END
Package: *
Pin: release n=trixie-backports
Pin-Priority: 1

Package: *
Pin: release n=bookworm
Pin-Priority: 1
END
chroot "$root" apt-get update -q

# The newest of each: a metapackage names it, for bookworm the list of names.
depends() {
	chroot "$root" apt-cache show --no-all-versions "linux-headers-amd64$1" |
		grep -o 'linux-headers-[0-9][^ ,]*-amd64' | head -1
}
v61=$(chroot "$root" apt-cache pkgnames linux-headers-6.1.0- |
	grep -E '^linux-headers-6\.1\.0-[0-9]+-amd64$' | sort -V | tail -1)
v612=$(depends "")
v72=$(depends /trixie-backports)
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
	gcc-12 "$v61" "$v612" "$v72"
: >"$root/etc/dgsec-kernels"
for v in "6.1 $v61" "6.12 $v612" "7.2 $v72"; do
	echo "${v%% *} ${v#*linux-headers-}" >>"$root/etc/dgsec-kernels"
done

# Only unpacked, not installed: no initramfs is generated. Of the source, what
# tests and lint use is unpacked; the rest waits for who wants a debug kernel.
mkdir -p "$root/opt/kernel" "$root/opt/linux" "$root/src"
# shellcheck disable=SC2016 # for the inner shell
chroot "$root" sh -ec 'cd /tmp
	apt-get download -q "linux-image-$1" "linux-source-6.12=$(dpkg-query -W -f "\${Version}" "linux-headers-$1")"
	dpkg-deb -x linux-image-*.deb /opt/kernel
	dpkg-deb -x linux-source-*.deb source
	mv source/usr/src/linux-source-6.12.tar.xz /opt/
	rm -r source ./*.deb
	tar -xf /opt/linux-source-6.12.tar.xz -C /opt/linux --strip-components=1 --wildcards \
		"*/scripts/checkpatch.pl" "*/scripts/spelling.txt" "*/scripts/const_structs.checkpatch" \
		"*/tools/net/ynl" "*/Documentation/netlink"' sh "${v612#linux-headers-}"
