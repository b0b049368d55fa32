// SPDX-License-Identifier: GPL-2.0
/*
 * The far end's AEAD, from mbedTLS: nothing that is measured seals or opens
 * for the bench, so a wrong record cannot look right.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "cipher.h"

#include <mbedtls/ccm.h>
#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>
#include <string.h>

#include "bench.h"

static const struct cipher ciphers[] = {
	{ "aes-128-ccm-8", CIPHER_CCM, 16, 4, 8, "rfc4309(ccm(aes))", 3 },
	{ "aes-128-ccm", CIPHER_CCM, 16, 4, 16, "rfc4309(ccm(aes))", 3 },
	{ "aes-128-gcm", CIPHER_GCM, 16, 4, 16, "rfc4106(gcm(aes))", 4 },
	{ "aes-256-ccm-8", CIPHER_CCM, 32, 4, 8, "rfc4309(ccm(aes))", 3 },
	{ "aes-256-ccm", CIPHER_CCM, 32, 4, 16, "rfc4309(ccm(aes))", 3 },
	{ "aes-256-gcm", CIPHER_GCM, 32, 4, 16, "rfc4106(gcm(aes))", 4 },
	{ "chacha20-poly1305", CIPHER_CHACHAPOLY, 32, 12, 16,
	  "rfc7539esp(chacha20,poly1305)", 4 },
};

const struct cipher *cipher_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++)
		if (!strcmp(ciphers[i].name, name))
			return &ciphers[i];
	return NULL;
}

/* In place; the tag stands behind the @len octets of @text. */
static int ccm(const struct cipher_call *c, uint8_t *text, size_t len, bool seal)
{
	mbedtls_ccm_context ctx;
	int ret;

	mbedtls_ccm_init(&ctx);
	ret = mbedtls_ccm_setkey(&ctx, MBEDTLS_CIPHER_ID_AES, c->raw,
				 c->cipher->key_len * 8);
	if (!ret && seal)
		ret = mbedtls_ccm_encrypt_and_tag(&ctx, len, c->nonce,
						  c->nonce_len, c->aad,
						  c->aad_len, text, text,
						  text + len,
						  c->cipher->tag_len);
	else if (!ret)
		ret = mbedtls_ccm_auth_decrypt(&ctx, len, c->nonce,
					       c->nonce_len, c->aad, c->aad_len,
					       text, text, text + len,
					       c->cipher->tag_len);
	mbedtls_ccm_free(&ctx);
	return ret;
}

static int gcm(const struct cipher_call *c, uint8_t *text, size_t len, bool seal)
{
	mbedtls_gcm_context ctx;
	int ret;

	mbedtls_gcm_init(&ctx);
	ret = mbedtls_gcm_setkey(&ctx, MBEDTLS_CIPHER_ID_AES, c->raw,
				 c->cipher->key_len * 8);
	if (!ret && seal)
		ret = mbedtls_gcm_crypt_and_tag(&ctx, MBEDTLS_GCM_ENCRYPT, len,
						c->nonce, c->nonce_len, c->aad,
						c->aad_len, text, text,
						c->cipher->tag_len, text + len);
	else if (!ret)
		ret = mbedtls_gcm_auth_decrypt(&ctx, len, c->nonce,
					       c->nonce_len, c->aad, c->aad_len,
					       text + len, c->cipher->tag_len,
					       text, text);
	mbedtls_gcm_free(&ctx);
	return ret;
}

static int chachapoly(const struct cipher_call *c, uint8_t *text, size_t len,
		      bool seal)
{
	mbedtls_chachapoly_context ctx;
	int ret;

	mbedtls_chachapoly_init(&ctx);
	ret = mbedtls_chachapoly_setkey(&ctx, c->raw);
	if (!ret && seal)
		ret = mbedtls_chachapoly_encrypt_and_tag(&ctx, len, c->nonce,
							 c->aad, c->aad_len,
							 text, text,
							 text + len);
	else if (!ret)
		ret = mbedtls_chachapoly_auth_decrypt(&ctx, len, c->nonce,
						      c->aad, c->aad_len,
						      text + len, text, text);
	mbedtls_chachapoly_free(&ctx);
	return ret;
}

static int crypt(const struct cipher_call *call, uint8_t *text, size_t len,
		 bool seal)
{
	switch (call->cipher->mode) {
	case CIPHER_CCM:
		return ccm(call, text, len, seal);
	case CIPHER_GCM:
		return gcm(call, text, len, seal);
	default:
		return chachapoly(call, text, len, seal);
	}
}

int cipher_seal(const struct cipher_call *call, uint8_t *text, size_t len)
{
	return crypt(call, text, len, true);
}

int cipher_open(const struct cipher_call *call, uint8_t *text, size_t len)
{
	return crypt(call, text, len, false);
}
