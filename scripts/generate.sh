#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Generate the UAPI header and the netlink policies from docs/netlink/dgsec.yaml
# with the kernel's own generator.
#
# usage: generate.sh KERNEL_SOURCE [OUTPUT_ROOT]
#
# KERNEL_SOURCE is a Linux 6.12 source tree; OUTPUT_ROOT is this tree unless given.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
ksrc=${1:?usage: generate.sh KERNEL_SOURCE [OUTPUT_ROOT]}
out=${2:-$top}
gen=$(readlink -f "$ksrc")/tools/net/ynl/ynl-gen-c.py
[ -f "$gen" ] || { echo "generate.sh: no $gen" >&2; exit 1; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# The generator looks for its schema beside the folder of the specification.
mkdir -p "$tmp/docs/netlink" "$tmp/kmod/uapi/linux"
cp "$ksrc"/Documentation/netlink/*.yaml "$tmp/docs/"
cp "$top/docs/netlink/dgsec.yaml" "$tmp/docs/netlink/"
touch "$tmp/MAINTAINERS" # how the generator knows the top of a tree
cd "$tmp"
python3 "$gen" --spec docs/netlink/dgsec.yaml --mode uapi --header -o kmod/uapi/linux/dgsec.h
python3 "$gen" --spec docs/netlink/dgsec.yaml --mode kernel --header -o kmod/netlink_gen.h
python3 "$gen" --spec docs/netlink/dgsec.yaml --mode kernel --source -o kmod/netlink_gen.c
# The generator of 6.12 leaves out the flags of multicast groups.
grep -q 'flags: \[ admin-perm \]$' docs/netlink/dgsec.yaml
sed -i 's/^\(	\[DGSEC_NLGRP_EVENTS\] = { "events", \)},/\1GENL_MCAST_CAP_NET_ADMIN },/' kmod/netlink_gen.c
grep -q GENL_MCAST_CAP_NET_ADMIN kmod/netlink_gen.c
for f in kmod/uapi/linux/dgsec.h kmod/netlink_gen.h kmod/netlink_gen.c; do
	sed -i 's,^/\*	.*dgsec\.yaml \*/$,/*	docs/netlink/dgsec.yaml */,' "$f"
	mkdir -p "$out/$(dirname "$f")"
	cp "$f" "$out/$f"
done
