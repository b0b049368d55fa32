/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_CCM_SELFTEST_H
#define _DGSEC_CCM_SELFTEST_H

#include "platform.h"

#ifdef __KERNEL__
#include <linux/init.h>
#endif

/* Octets as hexadecimal digits; arrays, so that nothing stays after init */
struct ccm_vector {
	char name[20];
	char key[2 * 32 + 1];
	char nonce[2 * 13 + 1];
	char aad[2 * 32 + 1];
	char text[2 * 32 + 1];		/* or "forged" */
	char sealed[2 * 40 + 1];
	u8 tag_len;
};

extern const struct ccm_vector ccm_vectors[];
extern const unsigned int ccm_vectors_count;

bool dgsec_ccm_selftest(bool simd);

#endif /* _DGSEC_CCM_SELFTEST_H */
