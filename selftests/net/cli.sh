#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# Every verb of dgsec against the real module: what it says, what it changes,
# what it says when the kernel refuses, and when it is used wrongly.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"

topology -v 1
REMOTE="[$DEV]:$DEV_PORT" LOCAL="[$GW]:5684"

# Where dgsec is run
where=gw

# has_line FILE PATTERN: without a process, as there are many to look for
has_line() {
	local line
	while IFS= read -r line; do
		[[ $line =~ $2 ]] && return
	done <"$1"
	return 1
}

# says WHAT PATTERN...: standard output of dgsec WHAT... has every pattern
says() {
	local what=$1 pattern
	shift
	# shellcheck disable=SC2086 # words
	at $where dgsec $what >"$out/said" || return
	for pattern; do
		has_line "$out/said" "$pattern" && continue
		echo "no '$pattern' in:"
		cat "$out/said"
		return 1
	done
}

# fails STATUS PATTERN WORDS...: dgsec ends so, with one line on stderr that has
# the pattern, and nothing on stdout
fails() {
	local status=$1 pattern=$2 rc=0 lines
	shift 2
	at $where dgsec "$@" >"$out/stdout" 2>"$out/stderr" </dev/null || rc=$?
	mapfile -t lines <"$out/stderr"
	[ $rc = "$status" ] && [ ! -s "$out/stdout" ] && [ ${#lines[@]} = 1 ] &&
		[[ ${lines[0]} =~ ^dgsec:\ .*$pattern ]] && return
	echo "status $rc instead of $status; expected: $pattern"
	cat "$out/stdout" "$out/stderr"
	return 1
}

# json FILTER WORDS...: standard output of dgsec WORDS -j is as the filter says
json() {
	local filter=$1
	shift
	at $where dgsec "$@" -j >"$out/json" || return
	jq -e "$filter" "$out/json" >/dev/null && return
	echo "not so: $filter"
	cat "$out/json"
	return 1
}

# wrong PATTERN WORDS...: used wrongly, exit status 2
wrong() { check "wrong: dgsec ${*:2}" fails 2 "$@"; }

# refused PATTERN WORDS...: the kernel refuses, exit status 1, its text is shown
refused() {
	local words="${*:2}"
	check "refused: dgsec ${words//[^[:print:]]/?}" fails 1 "$@"
}

# ---- help, wrong use --------------------------------------------------------

check "help lists the verbs" says help '^ +show ' '^ +assoc ' '^ +monitor '
check "help of a verb" says "help peer" '^dgsec peer add DEV'
check "--version" says --version '^dgsec [0-9]'
no_words() {
	local rc=0
	on_gw >"$out/stdout" 2>"$out/stderr" || rc=$?
	[ $rc = 2 ] && [ ! -s "$out/stdout" ] && has_line "$out/stderr" '^usage:'
}
check "without words, the list of verbs and status 2" no_words
# All other wrong uses are tested without a kernel: userspace/tests/verbs.c
wrong "'frob' is not one of show, set" frob
wrong "there is no help for 'frob'" help frob
wrong "'tx-key' is not taken from the command line" assoc add dg0 tx-key 00

# ---- interfaces ------------------------------------------------------------

check "show names both devices, and what is missing" says show '^dg0 on lowpan0$' \
	'service auto:5683' 'peers 0 of 131072' 'no socket: nothing can come or go'
check "show -j" json 'length == 1 and (.[0] | .name == "dg0" and .lower == "lowpan0" and
	."service-addr" == "::" and ."service-port" == 5683 and ."max-peers" == 131072 and
	."socket-list" == [] and ."peer-list" == [] and .stats."rx-records" == 0)' show
check "show DEV -j is the same" json 'length == 1 and .[0].name == "dg0"' show dg0
check "the option may come first" says "show -j dg0" '"name":"dg0"'
check "lower:NAME is the same interface" json '.[0].name == "dg0"' show lower:lowpan0
refused "there is no interface dg7 here" show dg7
refused "there is no interface lowpan7 here" show lower:lowpan7
refused "no such dgsec interface" show lowpan0
refused "no such dgsec interface" show lower:eth0

check "set" on_gw set dg0 service "[$HOST]:5685" handshake-rate 7 handshake-burst 9 max-peers 3 max-assocs 5
check "is seen" json '.[0] | ."service-addr" == "fd00:b::2" and ."service-port" == 5685 and
	."handshake-rate" == 7 and ."handshake-burst" == 9 and ."max-peers" == 3 and ."max-assocs" == 5' show
check "by people too" says show "service \\[$HOST\\]:5685, handshakes 7/s and source, burst 9" \
	'peers 0 of 3, associations 0 of 5'
check "set the bounds of exchanges" on_gw set dg0 max-exchanges 7 max-peer-exchanges 6
check "they are seen" json '.[0] | ."max-exchanges" == 7 and ."max-peer-exchanges" == 6 and .exchanges == 0' show
check "no exchange: an empty list" json '. == []' exchange dg0
check "and nothing for people" eval '[ -z "$(on_gw exchange show dg0)" ]'
check "set of one thing" on_gw set dg0 service :5686
check "leaves the others" json '.[0] | ."service-addr" == "fd00:b::2" and ."service-port" == 5686 and
	."handshake-rate" == 7' show
check "rates of prefixes and in all" on_gw set dg0 handshake-prefix-rate 11 handshake-total-rate 13
check "are shown" says show 'handshakes 7/s and source, burst 9, 11/s and prefix, 13/s in all'
check "handshakes without limit" on_gw set dg0 handshake-rate 0 handshake-prefix-rate 0 handshake-total-rate 0
check "are shown so" says show 'handshakes without limit'
refused "service must be at a global" set dg0 service '[fe80::1]:5683'
check "service auto" on_gw set dg0 service auto
check "is the default again" json '.[0] | ."service-addr" == "::" and ."service-port" == 5683' show

# ---- sockets ---------------------------------------------------------------

check "socket add" on_gw socket add dg0 :5684
check "a second one, at an address" on_gw socket add lower:lowpan0 "[$GW]:5690"
check "both are on standby" json '.[0]."socket-list" | length == 2 and all(.standby) and
	any(.port == 5684 and .addr == "::" and .protocol == "dtls12") and
	any(.port == 5690 and .addr == "fd00:6::1")' show
check "one at the same port" on_gw socket add dg0 :5684
check "takes its place" json '.[0]."socket-list" | map(.port) | sort == [5684, 5690]' show
check "STANDBY stands out" says show 'socket \[::\]:5684 dtls12 STANDBY'
check "socket del" on_gw socket del dg0 5690
check "leaves the other" json '.[0]."socket-list" | map(.port) == [5684]' show
refused "no socket at this port" socket del dg0 5690
refused "cannot bind port 5691 on lowpan0" socket add dg0 '[fd00:dead::1]:5691'

# ---- peers -----------------------------------------------------------------

id=$(on_gw peer add dg0 addr $INNER name dev1 mark 0x11 service "[$HOST]:7" payload opaque max-assocs 2)
check "peer add prints the number" test "$id" -gt 0
for key in "$id" $INNER dev1; do
	check "peer show by $key" json "length == 1 and (.[0] | .id == $id"' and .name == "dev1" and
		."inner-addr" == "fd00:d9::17" and .mark == 17 and ."service-addr" == "fd00:b::2" and
		."service-port" == 7 and .payload == "opaque" and ."max-assocs" == 2 and .assocs == 0 and
		.stats."rx-records" == 0)' peer show dg0 "$key"
