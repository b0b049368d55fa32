#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where the instructions of a packet go: for each path of bench-path the stages of
# its way compared with plain forwarding, and the calls that cost most. Runs on
# the host, as make bench does.
#
# usage: stages.sh [-k KERNEL] [-m LEAST] [-n PACKETS] [-l PAYLOAD] [-c CIPHER] [-b BURST]
#   -m  leave out calls below so many instructions (100)
#
# QEMU counts, by a plugin (profile.c): nothing in the guest slows down or
# changes, unlike with ftrace or perf. Kept in build/bench-stages; the table of
# stages is stages.md there, made by stages.rules.
. "$(dirname "$0")/../../scripts/vm/common.sh"

least=100 kernel=stock options=
while getopts k:m:n:l:c:b: option; do
	case $option in
	k)	kernel=$OPTARG ;;
	m)	least=$OPTARG ;;
	n|l|c|b)	options="$options -$option $OPTARG" ;;
	*)	exit 2 ;;
	esac
done
[[ $least =~ ^[0-9]+$ ]] || die "-m: not a number: $least"

here=$top/selftests/bench
out=$build/bench-stages
"$top/scripts/vm/deps.sh"
"$top/scripts/build.sh" bench >&2 || die "the bench does not build, see build/logs/build-bench.log"

# The plugin's interface changed in QEMU 9.0 and 9.1.
version=$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
case $version in
[1-8]\ *) plugin=1 ;;
9\ 0)	plugin=2 ;;
*)	plugin=3 ;;
esac
plugin_dir=$build/out/bench/plugin-$plugin
in_root make -s -C /src/selftests/bench O="/src/${plugin_dir#"$top"/}" \
	PLUGIN_VERSION=$plugin profile >&2

# What the harness boots is this QEMU, with the plugin.
qemu=$(command -v qemu-system-x86_64)
work=$(mktemp -d "$build/stages-XXXXXX")
trap 'rm -rf "$work"' EXIT
cat >"$work/qemu-system-x86_64" <<END
#!/bin/sh
exec '$qemu' -plugin '$plugin_dir/bench-profile.so,out=$work/profile' "\$@"
END
chmod +x "$work/qemu-system-x86_64"
PATH=$work:$PATH "$top/scripts/vm/run.sh" -k "$kernel" -c -p bench -t 900 -o "$out" \
	"selftests/bench/run.sh -s$options" >&2
mv "$work/profile" "$out/profile"
LC_ALL=C sort "$out/kallsyms" |
	LC_ALL=C awk -v least="$least" -v markdown="$out/stages.md" \
		-f "$here/commas.awk" -f "$here/stages.awk" \
		reading=rules FS='\t' "$here/stages.rules" reading=symbols FS=' ' - \
		reading=paths FS='\t' "$out/bench.tsv" reading=profile FS=' ' "$out/profile"
