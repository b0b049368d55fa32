// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of cases for the span-based core. They run when the module loads,
 * and in userspace with sanitizers (selftests/unit).
 */

#ifdef __KERNEL__
#include <linux/slab.h>
#endif

#include "dtls12.h"
#include "replay.h"
#include "selftest.h"

#define FAIL(fmt, ...)							\
	({								\
		pr_err("dgsec: self test %s: " fmt "\n", __func__,	\
		       ##__VA_ARGS__);					\
		false;							\
	})

enum {
	NEW	= 0,
	OLD	= DGSEC_A_STATS_RX_DROP_OLD,
	AGAIN	= DGSEC_A_STATS_RX_DROP_REPLAY,
	AUTH	= DGSEC_A_STATS_RX_DROP_AUTH,
	SHORT	= DGSEC_A_STATS_RX_DROP_TRUNCATED,
	TYPE	= DGSEC_A_STATS_RX_DROP_TYPE,
	VERSION	= DGSEC_A_STATS_RX_DROP_VERSION,
	LENGTH	= DGSEC_A_STATS_RX_DROP_LENGTH,
};

/* The highest number of a record, and where 32 and 48 bits end */
#define LAST	DTLS12_SEQUENCE_MAX
#define BIT32	4294967296ULL

struct step {
	u64 seq;
	int result;
};

/* A window of 64: each number, and what becomes of it */
static const struct step steps[] = {
	{ 0, NEW }, { 0, AGAIN }, { 1, NEW }, { 1, AGAIN }, { 0, AGAIN },
	{ 9, NEW }, { 8, NEW }, { 7, NEW }, { 7, AGAIN }, { 6, NEW },
	{ 9, AGAIN }, { 2, NEW }, { 2, AGAIN }, { 63, NEW }, { 3, NEW },
	/* the window goes forward by one and leaves 0 behind */
	{ 64, NEW }, { 64, AGAIN }, { 0, OLD }, { 1, AGAIN }, { 4, NEW },
	{ 65, NEW }, { 1, OLD }, { 2, AGAIN }, { 5, NEW },
	/* 127 is 64 after 63: just outside; 64 just inside */
	{ 127, NEW }, { 63, OLD }, { 64, AGAIN }, { 66, NEW }, { 126, NEW },
	{ 128, NEW }, { 64, OLD }, { 65, AGAIN }, { 67, NEW }, { 67, AGAIN },
	/* jumps by a whole window, by two, and by one less and more */
	{ 192, NEW }, { 128, OLD }, { 129, NEW }, { 129, AGAIN },
	{ 320, NEW }, { 256, OLD }, { 257, NEW }, { 192, OLD },
	{ 383, NEW }, { 319, OLD }, { 320, AGAIN }, { 321, NEW },
	{ 448, NEW }, { 384, OLD }, { 385, NEW }, { 383, OLD },
	/* far ahead, over 32 bits, and to the end of 48 */
	{ 1000000, NEW }, { 999936, OLD }, { 999937, NEW }, { 448, OLD },
	{ BIT32 - 1, NEW }, { BIT32, NEW }, { BIT32 - 1, AGAIN },
	{ BIT32 - 63, NEW }, { BIT32 - 64, OLD }, { BIT32 + 1, NEW },
	{ LAST - 1, NEW }, { LAST - 64, NEW }, { LAST - 65, OLD },
	{ LAST, NEW }, { LAST, AGAIN }, { LAST - 1, AGAIN },
	{ LAST - 63, NEW }, { LAST - 63, AGAIN }, { LAST - 64, OLD },
	{ 0, OLD }, { BIT32, OLD },
};

static bool replay_step(struct dgsec_replay *r, u64 seq, int want)
{
	int check = dgsec_replay_check(r, seq);
	int again = dgsec_replay_check(r, seq);
	int update = dgsec_replay_update(r, seq);

	/* to look is not to take */
	if (check != want || again != want)
		return FAIL("window %u: %llu: check %d %d, not %d", r->window,
			    (unsigned long long)seq, check, again, want);
	if (update != want)
		return FAIL("window %u: %llu: update %d, not %d", r->window,
			    (unsigned long long)seq, update, want);
	return true;
}

/* The same as a table as large as all numbers would tell */
static bool replay_window(struct dgsec_replay *r, u32 window)
{
	u64 seq;

	dgsec_replay_init(r, window);
	/* every other one up to twice the window */
	for (seq = 0; seq < 2 * window; seq += 2)
		if (!replay_step(r, seq, NEW))
			return false;
	/* the highest is 2w - 2: from w - 1 on the others still pass, once */
	for (seq = 0; seq < 2 * window; seq++)
		if (!replay_step(r, seq, seq + window < 2 * window - 1 ? OLD :
				 seq % 2 ? NEW : AGAIN))
			return false;
	for (seq = window; seq < 2 * window; seq++)
		if (!replay_step(r, seq, AGAIN))
			return false;
	/* beyond the ring nothing old may shine through */
	seq = 100ULL * window + 1;
	if (!replay_step(r, seq, NEW) || !replay_step(r, seq - window, OLD))
		return false;
	for (seq -= window - 1; seq < 100ULL * window + 1; seq++)
		if (!replay_step(r, seq, NEW))
			return false;
	return true;
}

/* What the handshake library has received is not new to us */
static bool replay_fill(struct dgsec_replay *r, u64 last)
{
	u64 seq;

	dgsec_replay_init(r, DGSEC_WINDOW_MIN);
	dgsec_replay_fill(r, last);
	for (seq = last > 63 ? last - 63 : 0; seq <= last; seq++)
		if (!replay_step(r, seq, AGAIN))
			return false;
	if (last > 63 && !replay_step(r, last - 64, OLD))
		return false;
	if (!replay_step(r, last + 70, NEW))
		return false;
	for (seq = last + 7; seq < last + 70; seq++)
		if (!replay_step(r, seq, NEW))
			return false;
	return true;
}

bool dgsec_selftest_replay(void)
{
	struct dgsec_replay *r;
	u32 window;
	bool ok = true;
	size_t i;

	r = kzalloc(sizeof(*r) + dgsec_replay_words(DGSEC_WINDOW_MAX) *
		    sizeof(r->map[0]), GFP_KERNEL);
	if (!r)
		return false;

	dgsec_replay_init(r, DGSEC_WINDOW_MIN);
	for (i = 0; ok && i < ARRAY_SIZE(steps); i++)
		ok = replay_step(r, steps[i].seq, steps[i].result);
	for (window = DGSEC_WINDOW_MIN; ok && window <= DGSEC_WINDOW_MAX;
	     window += 64)
		ok = replay_window(r, window);
	for (i = 0; ok && i < 200; i++)
		ok = replay_fill(r, i);

	kfree(r);
	return ok;
}

/* Each cipher takes as much of them as it needs. */
static const u8 key[32] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
	20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};

