// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's side of kmod/ccm gives (x86/simd.c), in userspace, where
 * registers are free to use.
 */

#include "ccm/simd.h"

unsigned int dgsec_simd_probe(void)
{
#ifdef CCM_X86
	if (__builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1"))
		return __builtin_cpu_supports("avx") ? CCM_AVX : CCM_AESNI;
#endif
	return CCM_NO_SIMD;
}

bool dgsec_simd_begin(void)
{
	return dgsec_simd != CCM_NO_SIMD;
}

void dgsec_simd_end(void)
{
}