done
check "peer show is a table" says "peer show dg0" '^ *PEER +INNER ADDRESS +NAME +SERVICE +MARK' \
	" $INNER +dev1 +\\[$HOST\\]:7 +0x11 +opaque +0 of 2 +0 +0 +0\$"
check "show says that it has no association" says show " $INNER +dev1 .* no association"
check "peer set, by name" on_gw peer set dg0 dev1 mark 5 service auto payload coap max-assocs 64
check "changes what it says" json '.[0] | .mark == 5 and ."service-addr" == "::" and ."service-port" == 0 and
	.payload == "coap" and ."max-assocs" == 64 and .name == "dev1"' peer show dg0 dev1
check "peer set, by address" on_gw peer set dg0 $INNER mark 6
check "leaves the rest" json '.[0] | .mark == 6 and ."max-assocs" == 64' peer show dg0 dev1
check "a name of many bytes" on_gw peer add dg0 addr fd00:d9::18 name 'Füllstand № 7'
check "comes back" json '.[0].name == "Füllstand № 7"' peer show dg0 'Füllstand № 7'
check "peers in the order of their numbers" json 'length == 2 and .[0].id < .[1].id' peer show dg0
refused "another peer has this inner address" peer add dg0 addr $INNER
refused "another peer has this name" peer add dg0 addr fd00:d9::19 name dev1
refused "inner address must be" peer add dg0 addr ff02::1
refused "inner address must be" peer add dg0 addr ::
refused "name" peer add dg0 addr fd00:d9::19 name $'a\tb'
refused "name" peer add dg0 addr fd00:d9::19 name $'a\xff'
refused "no such peer" peer show dg0 99
refused "no such peer" peer set dg0 nobody mark 1
refused "no such peer" peer del dg0 fd00:d9::99
must on_gw peer add dg0 addr fd00:d9::20 >/dev/null
refused "too many peers: raise max-peers" peer add dg0 addr fd00:d9::21
check "peer del" on_gw peer del dg0 fd00:d9::20
must on_gw peer del dg0 'Füllstand № 7'
check "leaves the others" json 'map(.name) == ["dev1"]' peer show dg0

