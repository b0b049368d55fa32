// SPDX-License-Identifier: GPL-2.0
/*
 * Known answers, for each implementation, with raw and with expanded keys. They
 * run when the module loads, and in userspace with sanitizers (selftests/unit).
 */

#ifdef __KERNEL__
#include <linux/slab.h>
#endif

#include "ccm.h"
#include "selftest.h"

#define FAIL(fmt, ...)							\
	({								\
		pr_err("dgsec_ccm: self test: " fmt "\n",		\
		       ##__VA_ARGS__);					\
		false;							\
	})

enum {
	TEXT_MAX	= 64,		/* with tag */
	AAD_MAX		= 64,
	LONG_AAD	= 65536,
};

struct work {
	struct dgsec_ccm_schedule schedule;
	u8 key[32];
	u8 nonce[16];
	u8 aad[AAD_MAX];
	u8 text[TEXT_MAX];
	u8 sealed[TEXT_MAX];
	u8 buf[TEXT_MAX];
};

static size_t __init octets(u8 *to, const char *hex)
{
	size_t n = strlen(hex) / 2;

	return hex2bin(to, hex, n) ? 0 : n;
}

/* SIMD sections must not be long, so each call has its own. */
static int __init call(const struct dgsec_ccm *k, const u8 *nonce,
		       const u8 *aad, size_t aad_len, u8 *buf, size_t len,
		       bool seal, bool simd)
{
	int err;

	if (simd && !dgsec_ccm_begin())
		return -EBUSY;
	if (seal)
		err = dgsec_ccm_seal_in(k, nonce, aad, aad_len, buf, len, simd);
	else
		err = dgsec_ccm_open_in(k, nonce, aad, aad_len, buf, len, simd);
	dgsec_ccm_end(simd);
	return err;
}

/* One octet changed: refused, and no plaintext left */
static bool __init refuses(const struct dgsec_ccm *k, struct work *w,
			   size_t aad_len, size_t len, bool simd)
{
	size_t i;

	for (i = 0; i <= len + aad_len + k->nonce_len; i++) {
		u8 *at = NULL;
		int err;

		if (i < len)
			at = &w->buf[i];
		else if (i < len + aad_len)
			at = &w->aad[i - len];
		else if (i < len + aad_len + k->nonce_len)
			at = &w->nonce[i - len - aad_len];
		memcpy(w->buf, w->sealed, len);
		if (at)
			*at ^= 0x80;
		err = call(k, w->nonce, w->aad, aad_len, w->buf, len, false,
			   simd);
		if (err != (at ? -EBADMSG : 0))
			return false;
		if (at && memchr_inv(w->buf, 0, len - k->tag_len))
			return false;
		if (at && i >= len)
			*at ^= 0x80;
	}
	return true;
}

static bool __init known_answer(const struct ccm_vector *v, struct work *w,
				bool expanded, bool simd)
{
	const char *how = simd ? "SIMD" : "portable";
	struct dgsec_ccm k = {
		.key = expanded ? (const void *)&w->schedule : w->key,
		.key_len = octets(w->key, v->key),
		.tag_len = v->tag_len,
		.nonce_len = octets(w->nonce, v->nonce),
		.expanded = expanded,
	};
	size_t aad_len = octets(w->aad, v->aad);
	size_t len = octets(w->sealed, v->sealed);
	size_t text_len = len - v->tag_len;
	int err;

	/* raw keys of 192 bits nobody needs */
	if (k.key_len == 24 && !expanded)
		return true;
	if (!dgsec_ccm_valid(&k) || len < v->tag_len)
		return FAIL("%s: lengths do not agree", v->name);
	dgsec_ccm_expand(&w->schedule, w->key, k.key_len);

	memcpy(w->buf, w->sealed, len);
	err = call(&k, w->nonce, w->aad, aad_len, w->buf, len, false, simd);
	if (!strcmp(v->text, "forged")) {
		if (err != -EBADMSG || memchr_inv(w->buf, 0, text_len))
			return FAIL("%s (%s): forged, and opened: %d", v->name,
				    how, err);
		return true;
	}
	if (octets(w->text, v->text) != text_len)
		return FAIL("%s: lengths do not agree", v->name);
	if (err || memcmp(w->buf, w->text, text_len))
		return FAIL("%s (%s): opened wrong: %d", v->name, how, err);

	err = call(&k, w->nonce, w->aad, aad_len, w->buf, text_len, true, simd);
	if (err || memcmp(w->buf, w->sealed, len))
		return FAIL("%s (%s): sealed wrong: %d", v->name, how, err);

	if (!refuses(&k, w, aad_len, len, simd))
		return FAIL("%s (%s): a changed octet went unnoticed", v->name,
			    how);
	return true;
}

/* NIST SP 800-38C example 4: 65536 octets of AAD, whose length takes six */
static bool __init long_aad(struct work *w, u8 *aad, bool simd)
{
	static const u8 sealed[] __initconst = {
		0x69, 0x91, 0x5d, 0xad, 0x1e, 0x84, 0xc6, 0x37, 0x6a, 0x68,
		0xc2, 0x96, 0x7e, 0x4d, 0xab, 0x61, 0x5a, 0xe0, 0xfd, 0x1f,
		0xae, 0xc4, 0x4c, 0xc4, 0x84, 0x82, 0x85, 0x29, 0x46, 0x3c,
		0xcf, 0x72, 0xb4, 0xac, 0x6b, 0xec, 0x93, 0xe8, 0x59, 0x8e,
		0x7f, 0x0d, 0xad, 0xbc, 0xea, 0x5b,
	};
	struct dgsec_ccm k = {
		.key = w->key, .key_len = 16, .tag_len = 14, .nonce_len = 13,
	};
	size_t i, len = sizeof(sealed);

	for (i = 0; i < LONG_AAD; i++)
		aad[i] = i;
	for (i = 0; i < 32; i++) {
		w->key[i] = 0x40 + i;
		w->nonce[i % 16] = 0x10 + i % 16;
		w->buf[i] = 0x20 + i;
	}
	if (call(&k, w->nonce, aad, LONG_AAD, w->buf, 32, true, simd) ||
	    memcmp(w->buf, sealed, len))
		return FAIL("SP 800-38C example 4 (%s): sealed wrong",
			    simd ? "SIMD" : "portable");
	aad[LONG_AAD - 1] ^= 1;
	return call(&k, w->nonce, aad, LONG_AAD, w->buf, len, false, simd) ==
	       -EBADMSG;
}

/* Longer than the length field of a nonce of 13 octets can say */
static bool __init too_long(struct work *w, u8 *buf, bool simd)
{
	struct dgsec_ccm k = {
		.key = w->key, .key_len = 16, .tag_len = 8, .nonce_len = 13,
	};

	return call(&k, w->nonce, NULL, 0, buf, LONG_AAD, true, simd) ==
		       -EMSGSIZE &&
	       call(&k, w->nonce, NULL, 0, buf, LONG_AAD + 8, false, simd) ==
		       -EBADMSG;
}

/**
 * dgsec_ccm_selftest - check one implementation against known answers
 * @simd: the processor's own one, which must be there, or the portable one
 *
 * Return: whether it is right. If not, it has said what is wrong.
 */
bool __init dgsec_ccm_selftest(bool simd)
{
	struct work *w = kzalloc(sizeof(*w), GFP_KERNEL);
	u8 *large = kvmalloc(LONG_AAD + 16, GFP_KERNEL);
	bool ok = w && large;
	unsigned int i;

	if (!ok)
		FAIL("no memory");
	for (i = 0; ok && i < ccm_vectors_count; i++)
		ok = known_answer(&ccm_vectors[i], w, false, simd) &&
		     known_answer(&ccm_vectors[i], w, true, simd);
	ok = ok && long_aad(w, large, simd);
	if (ok && !too_long(w, large, simd))
		ok = FAIL("a message that is too long was taken");
	kvfree(large);
	kfree(w);
	return ok;
}
