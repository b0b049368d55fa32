// SPDX-License-Identifier: GPL-2.0
/*
 * DTLS 1.2 (RFC 6347) through dgsec: dg0 stacked on the lower TUN device, each
 * device a peer with one association installed over netlink, the service on the
 * backbone.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <libdgsec.h>

#include "bench.h"
#include "gateway.h"
#include "memory.h"
#include "record.h"

enum {
	/* Where design and daemon let the kernel begin. */
	TX_FIRST = 32,
	/* Fewer do not show in counters of pages. */
	MEMORY_PEERS_MIN = 1000,
};

#define DGSEC_DEV "dg0"

/* The socket that a daemon would own; it stays open until the bench ends. */
static int socket_add(struct bench *bench, struct dgsec *dg,
		      struct dgsec_ref dev)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(bench->gateway.port),
	};
	const int on = 1;
	int fd;

	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, BENCH_LOWER,
		       sizeof(BENCH_LOWER)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return bench_error("UDP socket: %s", strerror(errno));
	if (dgsec_socket_add(dg, dev, fd, DGSEC_PROTOCOL_DTLS12))
		return bench_error("socket: %s", dgsec_error(dg));
	return 0;
}

static int peer_add(struct bench *bench, struct dgsec *dg, struct dgsec_ref dev,
		    struct peer *who)
{
	const size_t key_len = bench->cipher->key_len;
	struct dgsec_peer peer = {};
	struct dgsec_assoc assoc = {};
	struct dgsec_keys keys = {
		.key_len = key_len,
		.iv_len = bench->cipher->iv_len,
	};

	DGSEC_PUT(&peer, DGSEC_A_PEER_INNER_ADDR, inner_addr, who->inner.addr);
	DGSEC_PUT(&peer, DGSEC_A_PEER_SERVICE_ADDR, service_addr,
		  bench->service.addr);
	DGSEC_PUT(&peer, DGSEC_A_PEER_SERVICE_PORT, service_port,
		  bench->service.port);
	if (dgsec_peer_new(dg, dev, &peer, &peer))
		return bench_error("peer: %s", dgsec_error(dg));

	memcpy(keys.rx_key, who->rx_raw, key_len);
	memcpy(keys.rx_iv, who->rx_raw + key_len, keys.iv_len);
	memcpy(keys.tx_key, who->tx_raw, key_len);
	memcpy(keys.tx_iv, who->tx_raw + key_len, keys.iv_len);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PEER_ID, peer_id, peer.id);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PROTOCOL, protocol,
		  DGSEC_PROTOCOL_DTLS12);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_CIPHER, cipher,
		  dgsec_cipher_value(bench->cipher->name));
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_ROLE, role, DGSEC_ROLE_SERVER);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_EPOCH, epoch, RECORD_EPOCH);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_ADDR, remote_addr,
		  who->device.addr);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_PORT, remote_port,
		  who->device.port);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_ADDR, local_addr,
		  bench->gateway.addr);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_PORT, local_port,
		  bench->gateway.port);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_TX_SEQ, tx_seq, TX_FIRST);
	if (dgsec_assoc_new(dg, dev, &assoc, &keys, NULL))
		return bench_error("association: %s", dgsec_error(dg));
	who->tx_seq = TX_FIRST - 1;
	return 0;
}

static int install(struct bench *bench, struct dgsec *dg)
{
	struct dgsec_ref dev = { .ifindex = if_nametoindex(DGSEC_DEV) };
	struct timespec start, end;
	struct memory before, after;
	unsigned int i;

	if (socket_add(bench, dg, dev) || memory_read(&before))
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < bench->n_peers; i++)
		if (peer_add(bench, dg, dev, &bench->peers[i]))
			return -1;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (memory_read(&after))
		return -1;
	if (bench->n_peers < MEMORY_PEERS_MIN)
		return 0;
	memory_print(bench, "dgsec-dtls12", &before, &after);
	/* path, cipher, peers, nanoseconds for a peer and its association */
	printf("install\tdgsec-dtls12\t%s\t%u\t%.0f\n", bench->cipher->name, bench->n_peers,
	       ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) /
	       bench->n_peers);
	return 0;
}

static int dgsec_setup(struct bench *bench)
{
	struct dgsec *dg;
	int ret;

	if (!dgsec_cipher_value(bench->cipher->name))
		return bench_error("dgsec has no cipher %s",
				   bench->cipher->name);
	if (gateway_ip("link add link " BENCH_LOWER " name " DGSEC_DEV " type dgsec\n"
		       "link set " DGSEC_DEV " up\n"
		       "addr add fd00:d9::1/128 dev " DGSEC_DEV " nodad\n"
		       "route add " BENCH_NET_INNER " via fe80::1 dev " DGSEC_DEV " onlink\n"))
		return -1;
	ret = dgsec_open(&dg);
	if (ret)
		return bench_error("dgsec over netlink: %s", strerror(-ret));
	ret = install(bench, dg);
	dgsec_close(dg);
	return ret;
}

const struct path path_dgsec_in = {
	.name = "dgsec-dtls12",
	.direction = "in",
	.from = SIDE_LOWER,
	.many = true,
	.setup = dgsec_setup,
	.make = record_in_make,
	.check = record_in_check,
};

const struct path path_dgsec_out = {
	.name = "dgsec-dtls12",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.many = true,
	.setup = dgsec_setup,
	.make = record_out_make,
	.check = record_out_check,
};
