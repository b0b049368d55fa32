// SPDX-License-Identifier: GPL-2.0
/*
 * Known answers, for each implementation, with raw and with expanded keys and
 * in pieces. They run when the module loads, and in userspace with sanitizers
 * (selftests/unit).
 */

#ifdef __KERNEL__
#include <linux/slab.h>
#endif

#include "ccm.h"
#include "job.h"
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
	LONG_TEXT	= 4123,		/* more than 255 blocks */
};

/* Ways to do the same */
enum way {
	RAW,
	EXPANDED,
	PIECES,
	WAYS,
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

/* As api.c does it with scattered requests: pieces of all lengths */
static int __init in_pieces(const struct dgsec_ccm *k, const u8 *nonce,
			    const u8 *aad, size_t aad_len, u8 *buf, size_t len,
			    bool seal, bool simd)
{
	struct ccm_stream st;
	struct ccm_block tag;
	size_t at, n;

	if (!seal)
		len -= k->tag_len;
	at = dgsec_stream_begin(&st, k, nonce, aad, aad_len, len, simd);
	for (n = 1; at < aad_len; at += n, n += 7) {
		n = min_t(size_t, n, aad_len - at);
		dgsec_stream_aad(&st, aad + at, n, simd);
	}
	dgsec_stream_aad_end(&st, simd);
	for (at = 0, n = 16; at < len; at += n, n += 32) {
		n = min_t(size_t, n, len - at);
		dgsec_stream_text(&st, buf + at, buf + at, n, seal, simd);
	}
	dgsec_stream_tag(&st, &tag, simd);
	if (seal) {
		block_store(buf + len, &tag, k->tag_len);
		return 0;
	}
	if (tag_is(&tag, buf + len, k->tag_len))
		return 0;
	memset(buf, 0, len);
	return -EBADMSG;
}

/* SIMD sections must not be long, so each call has its own. */
static int __init call(const struct dgsec_ccm *k, enum way way,
		       const u8 *nonce, const u8 *aad, size_t aad_len, u8 *buf,
		       size_t len, bool seal, bool simd)
{
	int err;

	if (simd && !dgsec_ccm_begin())
		return -EBUSY;
	if (way == PIECES)
		err = in_pieces(k, nonce, aad, aad_len, buf, len, seal, simd);
	else if (seal)
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
		err = call(k, k->expanded ? EXPANDED : RAW, w->nonce, w->aad,
			   aad_len, w->buf, len, false, simd);
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
				enum way way, bool simd)
{
	const char *how = simd ? "SIMD" : "portable";
	struct dgsec_ccm k = {
		.key = way == RAW ? (const void *)w->key : &w->schedule,
		.key_len = octets(w->key, v->key),
		.tag_len = v->tag_len,
		.nonce_len = octets(w->nonce, v->nonce),
		.expanded = way != RAW,
	};
	size_t aad_len = octets(w->aad, v->aad);
	size_t len = octets(w->sealed, v->sealed);
	size_t text_len = len - v->tag_len;
	int err;

	/* raw keys of 192 bits nobody needs */
	if (k.key_len == 24 && way == RAW)
		return true;
	if (!dgsec_ccm_valid(&k) || len < v->tag_len)
		return FAIL("%s: lengths do not agree", v->name);
	dgsec_ccm_expand(&w->schedule, w->key, k.key_len);

	memcpy(w->buf, w->sealed, len);
	err = call(&k, way, w->nonce, w->aad, aad_len, w->buf, len, false,
		   simd);
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

	err = call(&k, way, w->nonce, w->aad, aad_len, w->buf, text_len, true,
		   simd);
	if (err || memcmp(w->buf, w->sealed, len))
		return FAIL("%s (%s): sealed wrong: %d", v->name, how, err);

