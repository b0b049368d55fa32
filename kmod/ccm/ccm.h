/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AES-CCM (RFC 3610, NIST SP 800-38C) for records of some ten octets, where
 * what a call costs matters more than what an octet costs.
 */
#ifndef _DGSEC_CCM_H
#define _DGSEC_CCM_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "platform.h"
#endif

/* All round keys of one key, for callers with memory to spend */
struct dgsec_ccm_schedule {
	u8 rk[15][16];
	u8 rounds;
};

/*
 * A key and how it is used. It points to the caller's key: put it on the stack
 * for a call, or keep it.
 */
struct dgsec_ccm {
	/* key_len octets; if expanded a struct dgsec_ccm_schedule */
	const void *key;
	u8 key_len;		/* 16 or 32; if expanded 24 too */
	u8 tag_len;		/* 4 to 16, even */
	u8 nonce_len;		/* 7 to 13 */
	bool expanded;
};

/* To be asked once, when the key comes: nobody looks again. */
static inline bool dgsec_ccm_valid(const struct dgsec_ccm *k)
{
	return (k->key_len == 16 || k->key_len == 32 ||
		(k->key_len == 24 && k->expanded)) &&
	       k->tag_len >= 4 && k->tag_len <= 16 && k->tag_len % 2 == 0 &&
	       k->nonce_len >= 7 && k->nonce_len <= 13;
}

/* Without AES instructions the kernel's ccm(aes) is the better one. */
bool dgsec_ccm_is_fast(void);

void dgsec_ccm_expand(struct dgsec_ccm_schedule *s, const u8 *key,
		      size_t key_len);

int dgsec_ccm_seal(const struct dgsec_ccm *k, const u8 *nonce, const u8 *aad,
		   size_t aad_len, u8 *buf, size_t len);
int dgsec_ccm_open(const struct dgsec_ccm *k, const u8 *nonce, const u8 *aad,
		   size_t aad_len, u8 *buf, size_t len);

/* The same for several records, of any keys, between begin and end */
bool dgsec_ccm_begin(void);
void dgsec_ccm_end(bool simd);
int dgsec_ccm_seal_in(const struct dgsec_ccm *k, const u8 *nonce,
		      const u8 *aad, size_t aad_len, u8 *buf, size_t len,
		      bool simd);
int dgsec_ccm_open_in(const struct dgsec_ccm *k, const u8 *nonce,
		      const u8 *aad, size_t aad_len, u8 *buf, size_t len,
		      bool simd);

#endif /* _DGSEC_CCM_H */
