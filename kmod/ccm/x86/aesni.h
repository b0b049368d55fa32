/* SPDX-License-Identifier: GPL-2.0 */
/* To be included by ../simd.h only. */
#ifndef _DGSEC_CCM_X86_AESNI_H
#define _DGSEC_CCM_X86_AESNI_H

#ifdef __KERNEL__
#include <asm/fpu/api.h>
#include <asm/simd.h>
#include <crypto/internal/simd.h>
#endif

#include "../job.h"

/* aesni.S. 128, 256: raw keys; 10, long: all round keys, that many rounds */
asmlinkage void dgsec_aesni_seal128(const u8 *key, struct ccm_job *job,
				    const u8 *aad, size_t aad_len, u8 *buf,
				    size_t len);
asmlinkage void dgsec_aesni_seal256(const u8 *key, struct ccm_job *job,
				    const u8 *aad, size_t aad_len, u8 *buf,
				    size_t len, u8 *more);
asmlinkage void dgsec_aesni_seal10(const struct dgsec_ccm_schedule *s,
				   struct ccm_job *job, const u8 *aad,
				   size_t aad_len, u8 *buf, size_t len);
asmlinkage void dgsec_aesni_seal_long(const struct dgsec_ccm_schedule *s,
				      struct ccm_job *job, const u8 *aad,
				      size_t aad_len, u8 *buf, size_t len);
asmlinkage void dgsec_aesni_open128(const u8 *key, struct ccm_job *job,
				    const u8 *aad, size_t aad_len, u8 *buf,
				    size_t len);
asmlinkage void dgsec_aesni_open256(const u8 *key, struct ccm_job *job,
				    const u8 *aad, size_t aad_len, u8 *buf,
				    size_t len, u8 *more);
asmlinkage void dgsec_aesni_open10(const struct dgsec_ccm_schedule *s,
				   struct ccm_job *job, const u8 *aad,
				   size_t aad_len, u8 *buf, size_t len);
asmlinkage void dgsec_aesni_open_long(const struct dgsec_ccm_schedule *s,
				      struct ccm_job *job, const u8 *aad,
				      size_t aad_len, u8 *buf, size_t len);
/* avx.S: the most frequent of these with fewer instructions */
asmlinkage void dgsec_avx_seal128(const u8 *key, struct ccm_job *job,
				  const u8 *aad, size_t aad_len, u8 *buf,
				  size_t len);
asmlinkage void dgsec_avx_open128(const u8 *key, struct ccm_job *job,
				  const u8 *aad, size_t aad_len, u8 *buf,
				  size_t len);

/* In pieces */
asmlinkage void dgsec_aesni_absorb(const struct dgsec_ccm_schedule *s,
				   struct ccm_stream *st, const u8 *p,
				   size_t blocks);
asmlinkage void dgsec_aesni_stream_seal(const struct dgsec_ccm_schedule *s,
					struct ccm_stream *st, u8 *dst,
					const u8 *src, size_t blocks);
asmlinkage void dgsec_aesni_stream_open(const struct dgsec_ccm_schedule *s,
					struct ccm_stream *st, u8 *dst,
					const u8 *src, size_t blocks);

#ifdef __KERNEL__
/* simd.c */
unsigned int dgsec_simd_probe(void);

/* Not in an interrupt that has met somebody else's use of the registers */
static __always_inline bool dgsec_simd_begin(void)
{
	if (unlikely(!dgsec_simd || !crypto_simd_usable()))
		return false;
	/* integers only: no control register matters */
	kernel_fpu_begin_mask(0);
	return true;
}

static __always_inline void dgsec_simd_end(void)
{
	kernel_fpu_end();
}
#endif

/* A function of its own: only its callers need the room on the stack. */
static noinline void aesni_crypt256(const struct dgsec_ccm *k,
				    struct ccm_job *job, const u8 *aad,
				    size_t aad_len, u8 *buf, size_t len,
				    bool seal)
{
	u8 more[4 * 16];

	if (seal)
		dgsec_aesni_seal256(k->key, job, aad, aad_len, buf, len, more);
	else
		dgsec_aesni_open256(k->key, job, aad, aad_len, buf, len, more);
	memzero_explicit(more, sizeof(more));
}

static noinline void aesni_crypt_expanded(const struct dgsec_ccm *k,
					  struct ccm_job *job, const u8 *aad,
					  size_t aad_len, u8 *buf, size_t len,
					  bool seal)
{
	if (k->key_len == 16) {
		if (seal)
			dgsec_aesni_seal10(k->key, job, aad, aad_len, buf, len);
		else
			dgsec_aesni_open10(k->key, job, aad, aad_len, buf, len);
	} else if (seal) {
		dgsec_aesni_seal_long(k->key, job, aad, aad_len, buf, len);
	} else {
		dgsec_aesni_open_long(k->key, job, aad, aad_len, buf, len);
	}
}

static __always_inline void simd_crypt(const struct dgsec_ccm *k,
				       struct ccm_job *job, const u8 *aad,
				       size_t aad_len, u8 *buf, size_t len,
				       bool seal)
{
	if (unlikely(k->expanded))
		aesni_crypt_expanded(k, job, aad, aad_len, buf, len, seal);
	else if (unlikely(k->key_len != 16))
		aesni_crypt256(k, job, aad, aad_len, buf, len, seal);
	else if (likely(dgsec_simd == CCM_AVX) && seal)
		dgsec_avx_seal128(k->key, job, aad, aad_len, buf, len);
	else if (likely(dgsec_simd == CCM_AVX))
		dgsec_avx_open128(k->key, job, aad, aad_len, buf, len);
	else if (seal)
		dgsec_aesni_seal128(k->key, job, aad, aad_len, buf, len);
	else
		dgsec_aesni_open128(k->key, job, aad, aad_len, buf, len);
}

static inline void simd_absorb(const struct dgsec_ccm_schedule *s,
			       struct ccm_stream *st, const u8 *p,
			       size_t blocks)
{
	dgsec_aesni_absorb(s, st, p, blocks);
}

static inline void simd_stream(const struct dgsec_ccm_schedule *s,
			       struct ccm_stream *st, u8 *dst, const u8 *src,
			       size_t blocks, bool seal)
{
	if (seal)
		dgsec_aesni_stream_seal(s, st, dst, src, blocks);
	else
		dgsec_aesni_stream_open(s, st, dst, src, blocks);
}

#endif /* _DGSEC_CCM_X86_AESNI_H */
