// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 The dgsec authors */
#include "client.h"

#include <mbedtls/ccm.h>
#include <mbedtls/ssl.h>
#include <string.h>

enum {
	CHANGE = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23,
	CLIENT_HELLO_MSG = 1, SERVER_HELLO = 2, VERIFY_REQUEST = 3, SERVER_KEY = 12,
	SERVER_DONE = 14, CLIENT_KEY = 16, FINISHED = 20,
	RECORD = 13, MESSAGE = 12, EXPLICIT = 8, TAG = 8, VERIFY = 12,
	EXTENDED_MASTER_SECRET = 23,
};

static void put(uint8_t *p, uint64_t v, int octets)
{
	while (octets--) {
		p[octets] = (uint8_t)v;
		v >>= 8;
	}
}

static uint32_t get(const uint8_t *p, int octets)
{
	uint32_t v = 0;

	while (octets--)
		v = v << 8 | *p++;
	return v;
}

void client_init(struct client *c, const char *identity, const uint8_t psk[CLIENT_PSK],
		 const uint8_t random[32])
{
	memset(c, 0, sizeof(*c));
	c->state = CLIENT_HELLO;
	strncpy(c->identity, identity, sizeof(c->identity) - 1);
	memcpy(c->psk, psk, CLIENT_PSK);
	memcpy(c->randoms + 32, random, 32);
	mbedtls_sha256_init(&c->transcript);
}

/* ---- records --------------------------------------------------------------- */

static size_t put_record(uint8_t *out, uint8_t type, unsigned int epoch, uint64_t seq, size_t len)
{
	out[0] = type;
	put(out + 1, 0xfefd, 2);
	put(out + 3, epoch, 2);
	put(out + 5, seq, 6);
	put(out + 11, len, 2);
	return RECORD + len;
}

static int aead(const struct client *c, bool seal, const uint8_t *header, uint8_t *explicit,
		size_t len)
{
	const uint8_t *key = c->keys + (seal ? 0 : 16), *salt = c->keys + (seal ? 32 : 36);
	uint8_t aad[13], nonce[12], *text = explicit + EXPLICIT;
	mbedtls_ccm_context ccm;
	int ret;

	memcpy(aad, header + 3, 8);
	memcpy(aad + 8, header, 3);
	put(aad + 11, len, 2);
	memcpy(nonce, salt, 4);
	memcpy(nonce + 4, explicit, EXPLICIT);
	mbedtls_ccm_init(&ccm);
	ret = mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, key, 128);
	if (!ret && seal)
		ret = mbedtls_ccm_encrypt_and_tag(&ccm, len, nonce, sizeof(nonce), aad, sizeof(aad),
						  text, text, text + len, TAG);
	else if (!ret)
		ret = mbedtls_ccm_auth_decrypt(&ccm, len, nonce, sizeof(nonce), aad, sizeof(aad),
					       text, text, text + len, TAG);
	mbedtls_ccm_free(&ccm);
	return ret;
}

size_t client_seal(struct client *c, uint8_t type, const uint8_t *plain, size_t len, uint8_t *out)
{
	size_t size = put_record(out, type, 1, c->seq++, EXPLICIT + len + TAG);

	memcpy(out + RECORD, out + 3, EXPLICIT);
	memmove(out + RECORD + EXPLICIT, plain, len);
	if (aead(c, true, out, out + RECORD, len))
		c->state = CLIENT_FAILED;
	return size;
}

/* ---- secrets --------------------------------------------------------------- */

static void prf(struct client *c, const uint8_t *secret, size_t secret_len, const char *label,
		const uint8_t *seed, size_t seed_len, uint8_t *out, size_t len)
{
	if (mbedtls_ssl_tls_prf(MBEDTLS_SSL_TLS_PRF_SHA256, secret, secret_len, label, seed,
				seed_len, out, len))
		c->state = CLIENT_FAILED;
}

static void transcript_hash(const struct client *c, uint8_t hash[32])
{
	mbedtls_sha256_context copy;

	mbedtls_sha256_init(&copy);
	mbedtls_sha256_clone(&copy, &c->transcript);
	mbedtls_sha256_finish(&copy, hash);
	mbedtls_sha256_free(&copy);
}

