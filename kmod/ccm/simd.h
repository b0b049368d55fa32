/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a processor's own implementation gives: seal and open of whole messages
 * (job.h says how), the same in pieces, and whether it can be used at all. One
 * directory for each architecture; without one there is the portable code.
 */
#ifndef _DGSEC_CCM_SIMD_H
#define _DGSEC_CCM_SIMD_H

#include "job.h"

#if defined(CONFIG_X86_64) || (!defined(__KERNEL__) && defined(__x86_64__))
#include "x86/aesni.h"
#else

static unsigned int dgsec_simd __maybe_unused;

static inline unsigned int dgsec_simd_probe(void)
{
	return 0;
}

static inline bool dgsec_simd_begin(void)
{
	return false;
}

static inline void dgsec_simd_end(void)
{
}

static inline void simd_crypt(const struct dgsec_ccm *k, struct ccm_job *job,
			      const u8 *aad, size_t aad_len, u8 *buf,
			      size_t len, bool seal)
{
}

static inline void simd_absorb(const struct dgsec_ccm_schedule *s,
			       struct ccm_stream *st, const u8 *p,
			       size_t blocks)
{
}

static inline void simd_stream(const struct dgsec_ccm_schedule *s,
			       struct ccm_stream *st, u8 *dst, const u8 *src,
			       size_t blocks, bool seal)
{
}

#endif

#endif /* _DGSEC_CCM_SIMD_H */