# ---- associations ----------------------------------------------------------

make_keys
new=(assoc add dg0 peer dev1 cipher aes-128-ccm-8 remote "$REMOTE" local "$LOCAL")
chmod 644 "$keys"
wrong "mode 644: make it 600" "${new[@]}" keys "$keys"
chmod 600 "$keys"
wrong "cannot open /nowhere" "${new[@]}" keys /nowhere
wrong "no line tx-key" "${new[@]}" keys -
sed 's/^rx-iv .*/rx-iv 0011/' "$keys" >"$keys.bad"
chmod 600 "$keys.bad"
wrong "line 4: rx-iv takes 4 octets" "${new[@]}" keys "$keys.bad"
refuse "no message shows a key" grep -qFf <(cut -d' ' -f2 "$keys") "$out/stderr"
rm -f "$keys.bad"

# add_assoc WORDS...: its number in $assoc
add_assoc() { assoc=$(on_gw "${new[@]}" "$@") && [ "$assoc" -gt 0 ]; }

check "assoc add prints the number" add_assoc keys "$keys" role server epoch 1 tx-seq 32 rx-seq 0 window 128 \
	soft-packets 3 hard-packets 1000000 soft-bytes 100000 hard-bytes 200000 soft-seconds 3600 \
	hard-seconds 7200 idle-seconds 600
check "all of it is there" assoc_is '."peer-id" > 0 and .protocol == "dtls12" and .cipher == "aes-128-ccm-8" and
	.role == "server" and .epoch == 1 and ."tx-seq" == 32 and ."rx-seq" == 0 and .window == 128 and
	."soft-packets" == 3 and ."hard-packets" == 1000000 and ."soft-bytes" == 100000 and
	."hard-bytes" == 200000 and ."soft-seconds" == 3600 and ."hard-seconds" == 7200 and
	."idle-seconds" == 600 and ."remote-addr" == "fd00:6::2" and ."remote-port" == 40000 and
	."local-addr" == "fd00:6::1" and ."local-port" == 5684 and ."inner-port" == 5683 and
	.confirmed == false and .expired == false and (has("rx-age") | not)'
check "assoc show reads well" says "assoc show dg0" "^association $assoc of peer [0-9]+: unconfirmed" \
	'dtls12 aes-128-ccm-8 server epoch 1 window 128' 'last received never' 'limits soft-packets 3 '
check "assoc show peer" json 'length == 1' assoc show dg0 peer dev1
check "assoc set" on_gw assoc set dg0 "$assoc" soft-packets 4 hard-seconds 0
check "changes what it says" assoc_is '."soft-packets" == 4 and ."hard-seconds" == 0 and ."idle-seconds" == 600'
check "show: an unconfirmed association" says show \
	" $INNER +dev1 +$assoc +dtls12 +aes-128-ccm-8 +\\[$DEV\\]:40000 .* never +0 +0 +0 +unconfirmed"
refused "another association has this endpoint" "${new[@]}" keys "$keys"
refused "no such peer" assoc add dg0 peer 99 cipher aes-128-gcm remote "$REMOTE" local "$LOCAL" keys "$keys"
refused "no such association" assoc show dg0 9999
refused "no such association" assoc set dg0 9999 soft-packets 1
refused "no such association" assoc del dg0 9999
refused "no such association" alert dg0 9999 close_notify
refused "no such association" stats dg0 assoc 9999

