#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# The kernel's own generic client (tools/net/ynl) drives the family from nothing
# but docs/netlink/dgsec.yaml: each command once, so the specification is what
# the module does.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

ynl=
for dir in ${DGSEC_YNL:+"$DGSEC_YNL"} /opt/linux /usr/src/linux-source-*; do
	[ ! -e "$dir/tools/net/ynl/cli.py" ] || ynl=$dir
done
[ -n "$ynl" ] || skip_all "the kernel's ynl client is not here"

topology -v 1
manual
serve
new_assoc aes-128-ccm-8

# cli OPTIONS OF cli.py...: what it prints is in $out/ynl
cli() {
	at gw python3 "$ynl/tools/net/ynl/cli.py" --spec "$DGSEC_TOP/docs/netlink/dgsec.yaml" \
		--schema "$ynl/Documentation/netlink/genetlink.yaml" --output-json "$@" >"$out/ynl" 2>&1 ||
		{ cat "$out/ynl"; return 1; }
}
# hex6 ADDRESS: as ynl wants it, which prints addresses but does not read them
hex6() {
	awk -v a="$1" 'BEGIN {
		sub(/^::/, "0::", a)
		sub(/::$/, "::0", a)
		n = split(a, word, ":")
		for (i = 1; i <= n; i++)
			for (k = word[i] == "" ? 9 - n : 1; k; k--)
				hex = hex sprintf("%4s", word[i])
		gsub(/ /, "0", hex)
		print hex
	}'
}
says() { jq -e "$1" "$out/ynl" >/dev/null || { echo "not so: $1"; cat "$out/ynl"; return 1; }; }
index=$(at gw cat /sys/class/net/dg0/ifindex)
# ask NAME COMMAND JSON [FILTER]
ask() {
	check "$1" cli --do "$2" --json "{\"ifindex\": $index, $3}" || return
	[ $# -lt 4 ] || check "$1: the answer" says "$4"
}
list() {
	check "$1" cli --dump "$2" --json "{$3}" || return
	check "$1: the answer" says "$4"
}
list "interface-get, all" interface-get "" 'length == 1 and .[0].interface.name == "dg0"'
ask "interface-set" interface-set '"interface": {"handshake-rate": 55}'
check "interface-get" cli --do interface-get --json "{\"ifindex\": $index}"
check "interface-get: the answer" says '.interface."handshake-rate" == 55 and .interface.peers == 1'
list "socket-get" socket-get "\"ifindex\": $index" 'length == 1 and .[0].socket.port == 5684'
ask "peer-new" peer-new '"peer": {"name": "ynl", "inner-addr": "'"$(hex6 fd00:d9::77)"'", "mark": 7}' '.peer.id > 0'
must says .peer.id
id=$(jq .peer.id "$out/ynl")
ask "peer-set" peer-set "\"peer\": {\"id\": $id, \"mark\": 8}"
ask "peer-get" peer-get "\"peer\": {\"id\": $id}" '.peer.mark == 8 and .peer.name == "ynl"'
list "peer-get, all" peer-get "\"ifindex\": $index" 'length == 2'
hex() { grep "^$1 " "$keys" | cut -d' ' -f2; }
make_keys
oracle_reset
ask "assoc-new" assoc-new "\"assoc\": {\"peer-id\": $id, \"protocol\": \"dtls12\", \"cipher\": \"aes-128-gcm\",
	\"remote-addr\": \"$(hex6 "$DEV")\", \"remote-port\": 40077, \"local-addr\": \"$(hex6 $GW)\", \"local-port\": 5684,
	\"tx-seq\": 32, \"window\": 128, \"keys\": {\"tx-key\": \"$(hex tx-key)\", \"tx-iv\": \"$(hex tx-iv)\",
	\"rx-key\": \"$(hex rx-key)\", \"rx-iv\": \"$(hex rx-iv)\"}}" '.assoc.id > 0'
must says .assoc.id
aid=$(jq .assoc.id "$out/ynl")
check "its keys are those that were given" eval 'DEV_PORT=40077 cipher=aes-128-gcm raw "send seq=1 get=/x" recv'
ask "assoc-set" assoc-set "\"assoc\": {\"id\": $aid, \"hard-packets\": 1000}"
ask "assoc-get" assoc-get "\"assoc\": {\"id\": $aid}" '.assoc."hard-packets" == 1000 and .assoc.window == 128
	and .assoc.cipher == "aes-128-gcm" and .assoc.confirmed and (.assoc | has("keys") | not)
	and .assoc.stats."rx-records" == 1'
list "assoc-get, all" assoc-get "\"ifindex\": $index" 'length == 2'
endpoint="\"endpoint\": {\"remote-addr\": \"$(hex6 fd00:6::55)\", \"remote-port\": 1000, \"local-addr\": \"$(hex6 $GW)\",
	\"local-port\": 5684"
ask "expect-add" expect-add "$endpoint, \"seconds\": 300}"
ask "expect-del" expect-del "$endpoint}"
mark
ask "inject" inject "$endpoint}, \"datagram\": \"17fefd000100000000000500020000\""
check "inject: it was taken as a datagram" moved rx-drop-no-assoc=1
ask "alert-send" alert-send "\"assoc\": {\"id\": $aid}, \"alert\": {\"level\": 1, \"description\": 90}"
ask "acquire-done" acquire-done "\"peer\": {\"id\": $id}, \"seconds\": 5"
ask "assoc-del" assoc-del "\"assoc\": {\"id\": $aid}"
ask "peer-del" peer-del "\"peer\": {\"id\": $id}"
ask "socket-del" socket-del '"socket": {"port": 5684}'
list "socket-get afterwards" socket-get "\"ifindex\": $index" 'length == 0'
refuse "what the specification forbids is refused" cli --do peer-new --json \
	"{\"ifindex\": $index, \"peer\": {\"inner-addr\": \"$(hex6 ff02::1)\"}}"
check "with the kernel's text" said "$out/ynl" '[a-z]+ [a-z]+'
done_testing
