// SPDX-License-Identifier: GPL-2.0
/* Load and unload; no load without the right answers. */

#include <crypto/algapi.h>
#include <linux/module.h>

#include "../version.h"
#include "api.h"
#include "selftest.h"
#include "simd.h"

static int __init ccm_init(void)
{
	bool simd = dgsec_simd_probe();

	if (!dgsec_ccm_selftest(false) ||
	    (simd && !dgsec_ccm_selftest(true))) {
		pr_err("dgsec_ccm: self-tests: fail: not loading\n");
		return -ENOTRECOVERABLE;
	}
	pr_info("dgsec_ccm: self-tests: pass (%s)\n",
		simd ? "portable and SIMD" : "portable, no SIMD here");
	return dgsec_api_init(simd);
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
