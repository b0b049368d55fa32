// SPDX-License-Identifier: GPL-2.0
/* kmod/aead.h by mbedTLS: another implementation than the kernel's. */

#include <mbedtls/ccm.h>
#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>

#include "aead.h"
#include "wire.h"

struct crypto_aead {
	mbedtls_ccm_context ccm;
	mbedtls_gcm_context gcm;
	mbedtls_chachapoly_context chachapoly;
};

static const struct {
	u8 key_len, iv_len, tag_len;
	enum { CCM, GCM, CHACHAPOLY } mode;
} ciphers[] = {
	[DGSEC_CIPHER_AES_128_CCM_8] = { 16, 4, 8, CCM },
	[DGSEC_CIPHER_AES_128_CCM] = { 16, 4, 16, CCM },
	[DGSEC_CIPHER_AES_128_GCM] = { 16, 4, 16, GCM },
	[DGSEC_CIPHER_AES_256_CCM_8] = { 32, 4, 8, CCM },
	[DGSEC_CIPHER_AES_256_CCM] = { 32, 4, 16, CCM },
	[DGSEC_CIPHER_AES_256_GCM] = { 32, 4, 16, GCM },
	[DGSEC_CIPHER_CHACHA20_POLY1305] = { 32, 12, 16, CHACHAPOLY },
};

size_t dgsec_aead_key_len(u8 cipher)
{
	return ciphers[cipher].key_len;
}

size_t dgsec_aead_iv_len(u8 cipher)
{
	return ciphers[cipher].iv_len;
}

int dgsec_aead_init(struct dgsec_aead *a, u8 cipher, const u8 *key,
		    const u8 *iv)
{
	struct crypto_aead *tfm = calloc(1, sizeof(*tfm));
	int err;

	if (!tfm)
		return -ENOMEM;
	mbedtls_ccm_init(&tfm->ccm);
	mbedtls_gcm_init(&tfm->gcm);
	mbedtls_chachapoly_init(&tfm->chachapoly);
	a->tfm = tfm;
	memcpy(a->salt, iv, sizeof(a->salt));
	a->explicit_len = DTLS12_NONCE_LEN - ciphers[cipher].iv_len;
	if (!a->explicit_len)
		memcpy(a->iv_rest, iv + sizeof(a->salt), sizeof(a->iv_rest));
	a->cipher = cipher;
	a->tag_len = ciphers[cipher].tag_len;
	switch (ciphers[cipher].mode) {
	case CCM:
		err = mbedtls_ccm_setkey(&tfm->ccm, MBEDTLS_CIPHER_ID_AES, key,
					 ciphers[cipher].key_len * 8);
		break;
	case GCM:
		err = mbedtls_gcm_setkey(&tfm->gcm, MBEDTLS_CIPHER_ID_AES, key,
					 ciphers[cipher].key_len * 8);
		break;
	default:
		err = mbedtls_chachapoly_setkey(&tfm->chachapoly, key);
		break;
	}
	if (err) {
		dgsec_aead_destroy(a);
		return -EINVAL;
	}
	return 0;
}

void dgsec_aead_destroy(struct dgsec_aead *a)
{
	if (!a->tfm)
		return;
	mbedtls_ccm_free(&a->tfm->ccm);
	mbedtls_gcm_free(&a->tfm->gcm);
	mbedtls_chachapoly_free(&a->tfm->chachapoly);
	free(a->tfm);
	a->tfm = NULL;
}

int dgsec_aead_seal(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	int err;

	switch (ciphers[a->cipher].mode) {
	case CCM:
		err = mbedtls_ccm_encrypt_and_tag(&a->tfm->ccm, len, nonce,
						  DTLS12_NONCE_LEN, aad,
						  aad_len, buf, buf, buf + len,
						  a->tag_len);
		break;
	case GCM:
		err = mbedtls_gcm_crypt_and_tag(&a->tfm->gcm,
						MBEDTLS_GCM_ENCRYPT, len, nonce,
						DTLS12_NONCE_LEN, aad, aad_len,
						buf, buf, a->tag_len,
						buf + len);
		break;
	default:
		err = mbedtls_chachapoly_encrypt_and_tag(&a->tfm->chachapoly,
							 len, nonce, aad,
							 aad_len, buf, buf,
							 buf + len);
		break;
	}
	return err ? -EINVAL : 0;
}

int dgsec_aead_open(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	int err;

	len -= a->tag_len;
	switch (ciphers[a->cipher].mode) {
	case CCM:
		err = mbedtls_ccm_auth_decrypt(&a->tfm->ccm, len, nonce,
					       DTLS12_NONCE_LEN, aad, aad_len,
					       buf, buf, buf + len,
					       a->tag_len);
		break;
	case GCM:
		err = mbedtls_gcm_auth_decrypt(&a->tfm->gcm, len, nonce,
					       DTLS12_NONCE_LEN, aad, aad_len,
					       buf + len, a->tag_len, buf,
					       buf);
		break;
	default:
		err = mbedtls_chachapoly_auth_decrypt(&a->tfm->chachapoly, len,
						      nonce, aad, aad_len,
						      buf + len, buf, buf);
		break;
	}
	return err ? -EBADMSG : 0;
}
