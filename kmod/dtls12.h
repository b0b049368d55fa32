/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_DTLS12_H
#define _DGSEC_DTLS12_H

#include "aead.h"
#include "platform.h"
#include "wire.h"

/* A record in a datagram, as its header describes it */
struct dtls12_record {
	u8 type;		/* tls12_cid until opened, then what is inside */
	u8 cid_len;		/* 0: none */
	u16 version;
	u16 epoch;
	u64 seq;
	u8 *start;
	u8 *cid;
	size_t size;		/* of the whole record */
	u8 *data;		/* the fragment; the plaintext once opened */
	size_t len;
};

/* The connection ID that a record is sent with */
struct dtls12_cid {
	const u8 *id;
	u8 len;			/* 0: none */
};

/* What is before the payload of a record that is sent */
static inline size_t dtls12_prefix(const struct dgsec_aead *key,
				   size_t cid_len)
{
	return DTLS12_HEADER_LEN + cid_len + key->explicit_len;
}

/* ... and behind it, but for the tag: the type that is inside */
static inline size_t dtls12_suffix(size_t cid_len)
{
	return cid_len ? 1 : 0;
}

int dgsec_dtls12_parse(u8 *buf, size_t len, u8 cid_len,
		       struct dtls12_record *rec);
int dgsec_dtls12_vet(const struct dtls12_record *rec);
int dgsec_dtls12_open(const struct dgsec_aead *key, struct dtls12_record *rec);
int dgsec_dtls12_close(const struct dgsec_aead *key,
		       const struct dtls12_record *rec);
int dgsec_dtls12_seal(const struct dgsec_aead *key,
		      const struct dtls12_cid *cid, u8 type, u16 epoch,
		      u64 seq, u8 *data, size_t len);

#endif /* _DGSEC_DTLS12_H */
