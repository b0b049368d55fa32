// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/ccm against OpenSSL: random messages, sealed by OpenSSL and by ways of
 * ours, opened by another way of ours, and refused when changed.
 *
 * usage: fuzz-ccm [-n CASES] [-s SEED] [-j PROCESSES]
 *
 * KTAP on standard output. A failure says its case's number and seed, with
 * which -s and -n 1 show it again.
 */

#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ccm/ccm.h"
#include "ccm/job.h"
#include "ccm/simd.h"

enum {
	TEXT_USUAL = 2048,
	TEXT_MAX = 70000,
	AAD_MAX = 64,
	AAD_LONG = 70000,
	ARENA = 1 << 17,
	CANARY = 0xa5,
};

/* Ways to do the same */
enum way {
	SIMD,			/* any there is, likewise below */
	SIMD_EXPANDED,
	SIMD_PIECES,
	PORTABLE,
	PORTABLE_EXPANDED,
	PORTABLE_PIECES,
	BOTH_IN_PIECES,
	WAYS,
};

static const char *const way_names[] = {
	"SIMD", "SIMD, expanded key", "SIMD, in pieces",
	"portable", "portable, expanded key", "portable, in pieces",
	"both in turn, in pieces",
};

static u64 state;

static u64 rnd(void)
{
	u64 z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void random_octets(u8 *p, size_t len)
{
	u64 v;

	for (; len >= 8; p += 8, len -= 8) {
		v = rnd();
		memcpy(p, &v, 8);
	}
	v = rnd();
	memcpy(p, &v, len);
}

/* Memory with a page behind it, and one before, that cannot be touched */
static u8 *arena(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	u8 *p = mmap(NULL, ARENA + 2 * page, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + page, ARENA, PROT_READ | PROT_WRITE))
		abort();
	return p + page;
}

/* At either end of the arena or at any alignment within */
static u8 *place(u8 *in, size_t len)
{
	switch (rnd() % 4) {
	case 0:
		return in;
	case 1:
		return in + ARENA - len;
	default:
		return in + 64 + rnd() % 64;
	}
}

struct message {
	struct dgsec_ccm k;
	struct dgsec_ccm_schedule schedule;
	u8 *key;
	u8 *nonce;
	u8 *aad;
	size_t aad_len;
	size_t len;		/* of the text */
	u8 text[TEXT_MAX + 16];
	u8 sealed[TEXT_MAX + 16];
	u8 source[TEXT_MAX + 16];	/* as it was */
};

struct arenas {
	u8 *key, *nonce, *aad, *buf, *to;
};

static void choose_lengths(struct message *m)
{
	m->len = rnd() % (rnd() % 2 ? 128 : TEXT_USUAL + 1);
	m->aad_len = rnd() % (AAD_MAX + 1);
	switch (rnd() % 2048) {
	case 0 ... 15:
		m->aad_len = 0xff00 - 16 + rnd() % 33;
		break;
	case 16 ... 23:
		m->aad_len = 0x10000 - 16 + rnd() % 33;
		break;
	case 24 ... 25:
		m->aad_len = rnd() % AAD_LONG;
		break;
	/* the counter's second octet */
	case 32 ... 95:
		m->len = 255 * 16 - 16 + rnd() % 49;
		break;
	/* the length's third one, which a nonce of 13 has no room for */
	case 96 ... 99:
		m->len = 0x10000 - 16 + rnd() % 33;
		break;
	case 100 ... 101:
		m->len = rnd() % (TEXT_MAX + 1);
		break;
	}
	if (rnd() % 16 == 0)
		m->aad_len = 0;
	if (m->len > 0xffff && m->k.nonce_len > 12)
		m->k.nonce_len = 12;
}

static void make(struct message *m, const struct arenas *in)
{
	static const u8 key_lens[] = { 16, 16, 32, 24 };

	m->k.key_len = key_lens[rnd() % 4];
	m->k.tag_len = 4 + 2 * (rnd() % 7);
	m->k.nonce_len = 7 + rnd() % 7;
	choose_lengths(m);

	m->key = place(in->key, m->k.key_len);
	m->nonce = place(in->nonce, m->k.nonce_len);
	m->aad = place(in->aad, m->aad_len);
	random_octets(m->key, m->k.key_len);
	random_octets(m->nonce, m->k.nonce_len);
	random_octets(m->aad, m->aad_len);
	random_octets(m->text, m->len);
	dgsec_ccm_expand(&m->schedule, m->key, m->k.key_len);
}

