/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocks of 16 octets as two words, the first octet lowest in the first word,
 * and loads and stores of less than a block that touch nothing outside it.
 */
#ifndef _DGSEC_CCM_BLOCK_H
#define _DGSEC_CCM_BLOCK_H

#include "platform.h"

struct ccm_block {
	u64 w[2];
};

static inline struct ccm_block block_xor(struct ccm_block a,
					 struct ccm_block b)
{
	return (struct ccm_block){ { a.w[0] ^ b.w[0], a.w[1] ^ b.w[1] } };
}

/* The lowest n octets of a word, n from 0 to 8 */
static inline u64 word_mask(size_t n)
{
	return n < 8 ? (1ULL << (8 * n)) - 1 : ~0ULL;
}

/* n octets, at most 16, followed by zeros */
static inline struct ccm_block block_load(const u8 *p, size_t n)
{
	struct ccm_block b = {};

	if (n > 8) {
		b.w[0] = get_unaligned_le64(p);
		b.w[1] = get_unaligned_le64(p + n - 8) >> (8 * (16 - n));
	} else if (n == 8) {
		b.w[0] = get_unaligned_le64(p);
	} else if (n >= 4) {
		b.w[0] = get_unaligned_le32(p) |
			 (u64)get_unaligned_le32(p + n - 4) << (8 * (n - 4));
	} else if (n) {
		b.w[0] = p[0] | (u64)p[n / 2] << (8 * (n / 2)) |
			 (u64)p[n - 1] << (8 * (n - 1));
	}
	return b;
}

/* The first n octets, at most 16 */
static inline void block_store(u8 *p, struct ccm_block b, size_t n)
{
	if (n == 8) {
		put_unaligned_le64(b.w[0], p);
	} else if (n > 8) {
		/* the octets that overlap first */
		put_unaligned_le64(b.w[0], p);
		if (n < 16)
			b.w[1] = b.w[1] << (8 * (16 - n)) |
				 b.w[0] >> (8 * (n - 8));
		put_unaligned_le64(b.w[1], p + n - 8);
	} else if (n >= 4) {
		put_unaligned_le32(b.w[0], p);
		put_unaligned_le32(b.w[0] >> (8 * (n - 4)), p + n - 4);
	} else if (n) {
		p[0] = b.w[0];
		p[n / 2] = b.w[0] >> (8 * (n / 2));
		p[n - 1] = b.w[0] >> (8 * (n - 1));
	}
}

/* Octets move up by n, zeros come in below. n from 1 to 15 */
static inline struct ccm_block block_up(struct ccm_block b, size_t n)
{
	if (n > 8)
		return (struct ccm_block){ { 0, b.w[0] << (8 * (n - 8)) } };
	if (n == 8)
		return (struct ccm_block){ { 0, b.w[0] } };
	return (struct ccm_block){ {
		b.w[0] << (8 * n),
		b.w[1] << (8 * n) | b.w[0] >> (64 - 8 * n),
	} };
}

#endif /* _DGSEC_CCM_BLOCK_H */