	if (way != PIECES && !refuses(&k, w, aad_len, len, simd))
		return FAIL("%s (%s): a changed octet went unnoticed", v->name,
			    how);
	return true;
}

/* NIST SP 800-38C example 4: 65536 octets of AAD, whose length takes six */
static bool __init long_aad(struct work *w, u8 *aad, enum way way, bool simd)
{
	static const u8 sealed[] __initconst = {
		0x69, 0x91, 0x5d, 0xad, 0x1e, 0x84, 0xc6, 0x37, 0x6a, 0x68,
		0xc2, 0x96, 0x7e, 0x4d, 0xab, 0x61, 0x5a, 0xe0, 0xfd, 0x1f,
		0xae, 0xc4, 0x4c, 0xc4, 0x84, 0x82, 0x85, 0x29, 0x46, 0x3c,
		0xcf, 0x72, 0xb4, 0xac, 0x6b, 0xec, 0x93, 0xe8, 0x59, 0x8e,
		0x7f, 0x0d, 0xad, 0xbc, 0xea, 0x5b,
	};
	struct dgsec_ccm k = {
		.key = way == RAW ? (const void *)w->key : &w->schedule,
		.key_len = 16, .tag_len = 14, .nonce_len = 13,
		.expanded = way != RAW,
	};
	size_t i, len = sizeof(sealed);

	for (i = 0; i < LONG_AAD; i++)
		aad[i] = i;
	for (i = 0; i < 32; i++) {
		w->key[i] = 0x40 + i;
		w->nonce[i % 16] = 0x10 + i % 16;
		w->buf[i] = 0x20 + i;
	}
	dgsec_ccm_expand(&w->schedule, w->key, k.key_len);
	if (call(&k, way, w->nonce, aad, LONG_AAD, w->buf, 32, true, simd) ||
	    memcmp(w->buf, sealed, len))
		return FAIL("SP 800-38C example 4 (%s): sealed wrong",
			    simd ? "SIMD" : "portable");
	aad[LONG_AAD - 1] ^= 1;
	return call(&k, way, w->nonce, aad, LONG_AAD, w->buf, len, false,
		    simd) == -EBADMSG;
}

/*
 * Long messages and AAD about the length that is encoded in another way, by
 * OpenSSL. Of a message's ciphertext we know the tag that it has as AAD.
 */
struct long_vector {
	u32 aad_len;
	u32 len;
	u8 key_len;
	u8 tag[8];
	u8 tag_of_sealed[8];
};

static const struct long_vector long_vectors[] __initconst = {
	{ 0xfeff, 0, 16,
	  { 0x83, 0x34, 0x98, 0x3a, 0xc8, 0xc2, 0x06, 0x63 } },
	{ 0xff00, 0, 16,
	  { 0xd1, 0xf4, 0x37, 0x31, 0xca, 0xff, 0x21, 0x1d } },
	{ 0xffff, 0, 16,
	  { 0xdc, 0x5d, 0x6e, 0x08, 0x66, 0x1a, 0xcd, 0x29 } },
	{ 0, LONG_TEXT, 16,
	  { 0x2d, 0x34, 0xf3, 0x53, 0xf4, 0xa1, 0x2f, 0x54 },
	  { 0xe7, 0xb0, 0x3b, 0x38, 0xcc, 0xce, 0x59, 0x32 } },
	{ 0, LONG_TEXT, 32,
	  { 0x10, 0x05, 0x1f, 0xc0, 0xca, 0x91, 0x26, 0x32 },
	  { 0x15, 0x04, 0x23, 0x84, 0x23, 0xad, 0xd0, 0xb5 } },
};

static bool __init tag_is_known(const struct dgsec_ccm *k, enum way way,
				struct work *w, const u8 *aad, size_t aad_len,
				const u8 *tag, bool simd)
{
	return !call(k, way, w->nonce, aad, aad_len, w->buf, 0, true, simd) &&
	       !memcmp(w->buf, tag, k->tag_len);
}

static bool __init is_filled(const u8 *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len && buf[i] == (u8)(i + (i >> 8)); i++)
		;
	return i == len;
}

static bool __init long_message(const struct long_vector *v, struct work *w,
				u8 *buf, enum way way, bool simd)
{
	struct dgsec_ccm k = {
		.key = way == RAW ? (const void *)w->key : &w->schedule,
		.key_len = v->key_len, .tag_len = sizeof(v->tag),
		.nonce_len = 12, .expanded = way != RAW,
	};
	size_t i;

	for (i = 0; i < 32; i++) {
		w->key[i] = i;
		w->nonce[i % 12] = 0x80 + i % 12;
	}
	for (i = 0; i < LONG_AAD; i++)
		buf[i] = i + (i >> 8);
	dgsec_ccm_expand(&w->schedule, w->key, k.key_len);
	if (!v->len)
		return tag_is_known(&k, way, w, buf, v->aad_len, v->tag, simd);
	return !call(&k, way, w->nonce, NULL, 0, buf, v->len, true, simd) &&
	       !memcmp(buf + v->len, v->tag, k.tag_len) &&
	       tag_is_known(&k, way, w, buf, v->len, v->tag_of_sealed, simd) &&
	       !call(&k, way, w->nonce, NULL, 0, buf, v->len + k.tag_len, false,
		     simd) &&
	       is_filled(buf, v->len);
}

static bool __init long_messages(struct work *w, u8 *buf, enum way way,
				 bool simd)
{
	const struct long_vector *v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(long_vectors); i++) {
		v = &long_vectors[i];
		if (!long_message(v, w, buf, way, simd))
			return FAIL("AAD of %u and text of %u octets (%s): wrong",
				    v->aad_len, v->len,
				    simd ? "SIMD" : "portable");
	}
	return true;
}

/* Longer than the length field of a nonce of 13 octets can say */
static bool __init too_long(struct work *w, u8 *buf, bool simd)
{
	struct dgsec_ccm k = {
		.key = w->key, .key_len = 16, .tag_len = 8, .nonce_len = 13,
	};

	memset(buf, 0x5a, LONG_AAD + 8);
	return call(&k, RAW, w->nonce, NULL, 0, buf, LONG_AAD, true, simd) ==
		       -EMSGSIZE &&
	       call(&k, RAW, w->nonce, NULL, 0, buf, LONG_AAD + 8, false,
		    simd) == -EBADMSG &&
	       !memchr_inv(buf, 0x5a, LONG_AAD + 8);
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
	enum way way;

	if (!ok)
		FAIL("no memory");
	for (i = 0; ok && i < ccm_vectors_count; i++)
		for (way = RAW; ok && way < WAYS; way++)
			ok = known_answer(&ccm_vectors[i], w, way, simd);
	for (way = RAW; ok && way < WAYS; way++)
		ok = long_aad(w, large, way, simd) &&
		     long_messages(w, large, way, simd);
	if (ok && !too_long(w, large, simd))
		ok = FAIL("a message that is too long was taken");
	kvfree(large);
	kfree(w);
	return ok;
}
