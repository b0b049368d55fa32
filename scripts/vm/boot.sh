#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Boot the virtual machine on a copy of this tree and run one command in it.
#
# usage: boot.sh [-k stock|debug|7.2] [-c] [-i] [-t SECONDS] DIR [COMMAND]
#   -c   count instructions: the guest's clock advances 1 ns with each (-icount)
#   -i   interactive: a shell on this terminal instead of COMMAND
#   -t   give up after so many seconds (600)
#   DIR  a directory made by stage.sh; DIR/tree is seen as /dgsec, DIR/log, which
#        is writable, as /log
#
# The command's output is this program's output; the kernel's goes to
# DIR/log/console. Exits with the command's status; 125 if there is none, since
# the machine died or was still running when time was up.
# DGSEC_KVM=1 uses KVM instead of emulation.
. "$(dirname "$0")/common.sh"

flavour=stock count=no interactive=no limit=600
while getopts k:cit: o; do
	case $o in
	k)	flavour=$OPTARG ;;
	c)	count=yes ;;
	i)	interactive=yes ;;
	t)	limit=$OPTARG ;;
	*)	exit 2 ;;
	esac
done
shift $((OPTIND - 1))
dir=${1:?usage: boot.sh [OPTIONS] DIR [COMMAND]}
run=${2:-}
if [ $interactive = yes ]; then
	run=shell
fi

kernel=$("$top/scripts/vm/kernel.sh" "$flavour")
mkdir -p "$dir/log"
rm -f "$dir/log/status"
{
	echo "export DGSEC_TOP=/dgsec DGSEC_LOG=/log DGSEC_KERNEL=$flavour"
	echo "export DGSEC_KO=/dgsec/modules/$flavour/dgsec.ko"
	printf 'DGSEC_RUN=%q\n' "$run"
} >"$dir/tree/run.env"

cmdline="console=ttyS0 panic=-1 loglevel=5 mitigations=off root=/dev/vda"
share() { echo "local,path=$1,mount_tag=$2,security_model=none,multidevs=remap$3"; }
args=(-no-user-config -nodefaults -display none -no-reboot -m 1536
	-kernel "$kernel/vmlinuz" -initrd "$kernel/initrd"
	-drive "file=$(root_dir).img,if=virtio,format=raw,snapshot=on"
	-device virtio-rng-pci
	-virtfs "$(share "$dir/tree" dgsec ,readonly=on)"
	-virtfs "$(share "$kernel/lib/modules" modules ,readonly=on)"
	-virtfs "$(share "$dir/log" log "")"
	-device virtio-serial-pci)
if [ $count = yes ]; then
	args+=(-accel tcg -icount "shift=0,sleep=off" -smp 1 -cpu max)
	cmdline="$cmdline tsc=reliable"
elif [ "${DGSEC_KVM:-}" = 1 ]; then
	args+=(-accel kvm -smp 2 -cpu host)
else
	args+=(-accel "tcg,thread=multi" -smp 2 -cpu max)
fi
if [ $interactive = yes ]; then
	args+=(-serial mon:stdio -chardev "null,id=control")
	limit=0
else
	args+=(-serial "file:$dir/log/console" -chardev "stdio,id=control,signal=on")
fi
args+=(-device "virtconsole,chardev=control" -append "$cmdline")

# In the foreground where a terminal's keys belong to the guest.
fg=()
[ $interactive = no ] || fg=(--foreground)
set +e
if [ $interactive = yes ]; then
	timeout "${fg[@]}" "$limit" qemu-system-x86_64 "${args[@]}"
else
	timeout -k 5 "$limit" qemu-system-x86_64 "${args[@]}" </dev/null
fi
[ -s "$dir/log/status" ] || exit 125
exit "$(cat "$dir/log/status")"
