#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# The key log (docs/debugging.md): tshark reads with it what passed the radio's
# side, and nothing without.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

command -v tshark >/dev/null || skip_all "no tshark"
topology -v 1
log=$out/keys.log
configure "key-log = $log"
daemon_start
check "the log says so, loudly" daemon_said 'KEY LOG: the keys of all associations are written to'
check "it is for root only" [ "$(find "$log" -printf %m)" = 600 ]
serve

# trace NAME COMMANDS OF peer...: in $out/NAME
trace() {
	local name=$1
	shift
	start capture gw tcpdump -i lowpan0 -U -w "$out/$name" udp port 5684
	must wait_for 10 said "$out/capture" listening
	peer "$@"
	local rc=$?
	wait_for 10 eval "[ \$(at gw tshark -r $out/$name 2>/dev/null | wc -l) -gt 4 ]"
	stop capture
	return $rc
}
# paths NAME [OPTIONS...]: the CoAP paths that tshark sees
paths() {
	tshark -r "$out/$1" -o tls.keylog_file:"$log" "${@:2}" \
		-Y coap -T fields -e coap.opt.uri_path_recon 2>"$out/tshark"
}
sees() { paths "$1" "${@:3}" | grep -qx "$2"; }

check "a session, traced" trace plain handshake 'get /secret-1' 'get /secret-2'
check "one line for a handshake" eval '[ "$(grep -c "^CLIENT_RANDOM [0-9a-f]\{64\} [0-9a-f]\{96\}$" "$log")" = 1 ]'
check "tshark reads it" eval 'sees plain /secret-1 && sees plain /secret-2'
cp "$log" "$out/kept"
: >"$log"
refuse "but not without the key log" sees plain /secret-1
check "a resumed one, traced" trace short handshake 'get /first' 'handshake resume' 'get /resumed'
check "was resumed" answers '[.[] | select(.handshake)][1].resumed'
check "two lines more" eval '[ "$(wc -l <"$log")" = 2 ]'
check "tshark reads both" eval 'sees short /first && sees short /resumed'
check "one with connection IDs, traced" trace cid -C 4 handshake 'get /with-id'
check "tshark reads it" sees cid /with-id
for c in aes-128-ccm aes-128-gcm; do
	check "$c, traced" eval "cipher=$c trace $c handshake 'get /secret'"
	check "$c: tshark reads it" sees $c /secret
done

# ---- the file ----
configure
check "no key log any more" reload
n=$(wc -l <"$log")
check "a handshake" peer handshake 'get /x'
check "leaves no line" [ "$(wc -l <"$log")" = "$n" ]
chmod 644 "$log"
configure "key-log = $log"
reload
check "a file that others may read is not used" daemon_said 'key log .* cannot be used: others may open it'
check "and nothing is written" eval 'peer handshake && [ "$(wc -l <"$log")" = "$n" ]'
mv "$log" "$out/kept-too"
ln -s "$out/elsewhere" "$log"
stop "$daemon"
start bad gw timeout 20 dgsecd -c "$conf"
check "nor a link; the daemon does not start then" wait_for 20 said "$out/bad" 'key log .* cannot be used'
refuse "and nothing is there" [ -e "$out/elsewhere" ]
done_testing
