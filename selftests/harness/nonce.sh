#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expect: no nonce is used twice
# Two records with one number, from where the gateway sends.
. "$(dirname "$0")/fault.sh"

plan 1
. "$(dirname "$0")/../net/gateway.sh"
new_ns gw dev1
lower_veth gw dev1
ip -n "$(ns gw)" link set lowpan0 up
ip -n "$(ns dev1)" link set lowpan0 up
must ip -n "$(ns gw)" addr add $GW/64 dev lowpan0 nodad
must ip -n "$(ns dev1)" addr add "$DEV/64" dev lowpan0 nodad
oracle_start
make_keys
check "two records" at gw dtls-raw -k "$keys" -c aes-128-ccm-8 -l "[$GW]:5684" -r "[$DEV]:$DEV_PORT" \
	"send seq=40 text=one" "send seq=40 text=two"
