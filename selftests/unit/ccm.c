// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/ccm in userspace: known answers for both implementations, and the
 * assembly between pages that cannot be touched.
 */

#include <sys/mman.h>
#include <unistd.h>

#include "ccm/ccm.h"
#include "ccm/selftest.h"
#include "ccm/simd.h"

static int failed, done;

static void result(bool ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++done, what);
	failed += !ok;
}

/* A page with one that cannot be touched before it and one behind */
static u8 *guarded(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	u8 *p = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);

	if (p == MAP_FAILED || mprotect(p + page, page, PROT_READ | PROT_WRITE))
		abort();
	return p + page;
}

/* Something with no two octets alike in a row */
static void fill(u8 *p, size_t len, u8 seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = seed + 37 * i;
}

struct places {
	u8 *aad;
	u8 *buf;
	u8 *key;
	u8 *nonce;
	u8 *same;	/* for the portable one */
};

/*
 * Everything at the end (or start) of its page: a step beyond it ends the
 * program. What stands beside the message must stay as it was.
 */
static bool guarded_case(const struct places *at, struct dgsec_ccm k,
			 size_t aad_len, size_t len, bool end)
{
	size_t page = sysconf(_SC_PAGESIZE), size = len + k.tag_len, i;
	u8 *key = end ? at->key + page - k.key_len : at->key;
	u8 *nonce = end ? at->nonce + page - k.nonce_len : at->nonce;
	u8 *aad = end ? at->aad + page - aad_len : at->aad;
	u8 *buf = end ? at->buf + page - size : at->buf;

	k.key = key;
	fill(key, k.key_len, 1);
	fill(nonce, k.nonce_len, 2);
	fill(aad, aad_len, 3);
	memset(at->buf, 0x5a, page);
	fill(buf, len, 4);
	fill(at->same, len, 4);

	if (dgsec_ccm_seal_in(&k, nonce, aad, aad_len, buf, len, true) ||
	    dgsec_ccm_seal_in(&k, nonce, aad, aad_len, at->same, len, false) ||
	    memcmp(buf, at->same, size) ||
	    dgsec_ccm_open_in(&k, nonce, aad, aad_len, buf, size, true))
		return false;
	fill(at->same, len, 4);
	if (memcmp(buf, at->same, len))
		return false;
	buf[len] ^= 1;
	if (dgsec_ccm_open_in(&k, nonce, aad, aad_len, buf, size, true) !=
	    -EBADMSG)
		return false;
	for (i = 0; i < page; i++)
		if (&at->buf[i] < buf || &at->buf[i] >= buf + size) {
			if (at->buf[i] != 0x5a)
				return false;
		}
	return !memchr_inv(buf, 0, len);
}

static bool guard_pages(u8 key_len)
{
	struct places at = {
		guarded(), guarded(), guarded(), guarded(), malloc(4096),
	};
	struct dgsec_ccm k = { .key_len = key_len };
	size_t aad_len, len;
	bool ok = true;

	for (k.nonce_len = 7; ok && k.nonce_len <= 13; k.nonce_len++) {
		k.tag_len = 4 + 2 * (k.nonce_len - 7);
		for (aad_len = 0; ok && aad_len <= 50; aad_len++)
			for (len = 0; ok && len <= 70; len++)
				ok = guarded_case(&at, k, aad_len, len, true) &&
				     guarded_case(&at, k, aad_len, len, false);
	}
	if (!ok)
		printf("# nonce %u, AAD %zu, message %zu\n", k.nonce_len - 1,
		       aad_len - 1, len - 1);
	free(at.same);
	return ok;
}

/* With all round keys made before: the same results, 192-bit keys too */
static bool expanded(u8 key_len)
{
	struct dgsec_ccm_schedule s;
	struct dgsec_ccm k = {
		.key = &s, .key_len = key_len, .tag_len = 8, .nonce_len = 12,
		.expanded = true,
	};
	u8 key[32], nonce[12], aad[13], a[300], b[300];
	size_t len;

	fill(key, sizeof(key), 5);
	fill(nonce, sizeof(nonce), 6);
	fill(aad, sizeof(aad), 7);
	dgsec_ccm_expand(&s, key, key_len);
	for (len = 0; len <= sizeof(a) - 8; len++) {
		struct dgsec_ccm raw = k;

		fill(a, len, 8);
		fill(b, len, 8);
		raw.key = key;
		raw.expanded = false;
		if (!dgsec_ccm_valid(&raw))
			raw = k;
		if (dgsec_ccm_seal_in(&k, nonce, aad, 13, a, len, true) ||
		    dgsec_ccm_seal_in(&raw, nonce, aad, 13, b, len, false) ||
		    memcmp(a, b, len + 8) ||
		    dgsec_ccm_open_in(&k, nonce, aad, 13, a, len + 8, true) ||
		    dgsec_ccm_open_in(&k, nonce, aad, 13, b, len + 8, false) ||
		    memcmp(a, b, len))
			return false;
	}
	return true;
}

int main(void)
{
	static const char *const names[] = { "portable", "AES-NI", "AVX" };
	static const u8 key_lens[] = { 16, 24, 32 };
	unsigned int best = dgsec_simd_probe();
	char what[64];
	size_t i;

	printf("KTAP version 1\n1..11\n");
	result(dgsec_ccm_selftest(false), "known answers, portable");
	for (dgsec_simd = CCM_AESNI; dgsec_simd <= CCM_AVX; dgsec_simd++) {
		if (dgsec_simd > best) {
			for (i = 0; i < 5; i++)
				printf("ok %d # SKIP no %s here\n",
				       ++done, names[dgsec_simd]);
			continue;
		}
		snprintf(what, sizeof(what), "%s: known answers",
			 names[dgsec_simd]);
		result(dgsec_ccm_selftest(true), what);
		for (i = 0; i < ARRAY_SIZE(key_lens); i++) {
			snprintf(what, sizeof(what),
				 "%s: expanded keys of %u octets",
				 names[dgsec_simd], key_lens[i]);
			result(expanded(key_lens[i]), what);
		}
		snprintf(what, sizeof(what), "%s: guard pages",
			 names[dgsec_simd]);
		result(guard_pages(16) && guard_pages(32), what);
	}
	return failed != 0;
}
