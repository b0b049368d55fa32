/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_H
#define BENCH_H

#include "cipher.h"
#include "packet.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The two sides of the gateway, each a TUN device. */
enum side {
	SIDE_LOWER,
	SIDE_BACKBONE,
	SIDES,
};

#define BENCH_LOWER	"lower0"
#define BENCH_BACKBONE	"back0"

#define BENCH_ADDR_GATEWAY	"fd00:6::1"
#define BENCH_ADDR_DEVICE	"fd00:6::2"
#define BENCH_ADDR_INNER	"fd00:d9::17"
#define BENCH_ADDR_SERVICE	"fd00:b::2"

/*
 * device (outer, inner) ---- lower0 [gateway] back0 ---- service
 *
 * The bench plays the device and the service, the kernel is the gateway.
 */
struct bench {
	const struct cipher *cipher;
	size_t payload;
	int fd[SIDES];
	struct packet_end gateway;
	struct packet_end device;
	struct packet_end inner;
	struct packet_end service;
	struct cipher_key rx_key;	/* device to gateway */
	struct cipher_key tx_key;	/* gateway to device */
	uint64_t tx_seq;		/* the last one seen */
};

/*
 * One way through the gateway. @make builds packet number @n as it comes from
 * outside; @check judges what the gateway made of it.
 */
struct path {
	const char *name;
	const char *direction;
	enum side from;
	int (*setup)(struct bench *bench);
	size_t (*make)(struct bench *bench, uint32_t n, uint8_t *p);
	int (*check)(struct bench *bench, uint32_t n, uint8_t *p, size_t len);
};

extern const struct path path_plain_in, path_plain_out;
extern const struct path path_esp_in, path_esp_out;
extern const struct path path_dtls_in, path_dtls_out;

/* Raw keys as the gateway is told them: key material, then salt. */
extern const uint8_t bench_rx_raw[CIPHER_KEY_LEN + 4];
extern const uint8_t bench_tx_raw[CIPHER_KEY_LEN + 4];

int bench_error(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

size_t bench_inner_make(struct bench *bench, const struct packet_flow *flow,
			uint32_t n, uint8_t code, uint8_t *p);
int bench_inner_check(struct bench *bench, const struct packet_flow *flow,
		      uint32_t n, uint8_t code, const uint8_t *p, size_t len);

#endif
