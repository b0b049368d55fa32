// SPDX-License-Identifier: GPL-2.0
/* Whether the processor has the instructions: the kernel's side. */

#include <asm/cpufeature.h>
#include <linux/cache.h>
#include <linux/init.h>

#include "aesni.h"

bool dgsec_aesni_there __ro_after_init;

bool __init dgsec_simd_probe(void)
{
	dgsec_aesni_there = boot_cpu_has(X86_FEATURE_AES) &&
			    boot_cpu_has(X86_FEATURE_XMM4_1);
	return dgsec_aesni_there;
}
