// SPDX-License-Identifier: GPL-2.0
/* kmod/aead.h by mbedTLS: another implementation than the kernel's. */

#include <mbedtls/ccm.h>
#include <mbedtls/gcm.h>

#include "aead.h"
#include "wire.h"

struct crypto_aead {
	mbedtls_ccm_context ccm;
	mbedtls_gcm_context gcm;
};

size_t dgsec_aead_key_len(u8 cipher)
{
	(void)cipher;
	return 16;
}

size_t dgsec_aead_tag_len(u8 cipher)
{
	return cipher == DGSEC_CIPHER_AES_128_CCM_8 ? 8 : 16;
}

int dgsec_aead_init(struct dgsec_aead *a, u8 cipher, const u8 *key,
		    const u8 *salt)
{
	struct crypto_aead *tfm = calloc(1, sizeof(*tfm));
	int err;

	if (!tfm)
		return -ENOMEM;
	mbedtls_ccm_init(&tfm->ccm);
	mbedtls_gcm_init(&tfm->gcm);
	a->tfm = tfm;
	memcpy(a->salt, salt, sizeof(a->salt));
	a->cipher = cipher;
	a->tag_len = dgsec_aead_tag_len(cipher);
	if (cipher == DGSEC_CIPHER_AES_128_GCM)
		err = mbedtls_gcm_setkey(&tfm->gcm, MBEDTLS_CIPHER_ID_AES, key,
					 128);
	else
		err = mbedtls_ccm_setkey(&tfm->ccm, MBEDTLS_CIPHER_ID_AES, key,
					 128);
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
	free(a->tfm);
	a->tfm = NULL;
}

int dgsec_aead_seal(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	int err;

	if (a->cipher == DGSEC_CIPHER_AES_128_GCM)
		err = mbedtls_gcm_crypt_and_tag(&a->tfm->gcm,
						MBEDTLS_GCM_ENCRYPT, len, nonce,
						DTLS12_NONCE_LEN, aad, aad_len,
						buf, buf, a->tag_len,
						buf + len);
	else
		err = mbedtls_ccm_encrypt_and_tag(&a->tfm->ccm, len, nonce,
						  DTLS12_NONCE_LEN, aad,
						  aad_len, buf, buf, buf + len,
						  a->tag_len);
	return err ? -EINVAL : 0;
}

int dgsec_aead_open(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	int err;

	len -= a->tag_len;
	if (a->cipher == DGSEC_CIPHER_AES_128_GCM)
		err = mbedtls_gcm_auth_decrypt(&a->tfm->gcm, len, nonce,
					       DTLS12_NONCE_LEN, aad, aad_len,
					       buf + len, a->tag_len, buf,
					       buf);
	else
		err = mbedtls_ccm_auth_decrypt(&a->tfm->ccm, len, nonce,
					       DTLS12_NONCE_LEN, aad, aad_len,
					       buf, buf, buf + len,
					       a->tag_len);
	return err ? -EBADMSG : 0;
}
