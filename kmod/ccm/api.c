// SPDX-License-Identifier: GPL-2.0
/*
 * ccm(aes) for the kernel's crypto API: ESP and 802.15.4 link-layer security
 * use it by that name.
 */

#include <crypto/internal/aead.h>
#include <crypto/internal/skcipher.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/scatterlist.h>

#include "api.h"
#include "job.h"

/* Above the kernel's templates, whatever they are made of */
#define PRIORITY	1000

/* No longer than this without a chance to be preempted */
#define AT_ONCE		4096

static int ccm_setkey(struct crypto_aead *tfm, const u8 *key, unsigned int len)
{
	struct dgsec_ccm_schedule *s = crypto_aead_ctx(tfm);

	if (len != 16 && len != 24 && len != 32)
		return -EINVAL;
	dgsec_ccm_expand(s, key, len);
	return 0;
}

static int ccm_setauthsize(struct crypto_aead *tfm, unsigned int size)
{
	return size < 4 || size > 16 || size % 2 ? -EINVAL : 0;
}

/* The IV: L - 1, the nonce, and room for the counter (RFC 3610 section 2.3) */
static int init_key(struct dgsec_ccm *k, struct aead_request *req)
{
	struct crypto_aead *tfm = crypto_aead_reqtfm(req);
	struct dgsec_ccm_schedule *s = crypto_aead_ctx(tfm);

	if (req->iv[0] < 1 || req->iv[0] > 7)
		return -EINVAL;
	*k = (struct dgsec_ccm){
		.key = s,
		.key_len = 4 * (s->rounds - 6),
		.tag_len = crypto_aead_authsize(tfm),
		.nonce_len = 14 - req->iv[0],
		.expanded = true,
	};
	return 0;
}

/* Where these octets are, if they are in one piece; else NULL */
static u8 *linear(struct scatterlist *sg, unsigned int at, unsigned int len)
{
	while (sg && at >= sg->length) {
		at -= sg->length;
		sg = sg_next(sg);
	}
	if (!sg || sg->length - at < len || PageHighMem(sg_page(sg)))
		return NULL;
	return (u8 *)sg_virt(sg) + at;
}

static bool is_short(const struct aead_request *req)
{
	return req->cryptlen <= AT_ONCE &&
	       req->assoclen <= AT_ONCE - req->cryptlen;
}

/* Associated data in whatever pieces */
static void absorb_aad(struct ccm_stream *st, struct aead_request *req,
		       unsigned int skip)
{
	struct sg_mapping_iter it;
	unsigned int left = req->assoclen - skip, n;
	bool simd;

	sg_miter_start(&it, req->src, sg_nents(req->src),
		       SG_MITER_ATOMIC | SG_MITER_FROM_SG);
	if (sg_miter_skip(&it, skip)) {
		while (left && sg_miter_next(&it)) {
			n = min_t(unsigned int, left, it.length);
			simd = dgsec_ccm_begin();
			dgsec_stream_aad(st, it.addr, n, simd);
			dgsec_ccm_end(simd);
			left -= n;
		}
	}
	sg_miter_stop(&it);
}

static void crypt_piece(struct ccm_stream *st, u8 *dst, const u8 *src,
			unsigned int len, bool seal)
{
	unsigned int n;
	bool simd;

	for (; len; dst += n, src += n, len -= n) {
		n = min_t(unsigned int, len, AT_ONCE);
		simd = dgsec_ccm_begin();
		dgsec_stream_text(st, dst, src, n, seal, simd);
		dgsec_ccm_end(simd);
	}
}

/* Returns an error of the walk; the tag is in *tag then, too. */
static int crypt_scattered(const struct dgsec_ccm *k, struct aead_request *req,
			   unsigned int len, struct ccm_block *tag, bool seal)
{
	struct skcipher_walk walk;
	struct ccm_stream st;
	unsigned int n;
	u8 head[14];
	bool simd;
	int err;

	n = min_t(unsigned int, req->assoclen, sizeof(head));
	sg_pcopy_to_buffer(req->src, sg_nents(req->src), head, n, 0);
	simd = dgsec_ccm_begin();
	n = dgsec_stream_begin(&st, k, req->iv + 1, head, req->assoclen, len,
			       simd);
	dgsec_ccm_end(simd);
	if (req->assoclen > n) {
		absorb_aad(&st, req, n);
		simd = dgsec_ccm_begin();
		dgsec_stream_aad_end(&st, simd);
		dgsec_ccm_end(simd);
	}

	if (seal)
		err = skcipher_walk_aead_encrypt(&walk, req, false);
	else
		err = skcipher_walk_aead_decrypt(&walk, req, false);
	while (!err && walk.nbytes) {
		n = walk.nbytes;
		if (n < walk.total)
			n &= ~15;
		crypt_piece(&st, walk.dst.virt.addr, walk.src.virt.addr, n,
			    seal);
		err = skcipher_walk_done(&walk, walk.nbytes - n);
	}

	simd = dgsec_ccm_begin();
	dgsec_stream_tag(&st, tag, simd);
	dgsec_ccm_end(simd);
	return err;
}

