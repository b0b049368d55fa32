// SPDX-License-Identifier: GPL-2.0
/*
 * ccm-time: what AES-128-CCM-8 of one record costs, alone: dgsec_ccm's code in
 * userspace, both ways, and OpenSSL's. On a real machine in ticks of its time stamp
 * counter, where instructions are counted in those.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <openssl/evp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "ccm/ccm.h"
#include "ccm/simd.h"

#define ARRAY_SIZE_OF(a) (sizeof(a) / sizeof((a)[0]))

enum {
	KEY_LEN = 16,
	NONCE_LEN = 12,
	AAD_LEN = 13,
	TAG_LEN = 8,
	TEXT_MAX = 1024,
	SAMPLES = 101,
	CALLS_MAX = 300,
	CALLS_MIN = 3,
	/* shorter than what the scheduler gives, or others are in it */
	SAMPLE_TICKS = 200000,
};

static const size_t sizes[] = { 16, 32, 60, 64, 128, 256, 512, 1024 };

/* One record; each call works on a fresh copy, in place */
struct record {
	u8 plain[TEXT_MAX];
	u8 sealed[TEXT_MAX + TAG_LEN];
	u8 text[TEXT_MAX + TAG_LEN];
};

struct implementation {
	const char *name;
	int (*run)(struct record *r, size_t len, bool seal);
};

static const u8 key[KEY_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static const u8 nonce[NONCE_LEN] = { 9, 10, 11 };
static const u8 aad[AAD_LEN] = { 12, 13 };
static struct dgsec_ccm_schedule schedule;
static EVP_CIPHER_CTX *contexts[2];
static bool counting;

static int ccm(const struct dgsec_ccm *k, struct record *r, size_t len,
	       bool seal, bool simd)
{
	if (seal) {
		memcpy(r->text, r->plain, len);
		return dgsec_ccm_seal_in(k, nonce, aad, AAD_LEN, r->text, len,
					 simd);
	}
	memcpy(r->text, r->sealed, len + TAG_LEN);
	return dgsec_ccm_open_in(k, nonce, aad, AAD_LEN, r->text, len + TAG_LEN,
				 simd);
}

static int aesni(struct record *r, size_t len, bool seal)
{
	const struct dgsec_ccm k = { key, KEY_LEN, TAG_LEN, NONCE_LEN, false };

	return ccm(&k, r, len, seal, true);
}

static int aesni_expanded(struct record *r, size_t len, bool seal)
{
	const struct dgsec_ccm k = {
		&schedule, KEY_LEN, TAG_LEN, NONCE_LEN, true
	};

	return ccm(&k, r, len, seal, true);
}

static int portable(struct record *r, size_t len, bool seal)
{
	const struct dgsec_ccm k = { key, KEY_LEN, TAG_LEN, NONCE_LEN, false };

	return ccm(&k, r, len, seal, false);
}

/* Its key is set once; nonce, AAD and text come with each record. */
static int openssl(struct record *r, size_t len, bool seal)
{
	EVP_CIPHER_CTX *ctx = contexts[seal];
	int n;

	memcpy(r->text, seal ? r->plain : r->sealed, len + (seal ? 0 : TAG_LEN));
	if (!seal && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_CCM_SET_TAG, TAG_LEN,
					 r->text + len) != 1)
		return -1;
	if (EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, seal, NULL) != 1 ||
	    EVP_CipherUpdate(ctx, NULL, &n, NULL, len) != 1 ||
	    EVP_CipherUpdate(ctx, NULL, &n, aad, AAD_LEN) != 1 ||
	    EVP_CipherUpdate(ctx, r->text, &n, r->text, len) != 1)
		return -1;
	if (seal && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_CCM_GET_TAG, TAG_LEN,
					r->text + len) != 1)
		return -1;
	return 0;
}

static int openssl_init(void)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-128-CCM", NULL);
	int seal;

	for (seal = 0; seal < 2; seal++) {
		contexts[seal] = EVP_CIPHER_CTX_new();
		if (!contexts[seal] ||
		    EVP_CipherInit_ex2(contexts[seal], cipher, NULL, NULL, seal,
				       NULL) != 1 ||
		    EVP_CIPHER_CTX_ctrl(contexts[seal], EVP_CTRL_CCM_SET_IVLEN,
					NONCE_LEN, NULL) != 1 ||
		    EVP_CIPHER_CTX_ctrl(contexts[seal], EVP_CTRL_CCM_SET_TAG,
					TAG_LEN, NULL) != 1 ||
		    EVP_CipherInit_ex2(contexts[seal], NULL, key, NULL, seal,
				       NULL) != 1)
			return -1;
	}
	return 0;
}

static const struct implementation implementations[] = {
	{ "dgsec_ccm", aesni },
	{ "dgsec_ccm expanded", aesni_expanded },
	{ "dgsec_ccm portable", portable },
	{ "openssl", openssl },
};

