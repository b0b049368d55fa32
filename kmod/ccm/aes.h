/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_CCM_AES_H
#define _DGSEC_CCM_AES_H

#include "block.h"
#include "ccm.h"

/* Round keys as bit planes */
struct aes_sliced {
	u32 rk[15][8];
	unsigned int rounds;
};

void dgsec_aes_expand(struct dgsec_ccm_schedule *s, const u8 *key,
		      size_t key_len);
void dgsec_aes_slice(struct aes_sliced *k, const struct dgsec_ccm_schedule *s);
void dgsec_aes_encrypt2(const struct aes_sliced *k, struct ccm_block *a,
			struct ccm_block *b);

#endif /* _DGSEC_CCM_AES_H */