static const u8 iv[DTLS12_NONCE_LEN] = {
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab,
};

/* A CoAP GET of /test */
static const u8 plain[] = {
	0x40, 0x01, 0x4d, 0x5a, 0xb4, 't', 'e', 's', 't',
};

/*
 * Records of it, epoch 1, made with another implementation (OpenSSL). One has
 * a nonce that is not its sequence number, some have connection IDs.
 */
static const struct vector {
	u8 cipher;
	u64 seq;
	bool foreign_nonce;
	u8 cid_len, padding;
	u8 type;		/* if it is not application data */
	u8 len;
	u8 record[79];
} vectors[] = {
	{
		.cipher = DGSEC_CIPHER_AES_128_CCM_8, .seq = 32, .len = 38,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0x00, 0x19, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x20, 0x57, 0x47, 0xf7,
			0x92, 0x96, 0x03, 0x5b, 0xd5, 0x9f, 0x8c, 0x67,
			0x20, 0x04, 0x5c, 0xe3, 0x2f, 0x86,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_128_CCM, .seq = 32, .len = 46,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0x00, 0x21, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x20, 0x57, 0x47, 0xf7,
			0x92, 0x96, 0x03, 0x5b, 0xd5, 0x9f, 0x2f, 0x41,
			0x8c, 0x5f, 0x59, 0xd8, 0x49, 0x76, 0x64, 0x6c,
			0x57, 0x5a, 0x97, 0x65, 0x65, 0x00,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_128_GCM, .seq = 32, .len = 46,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0x00, 0x21, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x20, 0x9b, 0xcc, 0x9d,
			0x89, 0x80, 0xc8, 0xa8, 0x43, 0xfd, 0x58, 0x92,
			0x92, 0x0a, 0xd6, 0x91, 0x5a, 0x7a, 0x24, 0x1e,
			0xd2, 0xa4, 0xc3, 0x72, 0xae, 0x69,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_128_CCM_8, .seq = 5,
		.foreign_nonce = true, .len = 38,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x05, 0x00, 0x19, 0x01, 0x23, 0x45,
			0x67, 0x89, 0xab, 0xcd, 0xef, 0x07, 0x51, 0x1b,
			0x9d, 0xd8, 0xfe, 0x61, 0xa7, 0x1c, 0xd8, 0xcf,
			0x30, 0xaa, 0x2d, 0x7f, 0x25, 0xf1,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_128_CCM_8, .seq = 32,
		.cid_len = 1, .len = 40,
		.record = {
			0x19, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0xc0, 0x00, 0x1a, 0x00, 0x01,
			0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x57, 0x47,
			0xf7, 0x92, 0x96, 0x03, 0x5b, 0xd5, 0x9f, 0x6a,
			0xfb, 0xe2, 0x6c, 0xb5, 0xc4, 0x3f, 0x04, 0x28,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_128_CCM_8, .seq = 33,
		.cid_len = 8, .padding = 3, .len = 50,
		.record = {
			0x19, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x21, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4,
			0xc5, 0xc6, 0xc7, 0x00, 0x1d, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x21, 0xc3, 0x72, 0x2e,
			0xe6, 0xf8, 0x6e, 0x30, 0x7e, 0xf0, 0xbe, 0xb4,
			0xc9, 0xa4, 0xfd, 0x69, 0x68, 0x0d, 0xbf, 0xe7,
			0xdd, 0xdc,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_128_CCM, .seq = 34,
		.cid_len = 32, .type = DTLS_ALERT, .len = 79,
		.record = {
			0x19, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x22, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4,
			0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc,
			0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4,
			0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc,
			0xdd, 0xde, 0xdf, 0x00, 0x22, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x22, 0x84, 0xc7, 0x5f,
			0xe3, 0xf0, 0x4f, 0xa4, 0x15, 0x7f, 0xd4, 0xf8,
			0xad, 0x13, 0xee, 0x2a, 0x40, 0xef, 0xc7, 0x59,
			0x4c, 0x8f, 0x26, 0x7c, 0x29, 0x5a, 0x4f,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_256_CCM_8, .seq = 32, .len = 38,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0x00, 0x19, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x20, 0x4a, 0xf4, 0x75,
			0x53, 0xae, 0x85, 0x49, 0x67, 0x31, 0x9e, 0x46,
			0xc1, 0x22, 0xb4, 0x09, 0x78, 0x33,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_256_CCM, .seq = 32, .len = 46,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0x00, 0x21, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x20, 0x4a, 0xf4, 0x75,
			0x53, 0xae, 0x85, 0x49, 0x67, 0x31, 0x69, 0x9f,
			0x9c, 0x33, 0xcd, 0x42, 0xb8, 0x2c, 0xe5, 0x21,
			0x51, 0xbd, 0xff, 0x11, 0x53, 0x6d,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_256_GCM, .seq = 32, .len = 46,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0x00, 0x21, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x20, 0xf1, 0x24, 0xe9,
			0xe8, 0x11, 0x2e, 0xc3, 0xcc, 0x1b, 0x7b, 0x70,
			0xbf, 0x60, 0x68, 0x0e, 0x70, 0x33, 0x0f, 0xbd,
			0x1d, 0x79, 0x8e, 0x51, 0xfb, 0xb0,
		},
	}, {
		.cipher = DGSEC_CIPHER_CHACHA20_POLY1305, .seq = 32, .len = 38,
		.record = {
			0x17, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x20, 0x00, 0x19, 0xef, 0xe0, 0xd5,
			0xb7, 0xe7, 0x8d, 0x45, 0x47, 0xbf, 0x4f, 0x46,
			0x18, 0x17, 0xda, 0x96, 0xe3, 0x4a, 0x88, 0x89,
			0x74, 0xea, 0xd4, 0x5b, 0xca, 0x9d,
		},
	}, {
		.cipher = DGSEC_CIPHER_CHACHA20_POLY1305, .seq = 33,
		.cid_len = 8, .padding = 3, .len = 50,
		.record = {
			0x19, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x21, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4,
			0xc5, 0xc6, 0xc7, 0x00, 0x1d, 0x51, 0x72, 0x7e,
			0xa2, 0x39, 0x00, 0xc4, 0xad, 0x05, 0x3f, 0xa1,
			0xe7, 0x13, 0xc9, 0x4a, 0x67, 0x6a, 0x32, 0x96,
			0x99, 0xdc, 0xcc, 0x04, 0x2e, 0x6c, 0xbb, 0xc4,
			0x55, 0x18,
		},
	}, {
		.cipher = DGSEC_CIPHER_CHACHA20_POLY1305, .seq = 34,
		.cid_len = 32, .type = DTLS_ALERT, .len = 71,
		.record = {
			0x19, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x22, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4,
			0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc,
			0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4,
			0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc,
			0xdd, 0xde, 0xdf, 0x00, 0x1a, 0x5e, 0x68, 0x62,
			0x3c, 0xd3, 0xf5, 0x85, 0x73, 0x51, 0x85, 0x83,
			0xb7, 0x4e, 0xea, 0x80, 0x66, 0x79, 0xcb, 0x4b,
			0x22, 0x6b, 0x47, 0x91, 0x9e, 0xc7, 0x32,
		},
	}, {
		.cipher = DGSEC_CIPHER_AES_256_CCM_8, .seq = 35,
		.cid_len = 1, .len = 40,
		.record = {
			0x19, 0xfe, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x23, 0xc0, 0x00, 0x1a, 0x00, 0x01,
			0x00, 0x00, 0x00, 0x00, 0x00, 0x23, 0xbd, 0x40,
			0x9c, 0x67, 0xde, 0x4d, 0xac, 0x1e, 0x25, 0x7c,
			0x3c, 0xc5, 0x27, 0x9e, 0x56, 0xc2, 0x3f, 0x20,
		},
	},
};

/* Open a copy of a record with one octet changed, or none. */
static int open_changed(const struct dgsec_aead *k, const struct vector *v,
			u8 *buf, size_t at, struct dtls12_record *rec)
{
	int drop;

	memcpy(buf, v->record, v->len);
	if (at < v->len)
		buf[at] ^= 1;
	drop = dgsec_dtls12_parse(buf, v->len, v->cid_len, rec);
	if (!drop)
		drop = dgsec_dtls12_vet(rec);
	return drop ?: dgsec_dtls12_open(k, rec);
}

/* No octet of a record can change unnoticed, and what changes is told. */
static bool dtls12_forge(const struct dgsec_aead *k, const struct vector *v,
			 u8 *buf)
{
	struct dtls12_record rec;
	size_t at;
	int drop, want;

	for (at = 0; at < v->len; at++) {
		drop = open_changed(k, v, buf, at, &rec);
		want = AUTH;
		if (at == DTLS12_VERSION || at == DTLS12_VERSION + 1)
			want = VERSION;
		/* one octet less is in the record, or one that is not there */
		if (at == DTLS12_LENGTH + v->cid_len)
			want = SHORT;
		/* another epoch is another key: the caller looks at it */
		if (drop != want && at != DTLS12_LENGTH + 1 + v->cid_len &&
		    !(v->cid_len && at == DTLS12_TYPE))
			return FAIL("cipher %u: octet %zu changed: %d, not %d",
				    v->cipher, at, drop, want);
		if (!drop)
			return FAIL("cipher %u: octet %zu changed unnoticed",
				    v->cipher, at);
	}
	return true;
}

static const u8 cid[DTLS12_CID_MAX] = {
	0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
	0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf,
	0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7,
	0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
};

static bool is_vector(const struct dtls12_record *rec, const struct vector *v)
{
	return rec->len == sizeof(plain) && rec->seq == v->seq &&
	       rec->epoch == 1 && rec->cid_len == v->cid_len &&
	       rec->type == (v->type ?: DTLS_APPLICATION_DATA) &&
	       !memcmp(rec->cid, cid, rec->cid_len) &&
	       !memcmp(rec->data, plain, sizeof(plain));
}

static bool dtls12_sealed(const struct dgsec_aead *k, const struct vector *v,
			  u8 *buf)
{
	struct dtls12_cid id = { .id = cid, .len = v->cid_len };
	u8 *data = buf + dtls12_prefix(k, v->cid_len);
	int err;

	memset(buf, 0xee, v->len);
	memcpy(data, plain, sizeof(plain));
	err = dgsec_dtls12_seal(k, &id, v->type ?: DTLS_APPLICATION_DATA, 1,
				v->seq, data, sizeof(plain));
	if (err || memcmp(buf, v->record, v->len))
		return FAIL("cipher %u: sealed wrong: %d", v->cipher, err);
	return true;
}

static bool dtls12_vector(const struct vector *v, u8 *buf)
{
	struct dtls12_record rec;
	struct dgsec_aead k = {};
	bool ok = false;
	int err;

	err = dgsec_aead_init(&k, v->cipher, key, iv);
	/* a kernel may be without; then nobody can have associations with it */
	if (err == -ENOENT) {
		pr_notice("dgsec: this kernel has no cipher %u\n", v->cipher);
		return true;
	}
	if (err)
		return FAIL("cipher %u: error %d", v->cipher, err);

	err = open_changed(&k, v, buf, v->len, &rec);
	if (err || !is_vector(&rec, v)) {
		FAIL("cipher %u: cannot open: %d", v->cipher, err);
		goto out;
	}
	err = dgsec_dtls12_close(&k, &rec);
	if (err || memcmp(buf, v->record, v->len)) {
		FAIL("cipher %u: closed wrong: %d", v->cipher, err);
		goto out;
	}
	ok = dtls12_forge(&k, v, buf) &&
	     (v->foreign_nonce || v->padding || dtls12_sealed(&k, v, buf));
out:
	dgsec_aead_destroy(&k);
	return ok;
}

/* Headers: what is found in them before any key is looked for */
static const struct header {
	u8 octets[DTLS12_HEADER_LEN];
	u16 len;		/* of the datagram */
	int result;
} headers[] = {
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, 0 },
	{ { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, 0 },
	{ { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 }, 15, 0 },
	{ { 20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 14, 0 },
	/* a first ClientHello in a record of DTLS 1.0, and nothing else */
	{ { 22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, 0 },
	{ { 22, 0xfe, 0xff, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, VERSION },
	{ { 23, 0xfe, 0xff, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, VERSION },
	{ { 23, 0x03, 0x03, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, VERSION },
	{ { 23, 0xfe, 0xfc, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, VERSION },
	{ { 19, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, TYPE },
	{ { 24, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, TYPE },
	{ { 25, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, TYPE },
	{ { 0, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, TYPE },
	{ { 255, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 30, TYPE },
	/* lengths that lie, and none */
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 18 }, 30, SHORT },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 255, 255 }, 30, SHORT },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 29, SHORT },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 12, SHORT },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 1, SHORT },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17 }, 0, SHORT },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 }, 13, LENGTH },
	{ { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 13, LENGTH },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0x48, 0 }, 18445, 0 },
	{ { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0x48, 1 }, 18446,
	  LENGTH },
};

static bool dtls12_headers(u8 *buf)
{
	struct dtls12_record rec;
	size_t i;
	int drop;

	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		memcpy(buf, headers[i].octets, DTLS12_HEADER_LEN);
		drop = dgsec_dtls12_parse(buf, headers[i].len, 0, &rec);
		if (!drop)
			drop = dgsec_dtls12_vet(&rec);
		if (drop != headers[i].result)
			return FAIL("header %zu: %d, not %d", i, drop,
				    headers[i].result);
	}
	return true;
}

