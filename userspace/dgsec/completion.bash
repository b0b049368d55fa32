# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Completion for dgsec(8). Interfaces and peers are those that exist now; where
# only the user can know what comes, nothing is offered.

_dgsec_devices() {
	ip -o link show type dgsec 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'
}

# _dgsec_peers DEV: names; a peer without is offered by its address
_dgsec_peers() {
	dgsec peer show "$1" 2>/dev/null | awk 'NR > 1 { print $3 == "-" ? $2 : $3 }'
}

_dgsec_assocs() {
	dgsec assoc show "$1" 2>/dev/null | awk '$1 == "association" { print $2 }'
}

# _dgsec_words "VERB [SUBVERB]": what can follow DEV
_dgsec_words() {
	local limits
	limits="soft-packets hard-packets soft-bytes hard-bytes soft-failed hard-failed soft-seconds hard-seconds idle-seconds unanswered-seconds"
	case $1 in
	set)		echo "service handshake-rate handshake-burst handshake-prefix-rate handshake-total-rate max-peers max-assocs cid-len queue-len queue-max queue-bytes queue-seconds max-exchanges max-peer-exchanges" ;;
	"peer add")	echo "addr name mark service payload max-assocs acquire" ;;
	"peer set")	echo "mark service payload max-assocs acquire" ;;
	"assoc add")	echo "peer cipher remote local keys protocol role epoch tx-seq rx-seq window rx-cid tx-cid tx-max rx-max replace $limits" ;;
	"assoc set")	echo "$limits" ;;
	"assoc del")	echo "close" ;;
	"assoc show")	echo "peer -j" ;;
	exchange)	echo "peer -j" ;;
	stats)		echo "peer assoc -j" ;;
	show|monitor|"peer show")	echo "-j" ;;
	esac
}

_dgsec() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]} words="" at=2 path=${COMP_WORDS[1]}

	case $verb in
	peer|assoc|socket)	at=3 path="$verb ${COMP_WORDS[2]}" ;;
	esac
	local dev=${COMP_WORDS[at]}
	if [ "$COMP_CWORD" = 1 ]; then
		words="show set socket peer assoc exchange alert monitor stats help --version"
	elif [ "$verb" = help ]; then
		words="show set socket peer assoc exchange alert monitor stats"
	elif [ "$COMP_CWORD" = 2 ] && [ $at = 3 ]; then
		words="add del help"
		[ "$verb" = socket ] || words="$words set show"
	elif [ "$COMP_CWORD" = $at ]; then
		words=$(_dgsec_devices)
	else
		case "$path:$prev:$((COMP_CWORD - at))" in
		*:cipher:*)	words="aes-128-ccm-8 aes-128-ccm aes-128-gcm aes-256-ccm-8 aes-256-ccm aes-256-gcm chacha20-poly1305" ;;
		*:payload:*)	words="coap opaque" ;;
		*:role:*)	words="server client" ;;
		*:protocol:*)	words="dtls12 none" ;;
		*:service:*)	words="auto" ;;
		*:keys:*)	mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
		*:peer:*|"peer set:"*:1|"peer del:"*:1)	words=$(_dgsec_peers "$dev") ;;
		*:assoc:*|"assoc set:"*:1|"assoc del:"*:1|alert:*:1)
				words=$(_dgsec_assocs "$dev") ;;
		alert:*:2)	words="close_notify user_canceled access_denied internal_error" ;;
		alert:*:3)	words="warning fatal" ;;
		# What only the user knows
		*:addr:*|*:name:*|*:mark:*|*:remote:*|*:local:*|*:epoch:*|*:window:*|*-rate:*|*-burst:*|*-peers:*)
				;;
		*-exchanges:*|*-assocs:*|*-seq:*|*-packets:*|*-bytes:*|*-seconds:*)
				;;
		*)		words=$(_dgsec_words "$path") ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _dgsec dgsec
