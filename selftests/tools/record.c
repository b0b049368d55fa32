// SPDX-License-Identifier: GPL-2.0
/*
 * DTLS 1.2 records with given keys, sealed and opened independently of both
 * the module and any DTLS library, with every field under control.
 */

#include "record.h"
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <mbedtls/ccm.h>
#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum { CCM, GCM, CHACHAPOLY } mode;
	size_t key, iv, tag;
} ciphers[] = {
	[RECORD_CCM_8] = { "aes-128-ccm-8", CCM, 16, 4, 8 },
	[RECORD_CCM] = { "aes-128-ccm", CCM, 16, 4, 16 },
	[RECORD_GCM] = { "aes-128-gcm", GCM, 16, 4, 16 },
	[RECORD_CCM_8_256] = { "aes-256-ccm-8", CCM, 32, 4, 8 },
	[RECORD_CCM_256] = { "aes-256-ccm", CCM, 32, 4, 16 },
	[RECORD_GCM_256] = { "aes-256-gcm", GCM, 32, 4, 16 },
	[RECORD_CHACHAPOLY] = { "chacha20-poly1305", CHACHAPOLY, 32, 12, 16 },
};

size_t record_key_len(enum record_cipher cipher)
{
	return ciphers[cipher].key;
}

size_t record_iv_len(enum record_cipher cipher)
{
	return ciphers[cipher].iv;
}

/* Octets of the nonce that stand in each record */
static size_t explicit_len(const struct record_keys *keys)
{
	return ciphers[keys->cipher].iv == RECORD_SALT ? RECORD_NONCE : 0;
}

bool record_cipher_parse(const char *name, enum record_cipher *cipher)
{
	for (size_t i = 0; i < ARRAY_SIZE(ciphers); i++) {
		if (strcmp(name, ciphers[i].name))
			continue;
		*cipher = i;
		return true;
	}
	return false;
}

void record_keys_swap(struct record_keys *keys)
{
	struct record_keys old = *keys;

	memcpy(keys->tx_key, old.rx_key, sizeof(keys->tx_key));
	memcpy(keys->tx_iv, old.rx_iv, sizeof(keys->tx_iv));
	memcpy(keys->rx_key, old.tx_key, sizeof(keys->rx_key));
	memcpy(keys->rx_iv, old.tx_iv, sizeof(keys->rx_iv));
}

/*
 * Lines of "name hex" as dgsec reads them, with = or : between if wanted. The
 * cipher is known by then.
 */
void record_keys_load(struct record_keys *keys, const char *file)
{
	int key_len = ciphers[keys->cipher].key, iv_len = ciphers[keys->cipher].iv;
	struct {
		const char *name;
		__u8 *to;
		int len;
		bool seen;
	} want[] = {
		{ "tx-key", keys->tx_key, key_len, false },
		{ "tx-iv", keys->tx_iv, iv_len, false },
		{ "rx-key", keys->rx_key, key_len, false },
		{ "rx-iv", keys->rx_iv, iv_len, false },
	};
	char line[256];
	FILE *f;

	f = fopen(file, "r");
	if (!f)
		die("%s: %s", file, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		char *name = strtok(line, " \t=:\n"), *value = strtok(NULL, " \t=:\n");

		for (size_t i = 0; name && value && i < ARRAY_SIZE(want); i++) {
			if (strcmp(name, want[i].name))
				continue;
			if (hex_parse(value, want[i].to, want[i].len) != want[i].len)
				die("%s: %s must be %d octets in hex", file, name, want[i].len);
			want[i].seen = true;
		}
	}
	fclose(f);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		if (!want[i].seen)
			die("%s: no %s", file, want[i].name);
	}
}

struct aad {
	__u8 octets[23 + RECORD_CID_MAX];
	size_t len;
};

/* RFC 5246 section 6.2.3.3 with the sequence number of RFC 6347 section 4.1.2.1 */
static void additional_data(struct aad *aad, const struct record *r, size_t len)
{
	__u8 *p = aad->octets;

	put_be16(p, r->epoch);
	put_be48(p + 2, r->seq);
	p[8] = r->type;
	put_be16(p + 9, r->version);
	put_be16(p + 11, len);
	aad->len = 13;
}

/* RFC 9146 section 5.3 */
static void cid_additional_data(struct aad *aad, const struct record *r, const __u8 *cid,
				size_t cid_len, size_t len)
{
	__u8 *p = aad->octets;

	memset(p, 0xff, 8);
	p[8] = RECORD_CID;
	p[9] = cid_len;
	p[10] = RECORD_CID;
	put_be16(p + 11, r->version);
	put_be16(p + 13, r->epoch);
	put_be48(p + 15, r->seq);
	memcpy(p + 21, cid, cid_len);
	put_be16(p + 21 + cid_len, len);
	aad->len = 23 + cid_len;
}

