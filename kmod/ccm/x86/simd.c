// SPDX-License-Identifier: GPL-2.0
/* When the processor's AES instructions can be used: the kernel's side. */

#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/simd.h>
#include <crypto/internal/simd.h>

#include "aesni.h"

static bool have_aes __ro_after_init;

bool __init dgsec_simd_probe(void)
{
	have_aes = boot_cpu_has(X86_FEATURE_AES) &&
		   boot_cpu_has(X86_FEATURE_XMM4_1);
	return have_aes;
}

/* In an interrupt that has met somebody else's use of them: no. */
bool dgsec_simd_begin(void)
{
	if (unlikely(!have_aes || !crypto_simd_usable()))
		return false;
	kernel_fpu_begin();
	return true;
}

void dgsec_simd_end(void)
{
	kernel_fpu_end();
}
