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

#ifdef CCM_X86
#define MOST	CCM_AVX
#else
#define MOST	CCM_NO_SIMD
#endif

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

/* Counters whose carry only long messages would meet */
static bool counters(u8 key_len)
{
	static const u8 key[32] = { 1, 2, 3 };
	struct dgsec_ccm_schedule s;
	struct ccm_stream st[2];
	u8 buf[2][64];
	u64 from;
	bool ok = true;
	int i, bits;

	dgsec_ccm_expand(&s, key, key_len);
	for (bits = 8; ok && bits < 64; bits += 8) {
		from = (1ULL << bits) - 2;
		for (i = 0; i < 2; i++) {
			st[i] = (struct ccm_stream){ .counter = from };
			memset(buf[i], bits, sizeof(buf[i]));
		}
		simd_stream(&s, &st[0], buf[0], buf[0], 4, true);
		dgsec_portable_stream(&s, &st[1], buf[1], buf[1], 4, true);
		ok = !memcmp(buf[0], buf[1], sizeof(buf[0])) &&
		     st[0].counter == from + 4 && st[1].counter == from + 4;
	}
	return ok;
}

#ifdef CCM_X86
/* All xmm registers as somebody else would find them */
static bool registers_are_clean(void)
{
	static u8 found[16][16];

#define SAVE(n) "movdqu %%xmm" #n ", 16 * " #n "(%0)\n\t"
	asm volatile(SAVE(0) SAVE(1) SAVE(2) SAVE(3) SAVE(4) SAVE(5) SAVE(6)
		     SAVE(7) SAVE(8) SAVE(9) SAVE(10) SAVE(11) SAVE(12)
		     SAVE(13) SAVE(14) SAVE(15) : : "r"(found) : "memory");
#undef SAVE
	return !memchr_inv(found, 0, sizeof(found));
}

typedef void crypt_fn(const void *key, struct ccm_job *job, const u8 *aad,
		      size_t aad_len, u8 *buf, size_t len, u8 *more);

#define CRYPT(f) ((crypt_fn *)(void (*)(void))(f))

/* Called without C around it, which uses registers as it likes */
static bool leaves_nothing(bool avx)
{
	static crypt_fn *const aesni_fns[] = {
		CRYPT(dgsec_aesni_seal10), CRYPT(dgsec_aesni_open10),
		CRYPT(dgsec_aesni_seal128), CRYPT(dgsec_aesni_open128),
		CRYPT(dgsec_aesni_seal256), CRYPT(dgsec_aesni_open256),
		CRYPT(dgsec_aesni_seal_long), CRYPT(dgsec_aesni_open_long),
	};
	static crypt_fn *const avx_fns[] = {
		CRYPT(dgsec_avx_seal128), CRYPT(dgsec_avx_open128),
	};
	crypt_fn *const *fns = avx ? avx_fns : aesni_fns;
	size_t n = avx ? ARRAY_SIZE(avx_fns) : ARRAY_SIZE(aesni_fns);
	static const u8 key[32] = "a key of thirty-two octets or 16";
	static struct dgsec_ccm_schedule s;
	static struct ccm_stream st;
	static struct ccm_job job;
	static u8 aad[64], buf[64], more[64];
	bool ok = true;
	size_t i, len;

	for (i = 0; ok && i < n; i++) {
		dgsec_ccm_expand(&s, key, i < 2 ? 16 : 32);
		for (len = 0; ok && len <= sizeof(buf); len++) {
			/* a schedule begins with its key */
			fns[i](&s, &job, len ? aad : NULL, len & ~15UL, buf,
			       len, more);
			ok = registers_are_clean();
		}
		dgsec_aesni_absorb(&s, &st, aad, 4);
		ok = ok && registers_are_clean();
		dgsec_aesni_stream_seal(&s, &st, buf, buf, 4);
		ok = ok && registers_are_clean();
		dgsec_aesni_stream_open(&s, &st, buf, buf, 4);
		ok = ok && registers_are_clean();
	}
	return ok;
}
#else
static bool leaves_nothing(bool avx)
{
	return true;
}
#endif

int main(void)
{
	static const char *const names[] = { "portable", "AES-NI", "AVX" };
	static const u8 key_lens[] = { 16, 24, 32 };
	unsigned int best = dgsec_simd_probe();
	char what[64];
	size_t i;

	printf("KTAP version 1\n1..%u\n", 1 + 7 * MOST);
	result(dgsec_ccm_selftest(false), "known answers, portable");
	for (dgsec_simd = CCM_AESNI; dgsec_simd <= MOST; dgsec_simd++) {
		if (dgsec_simd > best) {
			for (i = 0; i < 7; i++)
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
		snprintf(what, sizeof(what), "%s: counters", names[dgsec_simd]);
		result(counters(16) && counters(32), what);
		snprintf(what, sizeof(what), "%s: nothing stays in registers",
			 names[dgsec_simd]);
		result(leaves_nothing(dgsec_simd == CCM_AVX), what);
	}
	return failed != 0;
}