static int aead(const struct record_keys *keys, bool seal, const __u8 nonce[12],
		const struct aad *aad, const __u8 *in, size_t len, __u8 *out, __u8 *tag)
{
	const __u8 *key = seal ? keys->tx_key : keys->rx_key;
	size_t tag_len = ciphers[keys->cipher].tag;
	unsigned int bits = 8 * ciphers[keys->cipher].key;
	int ret;

	if (ciphers[keys->cipher].mode == CHACHAPOLY) {
		mbedtls_chachapoly_context chachapoly;

		mbedtls_chachapoly_init(&chachapoly);
		ret = mbedtls_chachapoly_setkey(&chachapoly, key);
		if (!ret && seal)
			ret = mbedtls_chachapoly_encrypt_and_tag(&chachapoly, len, nonce,
								 aad->octets, aad->len, in, out,
								 tag);
		else if (!ret)
			ret = mbedtls_chachapoly_auth_decrypt(&chachapoly, len, nonce, aad->octets,
							      aad->len, tag, in, out);
		mbedtls_chachapoly_free(&chachapoly);
	} else if (ciphers[keys->cipher].mode == GCM) {
		mbedtls_gcm_context gcm;

		mbedtls_gcm_init(&gcm);
		ret = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, bits);
		if (!ret && seal)
			ret = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, len, nonce, 12,
							aad->octets, aad->len, in, out, tag_len,
							tag);
		else if (!ret)
			ret = mbedtls_gcm_auth_decrypt(&gcm, len, nonce, 12, aad->octets, aad->len,
						       tag, tag_len, in, out);
		mbedtls_gcm_free(&gcm);
	} else {
		mbedtls_ccm_context ccm;

		mbedtls_ccm_init(&ccm);
		ret = mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, key, bits);
		if (!ret && seal)
			ret = mbedtls_ccm_encrypt_and_tag(&ccm, len, nonce, 12, aad->octets,
							  aad->len, in, out, tag, tag_len);
		else if (!ret)
			ret = mbedtls_ccm_auth_decrypt(&ccm, len, nonce, 12, aad->octets, aad->len,
						       in, out, tag, tag_len);
		mbedtls_ccm_free(&ccm);
	}
	return ret;
}

/* @explicit: the 8 octets that are in the record, if the cipher has them there */
static void make_nonce(const struct record_keys *keys, const __u8 *iv, const struct record *r,
		       const __u8 *explicit, __u8 nonce[12])
{
	__u8 number[8];

	if (explicit_len(keys)) {
		memcpy(nonce, iv, RECORD_SALT);
		memcpy(nonce + RECORD_SALT, explicit, RECORD_NONCE);
		return;
	}
	put_be16(number, r->epoch);
	put_be48(number + 2, r->seq);
	memcpy(nonce, iv, RECORD_IV_MAX);
	for (size_t i = 0; i < sizeof(number); i++)
		nonce[RECORD_SALT + i] ^= number[i];
}

/* Returns the size of the record in @out, which must have room for it. */
size_t record_seal(const struct record_keys *keys, const struct record *r, __u8 *out)
{
	size_t tag = ciphers[keys->cipher].tag, cid_len = r->cid ? keys->tx_cid_len : 0;
	size_t nonce_len = explicit_len(keys);
	__u8 *fragment = out + RECORD_HEADER + cid_len, *text = fragment + nonce_len;
	size_t len = r->len;
	struct aad aad;
	__u8 nonce[12];

	if (len)
		memmove(text, r->data, len);
	if (cid_len) {
		text[len++] = r->type;
		memset(text + len, 0, r->pad);
		len += r->pad;
	}
	out[0] = cid_len ? RECORD_CID : r->type;
	put_be16(out + 1, r->version);
	put_be16(out + 3, r->epoch);
	put_be48(out + 5, r->seq);
	memcpy(out + 11, keys->tx_cid, cid_len);
	put_be16(fragment - 2, nonce_len + len + tag);
	memcpy(fragment, r->nonce, nonce_len);
	make_nonce(keys, keys->tx_iv, r, r->nonce, nonce);
	if (cid_len)
		cid_additional_data(&aad, r, keys->tx_cid, cid_len, len);
	else
		additional_data(&aad, r, len);
	if (aead(keys, true, nonce, &aad, text, len, text, text + len))
		die("cannot seal a record of %zu octets", r->len);
	return text + len + tag - out;
}

/* How long the header of a record that comes is */
size_t record_header(const struct record_keys *keys, const __u8 *in)
{
	return RECORD_HEADER + (in[0] == RECORD_CID ? keys->rx_cid_len : 0);
}

/* The size of the first record by its own length field; 0 if it does not fit. */
size_t record_size(const struct record_keys *keys, const __u8 *in, size_t len)
{
	size_t size;

	if (len < RECORD_HEADER || len < record_header(keys, in))
		return 0;
	size = record_header(keys, in);
	size += get_be16(in + size - 2);
	return size <= len ? size : 0;
}

/*
 * Fills in the header fields in any case. Returns 0, or -1 if the record does
 * not authenticate or has another connection ID.
 */
int record_open(const struct record_keys *keys, const __u8 *in, size_t len,
		struct record *r, __u8 *plain)
{
	size_t tag = ciphers[keys->cipher].tag, header = record_header(keys, in);
	size_t cid_len = header - RECORD_HEADER, nonce_len = explicit_len(keys);
	const __u8 *fragment = in + header;
	struct aad aad;
	__u8 nonce[12];

	r->type = in[0];
	r->cid = cid_len;
	r->version = get_be16(in + 1);
	r->epoch = get_be16(in + 3);
	r->seq = get_be48(in + 5);
	r->data = plain;
	r->len = 0;
	if (len < header + nonce_len + tag || memcmp(in + 11, keys->rx_cid, cid_len))
		return -1;
	r->len = len - header - nonce_len - tag;
	make_nonce(keys, keys->rx_iv, r, fragment, nonce);
	put_be16(r->nonce, r->epoch);
	put_be48(r->nonce + 2, r->seq);
	memcpy(r->nonce, fragment, nonce_len);
	if (cid_len)
		cid_additional_data(&aad, r, keys->rx_cid, cid_len, r->len);
	else
		additional_data(&aad, r, r->len);
	if (aead(keys, false, nonce, &aad, fragment + nonce_len, r->len, plain,
		 (__u8 *)fragment + nonce_len + r->len))
		return -1;
	if (!cid_len)
		return 0;
	while (r->len && !plain[r->len - 1])
		r->len--;
	if (!r->len)
		return -1;
	r->type = plain[--r->len];
	return 0;
}
