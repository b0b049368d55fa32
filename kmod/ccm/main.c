// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload. No load without the right answers; whether it becomes the
 * kernel's ccm(aes), too, does not matter to those that call it directly.
 */

#include <crypto/algapi.h>
#include <linux/module.h>

#include "../version.h"
#include "api.h"
#include "ccm.h"
#include "selftest.h"
#include "simd.h"

static bool __init selftest(unsigned int best)
{
	if (!dgsec_ccm_selftest(false))
		return false;
	for (dgsec_simd = 1; dgsec_simd <= best; dgsec_simd++)
		if (!dgsec_ccm_selftest(true))
			return false;
	dgsec_simd = best;
	return true;
}

static int __init ccm_init(void)
{
	unsigned int best = dgsec_simd_probe();
	int err;

	if (!selftest(best)) {
		pr_err("dgsec_ccm: self-tests: fail: not loading\n");
		return -ENOTRECOVERABLE;
	}
	pr_info("dgsec_ccm: self-tests: pass (portable%s)\n",
		best == CCM_AVX ? ", AES-NI, AVX" :
		best == CCM_AESNI ? ", AES-NI" : "");

	/*
	 * An algorithm that is registered keeps the kernel from looking for
	 * another one, and without AES instructions all others are faster.
	 */
	if (!dgsec_ccm_is_fast()) {
		pr_info("dgsec_ccm: no AES instructions it knows: ccm(aes) is left to the kernel\n");
		return 0;
	}
	err = dgsec_api_init();
	if (err)
		pr_warn("dgsec_ccm: ccm(aes) is left to the kernel: error %d\n",
			err);
	return 0;
}

static void __exit ccm_exit(void)
{
	dgsec_api_exit();
}

module_init(ccm_init);
module_exit(ccm_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("AES-CCM for small records");
MODULE_AUTHOR("The dgsec developers");
MODULE_VERSION(DGSEC_VERSION);
MODULE_ALIAS_CRYPTO("ccm(aes)");
MODULE_ALIAS_CRYPTO("ccm-aes-dgsec");
