#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# What a dgsecd takes over from the one before, and what not: associations live on
# only with the keys they were made with. And what is left when the interface goes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 1
other=00112233445566778899aabbccddeeff
# rekey KEY: in the configuration
rekey() { sed -i "s/^psk = .*/psk = $1/" "$conf"; }
again() {
	stop "$daemon" "$@"
	daemon_start
}
# The file of this namespace and its lowpan0
peers=/run/dgsecd/$(at gw stat -L -c %i /proc/self/ns/net)-lowpan0.peers
# A device with an association, under a number of its own
enter() { peer handshake 'get /x' && n_assocs 1; }

# Another namespace, of an earlier test, may have had this number.
rm -f "$peers"
configure
daemon_start
serve
check "a device comes in" enter
check "fingerprints of peers are there, for root only" [ "$(command stat -c %a:%u "$peers")" = 600:0 ]
refuse "without the key" grep -q "$PSK_HEX" "$peers"

# ---- the same keys ----
again
check "after a stop the association is kept" n_assocs 1
again KILL
check "after a kill too" n_assocs 1
check "its numbers go on" peer handshake 'get /x'

# ---- others ----
stop "$daemon"
rekey $other
daemon_start
check "another key: the association made with the old one has ended" n_assocs 0
check "the log says so" daemon_said 'not kept, made with keys that are others now'
check "the old key is refused" peer -t 100 'fail ms=3000'
check "the new one is not" eval 'psk=$other enter'
rekey "$PSK_HEX"
check "a reload with the first key" eval 'reload && n_assocs 0'
check "a device comes in" enter
again KILL
check "its association survives a kill after a reload" n_assocs 1
stop "$daemon"
rekey $other
daemon_start
check "but not a key that was good before that" n_assocs 0
rekey "$PSK_HEX"
again
check "a device comes in" enter
stop "$daemon"
sed -i 's/^identity = dev1/identity = dev9/' "$conf"
daemon_start
check "another identity: the association has ended" n_assocs 0
check "the new one comes in" eval 'identity=dev9 enter'

# ---- nobody knows ----
stop "$daemon"
rm "$peers"
daemon_start
check "without the file no association is kept" n_assocs 0
check "the log says so" daemon_said 'keys that nobody remembers: .*No such file'
check "a device comes in" eval 'identity=dev9 enter'
stop "$daemon"
echo nonsense >>"$peers"
daemon_start
check "nor with a damaged one" n_assocs 0
check "a device comes in" eval 'identity=dev9 enter'
stop "$daemon"
chmod o+r "$peers"
daemon_start
check "nor with one that others can read" n_assocs 0
check "a device comes in" eval 'identity=dev9 enter'
again
check "after all of this associations are kept again" n_assocs 1

# ---- the interface made anew behind the daemon's back ----
# Its peers count from 1 again: dev2 would get the number that was dev1's.
kill -STOP "$(daemon_pid)"
must ip -n "$(ns gw)" link del dg0
must ip -n "$(ns gw)" link add link lowpan0 name dg0 type dgsec
must ip -n "$(ns gw)" addr add $GW_INNER/64 dev dg0 nodad
must ip -n "$(ns gw)" link set dg0 up
must on_gw peer add dg0 addr fd00:d9::18 name dev2 >/dev/null
at dev1 dtls-peer -l "[$DEV]:$DEV_PORT" -r "[$GW]:5684" -i dev9 -s "$PSK_HEX" -t 100 \
	'fail ms=3000' >/dev/null 2>&1 &
client=$!
kill -CONT "$(daemon_pid)"
check "an interface made anew: the daemon ends" wait_for 10 eval '! running $daemon'
check "with status 1" ended_with 1
check "and says why" daemon_said 'made anew'
wait $client
check "nobody has got an association there" n_assocs 0
daemon_start
check "the next daemon makes it its own" eval 'identity=dev9 enter'
check "with the peers that are configured" eval 'on_gw peer show dg0 -j | jq -e "map(.name) == [\"dev1\"]"'

# ---- the interface gone ----
# Answers to peers must not leave in the clear, by whatever other route there is.
must ip -n "$(ns gw)" -6 route add default via $HOST dev eth0
goes() { at gw ip -6 route get $INNER | tee "$out/check.route" | grep -q "dev $1 "; }
check "packets for peers go to the interface" goes dg0
check "by one next hop for all of them" said "$out/check.route" 'via fe80::1 '
check "others by the default route" eval 'at gw ip -6 route get fd00:ffff::1 | grep -q "dev eth0 "'
must ip -n "$(ns gw)" link del dg0
check "without it they go nowhere" eval '! at gw ip -6 route get $INNER'
check "the daemon has ended" wait_for 10 eval '! running $daemon'
ended_with 1 >/dev/null
daemon_start
check "it starts again, with one such route" eval \
	'[ "$(at gw ip -6 route show type unreachable fd00:d9::/64 | wc -l)" = 1 ]'
check "and packets for peers go to the interface" goes dg0
rm -f "$conf" "$peers" "$out/check.route"
done_testing