static int fail(const char *name, size_t len)
{
	fprintf(stderr, "ccm-time: %s, %zu octets: wrong\n", name, len);
	return 1;
}

/* All of them make the same record of the same text, and open it. */
static int check(size_t len)
{
	u8 sealed[TEXT_MAX + TAG_LEN];
	const struct implementation *im;
	struct record r;
	size_t i, k;

	for (k = 0; k < len; k++)
		r.plain[k] = 37 * k + len;
	for (i = 0; i < ARRAY_SIZE_OF(implementations); i++) {
		im = &implementations[i];
		if (im->run(&r, len, true))
			return fail(im->name, len);
		if (!i)
			memcpy(sealed, r.text, len + TAG_LEN);
		memcpy(r.sealed, r.text, len + TAG_LEN);
		if (memcmp(sealed, r.text, len + TAG_LEN) ||
		    im->run(&r, len, false) || memcmp(r.plain, r.text, len))
			return fail(im->name, len);
		r.sealed[len] ^= 1;
		if (!im->run(&r, len, false))
			return fail(im->name, len);
	}
	return 0;
}

static u64 nanoseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static u64 now(void)
{
	unsigned int cpu;

	return counting ? nanoseconds() : __rdtscp(&cpu);
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int sample(const struct implementation *im, struct record *r, size_t len,
		  bool seal, unsigned int calls, double *took)
{
	u64 start = now();
	unsigned int i;

	for (i = 0; i < calls; i++)
		if (im->run(r, len, seal))
			return fail(im->name, len);
	*took = (double)(now() - start) / calls;
	return 0;
}

static unsigned int calls_for(double one)
{
	if (one * CALLS_MAX <= SAMPLE_TICKS)
		return CALLS_MAX;
	if (one * CALLS_MIN >= SAMPLE_TICKS)
		return CALLS_MIN;
	return SAMPLE_TICKS / one;
}

/* In turn, so that what slows the machine down for a while slows all. */
static int measure(size_t len, bool seal, unsigned int samples, bool print)
{
	static double took[ARRAY_SIZE_OF(implementations)][SAMPLES];
	unsigned int calls[ARRAY_SIZE_OF(implementations)], s;
	struct record r = {};
	double one;
	size_t i;

	if (implementations[0].run(&r, len, true))
		return fail("sealing", len);
	memcpy(r.sealed, r.text, len + TAG_LEN);
	for (i = 0; i < ARRAY_SIZE_OF(implementations); i++) {
		if (sample(&implementations[i], &r, len, seal, CALLS_MIN, &one))
			return 1;
		calls[i] = calls_for(one);
	}
	for (s = 0; s < samples; s++)
		for (i = 0; i < ARRAY_SIZE_OF(implementations); i++)
			if (sample(&implementations[i], &r, len, seal, calls[i],
				   &took[i][s]))
				return 1;
	for (i = 0; print && i < ARRAY_SIZE_OF(implementations); i++) {
		qsort(took[i], samples, sizeof(took[i][0]), compare);
		printf("ccm\t%s\t%s\t%zu\t%s\t%.0f\t%.0f\t%.0f\n",
		       implementations[i].name, seal ? "seal" : "open", len,
		       counting ? "instructions" : "ticks",
		       took[i][samples / 4], took[i][samples / 2],
		       took[i][samples * 3 / 4]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int samples;
	cpu_set_t cpus;
	size_t i;

	counting = argc == 2 && !strcmp(argv[1], "-i");
	if (argc > 1 && !counting) {
		fputs("usage: ccm-time [-i]\n"
		      "Prints, tab-separated: ccm, implementation, seal or open, octets, unit, and the\n"
		      "quartiles of its cost. -i: this machine's clock counts instructions.\n",
		      stderr);
		return 2;
	}
	dgsec_simd = dgsec_simd_probe();
	if (!dgsec_simd) {
		fputs("ccm-time: this processor has no AES instructions\n",
		      stderr);
		return 1;
	}
	if (openssl_init()) {
		fputs("ccm-time: OpenSSL has no AES-128-CCM\n", stderr);
		return 1;
	}
	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	dgsec_ccm_expand(&schedule, key, KEY_LEN);
	for (i = 0; i < ARRAY_SIZE_OF(sizes); i++)
		if (check(sizes[i]))
			return 1;
	samples = counting ? 5 : SAMPLES;
	/* the processor first gets up to its speed */
	if (measure(TEXT_MAX, true, samples, false))
		return 1;
	for (i = 0; i < ARRAY_SIZE_OF(sizes); i++)
		if (measure(sizes[i], true, samples, true) ||
		    measure(sizes[i], false, samples, true))
			return 1;
	return 0;
}
