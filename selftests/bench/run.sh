#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Instructions for a packet: plain forwarding, kernel ESP, dgsec. Runs in a
# virtual machine that counts instructions (make bench; docs/performance.md).
#
# usage: run.sh [-k] [-n PACKETS] [-r ROUNDS] [-l PAYLOAD]... [-c CIPHER]...
#   -k  only run, judge nothing, and keep the kernel's symbols (for stages.sh)
#
# Prints a table and writes results.json into $DGSEC_LOG. Fails if a packet is
# lost or wrong, if two rounds differ by more than 1 %, or if dgsec costs as much
# as ESP.
set -u

packets=2000
rounds=3
payloads=()
ciphers=()
log=${DGSEC_LOG:-.}
keep=no

die()
{
	echo "bench: $*" >&2
	exit 1
}

while getopts kn:r:l:c: option; do
	case $option in
	k)	keep=yes ;;
	n)	packets=$OPTARG ;;
	r)	rounds=$OPTARG ;;
	l)	payloads+=("$OPTARG") ;;
	c)	ciphers+=("$OPTARG") ;;
	*)	exit 2 ;;
	esac
done
[ $keep = yes ] || [ "$rounds" -ge 2 ] || die "it takes 2 rounds at least to see that they agree"
[ ${#payloads[@]} -gt 0 ] || payloads=(60)
[ ${#ciphers[@]} -gt 0 ] || ciphers=(aes-128-ccm-8)

plain=("forwarding in" "forwarding out")
esp=("esp in" "esp out")
dgsec=("dgsec-dtls12 in" "dgsec-dtls12 out")

# run WHAT PATH...: all rounds of these paths
run()
{
	local what=$1 cipher payload round path
	shift
	for cipher in "${ciphers[@]}"; do
		for payload in "${payloads[@]}"; do
			for ((round = 1; round <= rounds; round++)); do
				echo "bench: $what, $cipher, $payload octets, round $round of $rounds"
				for path; do
					# shellcheck disable=SC2086 # a path is two words
					bench-path -n "$packets" -l "$payload" \
						-c "$cipher" $path >>"$raw" ||
						die "$path failed: no result"
				done
			done
		done
	done
}

# The driver that the kernel has chosen for a cipher, if it has one by now.
drivers()
{
	awk '/^name/ { name = $3 }
		/^driver/ && name ~ /^(ccm|gcm)\(aes\)$/ { print "bench: " name " is " $3 }
	' /proc/crypto
}

# aesni_intel and what ESP needs come by themselves on a machine with udev.
for module in tun esp6 xfrm_user ccm gcm ctr seqiv echainiv aesni_intel; do
	modprobe -q "$module" || die "kernel $(uname -r) has no module $module"
done
[ ! -d /sys/module/dgsec ] || die "dgsec is loaded already: unload it first"

raw=$log/bench.tsv
: >"$raw" || die "cannot write $raw"

# ESP comes first: another user of ccm(aes) before it could leave the kernel
# with another driver, and so ESP with another cost.
run "forwarding and ESP" "${plain[@]}" "${esp[@]}"
drivers
modprobe -q -a ip6_udp_tunnel udp_tunnel
insmod "${DGSEC_KO%/*}/dgsec_ccm.ko" || die "cannot load dgsec_ccm.ko"
insmod "${DGSEC_KO:?DGSEC_KO names the module to measure}" ||
	die "cannot load $DGSEC_KO"
# Forwarding again: the module must not slow down what is not its own.
run "forwarding and dgsec" "${plain[@]}" "${dgsec[@]}"
drivers

if [ $keep = yes ]; then
	cat /proc/kallsyms >"$log/kallsyms" || die "cannot write $log/kallsyms"
	exit 0
fi

# Columns of the raw file: path direction cipher payload packets min median mean
awk -F '\t' -v kernel="$(uname -r)" \
	-v json="$log/results.json" '
function middle(key,    v, n, i, j, t)
{
	n = count[key]
	for (i = 1; i <= n; i++)
		v[i] = median[key, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] > v[j]; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	if ((v[n] - v[1]) * 100 > v[1]) {
		printf "bench: FAIL: %s does not repeat within 1 %%: from %d to %d instructions in one boot\n", key, v[1], v[n]
		failed = 1
	}
	return v[int((n + 1) / 2)]
}
{
	key = $1 " " $2 " " $3 " " $4
	if (!(key in count))
		keys[++n_keys] = key
	median[key, ++count[key]] = $7
	if (!(key in least) || $6 < least[key])
		least[key] = $6
	sum[key] += $8
}
END {
	printf "\n%-14s %-4s %-14s %8s %13s %9s %9s %12s\n", "path", "way", "cipher",
		"payload", "instructions", "least", "mean", "over forward"
	for (i = 1; i <= n_keys; i++) {
		key = keys[i]
		result[key] = middle(key)
	}
	printf "[\n" >json
	for (i = 1; i <= n_keys; i++) {
		key = keys[i]
		split(key, f, " ")
		over = result[key] - result["forwarding " f[2] " " f[3] " " f[4]]
		printf "%-14s %-4s %-14s %8d %13d %9d %9d %12d\n", f[1], f[2], f[3], f[4],
			result[key], least[key], sum[key] / count[key], over
		printf "  {\"name\": \"%s\", \"direction\": \"%s\", \"cipher\": \"%s\", \"payload\": %d, \"instructions\": %d, \"over_forwarding\": %d, \"least\": %d, \"mean\": %d, \"kernel\": \"%s\"}%s\n",
			f[1], f[2], f[3], f[4], result[key], over, least[key],
			sum[key] / count[key], kernel, i < n_keys ? "," : "" >json
		if (f[1] != "dgsec-dtls12")
			continue
		n_dgsec++
		esp = result["esp " f[2] " " f[3] " " f[4]]
		if (!esp || result[key] >= esp) {
			printf "bench: FAIL: %s costs %d, not below the %d of ESP\n", key, result[key], esp
			failed = 1
		}
	}
	printf "]\n" >json
	if (!n_dgsec) {
		print "bench: FAIL: no result for dgsec"
		failed = 1
	}
	printf "\nkernel %s\n", kernel
	exit failed
}' "$raw" || die "failed"
echo "bench: ok"
