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
	u8 iv_len;		/* what is fixed of a nonce */
	u8 tag_len;
	bool ccm;
} ciphers[] = {
	[DGSEC_CIPHER_AES_128_CCM_8]	= { "ccm(aes)", 16, 4, 8, true },
	[DGSEC_CIPHER_AES_128_CCM]	= { "ccm(aes)", 16, 4, 16, true },
	[DGSEC_CIPHER_AES_128_GCM]	= { "gcm(aes)", 16, 4, 16, false },
	[DGSEC_CIPHER_AES_256_CCM_8]	= { "ccm(aes)", 32, 4, 8, true },
	[DGSEC_CIPHER_AES_256_CCM]	= { "ccm(aes)", 32, 4, 16, true },
	[DGSEC_CIPHER_AES_256_GCM]	= { "gcm(aes)", 32, 4, 16, false },
	[DGSEC_CIPHER_CHACHA20_POLY1305]	= {
		"rfc7539(chacha20,poly1305)", 32, 12, 16, false
	},
};

/* There are two for each association. */
static_assert(sizeof(struct dgsec_aead) == 24);

/* Octets of an IV in the crypto API; only CCM's has more than the nonce. */
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

/* Octets of a nonce that are fixed: its salt, or what numbers are xored into */
size_t dgsec_aead_iv_len(u8 cipher)
{
	return ciphers[cipher].iv_len;
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

static int init_direct(struct dgsec_aead *a, u8 cipher, const u8 *key)
{
	u8 len = ciphers[cipher].key_len;

	if (len == sizeof(a->key)) {
		memcpy(a->key, key, len);
	} else {
		/* few have a long key: those pay for it */
		a->long_key = kmemdup(key, len, GFP_KERNEL);
		if (!a->long_key)
			return -ENOMEM;
	}
	a->direct = len;
	return 0;
}

/**
 * dgsec_aead_init - make a key usable
 * @a: to be filled
 * @cipher: enum dgsec_cipher, valid
 * @key: dgsec_aead_key_len(@cipher) octets
 * @iv: dgsec_aead_iv_len(@cipher) octets
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if the kernel does not have the cipher, or -ENOMEM.
 */
int dgsec_aead_init(struct dgsec_aead *a, u8 cipher, const u8 *key,
		    const u8 *iv)
{
	bool ccm = ciphers[cipher].ccm;
	int err = -ENOENT;

	if (!ccm || !dgsec_ccm_is_fast())
		err = init_tfm(a, cipher, key);
	/* slow is better than not at all */
	if (err == -ENOENT && ccm)
		err = init_direct(a, cipher, key);
	if (err)
		return err;
	memcpy(a->salt, iv, sizeof(a->salt));
	a->explicit_len = DTLS12_NONCE_LEN - ciphers[cipher].iv_len;
	/* who has no explicit part is not direct: there is room */
	if (!a->explicit_len)
		memcpy(a->iv_rest, iv + sizeof(a->salt), sizeof(a->iv_rest));
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
	else if (a->direct > sizeof(a->key))
		kfree_sensitive(a->long_key);
	memzero_explicit(a, sizeof(*a));
}

static struct dgsec_ccm ccm_of(const struct dgsec_aead *a)
{
	return (struct dgsec_ccm){
		.key = likely(a->direct == sizeof(a->key)) ? a->key :
							     a->long_key,
		.key_len = a->direct,
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
