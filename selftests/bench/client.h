/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <mbedtls/sha256.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A DTLS 1.2 client with a pre-shared key and TLS_PSK_WITH_AES_128_CCM_8, in a
 * few hundred octets, so that ten thousand of them fit anywhere: no session of a
 * library does. It knows no fragments, and takes what comes out of order for
 * lost: whoever drives it repeats the last flight when nothing comes.
 */
enum client_state {
	CLIENT_NEW,
	CLIENT_HELLO,		/* waits for a cookie, or the server's hello */
	CLIENT_FLIGHT,		/* for the rest of the server's flight */
	CLIENT_FINISHED,	/* for the server's Finished */
	CLIENT_DONE,
	CLIENT_FAILED,
};

enum {
	CLIENT_COOKIE_MAX = 64,
	CLIENT_IDENTITY_MAX = 32,
	CLIENT_PSK = 16,
	CLIENT_DATAGRAM = 1500,
	CLIENT_OVERHEAD = 13 + 8 + 8,	/* of a protected record */
};

struct client {
	uint8_t state;
	uint8_t cookie_len;
	uint8_t next;		/* number of the server's next message */
	bool extended;		/* the master secret: RFC 7627 */
	uint16_t clear_seq;	/* of our records in epoch 0 ... */
	uint32_t seq;		/* ... and in epoch 1 */
	char identity[CLIENT_IDENTITY_MAX];
	uint8_t psk[CLIENT_PSK];
	uint8_t cookie[CLIENT_COOKIE_MAX];
	uint8_t randoms[64];	/* the server's, then ours */
	uint8_t master[48];
	uint8_t keys[40];	/* client's and server's key, client's and server's salt */
	mbedtls_sha256_context transcript;
};

/* What comes of a datagram */
struct client_events {
	bool send;		/* the next flight is due: client_flight() */
	bool done;		/* the handshake just came to its end */
	bool closed;		/* an alert came */
	unsigned int data;	/* application records that opened */
	unsigned int bad;	/* protected records that did not */
};

void client_init(struct client *c, const char *identity, const uint8_t psk[CLIENT_PSK],
		 const uint8_t random[32]);
size_t client_flight(struct client *c, uint8_t out[CLIENT_DATAGRAM]);
void client_receive(struct client *c, uint8_t *data, size_t len, struct client_events *events);
size_t client_seal(struct client *c, uint8_t type, const uint8_t *plain, size_t len, uint8_t *out);

#endif
