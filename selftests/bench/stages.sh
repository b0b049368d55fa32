#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where the instructions of a packet go: for each path of bench-path the calls
# that cost most, and the functions that make it dearer than plain forwarding.
# Runs on the host, as make bench does.
#
# usage: stages.sh [-m LEAST] [-t TOP] [bench-path OPTIONS]
#   -m  leave out calls below so many instructions (100)
#   -t  so many functions in the list of differences (40)
#
# QEMU counts, by a plugin (profile.c): nothing in the guest slows down or
# changes, unlike with ftrace or perf. Kept in build/bench/stages.
. "$(dirname "$0")/../../scripts/vm/common.sh"

paths=("forwarding in" "forwarding out" "esp in" "esp out"
	"dgsec-dtls12 in" "dgsec-dtls12 out")
least=100
top_functions=40
while getopts m:t:n:l:c: option; do
	case $option in
	m)	least=$OPTARG ;;
	t)	top_functions=$OPTARG ;;
	n|l|c)	options="${options:-} -$option $OPTARG" ;;
	*)	exit 2 ;;
	esac
done

out=$build/bench/stages
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
PATH=$work:$PATH "$top/scripts/vm/run.sh" -c -p bench -t 900 -o "$out" \
	"selftests/bench/run.sh -k -r 1 ${options:-}" >&2
mv "$work/profile" "$out/profile"

# Addresses sort like text when all have 16 digits; "~" sorts behind names.
export LC_ALL=C
{
	awk '$1 == "piece" { print $3, "~" } $1 == "call" { print $5, "~" }' "$out/profile"
	awk '$2 ~ /^[tTwW]$/ && $3 !~ /^__pfx_/ { print $1, $3 $4 }' "$out/kallsyms"
} | sort -u | awk '
	$2 == "~" { print $1, $1 ~ /^0000/ ? "user" : name; next }
	{ name = $2 }' >"$out/names"
titles=$(IFS=,; echo "${paths[*]}")
awk -v least="$least" -v top="$top_functions" -v titles="$titles" \
	-f "$top/selftests/bench/stages.awk" "$out/names" "$out/profile"