static bool openssl_seal(EVP_CIPHER_CTX *ctx, struct message *m)
{
	const EVP_CIPHER *cipher = m->k.key_len == 16 ? EVP_aes_128_ccm() :
				   m->k.key_len == 24 ? EVP_aes_192_ccm() :
							EVP_aes_256_ccm();
	int n;

	return EVP_EncryptInit_ex(ctx, cipher, NULL, NULL, NULL) &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN,
				   m->k.nonce_len, NULL) &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, m->k.tag_len,
				   NULL) &&
	       EVP_EncryptInit_ex(ctx, NULL, NULL, m->key, m->nonce) &&
	       EVP_EncryptUpdate(ctx, NULL, &n, NULL, m->len) &&
	       (!m->aad_len ||
		EVP_EncryptUpdate(ctx, NULL, &n, m->aad, m->aad_len)) &&
	       EVP_EncryptUpdate(ctx, m->sealed, &n, m->text, m->len) &&
	       EVP_EncryptFinal_ex(ctx, m->sealed + n, &n) &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, m->k.tag_len,
				   m->sealed + m->len);
}

/* As kmod/ccm/api.c does it with scattered requests */
static int in_pieces(struct message *m, u8 *buf, u8 *to, size_t len, bool seal,
		     enum way way)
{
	bool simd = way == SIMD_PIECES;
	struct ccm_stream st;
	struct dgsec_ccm k = m->k;
	struct ccm_block tag;
	size_t at, n;
	u8 head[14], received[16];

#define TURN()	(way == BOTH_IN_PIECES ? rnd() % 2 : simd)
	k.key = &m->schedule;
	k.expanded = true;
	memcpy(head, m->aad, min_t(size_t, m->aad_len, sizeof(head)));
	at = dgsec_stream_begin(&st, &k, m->nonce, head, m->aad_len, len,
				TURN());
	for (; at < m->aad_len; at += n) {
		n = 1 + rnd() % (rnd() % 2 ? 20 : 4096);
		n = min_t(size_t, n, m->aad_len - at);
		dgsec_stream_aad(&st, m->aad + at, n, TURN());
	}
	dgsec_stream_aad_end(&st, TURN());
	if (!seal)
		memcpy(received, buf + len, k.tag_len);
	for (at = 0; at < len; at += n) {
		n = 16 * (1 + rnd() % (rnd() % 2 ? 4 : 100));
		n = min_t(size_t, n, len - at);
		dgsec_stream_text(&st, to + at, buf + at, n, seal, TURN());
	}
	dgsec_stream_tag(&st, &tag, TURN());
#undef TURN
	if (seal) {
		block_store(to + len, &tag, k.tag_len);
		return 0;
	}
	if (tag_is(&tag, received, k.tag_len))
		return 0;
	memset(to, 0, len);
	return -EBADMSG;
}

/* len is the text's; to is where the result of pieces goes, or buf itself */
static int ours(struct message *m, u8 *buf, u8 *to, size_t len, bool seal,
		enum way way)
{
	bool simd = way <= SIMD_PIECES;
	struct dgsec_ccm k = m->k;

	if (way == SIMD_PIECES || way == PORTABLE_PIECES ||
	    way == BOTH_IN_PIECES)
		return in_pieces(m, buf, to, len, seal, way);

	k.expanded = way == SIMD_EXPANDED || way == PORTABLE_EXPANDED ||
		     k.key_len == 24;
	k.key = k.expanded ? (const void *)&m->schedule : m->key;
	if (seal)
		return dgsec_ccm_seal_in(&k, m->nonce, m->aad, m->aad_len, buf,
					 len, simd);
	return dgsec_ccm_open_in(&k, m->nonce, m->aad, m->aad_len, buf,
				 len + k.tag_len, simd);
}

/* One bit of what must be authentic */
static void change(struct message *m, u8 *buf, size_t size)
{
	u64 r = rnd(), n = rnd();

	if (r % 8 == 0 && m->aad_len)
		m->aad[n % m->aad_len] ^= 1 << r / 8 % 8;
	else if (r % 8 == 1)
		m->nonce[n % m->k.nonce_len] ^= 1 << r / 8 % 8;
	else if (r % 8 < 5)
		buf[size - 1 - n % m->k.tag_len] ^= 1 << r / 8 % 8;
	else
		buf[n % size] ^= 1 << r / 8 % 8;
}

static void set_canaries(u8 *in, u8 *p, size_t size)
{
	size_t before = min_t(size_t, 48, p - in);
	size_t behind = min_t(size_t, 48, in + ARENA - p - size);

	memset(p - before, CANARY, before + size + behind);
}

static bool canaries_live(u8 *in, u8 *p, size_t size)
{
	size_t before = min_t(size_t, 48, p - in);
	size_t behind = min_t(size_t, 48, in + ARENA - p - size);

	return !memchr_inv(p - before, CANARY, before) &&
	       !memchr_inv(p + size, CANARY, behind);
}

