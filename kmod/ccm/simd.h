/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a processor's own implementation gives: seal and open of whole messages
 * (job.h says how), the same in pieces, and whether it can be used at all. One
 * directory for each architecture; without one there is the portable code.
 */
#ifndef _DGSEC_CCM_SIMD_H
#define _DGSEC_CCM_SIMD_H

#include "job.h"

/* What there can be, and what of it is used; what is less is there too */
enum {
	CCM_NO_SIMD,
	CCM_AESNI,
	CCM_AVX,
};

extern unsigned int dgsec_simd;

/* Kbuild knows this condition, too. DGSEC_CCM_PORTABLE: as on other processors */
#if !defined(DGSEC_CCM_PORTABLE) &&					\
	((defined(CONFIG_X86_64) && !defined(CONFIG_UML)) ||		\
	 (!defined(__KERNEL__) && defined(__x86_64__)))
#define CCM_X86
#endif

#ifndef __KERNEL__

/* the program's own */
unsigned int dgsec_simd_probe(void);
bool dgsec_simd_begin(void);
void dgsec_simd_end(void);

#elif !defined(CCM_X86)

static inline unsigned int dgsec_simd_probe(void)
{
	return CCM_NO_SIMD;
}

static inline bool dgsec_simd_begin(void)
{
	return false;
}

static inline void dgsec_simd_end(void)
{
}

#endif

#ifdef CCM_X86
#include "x86/aesni.h"
#else

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
