/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_H
#define BENCH_H

#include "cipher.h"
#include "packet.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum {
	BENCH_PEERS_MAX = 131072,	/* a dgsec interface's own limit */
	BENCH_BURST_MAX = 64,		/* one NAPI poll */
};

/* The two sides of the gateway, each a TUN device. */
enum side {
	SIDE_LOWER,
	SIDE_BACKBONE,
	SIDES,
};

#define BENCH_LOWER	"lower0"
#define BENCH_BACKBONE	"back0"

/* Devices are a hop away, so one neighbour is all the gateway has there. */
#define BENCH_ADDR_GATEWAY	"fd00:6::1"
#define BENCH_ADDR_ROUTER	"fd00:6::2"
#define BENCH_NET_DEVICES	"fd00:7::/64"
#define BENCH_ADDR_DEVICE	"fd00:7::2"
#define BENCH_NET_INNER		"fd00:d9::/64"
#define BENCH_ADDR_INNER	"fd00:d9::17"
#define BENCH_ADDR_SERVICE	"fd00:b::2"

/* A device as it knows itself. What it sends is "rx": words are the gateway's. */
struct peer {
	struct packet_end device;	/* outer */
	struct packet_end inner;
	uint8_t rx_raw[CIPHER_RAW_MAX];
	uint8_t tx_raw[CIPHER_RAW_MAX];
	uint64_t rx_seq;		/* the last one sent */
	uint64_t tx_seq;		/* the last one seen */
};

/*
 * device (outer, inner) ---- lower0 [gateway] back0 ---- service
 *
 * The bench plays the devices and the service, the kernel is the gateway.
 */
struct bench {
	const struct cipher *cipher;
	size_t payload;
	unsigned int burst;	/* packets that arrive together; 0: NAPI unused */
	unsigned int waits;	/* packets not there yet when they were asked for */
	int fd[SIDES];
	struct packet_end gateway;
	struct packet_end service;
	struct peer *peers;
	unsigned int n_peers;
	struct peer *peer;	/* whose packet it is */
};

/*
 * One way through the gateway. @make builds packet number @n as it comes from
 * outside, from or to bench->peer; @check judges what the gateway made of it.
 */
struct path {
	const char *name;
	const char *direction;
	enum side from;
	bool many;		/* takes more than one peer */
	bool stateless;		/* and keeps nothing of them */
	int (*setup)(struct bench *bench);
	size_t (*make)(struct bench *bench, uint32_t n, uint8_t *p);
	int (*check)(struct bench *bench, uint32_t n, uint8_t *p, size_t len);
};

extern const struct path path_plain_in, path_plain_out;
extern const struct path path_esp_in, path_esp_out;
extern const struct path path_wireguard_in, path_wireguard_out;
extern const struct path path_relay_in, path_relay_out;
extern const struct path path_relay_mbedtls_in, path_relay_mbedtls_out;
extern const struct path path_relay_gnutls_in, path_relay_gnutls_out;
extern const struct path path_dgsec_in, path_dgsec_out;

/* Says what went wrong and returns -1, so that a caller can return it. */
int bench_error(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void bench_doing(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif
