// SPDX-License-Identifier: GPL-2.0
/* Which instructions the processor has: the kernel's side. */

#include <asm/cpufeature.h>
#include <asm/fpu/xcr.h>
#include <linux/init.h>

#include "../simd.h"

/* Return: the best, 0 if there is none */
unsigned int __init dgsec_simd_probe(void)
{
	if (!boot_cpu_has(X86_FEATURE_AES) || !boot_cpu_has(X86_FEATURE_XMM4_1))
		return CCM_NO_SIMD;
	if (boot_cpu_has(X86_FEATURE_AVX) &&
	    cpu_has_xfeatures(XFEATURE_MASK_SSE | XFEATURE_MASK_YMM, NULL))
		return CCM_AVX;
	return CCM_AESNI;
}
