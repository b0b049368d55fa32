/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_CIPHER_H
#define BENCH_CIPHER_H

#include <mbedtls/ccm.h>
#include <mbedtls/gcm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CIPHER_KEY_LEN = 16,
	CIPHER_TAG_MAX = 16,
	CIPHER_NONCE_MAX = 12,
};

/* One AEAD under the names its users know it by. */
struct cipher {
	const char *name;
	bool gcm;
	size_t tag_len;
	const char *esp_name;
	size_t esp_salt_len;
};

struct cipher_key {
	const struct cipher *cipher;
	union {
		mbedtls_ccm_context ccm;
		mbedtls_gcm_context gcm;
	};
};

const struct cipher *cipher_find(const char *name);
int cipher_key_init(struct cipher_key *key, const struct cipher *cipher,
		    const uint8_t *raw);
int cipher_seal(struct cipher_key *key, const uint8_t *nonce, size_t nonce_len,
		const uint8_t *aad, size_t aad_len, uint8_t *text, size_t len);
int cipher_open(struct cipher_key *key, const uint8_t *nonce, size_t nonce_len,
		const uint8_t *aad, size_t aad_len, uint8_t *text, size_t len);

#endif
