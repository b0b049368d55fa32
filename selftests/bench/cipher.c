// SPDX-License-Identifier: GPL-2.0
/*
 * The far end's AEAD, from mbedTLS: nothing that is measured seals or opens
 * for the bench, so a wrong record cannot look right.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "cipher.h"

#include <string.h>

#include "bench.h"

static const struct cipher ciphers[] = {
	{ "aes-128-ccm-8", false, 8, "rfc4309(ccm(aes))", 3 },
	{ "aes-128-ccm", false, 16, "rfc4309(ccm(aes))", 3 },
	{ "aes-128-gcm", true, 16, "rfc4106(gcm(aes))", 4 },
};

const struct cipher *cipher_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++)
		if (!strcmp(ciphers[i].name, name))
			return &ciphers[i];
	return NULL;
}

int cipher_key_init(struct cipher_key *key, const struct cipher *cipher,
		    const uint8_t *raw)
{
	key->cipher = cipher;
	if (cipher->gcm) {
		mbedtls_gcm_init(&key->gcm);
		return mbedtls_gcm_setkey(&key->gcm, MBEDTLS_CIPHER_ID_AES, raw,
					  CIPHER_KEY_LEN * 8);
	}
	mbedtls_ccm_init(&key->ccm);
	return mbedtls_ccm_setkey(&key->ccm, MBEDTLS_CIPHER_ID_AES, raw,
				  CIPHER_KEY_LEN * 8);
}

/* Seals @len octets of @text in place; the tag goes behind them. */
int cipher_seal(struct cipher_key *key, const uint8_t *nonce, size_t nonce_len,
		const uint8_t *aad, size_t aad_len, uint8_t *text, size_t len)
{
	size_t tag_len = key->cipher->tag_len;

	if (key->cipher->gcm)
		return mbedtls_gcm_crypt_and_tag(&key->gcm, MBEDTLS_GCM_ENCRYPT,
						 len, nonce, nonce_len, aad,
						 aad_len, text, text, tag_len,
						 text + len);
	return mbedtls_ccm_encrypt_and_tag(&key->ccm, len, nonce, nonce_len, aad,
					   aad_len, text, text, text + len,
					   tag_len);
}

/* Opens @len octets of @text in place; the tag stands behind them. */
int cipher_open(struct cipher_key *key, const uint8_t *nonce, size_t nonce_len,
		const uint8_t *aad, size_t aad_len, uint8_t *text, size_t len)
{
	size_t tag_len = key->cipher->tag_len;

	if (key->cipher->gcm)
		return mbedtls_gcm_auth_decrypt(&key->gcm, len, nonce, nonce_len,
						aad, aad_len, text + len,
						tag_len, text, text);
	return mbedtls_ccm_auth_decrypt(&key->ccm, len, nonce, nonce_len, aad,
					aad_len, text, text, text + len, tag_len);
}
