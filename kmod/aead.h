/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_AEAD_H
#define _DGSEC_AEAD_H

#include "platform.h"

struct crypto_aead;

/* One key of one direction. The key itself is inside the transform. */
struct dgsec_aead {
	struct crypto_aead *tfm;
	u8 cipher;		/* enum dgsec_cipher */
	u8 tag_len;
};

size_t dgsec_aead_key_len(u8 cipher);
size_t dgsec_aead_tag_len(u8 cipher);

int dgsec_aead_init(struct dgsec_aead *a, u8 cipher, const u8 *key);
void dgsec_aead_destroy(struct dgsec_aead *a);
int dgsec_aead_seal(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len);
int dgsec_aead_open(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len);

#endif /* _DGSEC_AEAD_H */
