#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# Netlink requests with missing, doubled, wrong-sized, conflicting, unknown and
# out-of-range attributes: refused with the right errno, a text, and nothing
# changed. Then the same requests with bits flipped, and who may ask at all.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 1
at gw nl-bad dg0 lowpan0 $GW 5684 >"$out/nl-bad" 2>&1
rc=$?
# The table's results become ours.
while read -r line; do
	case $line in
	"ok "*)		ok "${line#ok * }" ;;
	"not ok "*)	fail "${line#not ok * }" ;;
	"# "*)		echo "$line" ;;
	TAP*|1..*)	;;
	*)		note "$line" ;;
	esac
done <"$out/nl-bad"
check "the table was gone through" eval "[ $rc -le 1 ] && said '$out/nl-bad' 'ok .* peer-del works'"

for seed in 1 2 3; do
	check "3000 requests with bits flipped, seed $seed" at gw nl-bad dg0 lowpan0 $GW 5684 3000 $seed
done
check "the family still answers" on_gw show dg0

nobody() { at gw setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
for verb in "show dg0" "stats dg0" "peer add dg0 addr $INNER" "set dg0 handshake-rate 5" "monitor dg0"; do
	# shellcheck disable=SC2086 # words
	refuse "without CAP_NET_ADMIN: dgsec $verb" nobody timeout 5 dgsec $verb
done

# A user namespace's root is admin of its own netns only.
refuse "root of another user namespace" at gw unshare -Ur dgsec show dg0

# Dumps while what they list changes; in an interface that is as it should be
must ip -n "$(ns gw)" link del dg0
must at gw ip link add link lowpan0 name dg0 type dgsec
manual
make_keys
chmod 644 "$keys" # for nobody, who must fail for another reason
nobody dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$GW]:5684" -r "[$DEV]:40000" 2>"$out/refusal"
check "another user cannot take the port" said "$out/refusal" 'bind: Address already in use'

churn() {
	local i
	for ((i = 1; i <= 300; i++)); do
		at gw dgsec peer add dg0 addr "fd00:d9::1:$(printf %x $i)" name "churn$i"
		at gw dgsec peer del dg0 "churn$((i - 20))" 2>/dev/null
	done
}
churn >"$out/churn" 2>&1 &
children[churn]=$!
dumps() {
	local i
	for ((i = 0; i < 50; i++)); do
		on_gw peer show dg0 -j | jq -e 'type == "array" and (map(.id) | . == sort)' || return
	done
}
check "dumps are whole and in order while peers come and go" dumps
done_testing
