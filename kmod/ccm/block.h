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

/* By pointers: passed as values they would cost every caller an aligned stack. */
static __always_inline void block_xor(struct ccm_block *to,
				      const struct ccm_block *b)
{
	to->w[0] ^= b->w[0];
	to->w[1] ^= b->w[1];
}

/* The lowest n octets of a word, n from 0 to 8 */
static __always_inline u64 word_mask(size_t n)
{
	return n < 8 ? (1ULL << (8 * n)) - 1 : ~0ULL;
}

/* n octets, at most 16, followed by zeros */
static __always_inline void block_load(struct ccm_block *b, const u8 *p,
				       size_t n)
{
	b->w[0] = 0;
	b->w[1] = 0;
	if (n > 8) {
		b->w[0] = get_unaligned_le64(p);
		b->w[1] = get_unaligned_le64(p + n - 8) >> (8 * (16 - n));
	} else if (n == 8) {
		b->w[0] = get_unaligned_le64(p);
	} else if (n >= 4) {
		b->w[0] = get_unaligned_le32(p) |
			  (u64)get_unaligned_le32(p + n - 4) << (8 * (n - 4));
	} else if (n) {
		b->w[0] = p[0] | (u64)p[n / 2] << (8 * (n / 2)) |
			  (u64)p[n - 1] << (8 * (n - 1));
	}
}

/* The first n octets, at most 16 */
static __always_inline void block_store(u8 *p, const struct ccm_block *b,
					size_t n)
{
	u64 last = b->w[1];

	if (n == 8) {
		put_unaligned_le64(b->w[0], p);
	} else if (n > 8) {
		/* the octets that overlap are the same in both */
		if (n < 16)
			last = last << (8 * (16 - n)) |
			       b->w[0] >> (8 * (n - 8));
		put_unaligned_le64(b->w[0], p);
		put_unaligned_le64(last, p + n - 8);
	} else if (n >= 4) {
		put_unaligned_le32(b->w[0], p);
		put_unaligned_le32(b->w[0] >> (8 * (n - 4)), p + n - 4);
	} else if (n) {
		p[0] = b->w[0];
		p[n / 2] = b->w[0] >> (8 * (n / 2));
		p[n - 1] = b->w[0] >> (8 * (n - 1));
	}
}

/* Octets move up by n, from 1 to 15; zeros come in below. */
static __always_inline void block_up(struct ccm_block *b, size_t n)
{
	if (n > 8) {
		b->w[1] = b->w[0] << (8 * (n - 8));
		b->w[0] = 0;
	} else if (n == 8) {
		b->w[1] = b->w[0];
		b->w[0] = 0;
	} else {
		b->w[1] = b->w[1] << (8 * n) | b->w[0] >> (64 - 8 * n);
		b->w[0] <<= 8 * n;
	}
}

#endif /* _DGSEC_CCM_BLOCK_H */
