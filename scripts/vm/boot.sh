#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Boot the virtual machine on a copy of this tree and run one command in it.
#
# usage: boot.sh [-k stock|debug|kcsan|7.2] [-c | -s N] [-i] [-m M] [-M MIB] [-t SECONDS] DIR [COMMAND]
#   -c   count instructions: the guest's clock advances 1 ns with each (-icount)
#   -i   interactive: a shell on this terminal instead of COMMAND
#   -m   one of several machines on DIR: what it says begins with M, and so do
#        the names of its files in DIR/log (M.console); DGSEC_MACHINE tells it
#   -M   so much memory (1536)
#   -s   so many processors (2; with -c always 1)
#   -t   give up after so many seconds (600)
#   DIR  a directory made by stage.sh; DIR/tree is seen as /dgsec, DIR/log, which
#        is writable, as /log
#
# The command's output is this program's output; the kernel's goes to
# DIR/log/console. Exits with the command's status; 125 if there is none, since
# the machine died or was still running when time was up.
# DGSEC_KVM=1 uses KVM instead of emulation. DGSEC_CPU is another processor than
# QEMU's best (or, with KVM, the host's): max,aes=off for one without AES.
. "$(dirname "$0")/common.sh"

flavour=stock count=no interactive=no limit=600 cpus=2 machine="" memory=1536
while getopts k:cim:M:s:t: o; do
	case $o in
	k)	flavour=$OPTARG ;;
	c)	count=yes ;;
	i)	interactive=yes ;;
	m)	machine=$OPTARG ;;
	M)	memory=$OPTARG ;;
	s)	cpus=$OPTARG ;;
	t)	limit=$OPTARG ;;
	*)	exit 2 ;;
	esac
done
mine=${machine:+$machine.}
shift $((OPTIND - 1))
dir=${1:?usage: boot.sh [OPTIONS] DIR [COMMAND]}
run=${2:-}
if [ $interactive = yes ]; then
	run=shell
fi

kernel=$("$top/scripts/vm/kernel.sh" "$flavour")
mkdir -p "$dir/log"
rm -f "$dir/log/${mine}status"
{
	echo "export DGSEC_TOP=/dgsec DGSEC_LOG=/log DGSEC_KERNEL=$flavour"
	echo "export DGSEC_YNL=/opt/linux"
	echo "export DGSEC_KO=/dgsec/modules/$flavour/dgsec.ko"
	printf 'DGSEC_RUN=%q\n' "$run"
} >"$dir/tree/${mine}run.env"

cmdline="console=ttyS0 panic=-1 loglevel=5 mitigations=off no_timer_check root=/dev/vda${machine:+ DGSEC_MACHINE=$machine}"
# QEMU before 8.1 can go on executing a breakpoint that another processor has just
# taken back, so a stock kernel that patches its code (a static key of UDP
# encapsulation, while datagrams come in) dies with "Oops: int3" on a plain nop.
# The debug and kcsan kernels have no code patching and show races between processors.
threads() {
	local version
	version=$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9]*\).*/\1/p')
	case $flavour in
	debug|kcsan)	echo multi ;;
	*)		[ "$version" -ge 9 ] && echo multi || echo single ;;
	esac
}
# Of the kernel's tests of AES only a few rounds, or they take half a minute. KASAN
# would report only once.
[ "$flavour" != debug ] || cmdline="$cmdline cryptomgr.fuzz_iterations=10 kasan_multi_shot"
# KCSAN watches a place while it delays who has just used it. The default delays are
# far below the time for which another processor may have to wait for its turn here.
[ "$flavour" != kcsan ] ||
	cmdline="$cmdline kcsan.udelay_task=1000 kcsan.udelay_interrupt=200 kcsan.skip_watch=100"
share() { echo "local,path=$1,mount_tag=$2,security_model=none,multidevs=remap$3"; }
# The default machine's ACPI tables are slow to interpret with the checkers on.
args=(-M q35 -no-user-config -nodefaults -display none -no-reboot -m "$memory"
	-kernel "$kernel/vmlinuz" -initrd "$kernel/initrd"
	-drive "file=$(root_dir).img,if=virtio,format=raw,snapshot=on"
	-device virtio-rng-pci
	-virtfs "$(share "$dir/tree" dgsec ,readonly=on)"
	-virtfs "$(share "$kernel/lib/modules" modules ,readonly=on)"
	-virtfs "$(share "$dir/log" log "")"
	-device virtio-serial-pci)
if [ $count = yes ]; then
	args+=(-accel tcg -icount "shift=0,sleep=off" -smp 1 -cpu "${DGSEC_CPU:-max}")
	cmdline="$cmdline tsc=reliable"
elif [ "${DGSEC_KVM:-}" = 1 ]; then
	args+=(-accel kvm -smp "$cpus" -cpu "${DGSEC_CPU:-host}")
else
	args+=(-accel "tcg,thread=$(threads)" -smp "$cpus" -cpu "${DGSEC_CPU:-max}")
fi
if [ $interactive = yes ]; then
	args+=(-serial mon:stdio -chardev "null,id=control")
else
	args+=(-serial "file:$dir/log/${mine}console" -chardev "stdio,id=control,signal=on")
fi
args+=(-device "virtconsole,chardev=control" -append "$cmdline")

# Only so many machines at a time, or the tests' time limits run out. First come,
# first served: who holds the queue waits for a slot. Locks go with their holder.
machine_slot() {
	local i
	exec 7>"$cache/machine-queue.lock"
	flock -n 7 || { say "waiting for other machines"; flock 7; }
	while :; do
		for ((i = 0; i <= $(nproc); i++)); do
			exec 8>"$cache/machine-$i.lock"
			! flock -n 8 || break 2
		done
		! flock -w 1 8 || break
	done
	exec 7>&-
}
[ $interactive = yes ] || machine_slot

# Nothing of it outlives this script, however it ends.
set +e
if [ $interactive = yes ]; then
	qemu-system-x86_64 "${args[@]}"
else
	# whole lines, so that those of several machines can be told apart
	[ -z "$machine" ] || exec > >(exec sed -u "s/^/$machine /")
	setpriv --pdeathsig TERM timeout -k 5 "$limit" qemu-system-x86_64 "${args[@]}" </dev/null &
	child=$!
	trap 'kill "$child"; exit 125' INT TERM HUP
	wait "$child"
fi
[ -s "$dir/log/${mine}status" ] || exit 125
exit "$(cat "$dir/log/${mine}status")"
