/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_RECORD_H
#define _TOOLS_RECORD_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * RFC 6347 section 4.1:
 *
 *   type(1) version(2) epoch(2) sequence(6) length(2) | fragment
 *
 * and for an AEAD (RFC 5246 section 6.2.3.3) the fragment is
 *
 *   explicit nonce(8) | ciphertext | tag
 *
 * ChaCha20-Poly1305 (RFC 7905) has no explicit nonce: epoch and sequence are
 * xored into the last 8 octets of the IV.
 */
enum {
	RECORD_HEADER = 13,
	RECORD_NONCE = 8,
	RECORD_SALT = 4,
	RECORD_KEY_MAX = 32,
	RECORD_IV_MAX = 12,
	RECORD_TAG_MAX = 16,

	RECORD_CCS = 20,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_DATA = 23,
	RECORD_CID = 25, /* RFC 9146: hides its type and may be padded */

	RECORD_CID_MAX = 32,

	RECORD_DTLS12 = 0xfefd,
};

enum record_cipher {
	RECORD_CCM_8,
	RECORD_CCM,
	RECORD_GCM,
	RECORD_CCM_8_256,
	RECORD_CCM_256,
	RECORD_GCM_256,
	RECORD_CHACHAPOLY,
	RECORD_CIPHERS,
};

/* Keys of both directions, named from this end. */
struct record_keys {
	enum record_cipher cipher;
	/* connection IDs: in the records sent, and in those that come */
	__u8 tx_cid[RECORD_CID_MAX], rx_cid[RECORD_CID_MAX];
	size_t tx_cid_len, rx_cid_len;
	__u8 tx_key[RECORD_KEY_MAX], tx_iv[RECORD_IV_MAX];
	__u8 rx_key[RECORD_KEY_MAX], rx_iv[RECORD_IV_MAX];
};

struct record {
	__u8 type;	/* what is inside, if it has a connection ID */
	bool cid;
	size_t pad;
	__u16 version, epoch;
	__u64 seq;
	__u8 nonce[RECORD_NONCE]; /* the explicit part, or epoch and sequence */
	const __u8 *data;
	size_t len;
};

bool record_cipher_parse(const char *name, enum record_cipher *cipher);
size_t record_key_len(enum record_cipher cipher);
size_t record_iv_len(enum record_cipher cipher);
void record_keys_swap(struct record_keys *keys);
void record_keys_load(struct record_keys *keys, const char *file);
size_t record_seal(const struct record_keys *keys, const struct record *r, __u8 *out);
int record_open(const struct record_keys *keys, const __u8 *in, size_t len,
		struct record *r, __u8 *plain);
size_t record_header(const struct record_keys *keys, const __u8 *in);
size_t record_size(const struct record_keys *keys, const __u8 *in, size_t len);

#endif