# ---- traffic, counters and events ------------------------------------------

# listening: both monitors have told of something
listening() {
	notify fd00:d9::eee
	said "$out/events" acquire && said "$out/text" acquire
}

oracle_reset
cipher=aes-128-ccm-8
serve
must on_gw peer add dg0 addr fd00:d9::eee name nobody >/dev/null
start events gw dgsec monitor dg0 -j
start text gw dgsec monitor
must wait_for 20 listening
must on_gw peer del dg0 nobody

check "a request is answered" raw 'send seq=1 get=/x' recv
check "show: the association is up" says show \
	" $INNER +dev1 +$assoc .* [0-9]+s +[0-9]+s +1 +1 +0 +up\$" '^  records in 1, out 1, drops [0-9]+ '
check "a replay is dropped" raw 'send seq=1 get=/x' 'send seq=2 get=/y' recv
check "and named among the drops" says show 'drops [0-9]+ .*rx-drop-replay 1[,)]' ' 2 +2 +1 +up$'
check "stats of the association" json '."rx-records" == 2 and ."tx-records" == 2 and ."rx-drop-replay" == 1' \
	stats dg0 assoc "$assoc"
check "stats of the peer" json '."rx-records" == 2 and ."rx-bytes" == 24' stats dg0 peer dev1
check "stats of the interface" json '."rx-records" == 2 and ."event-lost" == 0' stats dg0
check "stats for people" says "stats dg0" '^rx-records +2$' '^tx-drop-lower +0$'
check "assoc show counts" says "assoc show dg0 $assoc" 'in 2 records, 24 octets; out 2 records' ': up$' \
	'next tx-seq 34, highest rx-seq 2'

counters() { on_gw stats dg0 -j | jq -r keys_unsorted[]; }
specified() {
	awk '/^  -$/ { on = 0 } on && /name: / && $2 != "pad" { print $2 } $0 == "    name: stats" { on = 1 }' \
		"$DGSEC_TOP/docs/netlink/dgsec.yaml"
}
documented() { sed -n '/^.SH COUNTERS/,/^.SH EXIT/s/^\.B //p' "$DGSEC_TOP/docs/man/dgsec.8" | tr -d '\\'; }
check "the counters are those of the specification" diff <(counters) <(specified)
check "and those of the manual page" diff <(counters) <(documented)

check "a forged record is dropped" raw 'send seq=3 get=/x flip=-1' 'send seq=4 get=/x' recv 'send seq=5 get=/x' recv
check "monitor -j: confirmed" event '.event == "confirmed" and .assoc.id == $assoc'
check "monitor -j: auth" event '.event == "auth" and .assoc.id == $assoc and .count == 1'
check "monitor -j: expire" event '.event == "expire" and .assoc.id == $assoc and .hard == false and
	.reason == "packets"'
raw 'send seq=6 type=21 data=015a'
check "monitor -j: an alert" event '.event == "alert" and .alert == {level: 1, description: 90}'
stamp='^20[0-9-]+T[0-9:.]+[+-][0-9]{4}'
check "monitor: confirmed" wait_for 5 said "$out/text" "$stamp confirmed dg0 assoc $assoc peer [0-9]+ remote \\[$DEV\\]:40000\$"
check "monitor: auth" wait_for 5 said "$out/text" "$stamp auth dg0 assoc $assoc .* count 1\$"
check "monitor: expire" wait_for 5 said "$out/text" "$stamp expire dg0 assoc $assoc .* soft packets\$"
check "monitor: an alert" wait_for 5 said "$out/text" "$stamp alert dg0 assoc $assoc .* warning user_canceled\$"
check "monitor: acquire" said "$out/text" "$stamp acquire dg0 peer [0-9]+ name nobody addr fd00:d9::eee\$"

port_open() { [ -n "$(at dev1 ss -Hnu sport = ":$DEV_PORT")" ]; }

# answered_by COMMAND...: what dgsec COMMAND makes the gateway send, in $out/answers
answered_by() {
	raw 'recv' &
	local receiver=$!
	wait_for 5 port_open || return
	on_gw "$@" && wait $receiver
}