/* RFC 4279 section 2, RFC 5246 section 8.1 or RFC 7627 section 4 */
static void make_keys(struct client *c)
{
	uint8_t premaster[2 + CLIENT_PSK + 2 + CLIENT_PSK] = { 0 }, seed[64];
	size_t seed_len = sizeof(seed);

	put(premaster, CLIENT_PSK, 2);
	put(premaster + 2 + CLIENT_PSK, CLIENT_PSK, 2);
	memcpy(premaster + 4 + CLIENT_PSK, c->psk, CLIENT_PSK);
	if (c->extended) {
		transcript_hash(c, seed);
		seed_len = 32;
	} else {
		memcpy(seed, c->randoms + 32, 32);
		memcpy(seed + 32, c->randoms, 32);
	}
	prf(c, premaster, sizeof(premaster), c->extended ? "extended master secret" : "master secret",
	    seed, seed_len, c->master, sizeof(c->master));
	prf(c, c->master, sizeof(c->master), "key expansion", c->randoms, sizeof(c->randoms),
	    c->keys, sizeof(c->keys));
}

static void verify_data(struct client *c, const char *label, uint8_t out[VERIFY])
{
	uint8_t hash[32];

	transcript_hash(c, hash);
	prf(c, c->master, sizeof(c->master), label, hash, sizeof(hash), out, VERIFY);
}

/* ---- what is sent ---------------------------------------------------------- */

static size_t put_message(uint8_t *out, uint8_t type, unsigned int number, size_t len)
{
	out[0] = type;
	put(out + 1, len, 3);
	put(out + 4, number, 2);
	put(out + 6, 0, 3);
	put(out + 9, len, 3);
	return MESSAGE + len;
}

static size_t hello(struct client *c, uint8_t *out)
{
	/* one cipher and no renegotiation; no compression; an extended master secret */
	static const uint8_t rest[] = {
		0, 4, 0xc0, 0xa8, 0, 0xff, 1, 0, 0, 4, 0, EXTENDED_MASTER_SECRET, 0, 0,
	};
	uint8_t *message = out + RECORD, *p = message + MESSAGE;
	size_t len;

	put(p, 0xfefd, 2);
	memcpy(p + 2, c->randoms + 32, 32);
	p[34] = 0;
	p[35] = c->cookie_len;
	memcpy(p + 36, c->cookie, c->cookie_len);
	memcpy(p + 36 + c->cookie_len, rest, sizeof(rest));
	len = put_message(message, CLIENT_HELLO_MSG, !!c->cookie_len,
			  36 + c->cookie_len + sizeof(rest));
	/* what was before the cookie does not count: RFC 6347 section 4.2.6 */
	mbedtls_sha256_starts(&c->transcript, 0);
	mbedtls_sha256_update(&c->transcript, message, len);
	c->next = !!c->cookie_len;
	return put_record(out, HANDSHAKE, 0, c->clear_seq++, len);
}

static size_t key_exchange(struct client *c, uint8_t *message)
{
	size_t len = strlen(c->identity);

	put(message + MESSAGE, len, 2);
	memcpy(message + MESSAGE + 2, c->identity, len);
	return put_message(message, CLIENT_KEY, !!c->cookie_len + 1, 2 + len);
}

/* The first time for the transcript, then only again */
static size_t finished(struct client *c, uint8_t *out, bool first)
{
	uint8_t message[CLIENT_IDENTITY_MAX + MESSAGE + 2], *at = out;
	size_t len = key_exchange(c, message);

	if (first) {
		mbedtls_sha256_update(&c->transcript, message, len);
		make_keys(c);
	}
	memcpy(at + RECORD, message, len);
	at += put_record(at, HANDSHAKE, 0, c->clear_seq++, len);
	at[RECORD] = 1;
	at += put_record(at, CHANGE, 0, c->clear_seq++, 1);

	len = put_message(message, FINISHED, !!c->cookie_len + 2, VERIFY);
	if (first) {
		verify_data(c, "client finished", message + MESSAGE);
		/* kept for repetitions where nothing else is needed any more */
		memcpy(c->cookie, message + MESSAGE, VERIFY);
		mbedtls_sha256_update(&c->transcript, message, len);
	}
	memcpy(message + MESSAGE, c->cookie, VERIFY);
	at += client_seal(c, HANDSHAKE, message, len, at);
	return (size_t)(at - out);
}

