// SPDX-License-Identifier: GPL-2.0
/*
 * WireGuard, one peer with its inner address. The device is another WireGuard
 * in a namespace of its own, between two TUN devices: it makes what the gateway
 * gets and opens what the gateway sends, and nothing of that is measured.
 *
 *   inner0 [device: wg0] outer0 -- bench -- lower0 [gateway: wg0] back0
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "gateway.h"
#include "peer.h"
#include "record.h"

enum {
	PORT = 51820,
	SHUTTLE_MS = 1000,
	KEY_TEXT_LEN = 44,
};

static int inner_fd, outer_fd;

/* A pair of keys as wg(8) writes them */
struct key_pair {
	char private[KEY_TEXT_LEN + 1];
	char public[KEY_TEXT_LEN + 1];
};

static int key_make(struct key_pair *pair)
{
	FILE *wg = popen("private=$(wg genkey) && echo \"$private\" && echo \"$private\" | wg pubkey",
			 "r");
	int n = 0;

	if (wg) {
		n = fscanf(wg, "%44s %44s", pair->private, pair->public);
		pclose(wg);
	}
	return n == 2 ? 0 : bench_error("wg makes no key");
}

/* @endpoint: empty where it is learnt */
static int wg_set(const struct key_pair *own, const struct key_pair *peer,
		  const char *endpoint, const char *allowed)
{
	return gateway_run("echo %s | wg set wg0 listen-port %d private-key /proc/self/fd/0 peer %s %s allowed-ips %s",
			   own->private, PORT, peer->public, endpoint, allowed);
}

static int device_open(const struct key_pair *device,
		       const struct key_pair *gateway)
{
	char endpoint[64];

	snprintf(endpoint, sizeof(endpoint), "endpoint '[%s]:%d'",
		 BENCH_ADDR_GATEWAY, PORT);
	if (unshare(CLONE_NEWNET))
		return bench_error("no network namespace: %s", strerror(errno));
	if (gateway_sysctl("net/ipv6/conf/all/forwarding", "1"))
		return -1;
	inner_fd = gateway_tun("inner0", false);
	outer_fd = gateway_tun("outer0", false);
	if (inner_fd < 0 || outer_fd < 0)
		return -1;
	if (gateway_ip("link set inner0 up\n"
		       "link set outer0 up\n"
		       "addr add " BENCH_ADDR_DEVICE "/128 dev outer0 nodad\n"
		       "route add " BENCH_ADDR_GATEWAY "/128 dev outer0\n"
		       "link add wg0 type wireguard\n") ||
	    wg_set(device, gateway, endpoint, "::/0") ||
	    gateway_ip("link set wg0 up\n"
		       "route add " BENCH_ADDR_INNER "/128 dev inner0\n"
		       "route add " BENCH_ADDR_SERVICE "/128 dev wg0\n"))
		return -1;
	return 0;
}

/* From the device through both WireGuards, the handshake on its way included */
static int shuttle(struct bench *bench)
{
	struct packet_flow inner = flow_in_inner(bench);
	uint8_t p[PACKET_MAX];
	long len;

	len = peer_plain_make(bench, &inner, 0, PACKET_COAP_POST, p);
	if (gateway_inject(inner_fd, p, len))
		return -1;
	/* initiation, response, the packet */
	len = gateway_poll(outer_fd, p, sizeof(p), SHUTTLE_MS);
	if (len <= 0 || gateway_inject(bench->fd[SIDE_LOWER], p, len))
		return bench_error("no handshake from the device");
	len = gateway_poll(bench->fd[SIDE_LOWER], p, sizeof(p), SHUTTLE_MS);
	if (len <= 0 || gateway_inject(outer_fd, p, len))
		return bench_error("no handshake from the gateway");
	do {
		len = gateway_poll(outer_fd, p, sizeof(p), SHUTTLE_MS);
		if (len <= 0 || gateway_inject(bench->fd[SIDE_LOWER], p, len))
			return bench_error("nothing after the handshake");
		len = gateway_poll(bench->fd[SIDE_BACKBONE], p, sizeof(p), 10);
	} while (!len);
	return len < 0 ? -1 : record_in_check(bench, 0, p, len);
}

static int wireguard_setup(struct bench *bench)
{
	struct key_pair device, gateway;

	if (key_make(&device) || key_make(&gateway))
		return -1;
	/* in the gateway's namespace, where the bench has just come */
	if (gateway_ip("link add wg0 type wireguard\n") ||
	    wg_set(&gateway, &device, "", BENCH_ADDR_INNER "/128") ||
	    gateway_ip("link set wg0 up\n"
		       "route add " BENCH_ADDR_INNER "/128 dev wg0\n") ||
	    device_open(&device, &gateway))
		return -1;
	return shuttle(bench);
}

/* What the device makes of a packet of its own */
static size_t wireguard_in_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow inner = flow_in_inner(bench);
	long len;

	len = peer_plain_make(bench, &inner, n, PACKET_COAP_POST, p);
	if (gateway_inject(inner_fd, p, len))
		return 0;
	len = gateway_poll(outer_fd, p, PACKET_MAX, SHUTTLE_MS);
	return len > 0 ? len : 0;
}

/* What the device makes of the gateway's packet */
static int wireguard_out_check(struct bench *bench, uint32_t n, uint8_t *p,
			       size_t len)
{
	struct packet_flow inner = flow_out_inner(bench);
	long got;

	if (gateway_inject(outer_fd, p, len))
		return -1;
	got = gateway_poll(inner_fd, p, PACKET_MAX, SHUTTLE_MS);
	if (got <= 0)
		return bench_error("the device does not open it");
	return peer_plain_check(bench, &inner, n, PACKET_COAP_CONTENT, p, got);
}

const struct path path_wireguard_in = {
	.name = "wireguard",
	.direction = "in",
	.from = SIDE_LOWER,
	.setup = wireguard_setup,
	.make = wireguard_in_make,
	.check = record_in_check,
};

const struct path path_wireguard_out = {
	.name = "wireguard",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.setup = wireguard_setup,
	.make = record_out_make,
	.check = wireguard_out_check,
};
