#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# The DTLS profile for the Internet of Things (RFC 7925): length of records,
# extended master secret, no compression, no renegotiation, timers, small flights,
# and what an established association costs the daemon.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/clients.sh"

topology -v 1

# ---- the kernel's part, with keys by hand ----
manual max-assocs 4
hex() { printf "%0$((2 * $1))d" 0; }
new_assoc aes-128-ccm-8 tx-max 512 rx-max 512
check "tx-max, rx-max" assoc_is '."tx-max" == 512 and ."rx-max" == 512'
check "are shown" eval 'on_gw assoc show dg0 $assoc | grep -q "longest plaintext tx-max 512 rx-max 512"'
mark
# says N TIMES: the service sends so many octets, after an error again
says() {
	at gw strace -e trace=sendto -o "$out/said" dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$GW_INNER]:5683" -r "[$INNER]:5683" \
		"send raw=$(hex "$1") count=$2"
}
check "512 octets go out" eval 'says 512 1 && moved tx-records=1 tx-bytes=512'
mark
check "513 do not" eval 'says 513 2 && moved tx-drop-too-big=2'
check "and the program is told so" said "$out/said" 'sendto.* = -1 EMSGSIZE'
serve -n
mark
raw 'send seq=1 fill=512' 'send seq=2 fill=513' 'send seq=3 get=/x'
check "513 octets of the device are dropped, the association lives on" moved rx-records=2 rx-bytes=524 rx-drop-length=1
refuse "limits out of reach: 63" new_assoc aes-128-ccm-8 tx-max 63
check "without them all is as before" eval 'new_assoc aes-128-gcm && raw "send seq=1 fill=1000" &&
	says 1000 1 && assoc_is "has(\"tx-max\") | not"'
stop echo

# ---- no renegotiation ----
new_assoc aes-128-ccm-8
serve
mark
hello=010000000000000000000000
check "a ClientHello inside an association" raw "send seq=1 type=22 data=$hello" recv
check "is refused with a warning, no_renegotiation" answers '.[0].auth and .[0].type == 21 and .[0].data == "0164"'
check "and counted, and goes no further" moved rx-renegotiation=1 tx-alerts=1
check "as is a HelloRequest" eval 'raw "send seq=2 type=22 data=000000000000000000000000" recv &&
	answers ".[0].data == \"0164\"" && moved rx-renegotiation=1 tx-alerts=1'
check "the association lives on" eval 'raw "send seq=3 get=/x" recv && answers ".[0].coap"'
mark
check "a forged one" raw "send seq=4 type=22 data=$hello flip=-1"
check "gets no answer" moved rx-drop-no-daemon=1
check "but counts as a failure" assoc_is '.stats["rx-drop-auth"] == 1'
check "replayed" eval 'raw "send seq=3 type=22 data=$hello" && moved rx-drop-no-daemon=1'
check "an unprotected one is none" eval 'raw "send seq=5 type=22 epoch=0 plain data=$hello" && moved rx-drop-no-daemon=1'
on_gw peer del dg0 dev1
on_gw socket del dg0 5684

# ---- through dgsecd ----
configure 'retransmit-min = 500ms'
daemon_start
for n in 512 1024 2048 4096; do
	check "max_fragment_length $n" peer "handshake fragment=$n" 'get /x'
	check "$n: the kernel has it" eval "on_gw assoc show dg0 -j | jq -e '.[0] | .\"tx-max\" == $n and .\"rx-max\" == $n'" &&
		interop mbedTLS server PreSharedKey aes-128-ccm-8 +max_fragment_length
done
check "none, none" peer handshake 'get /x'
check "the kernel has none" eval 'on_gw assoc show dg0 -j | jq -e ".[0] | has(\"tx-max\") | not"'
stop echo
configure 'retransmit-min = 500ms' 'payload = opaque'
check "any payload" reload
serve
openssl_all
ready='Verify return code|Extended master secret'
for n in 512 1024; do
	check "openssl s_client -maxfraglen $n" line "exec openssl s_client -dtls1_2 -connect '[$GW]:5684' \
		-psk $PSK_HEX -psk_identity dev1 -cipher 'PSK-AES128-CCM8:@SECLEVEL=0' -nocommands -maxfraglen $n"
	check "$n: no compression" said "$out/client" 'Compression: NONE'
	check "$n: the extended master secret" said "$out/client" 'Extended master secret: yes' &&
		interop OpenSSL server PreSharedKey aes-128-ccm-8 +max_fragment_length
done
gnutls="gnutls-cli --udp -p 5684 --pskusername dev1 --pskkey $PSK_HEX --priority 'NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-ALL'"
renegotiated=$(stat rx-renegotiation)
start client dev1 timeout 20 bash -c "exec $gnutls --rehandshake $GW"
check "gnutls-cli renegotiates, and is refused" wait_for 15 eval '[ "$(stat rx-renegotiation)" -gt $renegotiated ]'
stop client

# ---- extended master secret ----
check "without the extended master secret" peer 'handshake no-ems' 'get /x'
configure 'retransmit-min = 500ms' 'extended-master-secret = require'
check "it is required" reload
check "and there" peer handshake 'get /x'
check "and not there" peer 'fail no-ems ms=3000'
check "that is said" daemon_said 'no extended master secret'
check "and counted" daemon_is '.refused.not_extended > 0'

# ---- every flight in small datagrams, a ticket too ----
configure 'retransmit-min = 500ms' 'handshake-mtu = 128'
check "flights of 128 octets" reload
start capture gw tcpdump -i lowpan0 -U -w "$out/small" udp port 5684
must wait_for 10 said "$out/capture" listening
check "a whole handshake with a ticket" peer -C 4 'handshake tickets' 'get /x' 'handshake tickets resume' 'get /x'
ours() {
	tshark -r "$out/small" -Y 'udp.srcport == 5684 && !(dtls.record.content_type == 23)' -T fields -e udp.length \
		>"$out/lengths" 2>/dev/null
	[ "$(wc -l <"$out/lengths")" -ge 8 ]
}
check "and a resumed one" answers '[.[] | select(.handshake)][1].resumed'
check "their datagrams" wait_for 10 ours
stop capture
check "no datagram of ours is longer (udp.length counts its header)" awk '{ n++ } $1 > 136 { bad = 1 } END { exit bad || n < 8 }' "$out/lengths"

# ---- the first retransmission timer ----
configure
check "the default" reload
start capture gw tcpdump -tt -n -l -i lowpan0 udp src port 5684
must wait_for 10 said "$out/capture" listening
check "a handshake is left half open" peer 'handshake half'
nine() {
	awk '/5684 >/ { if (n++ && $1 - last > 8.5 && $1 - last < 10.5) good = 1; last = $1 }
	END { exit !good }' "$out/capture"
}
check "is 9 s (RFC 7925 section 11)" wait_for 15 nine
stop capture
done_testing
