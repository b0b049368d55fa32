// SPDX-License-Identifier: GPL-2.0
/* AEADs by the kernel's crypto API, synchronous ones. */

#include <crypto/aead.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "aead.h"
#include "wire.h"

/* CCM's first IV octet: length of the length field, minus 1 (RFC 3610) */
#define CCM_L_OF_12_OCTET_NONCE	2

static const struct {
	const char *name;
	u8 key_len;
	u8 tag_len;
	bool ccm;
} ciphers[] = {
	[DGSEC_CIPHER_AES_128_CCM_8]	= { "ccm(aes)", 16, 8, true },
	[DGSEC_CIPHER_AES_128_CCM]	= { "ccm(aes)", 16, 16, true },
	[DGSEC_CIPHER_AES_128_GCM]	= { "gcm(aes)", 16, 16, false },
};

/*
 * What a request needs, in one allocation: none of it may be on the stack,
 * which is not always in the linear map (VMAP_STACK).
 */
struct work {
	struct scatterlist sg[2];
	u8 iv[16];
	u8 aad[DTLS12_AAD_LEN];
	struct aead_request req CRYPTO_MINALIGN_ATTR;
};

size_t dgsec_aead_key_len(u8 cipher)
{
	return ciphers[cipher].key_len;
}

size_t dgsec_aead_tag_len(u8 cipher)
{
	return ciphers[cipher].tag_len;
}

/**
 * dgsec_aead_init - make a key usable
 * @a: to be filled
 * @cipher: enum dgsec_cipher, valid
 * @key: dgsec_aead_key_len(@cipher) octets
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if the kernel does not have the cipher, or -ENOMEM.
 */
int dgsec_aead_init(struct dgsec_aead *a, u8 cipher, const u8 *key)
{
	struct crypto_aead *tfm;
	int err;

	tfm = crypto_alloc_aead(ciphers[cipher].name, 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_aead_setkey(tfm, key, ciphers[cipher].key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, ciphers[cipher].tag_len);
	if (err) {
		crypto_free_aead(tfm);
		return err;
	}
	a->tfm = tfm;
	a->cipher = cipher;
	a->tag_len = ciphers[cipher].tag_len;
	return 0;
}

/**
 * dgsec_aead_destroy - wipe and free a key
 * @a: initialised, or all zeros
 *
 * Context: any but hard interrupts.
 */
void dgsec_aead_destroy(struct dgsec_aead *a)
{
	if (a->tfm)
		crypto_free_aead(a->tfm);
	a->tfm = NULL;
}

static int crypt(const struct dgsec_aead *a, const u8 *nonce, const u8 *aad,
		 size_t aad_len, u8 *buf, size_t len, bool seal)
{
	size_t reqsize = sizeof(struct aead_request) +
			 crypto_aead_reqsize(a->tfm);
	struct work *w;
	u8 *iv;
	int err;

	if (WARN_ON_ONCE(aad_len > sizeof(w->aad)))
		return -EINVAL;
	w = kmalloc(offsetof(struct work, req) + reqsize, GFP_ATOMIC);
	if (!w)
		return -ENOMEM;

	iv = w->iv;
	if (ciphers[a->cipher].ccm) {
		memset(w->iv, 0, sizeof(w->iv));
		*iv++ = CCM_L_OF_12_OCTET_NONCE;
	}
	memcpy(iv, nonce, DTLS12_NONCE_LEN);
	memcpy(w->aad, aad, aad_len);
	sg_init_table(w->sg, ARRAY_SIZE(w->sg));
	sg_set_buf(&w->sg[0], w->aad, aad_len);
	sg_set_buf(&w->sg[1], buf, seal ? len + a->tag_len : len);

	aead_request_set_tfm(&w->req, a->tfm);
	aead_request_set_callback(&w->req, 0, NULL, NULL);
	aead_request_set_ad(&w->req, aad_len);
	aead_request_set_crypt(&w->req, w->sg, w->sg, len, w->iv);
	err = seal ? crypto_aead_encrypt(&w->req) :
		     crypto_aead_decrypt(&w->req);

	/* the request may hold key stream */
	memzero_explicit(&w->req, reqsize);
	kfree(w);
	return err;
}

/**
 * dgsec_aead_seal - encrypt in place and append the tag
 * @a: the key
 * @nonce: DTLS12_NONCE_LEN octets, never used before with this key
 * @aad: associated data
 * @aad_len: its length, at most DTLS12_AAD_LEN
 * @buf: plaintext, in the linear map, with room for the tag behind it
 * @len: length of the plaintext
 *
 * Return: 0 or -ENOMEM or another error of the crypto API.
 */
int dgsec_aead_seal(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	return crypt(a, nonce, aad, aad_len, buf, len, true);
}

/**
 * dgsec_aead_open - verify and decrypt in place
 * @a: the key
 * @nonce: DTLS12_NONCE_LEN octets
 * @aad: associated data
 * @aad_len: its length, at most DTLS12_AAD_LEN
 * @buf: ciphertext and tag, in the linear map; garbage after a failure
 * @len: length of both, at least the tag's
 *
 * Return: 0, -EBADMSG if it is not authentic, or -ENOMEM.
 */
int dgsec_aead_open(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	return crypt(a, nonce, aad, aad_len, buf, len, false);
}
