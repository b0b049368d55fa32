// SPDX-License-Identifier: GPL-2.0
/*
 * AEADs: AES-CCM by dgsec_ccm, called directly, where the processor has AES
 * instructions; all others by the kernel's crypto API, synchronous ones.
 */

#include <crypto/aead.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "aead.h"
#include "ccm/ccm.h"
#include "wire.h"

static const struct {
	const char *name;	/* in the crypto API */
	u8 key_len;
	u8 tag_len;
	bool ccm;
} ciphers[] = {
	[DGSEC_CIPHER_AES_128_CCM_8]	= { "ccm(aes)", 16, 8, true },
	[DGSEC_CIPHER_AES_128_CCM]	= { "ccm(aes)", 16, 16, true },
	[DGSEC_CIPHER_AES_128_GCM]	= { "gcm(aes)", 16, 16, false },
};

/* There are two for each association. */
static_assert(sizeof(struct dgsec_aead) == 24);

/* Octets of an IV in the crypto API; GCM's has the nonce only. */
#define IV_LEN	16

/*
 * What a request needs, in one allocation: none of it may be on the stack,
 * which is not always in the linear map (VMAP_STACK).
 */
struct work {
	struct scatterlist sg[2];
	u8 iv[IV_LEN];
	u8 aad[DTLS12_AAD_MAX];
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

static int init_tfm(struct dgsec_aead *a, u8 cipher, const u8 *key)
{
	struct crypto_aead *tfm;
	int err;

	tfm = crypto_alloc_aead(ciphers[cipher].name, 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_aead_setkey(tfm, key, ciphers[cipher].key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, ciphers[cipher].tag_len);
	if (err)
		crypto_free_aead(tfm);
	else
		a->tfm = tfm;
	return err;
}

/**
 * dgsec_aead_init - make a key usable
 * @a: to be filled
 * @cipher: enum dgsec_cipher, valid
 * @key: dgsec_aead_key_len(@cipher) octets
 * @salt: DTLS12_SALT_LEN octets
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if the kernel does not have the cipher, or -ENOMEM.
 */
int dgsec_aead_init(struct dgsec_aead *a, u8 cipher, const u8 *key,
		    const u8 *salt)
{
	bool direct = ciphers[cipher].ccm && dgsec_ccm_is_fast();
	int err = 0;

	if (!direct)
		err = init_tfm(a, cipher, key);
	/* slow is better than not at all */
	if (err == -ENOENT && ciphers[cipher].ccm) {
		direct = true;
		err = 0;
	}
	if (err)
		return err;
	if (direct)
		memcpy(a->key, key, sizeof(a->key));
	a->direct = direct;
	memcpy(a->salt, salt, sizeof(a->salt));
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
	if (!a->direct && a->tfm)
		crypto_free_aead(a->tfm);
	memzero_explicit(a, sizeof(*a));
}

static struct dgsec_ccm ccm_of(const struct dgsec_aead *a)
{
	return (struct dgsec_ccm){
		.key = a->key,
		.key_len = sizeof(a->key),
		.tag_len = a->tag_len,
		.nonce_len = DTLS12_NONCE_LEN,
	};
}

static void make_iv(u8 iv[IV_LEN], bool ccm, const u8 *nonce)
{
	memset(iv, 0, IV_LEN);
	/* RFC 3610 section 2.3: octets of the length, less one, come first */
	if (ccm)
		*iv++ = 14 - DTLS12_NONCE_LEN;
	memcpy(iv, nonce, DTLS12_NONCE_LEN);
}

static int crypt(const struct dgsec_aead *a, const u8 *nonce, const u8 *aad,
		 size_t aad_len, u8 *buf, size_t len, bool seal)
{
	size_t reqsize = sizeof(struct aead_request) +
			 crypto_aead_reqsize(a->tfm);
	struct work *w;
	int err;

	if (WARN_ON_ONCE(aad_len > sizeof(w->aad)))
		return -EINVAL;
	w = kmalloc(offsetof(struct work, req) + reqsize, GFP_ATOMIC);
	if (!w)
		return -ENOMEM;

	make_iv(w->iv, ciphers[a->cipher].ccm, nonce);
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
 * @aad_len: its length, at most DTLS12_AAD_MAX
 * @buf: plaintext, in the linear map, with room for the tag behind it
 * @len: length of the plaintext
 *
 * Return: 0 or -ENOMEM or another error of the crypto API.
 */
int dgsec_aead_seal(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	struct dgsec_ccm ccm;

	if (unlikely(!a->direct))
		return crypt(a, nonce, aad, aad_len, buf, len, true);
	ccm = ccm_of(a);
	return dgsec_ccm_seal(&ccm, nonce, aad, aad_len, buf, len);
}

/**
 * dgsec_aead_open - verify and decrypt in place
 * @a: the key
 * @nonce: DTLS12_NONCE_LEN octets
 * @aad: associated data
 * @aad_len: its length, at most DTLS12_AAD_MAX
 * @buf: ciphertext and tag, in the linear map; not to be read after a failure
 * @len: length of both, at least the tag's
 *
 * Return: 0, -EBADMSG if it is not authentic, or -ENOMEM.
 */
int dgsec_aead_open(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len)
{
	struct dgsec_ccm ccm;

	if (unlikely(!a->direct))
		return crypt(a, nonce, aad, aad_len, buf, len, false);
	ccm = ccm_of(a);
	return dgsec_ccm_open(&ccm, nonce, aad, aad_len, buf, len);
}
