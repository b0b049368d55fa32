// SPDX-License-Identifier: GPL-2.0
/*
 * A message in pieces. Any of them may be done by either implementation: what
 * is between them is in memory.
 */

#include "job.h"
#include "simd.h"

static void absorb(struct ccm_stream *st, const u8 *p, size_t blocks, bool simd)
{
	if (simd)
		simd_absorb(st->s, st, p, blocks);
	else
		dgsec_portable_absorb(st->s, st, p, blocks);
}

static void blocks_of_text(struct ccm_stream *st, u8 *dst, const u8 *src,
			   size_t blocks, bool seal, bool simd)
{
	if (simd)
		simd_stream(st->s, st, dst, src, blocks, seal);
	else
		dgsec_portable_stream(st->s, st, dst, src, blocks, seal);
}

/**
 * dgsec_stream_begin - begin with a message
 * @st: to be filled
 * @k: an expanded key
 * @nonce: its nonce_len octets
 * @aad: the first 14 octets of AAD, or what there are
 * @aad_len: length of all of it
 * @len: length of the text
 * @simd: whether SIMD can be used now
 *
 * Return: how many octets of AAD it has taken.
 */
size_t dgsec_stream_begin(struct ccm_stream *st, const struct dgsec_ccm *k,
			  const u8 *nonce, const u8 *aad, size_t aad_len,
			  size_t len, bool simd)
{
	struct ccm_job job;
	u8 b1[16];
	size_t n;

	make_nonce_blocks(&job, k, nonce, aad_len, len);
	st->mac = job.b[CCM_B0];
	st->a0 = job.b[CCM_A0];
	st->counter = 1;
	st->s = k->key;
	st->part_len = 0;
	if (!aad_len)
		return 0;
	n = make_b1(&job, aad, aad_len);
	block_store(b1, &job.b[CCM_B1], 16);
	absorb(st, b1, 1, simd);
	return n;
}

void dgsec_stream_aad(struct ccm_stream *st, const u8 *aad, size_t len,
		      bool simd)
{
	size_t n;

	if (st->part_len) {
		n = min_t(size_t, len, 16 - st->part_len);
		memcpy(st->part + st->part_len, aad, n);
		st->part_len += n;
		aad += n;
		len -= n;
		if (st->part_len < 16)
			return;
		absorb(st, st->part, 1, simd);
		st->part_len = 0;
	}
	if (len >= 16) {
		absorb(st, aad, len / 16, simd);
		aad += len & ~15UL;
		len %= 16;
	}
	memcpy(st->part, aad, len);
	st->part_len = len;
}

void dgsec_stream_aad_end(struct ccm_stream *st, bool simd)
{
	if (!st->part_len)
		return;
	memset(st->part + st->part_len, 0, 16 - st->part_len);
	absorb(st, st->part, 1, simd);
	st->part_len = 0;
}

void dgsec_stream_text(struct ccm_stream *st, u8 *dst, const u8 *src,
		       size_t len, bool seal, bool simd)
{
	size_t n = len % 16;
	struct ccm_block b;
	u8 part[16];

	if (len >= 16)
		blocks_of_text(st, dst, src, len / 16, seal, simd);
	if (!n)
		return;

	block_load(&b, src + len - n, n);
	block_store(part, &b, 16);
	blocks_of_text(st, part, part, 1, seal, simd);
	block_load(&b, part, 16);
	block_store(dst + len - n, &b, n);
	if (!seal) {
		/* what it took for text behind the end was key stream */
		memset(part, 0, n);
		block_load(&b, part, 16);
		block_xor(&st->mac, &b);
	}
	memzero_explicit(part, sizeof(part));
	memzero_explicit(&b, sizeof(b));
}

void dgsec_stream_tag(struct ccm_stream *st, struct ccm_block *tag, bool simd)
{
	u8 part[16] = {};

	/* encrypts the last block of the MAC, and then there is one of zeros */
	st->counter = 0;
	blocks_of_text(st, part, part, 1, true, simd);
	block_load(tag, part, 16);
	block_xor(tag, &st->mac);
	memzero_explicit(part, sizeof(part));
	memzero_explicit(st, sizeof(*st));
}
