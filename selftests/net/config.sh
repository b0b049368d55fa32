#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# dgsecd --check on every kind of mistake: each is found in its line and said in
# words that help. The files of config-bad/ say themselves what is expected,
# with lines `#! LINE REGEX` (0: the file as a whole); a file without any must be
# without mistakes.
. "$(dirname "$0")/lib.sh"

cases=$(dirname "$0")/config-bad
# Not where everybody may read: that would be a mistake of its own.
dir=$(mktemp -d /tmp/config.XXXXXX)
umask 077

# found FILE: exactly the mistakes that it announces are found, line by line
found() {
	local file=$1 wanted=0 line regex n
	while read -r _ line regex; do
		wanted=$((wanted + 1))
		[ "$line" = 0 ] && line= || line=$line:
		grep -qE "^$dir/[^:]*:$line .*$regex" "$out/said" ||
			{ echo "not said: line $line: $regex"; cat "$out/said"; return 1; }
	done < <(grep '^#! [0-9]' "$file")
	n=$(grep -cE "^$dir/[^:]*:([0-9]*:)? " "$out/said")
	[ $wanted != 0 ] || wanted=1 # that there is none
	[ "$n" = $wanted ] || { echo "$n mistakes instead of $wanted"; cat "$out/said"; return 1; }
}
# status FILE: --check exits with 1 if mistakes are announced, else with 0
status() {
	local rc=0
	dgsecd --check -c "$1" >"$out/said" 2>&1 || rc=$?
	if grep -q '^#! [0-9]' "$1"; then
		[ $rc = 1 ]
	else
		[ $rc = 0 ]
	fi && return
	echo "status $rc"
	cat "$out/said"
	return 1
}
{
	for n in good other; do
		openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$dir/$n.key"
	done
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$dir/rsa.key"
	openssl pkey -in "$dir/good.key" -aes128 -passout pass:secret -out "$dir/encrypted.key"
	openssl pkey -in "$dir/good.key" -pubout -out "$dir/good.pub"
	openssl req -x509 -key "$dir/good.key" -subj /CN=gateway -out "$dir/good.pem"
	{ cat "$dir/good.pem"; sed 's/^MII/MIJ/' "$dir/good.pem"; } >"$dir/damaged.pem"
	cp "$dir/good.key" "$dir/open.key"
	chmod 644 "$dir/open.key"
	cp "$dir/good.pem" "$dir/writable.pem"
	chmod 666 "$dir/writable.pem"
} >/dev/null 2>&1
for f in "$cases"/*.conf; do
	name=$(basename "$f" .conf)
	cp "$f" "$dir/"
	printf '%s\n' 00112233445566778899aabbccddeeff >"$dir/good.psk"
	echo nonsense >"$dir/bad.psk"
	check "$name: status" status "$dir/$name.conf"
	check "$name: every mistake, and no other" found "$dir/$name.conf"
	# With mistakes it does not start, and touches nothing.
	if grep -q '^#! [0-9]' "$f"; then
		refuse "$name: the daemon does not start" timeout 10 dgsecd -c "$dir/$name.conf"
	fi
	check "$name: no key is printed" eval "! grep -qiE '0011223344556677|ffeeddccbbaa9988' '$out/said'"
done

# ---- files that are no text, too big, or not for everybody ----
says() { ! dgsecd --check -c "$1" >"$out/said" 2>&1 && said "$out/said" "$2" || { cat "$out/said"; return 1; }; }
check "no file" says "$dir/nothing.conf" 'nothing.conf: .*No such file'
check "a directory" says "$dir" 'not a regular file'
: >"$dir/empty.conf"
check "an empty file" says "$dir/empty.conf" 'interface'
head -c 4096 /dev/urandom >"$dir/random.conf"
check "random octets" says "$dir/random.conf" '.'
refuse "are shown without control characters" grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$out/said"
printf '[interface dg0]\nlower = lowpan0\0\naddress = fd00::1/64\n' >"$dir/nul.conf"
check "a NUL" says "$dir/nul.conf" 'nul.conf:'
good=$dir/open.conf
cp "$cases/good-minimal.conf" "$good"
chmod 644 "$good"
check "keys that everybody can read" says "$good" 'chmod|read'
chmod 600 "$good"
check "keys for its owner only" dgsecd --check -c "$good"
# Ten thousand mistakes: every one is said, and it ends.
{ echo '[interface dg0]'; yes 'lower = a/b' | head -10000; } >"$dir/many.conf"
check "ten thousand mistakes" eval 'timeout 20 dgsecd --check -c "$dir/many.conf" >"$out/said" 2>&1; [ $? = 1 ]'
check "are all said" [ "$(grep -c 'many.conf:' "$out/said")" -ge 10000 ]
rm -r "$dir"
done_testing