check "alert" answered_by alert dg0 "$assoc" no_renegotiation
check "comes sealed, a warning" answers '.[0] | .type == 21 and .auth and .data == "0164"'
check "alert by number, fatal" answered_by alert dg0 "$assoc" 49
check "comes so" answers '.[0] | .type == 21 and .auth and .data == "0231"'
check "and ended the association" event '.event == "expire" and .assoc.id == $assoc and .hard'
refused "no such association" alert dg0 "$assoc" close_notify

make_keys
oracle_reset
from_stdin() { add_assoc keys - "$@" <"$keys"; }
check "keys from standard input" from_stdin hard-packets 2
check "one request" raw 'send seq=1 get=/x' recv
raw 'send seq=2 get=/x'
check "the second one is over the limit" event '.event == "expire" and .assoc.id == $assoc and .hard and
	.reason == "packets"'
check "show: it is gone, its counters are not" wait_for 5 says show " $INNER +dev1 .* 6 +5 +[0-9]+ +no association\$"
make_keys
oracle_reset
check "another one" add_assoc keys "$keys"
make_keys
oracle_reset
was=$assoc
check "replace" add_assoc keys "$keys" replace
check "is another" test "$assoc" != "$was"
check "the old one is gone" json 'map(.id) == ['"$assoc]" assoc show dg0
check "assoc del close" answered_by assoc del dg0 "$assoc" close
check "sends close_notify" answers '.[0] | .type == 21 and .auth and .data == "0100"'
check "nothing is left" json '. == []' assoc show dg0
make_keys
oracle_reset
must add_assoc keys "$keys"

# ---- another network namespace ---------------------------------------------

new_ns away
must ip -n "$(ns gw)" link set dg0 netns "$(ns away)"
check "moved: lower:NAME finds it" json '.[0] | .ifindex == 0 and .name == "dg0" and .lower == "lowpan0"' \
	show lower:lowpan0
check "moved: show lists it here" says show '^dg0 on lowpan0, in another network namespace$'
check "moved: its peers can be changed from here" on_gw peer set lower:lowpan0 dev1 mark 77
where=away
check "moved: and are seen there" json '.[0] | .ifindex > 0 and (has("lower") | not) and
	."peer-list"[0].mark == 77' show
check "moved: for people" says show '^dg0, lower device in another network namespace$'
refused "run this in the netns of its lower device" socket add dg0 :5692
where=gw
must ip -n "$(ns away)" link set dg0 netns "$(ns gw)"

# ---- completion ------------------------------------------------------------

# completes TO WORDS...: the last word, which may be empty, to just these
completes() {
	at gw bash -c '. "$DGSEC_TOP/userspace/dgsec/completion.bash"
		COMP_WORDS=(dgsec "$@") COMP_CWORD=$#
		_dgsec
		echo "${COMPREPLY[*]}"' bash "${@:2}" >"$out/said"
	has_line "$out/said" "^$1\$" || { cat "$out/said"; return 1; }
}
check "completion: verbs" completes "show set socket stats" s
check "completion: interfaces" completes dg0 peer show ''
check "completion: peers" completes dev1 peer set dg0 ''
check "completion: associations" completes "$assoc" assoc del dg0 ''
check "completion: words" completes "mark service payload max-assocs acquire" peer set dg0 dev1 ''
check "completion: values" completes "coap opaque" peer set dg0 dev1 payload ''
check "completion: not of what only the user knows" completes '' peer set dg0 dev1 mark ''

# ---- surroundings ----------------------------------------------------------

unprivileged() {
	! at gw setpriv --reuid 65534 --regid 65534 --clear-groups dgsec peer show dg0 2>"$out/stderr" &&
		has_line "$out/stderr" "Operation not permitted \\(it takes root, or CAP_NET_ADMIN\\)"
}

full_disk() {
	! on_gw stats dg0 2>"$out/stderr" >/dev/full && has_line "$out/stderr" "cannot write the output"
}

nothing() { [ -z "$(on_gw show)" ] && [ "$(on_gw show -j | jq -c)" = "[]" ]; }

ended() {
	local rc=0
	wait_for 5 said "$out/text" "module was unloaded" || return
	stop text || rc=$?
	[ $rc = 1 ]
}

check "without privileges" unprivileged
check "a full disk is no success" full_disk

must ip -n "$(ns gw)" link del dg0
check "no interface, nothing to show" nothing
must wait_for 10 rmmod dgsec
refused 'has no family "dgsec": is the module loaded' show
check "monitor ends with the module" ended
done_testing