/*
 * One call of a random way, with canaries beside the octets. *result is where
 * they are afterwards: pieces go elsewhere, too, and what they are made of stays.
 */
static int call(struct message *m, const struct arenas *in, const u8 *from,
		size_t len, bool changed, bool seal, unsigned int simd,
		enum way *way, u8 **result)
{
	size_t size = m->len + m->k.tag_len;
	u8 *buf = place(in->buf, size), *to = buf;
	/* opened, the tag is not written */
	size_t to_size = seal ? size : m->len;
	int err;

	*way = simd ? rnd() % WAYS : PORTABLE + rnd() % 3;
	dgsec_simd = simd ? 1 + rnd() % simd : 0;
	set_canaries(in->buf, buf, size);
	memcpy(buf, from, len);
	if (changed)
		change(m, buf, size);
	if ((*way == SIMD_PIECES || *way == PORTABLE_PIECES ||
	     *way == BOTH_IN_PIECES) && rnd() % 2) {
		to = place(in->to, to_size);
		set_canaries(in->to, to, to_size);
		memcpy(m->source, buf, len);
	}

	err = ours(m, buf, to, m->len, seal, *way);
	*result = to;
	if (!canaries_live(in->buf, buf, size) ||
	    (to != buf && (!canaries_live(in->to, to, to_size) ||
			   memcmp(m->source, buf, len))))
		return -EFAULT;
	return err;
}

/* Returns NULL, or what is wrong. */
static const char *one(EVP_CIPHER_CTX *ctx, const struct arenas *in,
		       struct message *m, unsigned int simd,
		       enum way *way)
{
	size_t size;
	u8 *p;

	make(m, in);
	if (!openssl_seal(ctx, m))
		return "OpenSSL does not seal";
	size = m->len + m->k.tag_len;

	if (call(m, in, m->text, m->len, false, true, simd, way, &p) ||
	    memcmp(p, m->sealed, size))
		return "sealed wrong";
	if (call(m, in, m->sealed, size, false, false, simd, way, &p) ||
	    memcmp(p, m->text, m->len))
		return "opened wrong";
	if (call(m, in, m->sealed, size, true, false, simd, way, &p) !=
	    -EBADMSG)
		return "a changed bit went unnoticed";
	if (memchr_inv(p, 0, m->len))
		return "what was refused can be read";
	return NULL;
}

static int run(u64 seed, u64 cases, unsigned int simd)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct arenas in = { arena(), arena(), arena(), arena(), arena() };
	struct message *m = calloc(1, sizeof(*m));
	const char *wrong = NULL;
	enum way way = 0;
	u64 i, state_of_case;

	for (i = 0; !wrong && i < cases; i++) {
		state_of_case = seed + i;
		state = state_of_case;
		wrong = one(ctx, &in, m, simd, &way);
		if (wrong)
			printf("# case %llu: %s (%s, SIMD %u): key %u, tag %u, nonce %u, AAD %zu, text %zu; again with -n 1 -s %llu\n",
			       (unsigned long long)i, wrong, way_names[way], dgsec_simd,
			       m->k.key_len, m->k.tag_len, m->k.nonce_len,
			       m->aad_len, m->len,
			       (unsigned long long)state_of_case);
	}
	free(m);
	EVP_CIPHER_CTX_free(ctx);
	return !!wrong;
}

int main(int argc, char **argv)
{
	u64 cases = 20000, seed = 1, processes = 1, i;
	unsigned int simd = dgsec_simd_probe();
	int failed = 0, status, o;

	while ((o = getopt(argc, argv, "n:s:j:")) != -1) {
		u64 v = strtoull(optarg ?: "", NULL, 0);

		if (o == 'n' && v)
			cases = v;
		else if (o == 's')
			seed = v;
		else if (o == 'j' && v)
			processes = v;
		else
			return 2;
	}
	if (processes > cases)
		processes = cases;

	printf("KTAP version 1\n1..1\n# seed %llu%s\n",
	       (unsigned long long)seed,
	       simd == CCM_AVX ? "" : simd ? ", no AVX here" :
	       ", no AES instructions here");
	fflush(stdout);
	for (i = 0; i < processes; i++) {
		u64 from = cases * i / processes;
		u64 to = cases * (i + 1) / processes;
		pid_t pid = fork();

		if (!pid) {
			status = run(seed + from, to - from, simd);
			fflush(stdout);
			_exit(status);
		}
		failed += pid < 0;
	}
	/* also one that died */
	while (wait(&status) > 0)
		failed += status != 0;
	printf("%sok 1 - %llu cases, sealed and opened as OpenSSL does, refused when changed\n",
	       failed ? "not " : "", (unsigned long long)cases);
	return failed != 0;
}