static int ccm_encrypt(struct aead_request *req)
{
	unsigned int len = req->cryptlen;
	struct ccm_block tag;
	struct dgsec_ccm k;
	u8 *aad, *in, *out, octets[16];
	int err;

	err = init_key(&k, req);
	if (err)
		return err;

	aad = linear(req->src, 0, req->assoclen);
	in = linear(req->src, req->assoclen, len);
	out = linear(req->dst, req->assoclen, len + k.tag_len);
	if (is_short(req) && (aad || !req->assoclen) && (in || !len) && out) {
		if (in != out && len)
			memmove(out, in, len);
		return dgsec_ccm_seal(&k, req->iv + 1, aad, req->assoclen, out,
				      len);
	}

	/* as RFC 3610 has it; the kernel's template takes one octet more */
	if (!dgsec_ccm_fits(&k, len))
		return -EOVERFLOW;
	err = crypt_scattered(&k, req, len, &tag, true);
	if (err)
		return err;
	block_store(octets, &tag, 16);
	sg_pcopy_from_buffer(req->dst, sg_nents(req->dst), octets, k.tag_len,
			     req->assoclen + len);
	return 0;
}

static int ccm_decrypt(struct aead_request *req)
{
	unsigned int len = req->cryptlen;
	struct ccm_block tag;
	struct dgsec_ccm k;
	u8 *aad, *text, octets[16];
	int err;

	err = init_key(&k, req);
	if (err)
		return err;

	/* elsewhere than src the tag has no place */
	if (req->src == req->dst && is_short(req)) {
		aad = linear(req->src, 0, req->assoclen);
		text = linear(req->src, req->assoclen, len);
		if ((aad || !req->assoclen) && text)
			return dgsec_ccm_open(&k, req->iv + 1, aad,
					      req->assoclen, text, len);
	}

	len -= k.tag_len;
	if (!dgsec_ccm_fits(&k, len))
		return -EOVERFLOW;
	sg_pcopy_to_buffer(req->src, sg_nents(req->src), octets, k.tag_len,
			   req->assoclen + len);
	err = crypt_scattered(&k, req, len, &tag, false);
	if (!err && !tag_is(&tag, octets, k.tag_len))
		err = -EBADMSG;
	if (err)
		sg_zero_buffer(req->dst, sg_nents(req->dst), len,
			       req->assoclen);
	/* the right one is for nobody who has come with another one */
	memzero_explicit(&tag, sizeof(tag));
	return err;
}

static struct aead_alg alg = {
	.base.cra_name		= "ccm(aes)",
	.base.cra_driver_name	= "ccm-aes-dgsec",
	.base.cra_priority	= PRIORITY,
	.base.cra_blocksize	= 1,
	.base.cra_ctxsize	= sizeof(struct dgsec_ccm_schedule),
	.base.cra_module	= THIS_MODULE,
	.setkey			= ccm_setkey,
	.setauthsize		= ccm_setauthsize,
	.encrypt		= ccm_encrypt,
	.decrypt		= ccm_decrypt,
	.ivsize			= 16,
	.chunksize		= 16,
	.maxauthsize		= 16,
};

static bool registered;

/*
 * The kernel tests it in another task. Who asks for it by name waits for the
 * result, and until then nobody else gets it.
 */
static int __init kernel_test(void)
{
	struct crypto_aead *tfm = crypto_alloc_aead("ccm-aes-dgsec", 0, 0);

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	crypto_free_aead(tfm);
	return 0;
}

/**
 * dgsec_api_init - register ccm(aes), if the kernel finds it right
 *
 * One that failed the kernel's tests must not stay: nobody would get any other
 * ccm(aes) then.
 *
 * Return: 0 or an error; nothing is registered then.
 */
int __init dgsec_api_init(void)
{
	int err, i;

	err = crypto_register_aead(&alg);
	if (err)
		return err;
	err = kernel_test();
	/* other errors are not of the test, which may go on */
	if (err != -ELIBBAD) {
		registered = true;
		return 0;
	}
	/* whose task may not have let go of it yet */
	for (i = 0; i < 50 && refcount_read(&alg.base.cra_refcnt) > 1; i++)
		msleep(20);
	crypto_unregister_aead(&alg);
	return err;
}

/* The kernel does not unload a module whose algorithm is in use. */
void dgsec_api_exit(void)
{
	if (registered)
		crypto_unregister_aead(&alg);
}
