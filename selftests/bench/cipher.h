/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_CIPHER_H
#define BENCH_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CIPHER_KEY_MAX = 32,
	CIPHER_IV_MAX = 12,
	CIPHER_RAW_MAX = CIPHER_KEY_MAX + CIPHER_IV_MAX,
	CIPHER_TAG_MAX = 16,
	CIPHER_NONCE_MAX = 12,
};

enum cipher_mode {
	CIPHER_CCM,
	CIPHER_GCM,
	CIPHER_CHACHAPOLY,
};

/* One AEAD under the names its users know it by. */
struct cipher {
	const char *name;
	enum cipher_mode mode;
	size_t key_len;
	size_t iv_len;	/* in DTLS 1.2; without the explicit nonce */
	size_t tag_len;
	const char *esp_name;
	size_t esp_salt_len;
};

/* All that one call of the AEAD needs; @raw is the key, then salt or IV. */
struct cipher_call {
	const struct cipher *cipher;
	const uint8_t *raw;
	const uint8_t *nonce;
	size_t nonce_len;
	const uint8_t *aad;
	size_t aad_len;
};

const struct cipher *cipher_find(const char *name);
int cipher_seal(const struct cipher_call *call, uint8_t *text, size_t len);
int cipher_open(const struct cipher_call *call, uint8_t *text, size_t len);

#endif
