#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install what the harness needs on this machine (Debian 12 or 13).
. "$(dirname "$0")/common.sh"

# program:package, so that a machine that has them all is not asked for root
want="mmdebstrap:mmdebstrap qemu-system-x86_64:qemu-system-x86 mke2fs:e2fsprogs
	unshare:util-linux setpriv:util-linux flock:util-linux cpio:cpio timeout:coreutils"
missing=
PATH=$PATH:/usr/sbin:/sbin
for w in $want; do
	command -v "${w%%:*}" >/dev/null || missing="$missing ${w##*:}"
done
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || die "not a Debian machine: please install$missing"
say "installing$missing"
as_root apt-get update -q >/dev/null
# shellcheck disable=SC2086 # a list of words
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >/dev/null