size_t client_flight(struct client *c, uint8_t out[CLIENT_DATAGRAM])
{
	switch (c->state) {
	case CLIENT_HELLO:
	case CLIENT_FLIGHT:
		c->state = CLIENT_HELLO;
		return hello(c, out);
	case CLIENT_FINISHED:
		return finished(c, out, !c->seq);
	default:
		return 0;
	}
}

/* ---- what comes ------------------------------------------------------------ */

static bool find_extended(const uint8_t *body, size_t len)
{
	size_t at = 34 + 1, left;

	if (len < at || len < at + body[34] + 3 + 2)
		return false;
	at += body[34] + 3 + 2;
	for (left = len - at; left >= 4; ) {
		size_t size = 4 + get(body + at + 2, 2);

		if (get(body + at, 2) == EXTENDED_MASTER_SECRET)
			return true;
		if (size > left)
			return false;
		at += size;
		left -= size;
	}
	return false;
}

/* A whole message, in its order */
static void take_message(struct client *c, const uint8_t *message, size_t len,
			 struct client_events *events)
{
	const uint8_t *body = message + MESSAGE;
	size_t body_len = len - MESSAGE;

	if (message[0] == VERIFY_REQUEST) {
		if (c->state != CLIENT_HELLO || c->cookie_len || body_len < 3 ||
		    body[2] > CLIENT_COOKIE_MAX || body_len < 3u + body[2])
			return;
		c->cookie_len = body[2];
		memcpy(c->cookie, body + 3, c->cookie_len);
		events->send = true;
		return;
	}
	if (get(message + 4, 2) != c->next || c->state > CLIENT_FLIGHT)
		return;
	switch (message[0]) {
	case SERVER_HELLO:
		if (c->state != CLIENT_HELLO || body_len < 38)
			return;
		memcpy(c->randoms, body + 2, 32);
		c->extended = find_extended(body, body_len);
		c->state = CLIENT_FLIGHT;
		break;
	case SERVER_KEY:
		break;
	case SERVER_DONE:
		if (c->state != CLIENT_FLIGHT)
			return;
		c->state = CLIENT_FINISHED;
		events->send = true;
		break;
	default:
		return;
	}
	c->next++;
	mbedtls_sha256_update(&c->transcript, message, len);
}

static void take_messages(struct client *c, const uint8_t *data, size_t len,
			  struct client_events *events)
{
	size_t size;

	for (; len >= MESSAGE; data += size, len -= size) {
		size = MESSAGE + get(data + 1, 3);
		if (size > len || get(data + 6, 3) || get(data + 9, 3) != size - MESSAGE)
			return;
		take_message(c, data, size, events);
	}
}

static void take_protected(struct client *c, uint8_t *record, size_t len,
			   struct client_events *events)
{
	uint8_t verify[VERIFY], *text = record + RECORD + EXPLICIT;
	size_t text_len = len - EXPLICIT - TAG;

	if (c->state < CLIENT_FINISHED || !c->seq)
		return;
	if (len < EXPLICIT + TAG || aead(c, false, record, record + RECORD, text_len)) {
		events->bad++;
		return;
	}
	if (record[0] == DATA) {
		events->data++;
	} else if (record[0] == ALERT) {
		events->closed = true;
		if (c->state < CLIENT_DONE)
			c->state = CLIENT_FAILED;
	} else if (record[0] == HANDSHAKE && c->state == CLIENT_FINISHED) {
		verify_data(c, "server finished", verify);
		if (text_len != MESSAGE + VERIFY || text[0] != FINISHED ||
		    memcmp(text + MESSAGE, verify, VERIFY)) {
			c->state = CLIENT_FAILED;
			return;
		}
		mbedtls_sha256_free(&c->transcript);
		c->state = CLIENT_DONE;
		events->done = true;
	}
}

void client_receive(struct client *c, uint8_t *data, size_t len, struct client_events *events)
{
	size_t size;

	memset(events, 0, sizeof(*events));
	for (; len >= RECORD; data += size, len -= size) {
		size = RECORD + get(data + 11, 2);
		if (size > len)
			return;
		if (get(data + 3, 2))
			take_protected(c, data, size - RECORD, events);
		else if (data[0] == HANDSHAKE)
			take_messages(c, data + RECORD, size - RECORD, events);
		else if (data[0] == ALERT && c->state < CLIENT_DONE)
			c->state = CLIENT_FAILED;
	}
}
