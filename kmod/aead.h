/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_AEAD_H
#define _DGSEC_AEAD_H

#include "platform.h"
#include "wire.h"

struct crypto_aead;

/* One key of one direction, with the part of its nonces that is fixed */
struct dgsec_aead {
	union {
		/* direct: expanded anew for each record */
		u8 key[16];
		struct {
			union {
				u8 *long_key;	/* direct, of 32 octets */
				struct crypto_aead *tfm;
			};
			u8 iv_rest[DTLS12_EXPLICIT_LEN];
		};
	};
	/* the first octets of the nonce; of a longer IV, the rest is above */
	u8 salt[DTLS12_SALT_LEN];
	u8 cipher;		/* enum dgsec_cipher */
	u8 tag_len;
	u8 explicit_len;	/* of the nonce, in each record; or 0 */
	u8 direct;		/* octets of the key; 0: by the crypto API */
};

size_t dgsec_aead_key_len(u8 cipher);
size_t dgsec_aead_iv_len(u8 cipher);

int dgsec_aead_init(struct dgsec_aead *a, u8 cipher, const u8 *key,
		    const u8 *iv);
void dgsec_aead_destroy(struct dgsec_aead *a);
int dgsec_aead_seal(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len);
int dgsec_aead_open(const struct dgsec_aead *a, const u8 *nonce,
		    const u8 *aad, size_t aad_len, u8 *buf, size_t len);

#endif /* _DGSEC_AEAD_H */
