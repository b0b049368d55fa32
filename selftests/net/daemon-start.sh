#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 180
# How dgsecd starts and ends: with nothing there, with things of its own or of
# others there, with the interface moved or gone; and what it does when the
# kernel refuses.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/daemon.sh"

topology -v 1
n_peers() { [ "$(on_gw peer show dg0 -j | jq length)" = "$1" ]; }
# fails PATTERN: the daemon does not start, and says why
fails() {
	local rc=0
	at gw timeout 20 dgsecd -c "$conf" >"$out/said" 2>&1 || rc=$?
	[ $rc = 1 ] && said "$out/said" "$1" && return
	echo "status $rc"
	cat "$out/said"
	return 1
}

# ---- the interface ----
ip -n "$(ns gw)" link del dg0
configure
daemon_start
check "the interface is created on the lower device" eval 'ip -n "$(ns gw)" -d -j link show dg0 |
	jq -e ".[0] | .link == \"lowpan0\" and .linkinfo.info_kind == \"dgsec\""'
check "it is up" eval 'ip -n "$(ns gw)" -j link show dg0 | jq -e ".[0].flags | index(\"UP\")"'
check "with its address" eval 'ip -n "$(ns gw)" -j -6 addr show dg0 |
	jq -e "[.[0].addr_info[] | select(.local == \"$GW_INNER\" and .prefixlen == 64)] | length == 1"'
serve
check "a device comes in" peer handshake 'get /x'
check "a second daemon is refused" fails 'port 5684'
check "and disturbs nothing" peer handshake 'get /x'
check "it stops" stop "$daemon"
check "the interface stays" n_assocs 1
daemon_start
check "the next one takes it over with its association" n_assocs 1
stop "$daemon"

# ---- what is there belongs to somebody else, or to the past ----
on_gw peer add dg0 addr fd00:d9::99 name stranger >/dev/null
daemon_start
check "peers that are not configured are removed" n_peers 1
check "those that are configured keep their associations" n_assocs 1
stop "$daemon"
configure
sed -i 's/\[peer dev1\]/[peer renamed]/' "$conf"
daemon_start
check "another name is another peer" eval 'n_peers 1 && n_assocs 0'
stop "$daemon"
configure 'listen = 5694'
daemon_start
check "after another port the old one is closed" eval 'on_gw show dg0 -j |
	jq -e ".[0].\"socket-list\" | length == 1 and .[0].port == 5694"'
stop "$daemon"
configure
sed -i 's/\[interface dg0\]/[interface dg7]/' "$conf"
check "an interface of another name is not touched" fails 'carries an interface dg0'
configure
sed -i 's/lowpan0/nothing0/' "$conf"
check "no lower device" fails 'no device nothing0'
configure
on_gw socket del dg0 5694
start socat gw socat -u 'UDP6-RECV:5684,bind=[::]' /dev/null
must wait_for 10 eval 'at gw ss -Hlun6 "sport = :5684" | grep -q .'
check "a port that is taken" fails 'belongs to another program'
stop socat

# ---- the kernel refuses ----
configure 'max-assocs = 1'
also '[peer dev2]' 'identity = dev2' "psk = $PSK_HEX"
daemon_start
check "one association" peer handshake 'get /x'
check "no room for another: the handshake is refused" eval 'port=43000 identity=dev2 peer "fail ms=3000"'
check "with a line in the log" daemon_said 'kernel refuses the association'
check "and counted" daemon_is '.ended.kernel == 1 and .half_open == 0'
check "the first one is not disturbed" peer handshake 'get /x'
check "a peer deleted behind its back" on_gw peer del dg0 dev1
check "comes back with its next handshake" peer handshake 'get /x'
stop "$daemon"

# ---- reload ----
configure
daemon_start
check "a device comes in" peer handshake 'get /x'
configure 'listen = 6000'
check "a new port needs a restart" eval 'reload && daemon_is ".reloads_failed == 1" && daemon_said "\"listen\" needs a restart"'
configure
sed -i "s/^psk = .*/psk = 00112233445566778899aabbccddeeff/" "$conf"
check "a new key" reload
check "ends the associations made with the old one" n_assocs 0
check "the old key is refused" peer 'fail ms=3000'
check "the new one is not" eval 'psk=00112233445566778899aabbccddeeff peer handshake "get /x"'
sed -i "s/^identity = .*/&\nmark = 7/" "$conf"
check "a new mark" reload
check "leaves the association" n_assocs 1
check "and is set" eval 'on_gw peer show dg0 -j | jq -e ".[0].mark == 7"'
rm "$conf"
check "a configuration that is gone" reload
check "is a mistake" daemon_is '.reloads_failed == 2'
check "the one before stays in force" eval 'psk=00112233445566778899aabbccddeeff peer handshake "get /x"'
stop "$daemon"

# ---- moved, and gone ----
configure
daemon_start
must ip -n "$(ns gw)" link set dg0 netns "$(ns host)"
must ip -n "$(ns host)" addr add $GW_INNER/64 dev dg0 nodad
must ip -n "$(ns host)" link set dg0 up
stop echo
start echo host coap-echo -l "[$GW_INNER]:5683"
must wait_for 10 said "$out/echo" ready
check "the interface is moved away: the daemon goes on" running "$daemon"
check "a handshake, served there" peer handshake 'get /x'
check "its session is freed" wait_for 10 daemon_is '.sessions == 0'
stop "$daemon"
daemon=dgsecd.moved
start "$daemon" gw dgsecd -c "$conf" -S "$out/stats.json"
check "the daemon starts with the interface elsewhere" wait_for 10 daemon_said 'ready'
check "a handshake, served there" peer handshake 'get /x'
must ip -n "$(ns host)" link del dg0
check "the interface is deleted: the daemon ends" wait_for 10 eval '! running $daemon'
check "with status 1" ended_with 1
check "and says why" daemon_said 'was deleted'
daemon_start
check "it can start again" peer handshake
must ip -n "$(ns gw)" link del lowpan0
check "the lower device is deleted: the daemon ends" wait_for 10 eval '! running $daemon'
check "with status 1" ended_with 1
rm -f "$conf"
done_testing