/* Fragments too short for nonce and tag, which take 16 octets together here */
static bool dtls12_short(u8 cipher, u8 *buf)
{
	struct dtls12_record rec;
	struct dgsec_aead k = {};
	size_t len;
	bool ok = true;
	int drop;

	drop = dgsec_aead_init(&k, cipher, key, iv);
	if (drop)
		return drop == -ENOENT ||
		       FAIL("cipher %u: error %d", cipher, drop);
	for (len = 1; ok && len < 17; len++) {
		memcpy(buf, headers[0].octets, DTLS12_HEADER_LEN);
		buf[DTLS12_LENGTH + 1] = len;
		drop = dgsec_dtls12_parse(buf, DTLS12_HEADER_LEN + len, 0,
					  &rec);
		if (!drop)
			drop = dgsec_dtls12_open(&k, &rec);
		if (drop != (len < 16 ? LENGTH : AUTH))
			ok = FAIL("cipher %u: fragment of %zu: %d", cipher,
				  len, drop);
	}
	dgsec_aead_destroy(&k);
	return ok;
}

bool dgsec_selftest_dtls12(void)
{
	const size_t size = DTLS12_HEADER_LEN + DTLS12_FRAGMENT_MAX + 2;
	u8 *buf = kzalloc(size, GFP_KERNEL);
	bool ok;
	size_t i;

	if (!buf)
		return false;
	ok = dtls12_headers(buf) &&
	     dtls12_short(DGSEC_CIPHER_AES_128_CCM_8, buf) &&
	     dtls12_short(DGSEC_CIPHER_CHACHA20_POLY1305, buf);
	for (i = 0; ok && i < ARRAY_SIZE(vectors); i++)
		ok = dtls12_vector(&vectors[i], buf);
	kfree(buf);
	return ok;
}
