// SPDX-License-Identifier: GPL-2.0
/* CCM on the portable AES: where there are no AES instructions to use. */

#include "aes.h"
#include "job.h"

static void counter_block(struct ccm_block *b, const struct ccm_block *a0, u64 i)
{
	/* big-endian, in the last octets; the caller knows that it fits */
	b->w[0] = a0->w[0];
	b->w[1] = a0->w[1] | swab64(i);
}

static void encrypt1(const struct aes_sliced *k, struct ccm_block *b)
{
	struct ccm_block none = {};

	dgsec_aes_encrypt2(k, b, &none);
}

static void slice_key(struct aes_sliced *k, const struct dgsec_ccm *key)
{
	struct dgsec_ccm_schedule s;

	if (key->expanded) {
		dgsec_aes_slice(k, key->key);
		return;
	}
	dgsec_aes_expand(&s, key->key, key->key_len);
	dgsec_aes_slice(k, &s);
	memzero_explicit(&s, sizeof(s));
}

void dgsec_portable_crypt(const struct dgsec_ccm *key, struct ccm_job *job,
			  const u8 *aad, size_t aad_len, u8 *buf, size_t len,
			  bool seal)
{
	struct ccm_block mac = job->b[CCM_B0], ks, in, out;
	struct aes_sliced k;
	u64 i = 1;
	size_t n;

	slice_key(&k, key);
	counter_block(&ks, &job->b[CCM_A0], len ? i : 0);
	dgsec_aes_encrypt2(&k, &mac, &ks);
	if (aad) {
		block_xor(&mac, &job->b[CCM_B1]);
		encrypt1(&k, &mac);
		for (; aad_len; aad += n, aad_len -= n) {
			n = min_t(size_t, aad_len, 16);
			block_load(&in, aad, n);
			block_xor(&mac, &in);
			encrypt1(&k, &mac);
		}
	}
	for (; len; buf += n, len -= n) {
		n = min_t(size_t, len, 16);
		block_load(&in, buf, n);
		out = in;
		block_xor(&out, &ks);
		block_store(buf, &out, n);
		if (!seal) {
			in.w[0] = out.w[0] & word_mask(n);
			in.w[1] = n > 8 ? out.w[1] & word_mask(n - 8) : 0;
		}
		block_xor(&mac, &in);
		/* after the last block counter 0, for the tag */
		counter_block(&ks, &job->b[CCM_A0], len > n ? ++i : 0);
		dgsec_aes_encrypt2(&k, &mac, &ks);
	}
	block_xor(&mac, &ks);
	job->b[CCM_TAG] = mac;

	memzero_explicit(&k, sizeof(k));
	memzero_explicit(&ks, sizeof(ks));
	memzero_explicit(&mac, sizeof(mac));
}

void dgsec_portable_absorb(const struct dgsec_ccm_schedule *s,
			   struct ccm_stream *st, const u8 *p, size_t blocks)
{
	struct aes_sliced k;
	struct ccm_block in;

	dgsec_aes_slice(&k, s);
	for (; blocks; blocks--, p += 16) {
		encrypt1(&k, &st->mac);
		block_load(&in, p, 16);
		block_xor(&st->mac, &in);
	}
	memzero_explicit(&k, sizeof(k));
}

void dgsec_portable_stream(const struct dgsec_ccm_schedule *s,
			   struct ccm_stream *st, u8 *dst, const u8 *src,
			   size_t blocks, bool seal)
{
	struct ccm_block ks = {}, in, out;
	struct aes_sliced k;

	dgsec_aes_slice(&k, s);
	for (; blocks; blocks--, src += 16, dst += 16) {
		counter_block(&ks, &st->a0, st->counter++);
		dgsec_aes_encrypt2(&k, &st->mac, &ks);
		block_load(&in, src, 16);
		out = in;
		block_xor(&out, &ks);
		block_store(dst, &out, 16);
		block_xor(&st->mac, seal ? &in : &out);
	}
	memzero_explicit(&k, sizeof(k));
	memzero_explicit(&ks, sizeof(ks));
}
