// SPDX-License-Identifier: GPL-2.0
/*
 * The module's own tables of cases, in userspace under sanitizers, and random
 * walks against models that are too slow for the module.
 */

#include "dtls12.h"
#include "replay.h"
#include "selftest.h"

static int failed, done;

static void result(bool ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++done, what);
	failed += !ok;
}

static u64 state = 88172645463325252ULL;

static u64 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A window as RFC 6347 tells it: every number ever taken, in a plain array */
static bool random_walk(u32 window)
{
	enum { NUMBERS = 1 << 16, STEPS = 300000 };
	struct dgsec_replay *r;
	u64 high = 0, seq;
	bool any = false, ok = true;
	u8 *taken;
	int i, want;

	r = calloc(1, sizeof(*r) + dgsec_replay_words(window) * sizeof(u64));
	taken = calloc(1, NUMBERS);
	dgsec_replay_init(r, window);
	for (i = 0; ok && i < STEPS; i++) {
		/* mostly near the top, at times far ahead or anywhere */
		switch (rnd() % 64) {
		case 0:
			seq = rnd() % NUMBERS;
			break;
		case 1:
			seq = high + rnd() % (3 * window);
			break;
		default:
			seq = high + 3 - rnd() % (window + 8);
			break;
		}
		if (seq >= NUMBERS)
			continue;
		want = 0;
		if (any && seq + window <= high)
			want = DGSEC_A_STATS_RX_DROP_OLD;
		else if (taken[seq])
			want = DGSEC_A_STATS_RX_DROP_REPLAY;
		/* a forged record is looked at, and never taken */
		ok = dgsec_replay_check(r, seq) == want;
		if (rnd() % 4)
			ok = ok && dgsec_replay_update(r, seq) == want;
		else
			continue;
		if (want)
			continue;
		taken[seq] = 1;
		if (!any || seq > high)
			high = seq;
		any = true;
		/* start over before the numbers are used up */
		if (high > NUMBERS - 64) {
			memset(taken, 0, NUMBERS);
			dgsec_replay_init(r, window);
			any = false;
			high = 0;
		}
	}
	if (!ok)
		printf("# window %u: %llu, highest %llu\n", window,
		       (unsigned long long)seq, (unsigned long long)high);
	free(taken);
	free(r);
	return ok;
}

/* Octets that nobody sealed: parsed within their bounds, never opened. */
static bool hostile(u8 cipher)
{
	static const u8 key[32] = { 7 };
	static const u8 iv[DTLS12_NONCE_LEN] = { 1, 2, 3, 4, 5 };
	struct dgsec_aead k = {};
	struct dtls12_record rec;
	bool ok = true;
	size_t len, i;
	int n;

	if (dgsec_aead_init(&k, cipher, key, iv))
		return false;
	for (n = 0; ok && n < 50000; n++) {
		/* of its exact size, so that a step beyond it is seen */
		u8 *buf;

		len = rnd() % 100;
		buf = malloc(len + !len);
		for (i = 0; i < len; i++)
			buf[i] = rnd();
		if (len > DTLS12_LENGTH + 1 && rnd() % 4) {
			buf[0] = 20 + rnd() % 6;
			buf[1] = 0xfe;
			buf[2] = 0xfd;
			buf[DTLS12_LENGTH] = 0;
			buf[DTLS12_LENGTH + 1] = len - 13 + rnd() % 3 - 1;
		}
		if (!dgsec_dtls12_parse(buf, len, rnd() % 9, &rec) &&
		    !dgsec_dtls12_vet(&rec))
			ok = dgsec_dtls12_open(&k, &rec) != 0;
		free(buf);
	}
	dgsec_aead_destroy(&k);
	return ok;
}

/* What is sealed opens to the same, once for each length. */
static bool round_trip(u8 cipher)
{
	static const u8 key[32] = { 9 };
	static const u8 iv[DTLS12_NONCE_LEN] = { 5, 6, 7, 8, 9 };
	static const u8 id[DTLS12_CID_MAX] = { 3, 1, 4, 1, 5 };
	struct dtls12_cid cid = { .id = id };
	struct dgsec_aead k = {};
	struct dtls12_record rec;
	bool ok = true;
	size_t len, i, size, prefix;
	u8 *buf;

	if (dgsec_aead_init(&k, cipher, key, iv))
		return false;
	for (len = 0; ok && len <= 1500; len++) {
		/* with connection IDs of 0 to 32 octets */
		cid.len = len % (DTLS12_CID_MAX + 1);
		prefix = dtls12_prefix(&k, cid.len);
		size = prefix + len + dtls12_suffix(cid.len) + k.tag_len;
		buf = malloc(size);
		for (i = 0; i < len; i++)
			buf[prefix + i] = i * 7;
		ok = !dgsec_dtls12_seal(&k, &cid, DTLS_APPLICATION_DATA, 1, len,
					buf + prefix, len) &&
		     !dgsec_dtls12_parse(buf, size, cid.len, &rec) &&
		     !dgsec_dtls12_vet(&rec) && rec.size == size &&
		     rec.seq == len && !dgsec_dtls12_open(&k, &rec) &&
		     rec.type == DTLS_APPLICATION_DATA &&
		     rec.cid_len == cid.len && rec.len == len;
		for (i = 0; ok && i < len; i++)
			ok = rec.data[i] == (u8)(i * 7);
		free(buf);
	}
	dgsec_aead_destroy(&k);
	return ok;
}

int main(void)
{
	static const char *const names[] = {
		[DGSEC_CIPHER_AES_128_CCM_8] = "AES-128-CCM-8",
		[DGSEC_CIPHER_AES_128_CCM] = "AES-128-CCM",
		[DGSEC_CIPHER_AES_128_GCM] = "AES-128-GCM",
		[DGSEC_CIPHER_AES_256_CCM_8] = "AES-256-CCM-8",
		[DGSEC_CIPHER_AES_256_CCM] = "AES-256-CCM",
		[DGSEC_CIPHER_AES_256_GCM] = "AES-256-GCM",
		[DGSEC_CIPHER_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
	};
	char what[64];
	size_t i;
	u32 window;

	printf("KTAP version 1\n1..19\n");
	result(dgsec_selftest_replay(), "replay window: the table of cases");
	result(dgsec_selftest_dtls12(), "DTLS 1.2 records: the table of cases");
	for (window = 64; window <= 1024; window *= 4) {
		snprintf(what, sizeof(what),
			 "replay window of %u: random walk against a model",
			 window);
		result(random_walk(window), what);
	}
	for (i = DGSEC_CIPHER_AES_128_CCM_8; i < ARRAY_SIZE(names); i++) {
		snprintf(what, sizeof(what), "%s: seal and open, 0 to 1500",
			 names[i]);
		result(round_trip(i), what);
		snprintf(what, sizeof(what), "%s: hostile octets", names[i]);
		result(hostile(i), what);
	}
	return failed != 0;
}
