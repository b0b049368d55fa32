/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_DTLS12_H
#define _DGSEC_DTLS12_H

#include "aead.h"
#include "platform.h"
#include "wire.h"

/* A record in a datagram, as its header describes it */
struct dtls12_record {
	u8 type;
	u16 version;
	u16 epoch;
	u64 seq;
	u8 *start;
	size_t size;		/* of the whole record */
	u8 *data;		/* the fragment; the plaintext once opened */
	size_t len;
};

int dgsec_dtls12_parse(u8 *buf, size_t len, struct dtls12_record *rec);
int dgsec_dtls12_vet(const struct dtls12_record *rec);
int dgsec_dtls12_open(const struct dgsec_aead *key, struct dtls12_record *rec);
int dgsec_dtls12_seal(const struct dgsec_aead *key, u8 type, u16 epoch,
		      u64 seq, u8 *data, size_t len);

#endif /* _DGSEC_DTLS12_H */
