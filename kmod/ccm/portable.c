// SPDX-License-Identifier: GPL-2.0
/* CCM on the portable AES: where there are no AES instructions to use. */

#include "aes.h"
#include "job.h"

static struct ccm_block counter_block(struct ccm_block a0, u64 i)
{
	/* big-endian, in the last octets; the caller knows that it fits */
	a0.w[1] |= swab64(i);
	return a0;
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
	struct ccm_block mac = job->b0, ks, in, out;
	struct aes_sliced k;
	u64 i = 1;
	size_t n;

	slice_key(&k, key);
	ks = counter_block(job->a0, len ? i : 0);
	dgsec_aes_encrypt2(&k, &mac, &ks);
	if (aad) {
		mac = block_xor(mac, job->b1);
		encrypt1(&k, &mac);
		for (; aad_len; aad += n, aad_len -= n) {
			n = min_t(size_t, aad_len, 16);
			mac = block_xor(mac, block_load(aad, n));
			encrypt1(&k, &mac);
		}
	}
	for (; len; buf += n, len -= n) {
		n = min_t(size_t, len, 16);
		in = block_load(buf, n);
		out = block_xor(in, ks);
		block_store(buf, out, n);
		if (!seal) {
			in.w[0] = out.w[0] & word_mask(n);
			in.w[1] = n > 8 ? out.w[1] & word_mask(n - 8) : 0;
		}
		mac = block_xor(mac, in);
		/* after the last block counter 0, for the tag */
		ks = counter_block(job->a0, len > n ? ++i : 0);
		dgsec_aes_encrypt2(&k, &mac, &ks);
	}
	job->tag = block_xor(mac, ks);

	memzero_explicit(&k, sizeof(k));
	memzero_explicit(&ks, sizeof(ks));
	memzero_explicit(&mac, sizeof(mac));
}

void dgsec_portable_absorb(const struct dgsec_ccm_schedule *s,
			   struct ccm_stream *st, const u8 *p, size_t blocks)
{
	struct aes_sliced k;

	dgsec_aes_slice(&k, s);
	for (; blocks; blocks--, p += 16) {
		encrypt1(&k, &st->mac);
		st->mac = block_xor(st->mac, block_load(p, 16));
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
		ks = counter_block(st->a0, st->counter++);
		dgsec_aes_encrypt2(&k, &st->mac, &ks);
		in = block_load(src, 16);
		out = block_xor(in, ks);
		block_store(dst, out, 16);
		st->mac = block_xor(st->mac, seal ? in : out);
	}
	memzero_explicit(&k, sizeof(k));
	memzero_explicit(&ks, sizeof(ks));
}
