// SPDX-License-Identifier: GPL-2.0
/* CCM of one message: makes its job, and judges its tag. */

#include "aes.h"
#include "ccm.h"
#include "job.h"
#include "simd.h"

unsigned int dgsec_simd __ro_after_init;

static __always_inline void crypt(const struct dgsec_ccm *k,
				  struct ccm_job *job, const u8 *nonce,
				  const u8 *aad, size_t aad_len, u8 *buf,
				  size_t len, bool seal, bool simd)
{
	const u8 *rest = NULL;
	size_t n;

	make_nonce_blocks(job, k, nonce, aad_len, len);
	if (aad_len) {
		n = make_b1(job, aad, aad_len);
		rest = aad + n;
		aad_len -= n;
		/* 15 octets: no 16 end where these end, but here they do */
		if (unlikely(aad_len == 1)) {
			u8 *last = (u8 *)&job->b[CCM_TAG] + 15;

			*last = *rest;
			rest = last;
		}
	}

	if (unlikely(!simd)) {
		dgsec_portable_crypt(k, job, rest, aad_len, buf, len, seal);
	} else if (len >= 16) {
		simd_crypt(k, job, rest, aad_len, buf, len, seal);
	} else {
		block_load(&job->b[CCM_TEXT], buf, len);
		simd_crypt(k, job, rest, aad_len, buf, len, seal);
		block_store(buf, &job->b[CCM_TEXT], len);
		memzero_explicit(&job->b[CCM_TEXT],
				 sizeof(job->b[CCM_TEXT]));
	}
}

static __always_inline int seal(const struct dgsec_ccm *k, const u8 *nonce,
				const u8 *aad, size_t aad_len, u8 *buf,
				size_t len, bool simd)
{
	struct ccm_job job __uninitialized;

	if (unlikely(!dgsec_ccm_fits(k, len)))
		return -EMSGSIZE;
	crypt(k, &job, nonce, aad, aad_len, buf, len, true, simd);
	block_store(buf + len, &job.b[CCM_TAG], k->tag_len);
	return 0;
}

static __always_inline int open(const struct dgsec_ccm *k, const u8 *nonce,
				const u8 *aad, size_t aad_len, u8 *buf,
				size_t len, bool simd)
{
	struct ccm_job job __uninitialized;

	if (unlikely(len < k->tag_len))
		return -EBADMSG;
	len -= k->tag_len;
	if (unlikely(!dgsec_ccm_fits(k, len)))
		return -EBADMSG;
	crypt(k, &job, nonce, aad, aad_len, buf, len, false, simd);
	if (likely(tag_is(&job.b[CCM_TAG], buf + len, k->tag_len)))
		return 0;

	/* what is not authentic nobody shall read */
	memset(buf, 0, len);
	memzero_explicit(&job.b[CCM_TAG], sizeof(job.b[CCM_TAG]));
	return -EBADMSG;
}

/**
 * dgsec_ccm_expand - make all round keys of a key, for use with expanded set
 * @s: to be filled; the caller wipes it in the end
 * @key: @key_len octets
 * @key_len: 16, 24 or 32
 */
void dgsec_ccm_expand(struct dgsec_ccm_schedule *s, const u8 *key,
		      size_t key_len)
{
	dgsec_aes_expand(s, key, key_len);
}
EXPORT_SYMBOL_GPL(dgsec_ccm_expand);

/**
 * dgsec_ccm_is_fast - whether this is the best way to do AES-CCM here
 *
 * Return: whether the processor has instructions for it. It stays so.
 */
bool dgsec_ccm_is_fast(void)
{
	return dgsec_simd != CCM_NO_SIMD;
}
EXPORT_SYMBOL_GPL(dgsec_ccm_is_fast);

/**
 * dgsec_ccm_begin - begin with several records
 *
 * There is no sleeping until dgsec_ccm_end(), nor preemption: a few KiB at most.
 *
 * Return: what the calls between are to be told, and dgsec_ccm_end().
 */
bool dgsec_ccm_begin(void)
{
	return dgsec_simd_begin();
}
EXPORT_SYMBOL_GPL(dgsec_ccm_begin);

/**
 * dgsec_ccm_end - end what dgsec_ccm_begin() has begun
 * @simd: what that returned
 */
void dgsec_ccm_end(bool simd)
{
	if (likely(simd))
		dgsec_simd_end();
}
EXPORT_SYMBOL_GPL(dgsec_ccm_end);

/**
 * dgsec_ccm_seal_in - dgsec_ccm_seal() between dgsec_ccm_begin() and end
 * @k: the key
 * @nonce: as there
 * @aad: as there
 * @aad_len: as there
 * @buf: as there
 * @len: as there
 * @simd: what dgsec_ccm_begin() returned
 *
 * Return: as dgsec_ccm_seal()
 */
int dgsec_ccm_seal_in(const struct dgsec_ccm *k, const u8 *nonce,
		      const u8 *aad, size_t aad_len, u8 *buf, size_t len,
		      bool simd)
{
	return seal(k, nonce, aad, aad_len, buf, len, simd);
}
EXPORT_SYMBOL_GPL(dgsec_ccm_seal_in);

/**
 * dgsec_ccm_open_in - dgsec_ccm_open() between dgsec_ccm_begin() and end
 * @k: the key
 * @nonce: as there
 * @aad: as there
 * @aad_len: as there
 * @buf: as there
 * @len: as there
 * @simd: what dgsec_ccm_begin() returned
 *
 * Return: as dgsec_ccm_open()
 */
int dgsec_ccm_open_in(const struct dgsec_ccm *k, const u8 *nonce,
		      const u8 *aad, size_t aad_len, u8 *buf, size_t len,
		      bool simd)
{
	return open(k, nonce, aad, aad_len, buf, len, simd);
}
EXPORT_SYMBOL_GPL(dgsec_ccm_open_in);

/**
 * dgsec_ccm_seal - encrypt in place and append the tag
 * @k: the key; dgsec_ccm_valid()
 * @nonce: its nonce_len octets, never used before with this key
 * @aad: associated data, anywhere
 * @aad_len: its length, less than 2^32
 * @buf: plaintext, with room for the tag behind it
 * @len: length of the plaintext
 *
 * Context: any but NMI.
 * Return: 0, or -EMSGSIZE if @len is beyond what the nonce leaves room for.
 */
int dgsec_ccm_seal(const struct dgsec_ccm *k, const u8 *nonce, const u8 *aad,
		   size_t aad_len, u8 *buf, size_t len)
{
	bool simd = dgsec_simd_begin();
	int err;

	err = seal(k, nonce, aad, aad_len, buf, len, simd);
	if (likely(simd))
		dgsec_simd_end();
	return err;
}
EXPORT_SYMBOL_GPL(dgsec_ccm_seal);

/**
 * dgsec_ccm_open - verify and decrypt in place
 * @k: the key; dgsec_ccm_valid()
 * @nonce: its nonce_len octets
 * @aad: associated data, anywhere
 * @aad_len: its length, less than 2^32
 * @buf: ciphertext and tag; zeros in the place of the text after a failure
 * @len: length of both
 *
 * Context: any but NMI.
 * Return: 0, or -EBADMSG if it is not authentic.
 */
int dgsec_ccm_open(const struct dgsec_ccm *k, const u8 *nonce, const u8 *aad,
		   size_t aad_len, u8 *buf, size_t len)
{
	bool simd = dgsec_simd_begin();
	int err;

	err = open(k, nonce, aad, aad_len, buf, len, simd);
	if (likely(simd))
		dgsec_simd_end();
	return err;
}
EXPORT_SYMBOL_GPL(dgsec_ccm_open);
