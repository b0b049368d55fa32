/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_RELAY_H
#define BENCH_RELAY_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	RELAY_BATCH_MAX = 32,
	RELAY_DATAGRAM_MAX = 2048,
};

/* What both ends are configured with */
#define RELAY_IDENTITY	"device"
#define RELAY_PSK	"0123456789abcdef"
#define RELAY_PSK_LEN	16

/* Datagrams to be sent, or just received; @data is room for those not elsewhere */
struct relay_queue {
	struct mmsghdr msg[RELAY_BATCH_MAX];
	struct iovec iov[RELAY_BATCH_MAX];
	struct sockaddr_in6 addr[RELAY_BATCH_MAX];
	uint8_t data[RELAY_BATCH_MAX][RELAY_DATAGRAM_MAX];
	unsigned int count;
};

/*
 * A server for one device. Its library reads the one datagram at @datagram and
 * writes by relay_to_device().
 */
struct relay {
	int lower;			/* device's side, any sender */
	int upstream;			/* connected to the service */
	unsigned int batch;		/* 1: recv() and send() one by one */
	struct sockaddr_in6 device;
	const uint8_t *datagram;
	size_t datagram_len;		/* 0: the library has taken it */
	struct relay_queue in, to_device, to_service;
};

/* One library */
struct relay_tls {
	const char *name;
	int (*open)(struct relay *relay);
	/* r->datagram to @text: its length, 0 if there is none, or -1 */
	long (*unseal)(struct relay *relay, uint8_t *text, size_t size);
	int (*seal)(struct relay *relay, const uint8_t *text, size_t len);
};

extern const struct relay_tls relay_mbedtls, relay_gnutls;

int relay_error(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
int relay_to_device(struct relay *relay, const void *data, size_t len);
long relay_take_datagram(struct relay *relay, void *to, size_t size);

#endif
