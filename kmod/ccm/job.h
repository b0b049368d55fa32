/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one record is to an implementation. CCM makes blocks of nonce, lengths
 * and associated data (RFC 3610 sections 2.2 and 2.3):
 *
 *	B0	flags | nonce | length of the message
 *	B1	length of the AAD | its first 14 (or 10) octets
 *	A0	flags | nonce | 0, and Ai with i in the place of 0
 *
 * These are made here, in words; the rest an implementation reads itself.
 */
#ifndef _DGSEC_CCM_JOB_H
#define _DGSEC_CCM_JOB_H

#include "block.h"
#include "ccm.h"

/* x86/aesni.S knows the order */
enum {
	CCM_B0,
	CCM_A0,
	CCM_B1,
	CCM_TEXT,		/* in and out, for SIMD, of less than a block */
	CCM_TAG,		/* out, 16 octets whatever the length */
	CCM_BLOCKS,
};

/* An array, as gcc aligns the stack for a struct that begins with one block. */
struct ccm_job {
	struct ccm_block b[CCM_BLOCKS];
};

/* A length field of L octets says no more than that: RFC 3610 section 2.1 */
static __always_inline bool dgsec_ccm_fits(const struct dgsec_ccm *k, size_t len)
{
	return likely(len <= 0xffff) || k->nonce_len < 8 ||
	       (u64)len >> (8 * (15 - k->nonce_len)) == 0;
}

/* RFC 3610 section 2.2: more than that needs a longer encoding */
#define AAD_LEN_SHORT	0xff00

static __always_inline void nonce_words(u64 *low, u64 *high, const u8 *nonce,
					unsigned int n)
{
	if (n >= 8) {
		*low = get_unaligned_le64(nonce);
		*high = get_unaligned_le64(nonce + n - 8) >> (8 * (15 - n));
	} else {
		*low = get_unaligned_le32(nonce) |
		       (u64)get_unaligned_le32(nonce + 3) << 24;
		*high = 0;
	}
	/* L, the length of the length, is 15 - n; it stands there as L - 1 */
	*low = *low << 8 | (14 - n);
}

/* The lengths that (D)TLS has are known to the compiler, here and below. */
static __always_inline void make_nonce_blocks(struct ccm_job *job,
					      const struct dgsec_ccm *k,
					      const u8 *nonce, bool aad,
					      size_t len)
{
	u64 low, high;

	if (likely(k->nonce_len == 12))
		nonce_words(&low, &high, nonce, 12);
	else
		nonce_words(&low, &high, nonce, k->nonce_len);
	job->b[CCM_A0].w[0] = low;
	job->b[CCM_A0].w[1] = high;
	job->b[CCM_B0].w[0] = low + (aad ? 0x40 : 0) + (k->tag_len - 2U) * 4;
	job->b[CCM_B0].w[1] = high | swab64(len);
}

/* len octets of AAD, n of them in the block */
static __always_inline size_t make_b1_of(struct ccm_job *job, const u8 *aad,
					 size_t len, size_t n)
{
	struct ccm_block b;

	block_load(&b, aad, n);
	job->b[CCM_B1].w[0] = b.w[0] << 16 | swab16(len);
	job->b[CCM_B1].w[1] = b.w[1] << 16 | b.w[0] >> 48;
	return n;
}

/* Returns how many octets of the AAD are in B1. */
static __always_inline size_t make_b1(struct ccm_job *job, const u8 *aad,
				      size_t len)
{
	struct ccm_block b;

	if (likely(len == 13))
		return make_b1_of(job, aad, 13, 13);
	if (len < 14)
		return make_b1_of(job, aad, len, len);
	if (likely(len < AAD_LEN_SHORT))
		return make_b1_of(job, aad, len, 14);
	block_load(&b, aad, 10);
	job->b[CCM_B1].w[0] = b.w[0] << 48 | (u64)swab32(len) << 16 | 0xfeff;
	job->b[CCM_B1].w[1] = b.w[1] << 48 | b.w[0] >> 16;
	return 10;
}

/* All octets in one go: how many of them agree takes no time. */
static __always_inline bool tag_is(const struct ccm_block *tag, const u8 *p,
				   size_t n)
{
	struct ccm_block b;

	block_load(&b, p, n);
	block_xor(&b, tag);
	if (n > 8) {
		b.w[1] &= word_mask(n - 8);
	} else {
		b.w[0] &= word_mask(n);
		b.w[1] = 0;
	}
	return !(b.w[0] | b.w[1]);
}

/*
 * The message is sealed or opened in place, its tag put into the job. aad is
 * what follows B1; NULL if there is no B1.
 *
 * SIMD implementations may read and write the 16 octets that end where the
 * message ends, and read those that end where the AAD ends, unless that ends
 * with a whole block. They are the caller's: who makes the job copies AAD that
 * is too short for that, and text of less than a block is in the job, before
 * with zeros behind it, afterwards with anything.
 */
void dgsec_portable_crypt(const struct dgsec_ccm *k, struct ccm_job *job,
			  const u8 *aad, size_t aad_len, u8 *buf, size_t len,
			  bool seal);

/*
 * The same piece by piece, for scattered messages. The MAC's last block is
 * always xored in and not yet encrypted, so that it can be encrypted together
 * with the counter that comes next.
 */
struct ccm_stream {
	/* x86/aesni.S knows the offsets of these */
	struct ccm_block mac;
	struct ccm_block a0;
	u64 counter;

	const struct dgsec_ccm_schedule *s;
	u8 part[16];		/* of a block of AAD */
	u8 part_len;
};

/* Whole blocks, at least one */
void dgsec_portable_absorb(const struct dgsec_ccm_schedule *s,
			   struct ccm_stream *st, const u8 *p, size_t blocks);
void dgsec_portable_stream(const struct dgsec_ccm_schedule *s,
			   struct ccm_stream *st, u8 *dst, const u8 *src,
			   size_t blocks, bool seal);

/* stream.c; any number of octets, but whole blocks of text before the last */
size_t dgsec_stream_begin(struct ccm_stream *st, const struct dgsec_ccm *k,
			  const u8 *nonce, const u8 *aad, size_t aad_len,
			  size_t len, bool simd);
void dgsec_stream_aad(struct ccm_stream *st, const u8 *aad, size_t len,
		      bool simd);
void dgsec_stream_aad_end(struct ccm_stream *st, bool simd);
void dgsec_stream_text(struct ccm_stream *st, u8 *dst, const u8 *src,
		       size_t len, bool seal, bool simd);
void dgsec_stream_tag(struct ccm_stream *st, struct ccm_block *tag, bool simd);

#endif /* _DGSEC_CCM_JOB_H */
